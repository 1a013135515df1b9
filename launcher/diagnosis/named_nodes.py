"""The node of a line that has no prefix: named by an error of Ray, or by the command above it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from launcher.diagnosis.log_lines import Line, clean_text
from launcher.diagnosis.scan import RawLine
from launcher.diagnosis.traces import Trace

COMMAND_LINES = 40
"""Lines back as far as a command's output is looked for its command."""
_OF_RAY = re.compile(r"RayTaskError\(\w+\): ?\S* ?\(pid=\d+, ip=(?P<node>[\d.]+)")
_PROMPT = re.compile(r"^(?:[\w.-]+@[\w.-]+:?\S*)?[$#] (?P<command>\S.*)")
_AT_NODE = re.compile(
    r"^(?:sudo )?(?:ssh(?: -[46ACNTfnqtvx]+(?= )| -[A-Za-z] ?\S+)* |pdsh(?: -R \S+)? -w ?"
    r"|kubectl (?:-n \S+ )?exec (?:-\w+ )*)(?:\w+@)?(?P<node>[A-Za-z0-9][\w.-]*)(?= )"
)
"""How a command is run at one node."""


def with_named_place(
    line: Line, values: Mapping[str, str], trace: Trace | None, raw: RawLine
) -> Line:
    """The line as said of whom it names, where it names somebody else than its own place."""
    rank = values.get("rank", "")
    place = replace(
        line.place,
        node=values.get("node") or line.place.node or _ray_node(trace) or _command_node(raw),
        rank=int(rank) if rank.isdigit() else line.place.rank,
    )
    return replace(line, place=place)


def _ray_node(trace: Trace | None) -> str:
    """Where the process ran whose error Ray hands on."""
    found = (_OF_RAY.search(text) for text in (trace.lines if trace else ()))
    return next((match["node"] for match in found if match), "")


def _command_node(raw: RawLine) -> str:
    """Where the command ran whose output the line is."""
    above = (clean_text(data) for _, data in islice(raw.lines_before(), COMMAND_LINES))
    typed = next((match for text in above if (match := _PROMPT.match(text))), None)
    node = _AT_NODE.match(typed["command"]) if typed else None
    return node["node"] if node else ""
