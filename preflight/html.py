"""The JSON report as one self-contained page, for those who open a link rather than a log."""

from __future__ import annotations

import html
import importlib.resources
import string
from collections.abc import Mapping
from typing import Any

_MARKS = {"pass": "√", "unknown": "?", "skip": "-", "fail": "×"}


def page(report: Mapping[str, Any]) -> str:
    """The whole page: verdict, who stands out, and the findings with the gravest first."""
    text = importlib.resources.files("preflight").joinpath("report.html").read_text("utf-8")
    findings = sorted(report["findings"], key=_gravity)
    return string.Template(text).substitute(
        decision=_safe(report["decision"]).upper(),
        kind=_safe(report["decision"]),
        started=_safe(report["started"]),
        seconds=_safe(report["seconds"]),
        version=_safe(report["version"]),
        nodes=len(report["nodes"]),
        blame="".join(
            f"<li>{_safe(b['node'])}: {_safe(b['because'])}</li>" for b in report["blame"]
        ),
        rows="\n".join(map(_row, findings)),
    )


def _gravity(finding: Mapping[str, Any]) -> tuple[bool, int]:
    order = ("fail", "unknown", "pass", "skip")
    blocks = finding["severity"] == "block" and not finding["allowed"]
    return not (blocks and finding["outcome"] in order[:2]), order.index(finding["outcome"])


def _row(finding: Mapping[str, Any]) -> str:
    kind, warned = finding["outcome"], finding["severity"] == "warn" or finding["allowed"]
    name = "warned" if kind == "fail" and warned else kind
    sign = "‼" if name == "warned" else _MARKS[kind]
    fix = f"<pre>{_safe(finding['fix'])}</pre>" if finding["fix"] else ""
    cells = (sign, finding["check"], " → ".join(finding["subject"]), finding["message"])
    tds = "".join(f"<td>{_safe(cell)}</td>" for cell in cells[:-1])
    return f'<tr class="{name}">{tds}<td>{_safe(cells[-1])}{fix}</td></tr>'


def _safe(value: object) -> str:
    return html.escape(str(value))
