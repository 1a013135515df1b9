"""The probe as text: which module of it answers which section, and the line that starts it."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from pathlib import Path

from checks.contact.shipping import program_line

PROBE_FOLDER = Path(__file__).parent.parent / "node" / "probe"
CORE = "checks.node.probe.core"
SECTION_DECORATOR = re.compile(r'^@section\("([a-z_]+)"\)', re.MULTILINE)


@functools.cache
def section_modules() -> dict[str, str]:
    """Which module of the probe answers which section."""
    return {
        name: f"checks.node.probe.{path.stem}"
        for path in sorted(PROBE_FOLDER.glob("*.py"))
        for name in SECTION_DECORATOR.findall(path.read_text(encoding="utf-8"))
    }


def probe_program(wanted: Collection[str], nonce: str, life_s: float) -> bytes:
    """The first line of input: the probe's core and the modules that answer `wanted`."""
    modules = {name: section_modules()[name] for name in sorted(wanted)}
    start = f"from {CORE} import main; main({nonce!r}, {life_s!r}, {modules!r})"
    return program_line([CORE, *modules.values()], start)
