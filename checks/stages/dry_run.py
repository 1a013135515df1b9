"""What a run would do on the nodes, as text: for those who must read it before they allow it."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping

from checks.contact.probe_program import section_modules
from checks.contact.shipping import start_command
from checks.contact.ssh_config import SshSetup
from checks.model import Job
from checks.stages.stage_list import STAGES


def list_commands(job: Job, wanted: Mapping[str, Iterable[str]]) -> list[str]:
    """One line a command: the login, then what each section of the probe may run there."""
    setup = SshSetup(job)
    lines = []
    for name, asked in wanted.items():
        target = setup.target(name)
        login = f"{target.user + '@' if target.user else ''}{target.host}:{target.port}"
        lines.append(f"{name}: login to {login}: {start_command(job.python, job.container)}")
        lines.extend(
            f"{name}: probe section {section}: {_section_commands(section)}"
            for section in probe_sections(asked)
        )
    return lines


def probe_sections(asked: Iterable[str]) -> list[str]:
    """The probe's own sections behind the facts that are asked."""
    known, names = section_modules(), set(asked)
    staged = {stage.section: stage.sections for stage in STAGES}
    inner = {section for name in names for section in staged.get(name, (name,))}
    return sorted(inner & known.keys())


def _section_commands(section: str) -> str:
    module = importlib.import_module(section_modules()[section])
    runs = getattr(module, "COMMANDS", ())
    return "; ".join(runs) if runs else "reads files only"
