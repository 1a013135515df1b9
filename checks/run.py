"""From claims to a snapshot: log in, gather facts, then the stages in which nodes meet nodes."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from checks.check import Claim
from checks.contact.budget import Budget, BudgetedContact
from checks.contact.held_logins import HeldLogins
from checks.contact.pool import Contact, Show, open_contact
from checks.contact.resident_probe import file_by_section
from checks.facts.account import Account
from checks.facts.snapshot import Answer, Login, Snapshot
from checks.model import Job
from checks.stages.dry_run import list_commands
from checks.stages.stage_list import STAGES, Stage

FACTS_LIMIT_S = 20.0

COMMAND = "command"
"""The section of the probe that runs what a site's own test names."""

OnStage = Callable[[str, int, int], None]
"""Told `(stage, done, total)` as answers come in."""


def gather_facts(
    job: Job,
    claims: Iterable[Claim],
    *,
    budget: float | None = None,
    on_stage: OnStage | None = None,
    on_show: Show | None = None,
    line: HeldLogins | None = None,
) -> Snapshot:
    """See what the claims need to be judged by; nodes in no claim's subject are not touched.

    Never raises for what a node does: each missing answer is recorded with its reason. `budget`
    is in seconds; stages that would begin after it are recorded as not asked for that reason, and
    no question waits beyond it. `on_show` is given what a long stage shows while it runs. The
    logins are kept open on `line`, where one is given.
    """
    started = datetime.datetime.now(datetime.timezone.utc)
    snapshot = Snapshot(job, started.strftime("%Y-%m-%dT%H:%M:%SZ"))
    wanted = sections_needed(job, claims)
    if wanted:
        told = on_stage or (lambda *_: None), on_show or (lambda _: None)
        _Gathering(snapshot, wanted, Budget(budget), *told, line).run()
    return snapshot


def sections_needed(job: Job, claims: Iterable[Claim]) -> dict[str, set[str]]:
    """Which sections are needed of which node, in hosts.txt order; every one tells who it is."""
    wanted: dict[str, set[str]] = {}
    for claim in claims:
        for name in claim.subject or job.names:
            wanted.setdefault(name, {Account.section}).update(
                fact.section for fact in claim.check.needs
            )
    for asked in wanted.values():
        for stage in STAGES:
            if stage.section in asked:
                asked.update(fact.section for fact in stage.needs)
        asked.discard(Login.section)
    return {name: wanted[name] for name in job.names if name in wanted}


def section_arguments(job: Job, name: str) -> dict[str, Any]:
    """The arguments that every fact section is given: what is to be started, as seen by `name`."""
    return {
        "self": name,
        "names": list(job.names),
        "head": job.head,
        "peers": [
            {"name": n.name, "user": n.user or job.ssh.user, "port": n.port or job.ssh.port}
            for n in job.nodes
        ],
        "slots": job.node(name).slots,
        "python": job.python,
        "workdir": job.workdir,
        "env": dict(job.env),
        "same": list(job.same),
        "exist": list(job.exist),
        "output": job.output,
        "master_port": job.master_port,
        "backend": job.backend,
        "command": list(job.command),
        "deepspeed_config": job.deepspeed_config,
        "accelerate_config": job.accelerate_config,
    }


@dataclasses.dataclass
class _Gathering:
    snapshot: Snapshot
    wanted: dict[str, set[str]]
    budget: Budget
    on_stage: OnStage
    on_show: Show
    line: HeldLogins | None

    def run(self) -> None:
        asked = set().union(*self.wanted.values())
        stages = [stage for stage in STAGES if stage.section in asked]
        probed = {name for stage in stages for name in stage.sections}
        facts = asked & file_by_section().keys() - {stage.section for stage in stages}
        with contextlib.ExitStack() as stack:
            contact, logins = self._connect_nodes(facts | probed, stack)
            for name, login in logins.items():
                self.snapshot.put(name, Login.section, login)
            self.on_stage("facts", 0, len(contact.reached))
            with self._timed("facts"):
                self._ask_facts(contact, facts)
            for stage in stages:
                self._stage(contact, stage)

    def _connect_nodes(
        self, sections: set[str], stack: contextlib.ExitStack
    ) -> tuple[Contact, dict[str, Answer]]:
        """The logins, which end with the stack, or with the line where that holds them."""
        wanted = sections | {self.line.section} if self.line else sections
        with self._timed("connect"):
            contact, logins = open_contact(
                self.snapshot.job, list(self.wanted), wanted, self._progress_callback("connect")
            )
        if self.line:
            self.line.contact = contact
        else:
            stack.enter_context(contact)
        budgeted = BudgetedContact(contact, self.budget)
        budgeted.show = self.on_show
        return budgeted, logins

    def _ask_facts(self, contact: Contact, facts: set[str]) -> None:
        job = self.snapshot.job
        requests = {
            name: [
                (section, section_arguments(job, name))
                for section in sorted(self.wanted[name] & facts)
            ]
            for name in contact.reached
        }
        answers = contact.ask_all(requests, FACTS_LIMIT_S, self._progress_callback("facts"))
        for name, answered in answers.items():
            for section, answer in answered.items():
                self.snapshot.put(name, section, answer)

    def _stage(self, contact: Contact, stage: Stage) -> None:
        names = [name for name in contact.reached if stage.section in self.wanted[name]]
        if not names:
            return
        if self.budget.used_up:
            for name in names:
                self.snapshot.put(name, stage.section, {"error": f"not asked: {self.budget}"})
            return
        self.on_stage(stage.section, 0, len(names))
        with self._timed(stage.section):
            stage.run(contact, self.snapshot, names)
        self.on_stage(stage.section, len(names), len(names))

    def _progress_callback(self, stage: str) -> Callable[[int], None]:
        total = len(self.wanted)
        return lambda done: self.on_stage(stage, done, total)

    def _timed(self, stage: str) -> _Stopwatch:
        return _Stopwatch(self.snapshot, stage)


@dataclasses.dataclass
class _Stopwatch:
    snapshot: Snapshot
    stage: str
    began: float = 0.0

    def __enter__(self) -> None:
        self.began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self.snapshot.stages[self.stage] = round(time.monotonic() - self.began, 3)


def plan_commands(job: Job, claims: Sequence[Claim]) -> list[str]:
    """Every command that `gather_facts` would run on a node, as text, a line each: for "
    "--dry-run."""
    return list_commands(job, sections_needed(job, claims))
