"""How amounts are written for people: bytes, speeds, times and counts."""

from __future__ import annotations

KIB, MIB, GIB = 2**10, 2**20, 2**30
"""Bytes: the units of memory."""
MB, GB, TB = 1000**2, 1000**3, 1000**4
"""Bytes: the units of files, disks and networks."""


def format_memory(size: float | None) -> str:
    """Bytes of memory, `7.5 GiB`: as the kernel, limits and GPUs have it. None is unlimited."""
    if size is None:
        return "unlimited"
    for unit, scale in (("GiB", GIB), ("MiB", MIB), ("KiB", KIB)):
        if size >= scale:
            return f"{size / scale:.4g} {unit}"
    return f"{size:.0f} bytes"


def format_file_size(size: float) -> str:
    """Bytes of a file or a disk, `13.5 GB`: as `df -H`, vendors and model hubs have it."""
    for unit, scale in (("TB", TB), ("GB", GB), ("MB", MB)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size:.0f} bytes"


def format_speed(gbit_s: float) -> str:
    """Bits per second, `9.4 Gbit/s` or `94 Mbit/s`: as interfaces are sold."""
    return f"{gbit_s:.3g} Gbit/s" if gbit_s >= 1 else f"{gbit_s * 1000:.3g} Mbit/s"


def format_duration(seconds: float) -> str:
    """A time that need not be exact, in the largest unit of which there are two: `3 hours`."""
    if seconds < 1:
        return "less than a second"
    for unit, scale in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * scale:
            return f"{seconds / scale:.0f} {unit}"
    return f"{seconds:.0f} s"


def format_count(number: int | None) -> str:
    """A number of things; None is unlimited."""
    return "unlimited" if number is None else str(number)
