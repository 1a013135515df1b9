"""A run from its plan to its result: start, watch, end everywhere, record."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from checks.errors import PreflightError
from checks.fold import fold
from checks.model import Job
from launcher.diagnosis import Diagnosis, diagnosis
from launcher.nodes import Nodes, open_nodes
from launcher.plan import Plan
from launcher.progress import Progress
from launcher.runs import Record
from launcher.screen import Screen
from launcher.stall.onlooker import STUCK_AFTER_S, Onlooker
from launcher.watch import BEFORE, LAUNCHER, Watch

KEEPERS_S = 30.0
AGENTS_S = 60.0
LATE_S = 20.0
COLLECT_S = 2.0
GRACE_S = 5.0
SAVE_S = 60.0
"""On request: for ranks that handle a signal to save what they have and end."""
LEAVE_S = 15.0
"""For the nodes' launchers and their carrier to end by themselves after the ranks did."""
GONE_S = 20.0
DONE, FAILED, INTERRUPTED = 0, 1, 130


class Start:
    """One run under way. `run` brings it to its end, whatever that is."""

    def __init__(
        self, job: Job, plan: Plan, record: Record, stuck_after_s: float = STUCK_AFTER_S
    ) -> None:
        self.job, self.plan, self.record = job, plan, record
        self.screen = Screen([node.name for node in plan.nodes])
        self.watch = Watch(plan, self._line)
        self.inbox: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self.asked = 0
        self.cut = False
        record.tell = self.screen.say
        self.progress = Progress(plan, self.screen.say)
        self.nodes: Nodes | None = None
        self.onlooker = Onlooker(plan, stuck_after_s, self._look, self._looked)
        self.diagnosis: Diagnosis | None = None
        """Of a failure, once the run is over; None too where no login was open."""

    def run(self) -> int:
        """Start, watch, end, record. Returns the exit code; nothing is left on any node."""
        with self._signals():
            try:
                nodes = open_nodes(self.job, self.plan, self.inbox)
            except PreflightError as error:
                return self._finish("failed", FAILED, str(error))
            self.nodes = nodes
            try:
                self._drive(nodes)
                self._collect()
                self._end(nodes)
            finally:
                nodes.close()
        return self._result()

    def _drive(self, nodes: Nodes) -> None:
        """Until the run is over, failed or somebody asks for its end."""
        everyone = {node.name for node in self.plan.nodes}
        if not self._until(lambda: self.watch.keeping >= everyone, KEEPERS_S):
            self._overdue(everyone - self.watch.keeping, "no keeper answers", KEEPERS_S)
            return
        head = self.plan.nodes[0]
        for number, argv in enumerate(self.plan.before, 1):
            name = f"{BEFORE}{number}"
            self.screen.say(f"running what comes before the start ({number}) on {head.name}")
            nodes.before(name, argv, head, self.plan.workdir)
            self._until(lambda name=name: (head.name, name) in self.watch.carried, None)
            if self.watch.failure or self.asked:
                return
        nodes.carry(self.plan.carrier)
        if not self._agents(everyone):
            missing = everyone - self.watch.agents
            what = f"{self.plan.carrier.name} did not bring the agent there"
            self._overdue(missing, what, AGENTS_S)
            return
        self._until(self._succeeded, None)
        self._until(lambda: self.watch.over, LEAVE_S)

    def _agents(self, everyone: set[str]) -> bool:
        """Until every node has its agent; who has none yet is said long before the limit."""
        if self._until(lambda: self.watch.agents >= everyone, LATE_S):
            return True
        missing = fold(sorted(everyone - self.watch.agents))
        if not self.watch.failure and not self.asked:
            self.screen.say(
                f"{self.plan.carrier.name} has not brought the agent to {missing} in {LATE_S:g} s; "
                f"waiting {AGENTS_S - LATE_S:g} s more"
            )
        return self._until(lambda: self.watch.agents >= everyone, AGENTS_S - LATE_S)

    def _succeeded(self) -> bool:
        """Asked until it is true; meanwhile a run that makes no progress is looked at."""
        self.progress.joined(self.watch.joined)
        self.onlooker.tick(time.monotonic())
        return self.watch.succeeded

    def _look(self) -> None:
        if self.nodes:
            self.nodes.look()

    def _looked(self, text: str, seen: dict[str, Any]) -> None:
        self.record.look({"after_s": self.progress.seconds(), **seen})
        if text:
            self.screen.say(text)

    def _overdue(self, nodes: set[str], what: str, limit_s: float) -> None:
        if not self.asked and not self.watch.failure:
            for node in sorted(nodes):
                what_failed = f"{node}: {what} within {limit_s:g} s"
                self.watch.fail(what_failed, self.plan.head, self.plan.carrier.name)

    def _until(self, reached: Any, limit_s: float | None) -> bool:
        """Hear messages until `reached()`, a failure, a request to end, or the limit."""
        deadline = time.monotonic() + (limit_s or float("inf"))
        while not reached():
            if self.watch.failure or self.asked or time.monotonic() > deadline:
                return False
            self._hear(0.2)
        return True

    def _hear(self, seconds: float) -> None:
        try:
            node, said = self.inbox.get(timeout=seconds)
        except queue.Empty:
            return
        self.watch.hear(node, said)
        if said["kind"] in ("rank-started", "rank-ended", "node-started", "node-ended"):
            self.record.event(node, said)
        if said["kind"] in ("rank-started", "node-started"):
            self.onlooker.started(time.monotonic())
        if said["kind"] == "saving":
            self.screen.say(_saving(node, said["ranks"]))
        if said["kind"] == "look":
            self.onlooker.hear(node, said)
        self.progress.joined(self.watch.joined)

    def _line(self, node: str, source: str, line: str) -> None:
        self.record.log(node, f"{source.removeprefix('rank')}: {line}")
        if source != LAUNCHER:
            self.screen.line(node, source, line)
        if source.startswith("rank"):
            step = self.progress.line(source, line)
            self.onlooker.progress(time.monotonic(), step=step)

    def _collect(self) -> None:
        """A short while for the last words, once something failed."""
        if self.watch.failure:
            self.screen.say(f"{self.watch.failure.what}; ending the run on every node")
            deadline = time.monotonic() + COLLECT_S
            while time.monotonic() < deadline and not self.asked:
                self._hear(0.2)

    def _end(self, nodes: Nodes) -> None:
        """Every keeper ends what is left and goes; asked once more, at once."""
        asked = self.asked
        if asked:
            self.screen.say("ending the run on every node; once more to end it at once")
        save_s = SAVE_S if asked == 1 and not self.watch.failure else 0.0
        nodes.stop(0.0 if asked > 1 else GRACE_S, save_s)
        deadline = time.monotonic() + save_s + GONE_S
        heard_from = set(nodes.links)
        while heard_from - self.watch.gone.keys() and time.monotonic() < deadline:
            self._hear(0.2)
            if self.asked > max(asked, 1):
                asked = self.asked
                nodes.stop(0.0)
                deadline = time.monotonic() + GONE_S

    def _result(self) -> int:
        silent = [n.name for n in self.plan.nodes if n.name not in self.watch.gone]
        if silent:
            self.screen.say(
                f"{', '.join(silent)} did not confirm the end: what is left there ends by itself "
                "when its keeper misses the controller for 20 s"
            )
        if self.watch.succeeded and not self.watch.failure and not self.cut:
            return self._finish("finished", DONE, "")
        if self.watch.failure:
            self.diagnosis = diagnosis(self.watch, self.watch.failure, self.record.path)
            return self._finish("failed", FAILED, self.diagnosis.text)
        return self._finish("stopped", INTERRUPTED, "stopped on request")

    def _finish(self, state: str, code: int, text: str) -> int:
        self.record.close(
            {
                "state": state,
                "exit": code,
                "diagnosis": text,
                **self.progress.figures,
                "ranks": {str(rank): code for rank, code in sorted(self.watch.ended.items())},
                "left": {node: pids for node, pids in self.watch.gone.items() if pids},
            }
        )
        ended = sum(1 for code in self.watch.ended.values() if code == 0)
        count = f"{ended} of {len(self.plan.ranks)} ranks ended well"
        self.screen.say(f"{state} after {self.progress.seconds():g} s: {count}; {self.record.path}")
        if text and state == "failed":
            self.screen.say(text)
        return code

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Ctrl-C, `stop` and a closed terminal ask for the end; a stopped terminal does not."""

        def ask(*_: object) -> None:
            self.asked += 1
            self.watch.unwanted = True
            self.cut = self.cut or not self.watch.succeeded

        wanted = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            wanted.append(signal.SIGHUP)
        before = {number: signal.signal(number, ask) for number in wanted}
        before[signal.SIGTSTP] = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _saving(node: str, signals: Mapping[str, str]) -> str:
    told = ", ".join(f"rank {rank} ({name})" for rank, name in signals.items())
    return f"{node}: {told} may save and end within {SAVE_S:g} s; once more to end it at once"
