"""A run from its plan to its result: start, watch, end everywhere, record."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from checks.errors import PreflightError
from checks.folded_names import fold_names
from checks.model import Job
from launcher.plan.plan import Plan
from launcher.record import RunRecord
from launcher.run.console import Console
from launcher.run.failure_report import FailureReport, describe_failure
from launcher.run.progress import Progress
from launcher.run.stall.stall_monitor import STUCK_AFTER_S, StallMonitor
from launcher.run.state import BEFORE_SOURCE, LAUNCHER_SOURCE, RunState
from launcher.run.supervisors import Supervisors, start_supervisors

SUPERVISORS_WAIT_S = 30.0
AGENTS_WAIT_S = 60.0
LATE_NOTICE_S = 20.0
LAST_WORDS_S = 2.0
GRACE_S = 5.0
RANKS_SAVE_S = 60.0
"""On request: for ranks that handle a signal to save what they have and end."""
LAUNCHERS_EXIT_S = 15.0
"""For the nodes' launchers and their carrier to end by themselves after the ranks did."""
SUPERVISORS_EXIT_S = 20.0
DONE, FAILED, INTERRUPTED = 0, 1, 130


class RunController:
    """One run under way. `run` brings it to its end, whatever that is."""

    def __init__(
        self, job: Job, plan: Plan, record: RunRecord, stuck_after_s: float = STUCK_AFTER_S
    ) -> None:
        self.job, self.plan, self.record = job, plan, record
        self.screen = Console([node.name for node in plan.nodes])
        self.watch = RunState(plan, self._show_line)
        self.inbox: queue.SimpleQueue[tuple[str, dict[str, Any]]] = queue.SimpleQueue()
        self.asked = 0
        self.cut = False
        record.tell = self.screen.say
        self.progress = Progress(plan, self.screen.say)
        self.nodes: Supervisors | None = None
        self.onlooker = StallMonitor(plan, stuck_after_s, self._look, self._record_observation)
        self.failure_report: FailureReport | None = None
        """Of a failure, once the run is over; None too where no login was open."""

    def run(self) -> int:
        """Start, watch, end, record. Returns the exit code; nothing is left on any node."""
        with self._stop_on_signals():
            try:
                nodes = start_supervisors(self.job, self.plan, self.inbox)
            except PreflightError as error:
                return self._finish("failed", FAILED, str(error))
            self.nodes = nodes
            try:
                self._launch_and_watch(nodes)
                self._collect_last_words()
                self._end(nodes)
            finally:
                nodes.close()
        return self._conclude_run()

    def _launch_and_watch(self, nodes: Supervisors) -> None:
        """Until the run is over, failed or somebody asks for its end."""
        everyone = {node.name for node in self.plan.nodes}
        if not self._wait_until(
            lambda: self.watch.supervised_nodes >= everyone, SUPERVISORS_WAIT_S
        ):
            self._fail_overdue_nodes(
                everyone - self.watch.supervised_nodes, "no keeper answers", SUPERVISORS_WAIT_S
            )
            return
        head = self.plan.nodes[0]
        for number, argv in enumerate(self.plan.before, 1):
            name = f"{BEFORE_SOURCE}{number}"
            self.screen.say(f"running what comes before the start ({number}) on {head.name}")
            nodes.before(name, argv, head, self.plan.workdir)
            self._wait_until(lambda name=name: (head.name, name) in self.watch.carried, None)
            if self.watch.failure or self.asked:
                return
        nodes.carry(self.plan.agent_launcher)
        if not self._wait_for_agents(everyone):
            missing = everyone - self.watch.agent_nodes
            what = f"{self.plan.agent_launcher.name} did not bring the agent there"
            self._fail_overdue_nodes(missing, what, AGENTS_WAIT_S)
            return
        self._wait_until(self._has_succeeded, None)
        self._wait_until(lambda: self.watch.over, LAUNCHERS_EXIT_S)

    def _wait_for_agents(self, everyone: set[str]) -> bool:
        """Until every node has its agent; who has none yet is said long before the limit."""
        if self._wait_until(lambda: self.watch.agent_nodes >= everyone, LATE_NOTICE_S):
            return True
        missing = fold_names(sorted(everyone - self.watch.agent_nodes))
        if not self.watch.failure and not self.asked:
            self.screen.say(
                f"{self.plan.agent_launcher.name} has not brought the agent to {missing} in "
                f"{LATE_NOTICE_S:g} s; "
                f"waiting {AGENTS_WAIT_S - LATE_NOTICE_S:g} s more"
            )
        return self._wait_until(
            lambda: self.watch.agent_nodes >= everyone, AGENTS_WAIT_S - LATE_NOTICE_S
        )

    def _has_succeeded(self) -> bool:
        """Asked until it is true; meanwhile a run that makes no progress is looked at."""
        self.progress.joined(self.watch.joined)
        self.onlooker.check_progress(time.monotonic())
        return self.watch.has_succeeded

    def _look(self) -> None:
        if self.nodes:
            self.nodes.look()

    def _record_observation(self, text: str, seen: dict[str, Any]) -> None:
        self.record.look({"after_s": self.progress.seconds(), **seen})
        if text:
            self.screen.say(text)

    def _fail_overdue_nodes(self, nodes: set[str], what: str, limit_s: float) -> None:
        if not self.asked and not self.watch.failure:
            for node in sorted(nodes):
                what_failed = f"{node}: {what} within {limit_s:g} s"
                self.watch.fail(what_failed, self.plan.head, self.plan.agent_launcher.name)

    def _wait_until(self, reached: Any, limit_s: float | None) -> bool:
        """Hear messages until `reached()`, a failure, a request to end, or the limit."""
        deadline = time.monotonic() + (limit_s or float("inf"))
        while not reached():
            if self.watch.failure or self.asked or time.monotonic() > deadline:
                return False
            self._receive_message(0.2)
        return True

    def _receive_message(self, seconds: float) -> None:
        try:
            node, said = self.inbox.get(timeout=seconds)
        except queue.Empty:
            return
        self.watch.hear(node, said)
        if said["kind"] in ("rank-started", "rank-ended", "node-started", "node-ended"):
            self.record.log_event(node, said)
        if said["kind"] in ("rank-started", "node-started"):
            self.onlooker.started(time.monotonic())
        if said["kind"] == "saving":
            self.screen.say(_saving_notice(node, said["ranks"]))
        if said["kind"] == "look":
            self.onlooker.hear(node, said)
        self.progress.joined(self.watch.joined)

    def _show_line(self, node: str, source: str, line: str) -> None:
        self.record.log(node, f"{source.removeprefix('rank')}: {line}")
        if source != LAUNCHER_SOURCE:
            self.screen.line(node, source, line)
        if source.startswith("rank"):
            step = self.progress.line(source, line)
            self.onlooker.progress(time.monotonic(), step=step)

    def _collect_last_words(self) -> None:
        """A short while for the last words, once something failed."""
        if self.watch.failure:
            self.screen.say(f"{self.watch.failure.what}; ending the run on every node")
            deadline = time.monotonic() + LAST_WORDS_S
            while time.monotonic() < deadline and not self.asked:
                self._receive_message(0.2)

    def _end(self, nodes: Supervisors) -> None:
        """Every keeper ends what is left and goes; asked once more, at once."""
        asked = self.asked
        if asked:
            self.screen.say("ending the run on every node; once more to end it at once")
        save_s = RANKS_SAVE_S if asked == 1 and not self.watch.failure else 0.0
        nodes.stop(0.0 if asked > 1 else GRACE_S, save_s)
        deadline = time.monotonic() + save_s + SUPERVISORS_EXIT_S
        heard_from = set(nodes.links)
        while heard_from - self.watch.gone.keys() and time.monotonic() < deadline:
            self._receive_message(0.2)
            if self.asked > max(asked, 1):
                asked = self.asked
                nodes.stop(0.0)
                deadline = time.monotonic() + SUPERVISORS_EXIT_S

    def _conclude_run(self) -> int:
        silent = [n.name for n in self.plan.nodes if n.name not in self.watch.gone]
        if silent:
            self.screen.say(
                f"{', '.join(silent)} did not confirm the end: what is left there ends by itself "
                "when its keeper misses the controller for 20 s"
            )
        if self.watch.has_succeeded and not self.watch.failure and not self.cut:
            return self._finish("finished", DONE, "")
        if self.watch.failure:
            self.failure_report = describe_failure(self.watch, self.watch.failure, self.record.path)
            return self._finish("failed", FAILED, self.failure_report.text)
        return self._finish("stopped", INTERRUPTED, "stopped on request")

    def _finish(self, state: str, code: int, text: str) -> int:
        self.record.close(
            {
                "state": state,
                "exit": code,
                "diagnosis": text,
                **self.progress.run_figures,
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
    def _stop_on_signals(self) -> Iterator[None]:
        """Ctrl-C, `stop` and a closed terminal ask for the end; a stopped terminal does not."""

        def ask(*_: object) -> None:
            self.asked += 1
            self.watch.end_requested = True
            self.cut = self.cut or not self.watch.has_succeeded

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


def _saving_notice(node: str, signals: Mapping[str, str]) -> str:
    told = ", ".join(f"rank {rank} ({name})" for rank, name in signals.items())
    return f"{node}: {told} may save and end within {RANKS_SAVE_S:g} s; once more to end it at once"
