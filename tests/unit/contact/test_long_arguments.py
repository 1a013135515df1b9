"""What is as long as the hosts file goes to the sections that read it, and to no other."""

from __future__ import annotations

import re

from checks.contact.probe_program import PROBE_FOLDER, section_modules
from checks.stages.gather import LONG_ARGUMENTS, OF_ALL_NODES
from checks.stages.stage_list import STAGED_SECTIONS

READS = re.compile(r'args(?:\.get\(|\[)"(\w+)"')


def test_the_sections_that_read_a_long_argument_are_those_that_are_sent_it():
    readers = {
        section
        for section, module in section_modules().items()
        if LONG_ARGUMENTS & set(READS.findall(_source(module)))
    }
    assert readers - STAGED_SECTIONS == OF_ALL_NODES


def _source(module: str) -> str:
    return (PROBE_FOLDER / f"{module.rpartition('.')[2]}.py").read_text()
