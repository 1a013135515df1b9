"""How limits and sizes are written for people."""

from __future__ import annotations

MIB, GIB = 2**20, 2**30


def format_bytes(number: float | None) -> str:
    """Bytes in the largest unit that fits; None is unlimited."""
    if number is None:
        return "unlimited"
    for unit, scale in (("GiB", GIB), ("MiB", MIB), ("KiB", 1024)):
        if number >= scale:
            return f"{number / scale:.4g} {unit}"
    return f"{number:.0f} bytes"


def format_count(number: int | None) -> str:
    """A number of things; None is unlimited."""
    return "unlimited" if number is None else str(number)
