"""The probe as text: which module of it answers which section, and what starts it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection
from pathlib import Path

from checks.contact.shipping import shipped_program

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


def probe_program(wanted: Collection[str], nonce: str, life_s: float) -> tuple[bytes, bytes]:
    """What a node reads first: the core and the modules that answer `wanted`, and one node's own.

    The program is the same bytes for all nodes that are asked the same.
    """
    modules = {name: section_modules()[name] for name in sorted(wanted)}
    own = "*json.loads(sys.stdin.buffer.readline().decode())"
    start = f"from {CORE} import main; main({own}, {modules!r})"
    program = shipped_program(frozenset([CORE, *modules.values()]), start)
    return program, json.dumps([nonce, life_s]).encode() + b"\n"
