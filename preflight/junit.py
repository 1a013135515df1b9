"""What pytest's JUnit file lacks: the text of warnings, where Jenkins and GitLab show it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from checks.model import Finding
from checks.reports.finding_text import describe_finding


def add_warnings(path: str, findings: Iterable[Finding]) -> None:
    """Each testcase of a warning has it as its `system-out`. Raises OSError.

    pytest would write an empty one for every testcase, and passing testcases have no message.
    """
    warned = {(f.check, ":".join(f.subject)): f for f in findings if f.warned}
    if not warned:
        return
    file = Path(os.path.expanduser(os.path.expandvars(path)))
    document = ElementTree.parse(file)
    for case in document.iter("testcase"):
        properties = {
            item.get("name", ""): item.get("value", "") for item in case.iterfind("properties/*")
        }
        finding = warned.get((properties.get("check", ""), properties.get("subject", "")))
        if finding:
            ElementTree.SubElement(case, "system-out").text = describe_finding(finding)
    document.write(file, encoding="utf-8", xml_declaration=True)
