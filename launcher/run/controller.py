"""A run from its plan to its result: start, watch, end everywhere, record."""

from __future__ import annotations

import queue
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from checks.contact.kept_sessions import KeptSessions
from checks.errors import PreflightError
from checks.folded_names import fold_names
from checks.model import Job
from launcher.agent.supervisor import LEASE_S
from launcher.exit_codes import ExitCode
from launcher.plan.plan import BEFORE_SOURCE, LAUNCHER_SOURCE, Plan
from launcher.plan.ranks import name_ranks
from launcher.record import RecordedRun, RunRecord
from launcher.run.aftermath import Aftermath
from launcher.run.console import Console
from launcher.run.end_signals import STOP_REASONS, on_end_signals
from launcher.run.ending import Ending, describe_ending, ending_as_json, judge_ending
from launcher.run.inbox import Inbox
from launcher.run.messages import (
    MeasureArrivals,
    Message,
    NodeStarted,
    ObserveRanks,
    RanksArrived,
    RanksObserved,
    RanksSaving,
    RankStarted,
    RunEvent,
    StopRun,
    event_as_json,
)
from launcher.run.notifier import Notifier
from launcher.run.observer import RunObserver
from launcher.run.progress import Progress
from launcher.run.run_display import RunDisplay
from launcher.run.run_notices import RunNotices
from launcher.run.stall.judge import Stall
from launcher.run.stall.stall_monitor import STUCK_AFTER_S
from launcher.run.state import RunState
from launcher.run.stragglers import StragglerWatch
from launcher.run.supervisors import Supervisors, start_supervisors
from launcher.run.worlds import SeparationNotice

SUPERVISORS_WAIT_S = 30.0
AGENTS_WAIT_S = 60.0
LATE_NOTICE_S = 20.0
LAST_WORDS_S = 2.0
GRACE_S = 5.0
RANKS_SAVE_S = 60.0
"""For ranks that handle a signal to save what they have and end, where the end was requested."""
LAUNCHERS_EXIT_S = 15.0
"""For the nodes' launchers and the agent launcher to end by themselves after the ranks did."""
SUPERVISORS_EXIT_S = 20.0


class RunController:
    """One run under way. `run` brings it to its end, whatever that is.

    `held` are signals that came since the record was begun; they count as if they came now.
    It starts over the logins in `sessions`, and logs in where there is none.
    """

    def __init__(
        self,
        job: Job,
        plan: Plan,
        record: RunRecord,
        notifier: Notifier,
        stuck_after_s: float = STUCK_AFTER_S,
        held: Sequence[int] = (),
        sessions: KeptSessions | None = None,
    ) -> None:
        self.job, self.plan, self.record = job, plan, record
        self.sessions = sessions or KeptSessions()
        self.console = Console([node.name for node in plan.nodes])
        self.state = RunState(plan, self._show_lines)
        self.aftermath = Aftermath(self.state)
        self.inbox = Inbox()
        self.end_requests, self.held = 0, held
        self.concluding = False
        """Whether all has ended: who asks for the end now changes nothing of what is recorded."""
        self.interrupted = False
        self.stopped_because = ""
        record.report, notifier.warn = self.console.report_unwritten, self.console.say
        self.notices = RunNotices(notifier, job, plan, RecordedRun(record.path))
        self.progress = Progress(plan, self.console.say)
        self.supervisors: Supervisors | None = None
        self.display = RunDisplay(self.console, self.progress)
        self.observer = RunObserver(
            *(job, plan, record, self.console, self.progress, self.display, self.notices),
            self._broadcast,
            stuck_after_s,
        )
        self.stragglers = StragglerWatch(plan.ranks)
        self.separation_notice = SeparationNotice(
            self.state.worlds, self.state.erring_ranks, self.console.say
        )
        self.said = ""
        """What failed, once the terminal has it."""
        self.ending: Ending | None = None
        """How the run ended, once it is over."""

    @property
    def ended_nodes(self) -> list[str]:
        """The nodes on which the run is known to have ended."""
        return [node.name for node in self.plan.nodes if node.name in self.state.left_processes]

    def run(self) -> ExitCode:
        """Start, watch, end, record. Returns the exit code; nothing is left on any node."""
        with self._stop_on_signals():
            try:
                supervisors = start_supervisors(self.job, self.plan, self.inbox, self.sessions)
            except PreflightError as error:
                return self._finish(Ending("failed", ExitCode.FAILED, str(error)))
            self.supervisors = supervisors
            try:
                self._launch_and_watch(supervisors)
                self._collect_last_words()
                self._end(supervisors)
            finally:
                supervisors.close()
            self.concluding = True
            return self._conclude_run()

    def _launch_and_watch(self, supervisors: Supervisors) -> None:
        """Until the run is over or failed, or somebody requests its end."""
        everyone = {node.name for node in self.plan.nodes}
        if not self._wait_until(
            lambda: self.state.supervised_nodes >= everyone, SUPERVISORS_WAIT_S
        ):
            silent = everyone - self.state.supervised_nodes
            self._fail_overdue_nodes(silent, "no supervisor answers", SUPERVISORS_WAIT_S)
            return
        self._run_commands_before(supervisors)
        if self.state.failure or self.end_requests:
            return
        supervisors.launch_agents(self.plan.agent_launcher)
        if not self._wait_for_agents(everyone):
            missing = everyone - self.state.agent_nodes
            what = f"{self.plan.agent_launcher.name} did not start the agent there"
            self._fail_overdue_nodes(missing, what, AGENTS_WAIT_S)
            return
        self._wait_until(self._has_succeeded, None)
        self.display.clear()
        self._wait_until(lambda: self.state.over, LAUNCHERS_EXIT_S)

    def _run_commands_before(self, supervisors: Supervisors) -> None:
        """What `before` of launch.toml names, one after the other, on the head."""
        head, count = self.plan.nodes[0], len(self.plan.before)
        for number, argv in enumerate(self.plan.before, 1):
            name = f"{BEFORE_SOURCE}{number}"
            self.console.say(f"running command {number} of {count} before the start on {head.name}")
            supervisors.before(name, argv, head, self.plan.workdir)
            if not self._wait_until(partial(self._has_exited, head.name, name), None):
                return

    def _has_exited(self, node: str, command: str) -> bool:
        return (node, command) in self.state.command_exits

    def _wait_for_agents(self, everyone: set[str]) -> bool:
        """Until every node has its agent; a notice names those without one before the limit."""
        if self._wait_until(lambda: self.state.agent_nodes >= everyone, LATE_NOTICE_S):
            return True
        missing = fold_names(sorted(everyone - self.state.agent_nodes))
        if not self.state.failure and not self.end_requests:
            self.console.say(
                f"{self.plan.agent_launcher.name} has not started the agent on {missing} after "
                f"{LATE_NOTICE_S:g} s; waiting {AGENTS_WAIT_S - LATE_NOTICE_S:g} s more"
            )
        return self._wait_until(
            lambda: self.state.agent_nodes >= everyone, AGENTS_WAIT_S - LATE_NOTICE_S
        )

    def _has_succeeded(self) -> bool:
        """Whether all ranks succeeded; a run without progress is looked into meanwhile."""
        self._report_members()
        self.observer.check()
        if self.stragglers.due(time.monotonic()):
            self._broadcast(MeasureArrivals(time.time()))
        if not self.job.allow_separate:
            self.separation_notice.check(time.monotonic())
        self.display.redraw()
        if stuck := self.observer.monitor.proved_stuck:
            self._fail_stuck_run(stuck)
        return self.state.has_succeeded

    def _fail_stuck_run(self, stuck: Stall) -> None:
        """What `--stuck-kill` asked for; the rank that the others wait for failed, or the head."""
        ranks = {rank.rank: rank.node for rank in self.plan.ranks}
        odd = next(iter(stuck.odd), None)
        node = self.plan.head if odd is None else ranks[odd]
        source = LAUNCHER_SOURCE if odd is None else f"rank{odd}"
        seen = next(iter(stuck.lines[1:]), "nothing has advanced")
        what = f"stuck for {self.job.stuck_kill_s:g} s (--stuck-kill)"
        self.state.fail(what, node, source, odd, stuck=seen)

    def _broadcast(self, question: ObserveRanks | MeasureArrivals) -> None:
        if self.supervisors:
            self.supervisors.broadcast(question)

    def _fail_overdue_nodes(self, nodes: set[str], what: str, limit_s: float) -> None:
        if not self.end_requests and not self.state.failure:
            for node in sorted(nodes):
                what_failed = f"{node}: {what} within {limit_s:g} s"
                self.state.fail(what_failed, self.plan.head, self.plan.agent_launcher.name)

    def _wait_until(self, reached: Callable[[], bool], limit_s: float | None) -> bool:
        """Receive messages until `reached()`, a failure, a request to end, or the limit."""
        deadline = time.monotonic() + (limit_s or float("inf"))
        while not reached():
            if self.state.failure or self.end_requests or time.monotonic() > deadline:
                return False
            self._receive_message(0.2)
        return True

    def _receive_message(self, seconds: float) -> None:
        if figures := self.progress.figures_to_record():
            self.record.write_progress(figures)
        self.console.settle()
        try:
            node, message = self.inbox.get(seconds)
        except queue.Empty:
            return
        self.state.take(message, node)
        self._report_message(message, node)
        self._report_members()

    def _report_message(self, message: Message, node: str) -> None:
        """To the record, the stall monitor and the terminal, whomever it concerns."""
        if isinstance(message, RunEvent):
            self.record.log_event(node, event_as_json(message))
        match message:
            case RankStarted() | NodeStarted():
                self.observer.monitor.started(time.monotonic())
                if isinstance(message, RankStarted) and self._all_started():
                    self.notices.started(self.progress.run_figures)
            case RanksObserved(seen):
                self.observer.monitor.take_observation(node, seen)
            case RanksArrived():
                self.stragglers.take(node, message)
                self.progress.stragglers = self.stragglers.text
            case RanksSaving(ranks):
                self.console.say(_saving_notice(node, ranks))

    def _all_started(self) -> bool:
        return len(self.state.started_ranks) == len(self.plan.ranks)

    def _report_members(self) -> None:
        """Which ranks have started, and that all have joined in one world."""
        self.progress.started(self.state.started_ranks)
        self.progress.joined(self.state.worlds.whole_world)

    def _show_lines(self, node: str, source: str, lines: Sequence[str]) -> None:
        self.record.log(node, *(f"{source.removeprefix('rank')}: {line}" for line in lines))
        with self.console.printed_at_once():
            for line in lines:
                self._show_line(node, source, line)

    def _show_line(self, node: str, source: str, line: str) -> None:
        hidden = source == LAUNCHER_SOURCE or self.display.replaces(source, line)
        if not hidden and not self.aftermath.takes(node, source):
            self.console.line(node, source, line)
        if source.startswith("rank"):
            self.display.printed()
            step = self.progress.line(source, line)
            self.observer.monitor.progress(time.monotonic(), step=step)
            if step:
                self.display.stepped()
            if step and not (self.state.end_requested or self.state.ending):
                self.observer.stepped()

    def _collect_last_words(self) -> None:
        """Receive output for a moment more, once something failed."""
        self.console.settle(at_end=True)
        if self.state.failure:
            what, after = self.state.failure.what, sorted(self.state.failure.after)
            self.said = what
            before = f"; {name_ranks(after)} printed errors too" if after else ""
            self.console.say(f"{what}{before}; ending the run on every node")
            deadline = time.monotonic() + LAST_WORDS_S
            while time.monotonic() < deadline and not self.end_requests:
                self._receive_message(0.2)

    def _end(self, supervisors: Supervisors) -> None:
        """Have every supervisor end the run on its node; without grace once requested again."""
        if self.end_requests:
            self.console.say("ending the run on every node; interrupt again to end it at once")
            self._observe_last()
        requests = self.end_requests
        self.state.ending = True
        save_s = RANKS_SAVE_S if requests == 1 and not self.state.failure else 0.0
        supervisors.broadcast(StopRun(0.0 if requests > 1 else GRACE_S, save_s))
        deadline = time.monotonic() + save_s + SUPERVISORS_EXIT_S
        nodes = set(supervisors.links)
        while nodes - self.state.left_processes.keys() and time.monotonic() < deadline:
            self._receive_message(0.2)
            if self.end_requests > max(requests, 1):
                requests = self.end_requests
                supervisors.broadcast(StopRun(0.0))
                deadline = time.monotonic() + SUPERVISORS_EXIT_S

    def _observe_last(self) -> None:
        """What its ranks do, where nothing is known yet of a run that is to end."""
        if not self.state.failure and self.state.started_ranks:
            self.observer.observe_last(
                self._receive_message,
                lambda: self.end_requests == 1 and not self.state.failure,
            )

    def _conclude_run(self) -> ExitCode:
        names = [node.name for node in self.plan.nodes]
        if silent := [name for name in names if name not in self.state.left_processes]:
            self.console.say(
                f"{fold_names(silent)} did not confirm the end; the supervisor there ends the run "
                f"once it has not heard from this launcher for {LEASE_S:g} s"
            )
        ending = judge_ending(
            self.state,
            self.record.path,
            stopped_because=self.stopped_because if self.interrupted else "",
            allow_separate=self.job.allow_separate,
            hang=self.observer.hang,
        )
        if ending.code is ExitCode.INTERRUPTED:
            ending = ending.with_seen(self.separation_notice.seen, self.observer.conclude())
        return self._finish(ending)

    def _finish(self, ending: Ending) -> ExitCode:
        """Record how the run ended, print it and notify of it."""
        self.ending, figures = ending, self.progress.run_figures
        stragglers = self.progress.stragglers
        watched = {"hang": self.observer.hang, "stragglers": stragglers, **figures}
        self.record.close(ending_as_json(ending, self.state) | watched)
        self.console.settle(at_end=True)
        seconds = self.progress.seconds()
        self.console.say(describe_ending(ending, self.state, seconds, self.record.path))
        if stragglers and not self.state.failure:
            self.console.say(stragglers)
        if ending.code is ExitCode.FAILED:
            if followed := self.aftermath.describe():
                self.console.say(followed)
            if story := ending.story_after(self.said, self.console):
                self.console.say(story)
        self.notices.ended(figures, ending.state, int(ending.code), ending.brief, ending.diagnosis)
        return ending.code

    @contextmanager
    def _stop_on_signals(self) -> Iterator[None]:
        """Signals request the end, also those that were held; a suspended terminal does not."""
        suspend = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        try:
            with on_end_signals(self._request_end):
                for number in self.held:
                    self._request_end(number)
                yield
        finally:
            signal.signal(signal.SIGTSTP, suspend)

    def _request_end(self, number: int, _frame: object = None) -> None:
        if self.concluding or (number == signal.SIGHUP and self.end_requests):
            return  # a closed terminal: the kernel sends it, and then the shell
        self.end_requests += 1
        self.stopped_because = STOP_REASONS[signal.Signals(number)]
        self.state.end_requested = True
        self.interrupted = self.interrupted or not self.state.has_succeeded


def _saving_notice(node: str, signals: Mapping[str, str]) -> str:
    ranks = ", ".join(f"rank {rank} ({name})" for rank, name in signals.items())
    limit = f"within {RANKS_SAVE_S:g} s"
    return f"{node}: {ranks} may save and end {limit}; interrupt again to end at once"
