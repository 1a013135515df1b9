"""From sections to a snapshot: the logins, each node's facts, then the stages between nodes."""

from __future__ import annotations

import contextlib
import datetime
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from checks.answer import LONGEST_ERROR, Answer
from checks.contact.budget import Budget, BudgetedContact
from checks.contact.held_logins import HeldLogins
from checks.contact.kept_sessions import KeptSessions
from checks.contact.pool import Contact, Show
from checks.contact.probe_program import section_modules
from checks.errors import UsageError
from checks.facts import ClusterView
from checks.facts.account import Account
from checks.facts.pressure import Pressure
from checks.facts.snapshot import Login, Snapshot
from checks.model import Job
from checks.outliers.pairing import FULL_MESH_NODES
from checks.quick_dataclass import dataclass
from checks.stages.containment import Finish, RecordingContact, find_unbearable
from checks.stages.foreign_text import without_foreign_text
from checks.stages.ssh_mesh import login_peers
from checks.stages.stage_list import STAGED_SECTIONS, STAGES, Stage
from checks.stages.training_interpreter import CLOSING_SECTION, close_interpreters

FACTS_LIMIT_S = 20.0
LONG_ARGUMENTS = frozenset({"names", "peers"})
"""Arguments as long as the hosts file."""
OF_ALL_NODES = frozenset({"names", "sshd", "trust"})
"""The fact sections that read them; the others, some thirty, are not sent them."""
PRESSURE_LIMIT_S = 5.0

OnStage = Callable[[str, int, int], None]
"""Called with `(title of the stage, done, total)` as answers come in, from any thread."""
_Begun: TypeAlias = tuple[RecordingContact, Finish | None]
"""An early stage under way, and what ends it."""


@dataclass(frozen=True)
class GatherOptions:
    """How long the nodes may be asked, and who watches.

    `budget` is in seconds: stages that would begin after it are recorded as not asked for that
    reason, and no question waits beyond it. `on_show` is given what a long stage shows while it
    runs. The logins are kept open in `held_logins` with their probes, or in `sessions` without,
    where one is given. Up to `most_mesh_nodes` each pair of nodes is tried. Where `is_settled`
    says so of each node's own facts, no node is asked to meet another or to train.
    """

    budget: float | None = None
    on_stage: OnStage = lambda *_: None
    on_show: Show = lambda _: None
    held_logins: HeldLogins | None = None
    most_mesh_nodes: float = FULL_MESH_NODES
    is_settled: Callable[[Snapshot], bool] = lambda _: False
    sessions: KeptSessions | None = None


def gather_facts(
    job: Job, wanted: Mapping[str, set[str]], options: GatherOptions | None = None
) -> Snapshot:
    """Ask each node in `wanted` for its sections; the other nodes are not touched.

    Never raises for what a node does: each missing answer is recorded with its reason.
    """
    started = datetime.datetime.now(datetime.timezone.utc)
    snapshot = Snapshot(job, started.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if wanted:
        options = options or GatherOptions()
        _Gathering(snapshot, wanted, options, Budget(options.budget)).run()
    return snapshot


def complete_sections(sections: Iterable[str]) -> set[str]:
    """The sections, what their stages need before, and the account of the login."""
    asked = {Account.section, *sections}
    for stage in reversed(STAGES):
        if asked & {stage.section, *stage.also}:
            asked.update((stage.section, *(fact.section for fact in stage.needs)))
    return asked - {Login.section}


def section_arguments(job: Job, name: str) -> dict[str, Any]:
    """The arguments that every fact section is given: what is to be started, as seen by `name`."""
    return {
        "self": name,
        "names": list(job.names),
        "head": job.head,
        "peers": login_peers(job),
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
        "accelerate_deepspeed": job.accelerate_deepspeed,
        "launcher": job.launcher,
        "accelerate_config": job.accelerate_config,
    }


@dataclass(frozen=True)
class _Gathering:
    snapshot: Snapshot
    wanted: Mapping[str, set[str]]
    options: GatherOptions
    budget: Budget

    def run(self) -> None:
        asked = set().union(*self.wanted.values())
        stages = [stage for stage in STAGES if stage.section in asked]
        probed = {name for stage in stages for name in stage.sections}
        facts = asked & section_modules().keys() - STAGED_SECTIONS - {Pressure.section}
        with contextlib.ExitStack() as stack:
            contact = self._log_in(facts | probed | {Pressure.section}, stack)
            self.options.on_stage("facts", 0, len(contact.reached))
            with self._timed("facts"):
                self._ask_facts(contact, facts)
            if CLOSING_SECTION in probed:
                stack.callback(close_interpreters, contact)
            for stage in stages:
                if not stage.sections:
                    self._run_stage(contact, stage, None)
            if self.options.is_settled(self.snapshot):
                return
            meetings = [stage for stage in stages if stage.sections]
            begun = {stage: self._begin_stage(contact, stage) for stage in meetings if stage.early}
            for stage in meetings:
                self._run_stage(contact, stage, begun.get(stage))
            self._ask_late_nodes(contact)

    def _log_in(self, sections: set[str], stack: contextlib.ExitStack) -> Contact:
        """The logins, which end with the stack, or stay open where they are to be held."""
        from checks.contact.logins import open_contact  # paramiko would slow down pytest's start

        held = self.options.held_logins
        wanted = sections | {held.section} if held else sections
        with self._timed("connect"):
            contact, logins = open_contact(
                self.snapshot.job, list(self.wanted), wanted, self._progress_callback("connect")
            )
        if held:
            held.contact = contact
        elif self.options.sessions is not None:
            stack.callback(contact.leave, self.options.sessions)
        else:
            stack.enter_context(contact)
        for name, login in logins.items():
            self.snapshot.put_fact(name, login)
        budgeted = BudgetedContact(contact, self.budget)
        budgeted.show = self.options.on_show
        budgeted.most_mesh_nodes = self.options.most_mesh_nodes
        return budgeted

    def _ask_facts(self, contact: Contact, facts: set[str]) -> None:
        requests = {
            name: self._fact_requests(name, sorted(self.wanted[name] & facts))
            for name in contact.reached
        }
        answers = contact.ask_all(requests, FACTS_LIMIT_S, self._progress_callback("facts"))
        for name, answered in answers.items():
            for section, answer in answered.items():
                self.snapshot.put(name, section, without_foreign_text(section, answer))
        self._ask_late_nodes(contact)

    def _fact_requests(self, name: str, sections: Iterable[str]) -> list[tuple[str, Any]]:
        whole = section_arguments(self.snapshot.job, name)
        brief = {key: value for key, value in whole.items() if key not in LONG_ARGUMENTS}
        return [(section, whole if section in OF_ALL_NODES else brief) for section in sections]

    def _ask_late_nodes(self, contact: Contact) -> None:
        """How busy those nodes are that did not answer; this machine's load is known anyway."""
        late = {
            name: dict[str, Any]()
            for name in ClusterView(self.snapshot).late_nodes
            if self.snapshot.answer(name, Pressure.section) is None
        }
        here = {"here_load": round(os.getloadavg()[0], 1), "here_cpus": os.cpu_count() or 1}
        for name, answer in contact.ask(Pressure.section, late, PRESSURE_LIMIT_S).items():
            data = answer.data if isinstance(answer.data, dict) else {}
            self.snapshot.put(name, Pressure.section, Answer({**data, **here}))

    def _names_for(self, contact: Contact, stage: Stage) -> list[str]:
        """The nodes that are asked for that stage and answer in time."""
        late = ClusterView(self.snapshot).late_nodes
        able = [name for name in contact.reached if name not in late]
        return [name for name in able if stage.section in self.wanted[name]]

    def _begin_stage(self, contact: Contact, stage: Stage) -> _Begun | None:
        """An early stage that goes on beside others; None where it was not begun, or failed."""
        names = self._names_for(contact, stage)
        if not names or self.budget.used_up:
            return None
        recording = RecordingContact(contact)
        with contextlib.suppress(Exception):  # when its turn has come it shows whom it cannot bear
            return recording, stage.run(recording, self.snapshot, names)
        return None

    def _run_stage(self, contact: Contact, stage: Stage, begun: _Begun | None) -> None:
        names = self._names_for(contact, stage)
        if not names:
            return
        if self.budget.used_up and not begun:
            for name in names:
                self.snapshot.put(name, stage.section, Answer(error=f"not asked: {self.budget}"))
            return
        self.options.on_stage(stage.title, 0, len(names))
        with self._timed(stage.section):
            left = self._bearable_nodes(contact, stage, names, begun)
            while left:
                left = self._bearable_nodes(contact, stage, left)
        self.options.on_stage(stage.title, len(names), len(names))

    def _bearable_nodes(
        self, contact: Contact, stage: Stage, names: Sequence[str], begun: _Begun | None = None
    ) -> Sequence[str]:
        """Run the stage; the nodes for which it is to be run again, as it fails on others' answers.

        Of those others, and of all that gave no answer where it fails by itself, it is put why.
        """
        recording, finish = begun or (RecordingContact(contact), None)
        try:
            finish = finish or stage.run(recording, self.snapshot, names)
            if finish:
                finish()
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever an odd answer leads to
            liars = find_unbearable(stage.run, recording.answered, self.snapshot, names)
            silent = [name for name in names if not self.snapshot.answer(name, stage.section)]
            why = "cannot use what this node answered" if liars else "itself failed"
            text = f"the stage {why}: {type(error).__name__}: {error}"[:LONGEST_ERROR]
            for name in liars or silent:
                self.snapshot.put(name, stage.section, Answer(error=text))
            return [name for name in names if name not in liars] if liars else []
        return []

    def _progress_callback(self, stage: str) -> Callable[[int], None]:
        total = len(self.wanted)
        return lambda done: self.options.on_stage(stage, done, total)

    @contextlib.contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.snapshot.stages[stage] = round(time.monotonic() - began, 3)
