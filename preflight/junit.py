"""What pytest's JUnit file lacks: the text of warnings, and safety from what nodes say."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from checks.escaped_streams import escape_lines
from checks.model import Finding
from checks.reports.finding_text import describe_finding


def complete_junit(path: str, findings: Iterable[Finding]) -> None:
    """Each testcase of a warning has it as its `system-out`, and nothing turns the text's direction
    or moves a cursor, wherever it came from. Raises OSError.
    """
    file = Path(os.path.expanduser(os.path.expandvars(path)))
    text = file.read_text(encoding="utf-8")
    if (escaped := escape_lines(text)) != text:
        file.write_text(escaped, encoding="utf-8")
    _add_warnings(file, findings)


def _add_warnings(file: Path, findings: Iterable[Finding]) -> None:
    """pytest would write an empty one for every testcase, and passing testcases have no message."""
    warned = {(f.check, ":".join(f.subject)): f for f in findings if f.warned}
    if not warned:
        return
    document = ElementTree.parse(file)
    for case in document.iter("testcase"):
        properties = {
            item.get("name", ""): item.get("value", "") for item in case.iterfind("properties/*")
        }
        finding = warned.get((properties.get("check", ""), properties.get("subject", "")))
        if finding:
            ElementTree.SubElement(case, "system-out").text = describe_finding(finding)
    document.write(file, encoding="utf-8", xml_declaration=True)
