"""What pytest's JUnit file lacks: the text of warnings, and safety from what nodes say."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checks.escaped_streams import escape_lines
from checks.model import Finding
from checks.private_files import write_private_file
from checks.reports.finding_text import describe_finding


def junit_file(config: pytest.Config) -> Path | None:
    """Where pytest writes it; None where it writes none."""
    path = config.option.xmlpath
    return Path(os.path.expanduser(os.path.expandvars(path))).absolute() if path else None


@contextmanager
def private_junit(file: Path | None) -> Iterator[None]:
    """What pytest writes there meanwhile is its owner's alone from the beginning."""
    umask = os.umask(0o077)
    try:
        with contextlib.suppress(OSError):
            if file:
                file.chmod(0o600)
        yield
    finally:
        os.umask(umask)


def complete_junit(file: Path | None, findings: Iterable[Finding]) -> None:
    """Each testcase of a warning has it as its `system-out`, and nothing turns the text's direction
    or moves a cursor, wherever it came from. The file is its owner's alone. Raises OSError.
    """
    if not (file and file.is_file()):
        return
    document = ElementTree.fromstring(escape_lines(file.read_text(encoding="utf-8")))
    _add_warnings(document, findings)
    text = ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)
    write_private_file(file, text.decode())


def _add_warnings(document: ElementTree.Element, findings: Iterable[Finding]) -> None:
    """pytest would write an empty one for every testcase, and passing testcases have no message."""
    warned = {(f.check, ":".join(f.subject)): f for f in findings if f.warned}
    for case in document.iter("testcase") if warned else ():
        properties = {
            item.get("name", ""): item.get("value", "") for item in case.iterfind("properties/*")
        }
        finding = warned.get((properties.get("check", ""), properties.get("subject", "")))
        if finding:
            ElementTree.SubElement(case, "system-out").text = describe_finding(finding)
