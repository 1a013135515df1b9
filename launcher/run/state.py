"""What is known of a run from its supervisors' messages: who started, who ended, what failed."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Sequence
from functools import singledispatchmethod
from typing import Protocol

from checks.folded_names import fold_names
from checks.knowledge.exit_status import OF_SHELL, describe_exit
from checks.masking import secret_masker
from checks.printable import escape_line
from checks.quick_dataclass import dataclass
from launcher.plan.plan import LAUNCHER_SOURCE, Plan
from launcher.plan.ranks import Rank, name_ranks
from launcher.rank_output import LineSplitter, begins_error, parse_step_line
from launcher.run.messages import (
    BadMessage,
    CommandEnded,
    ConnectionLost,
    Message,
    NodeEnded,
    NodeStarted,
    OutputChunk,
    RankEnded,
    RankStarted,
    RankWorld,
    RunEnded,
    SupervisorReady,
    SupervisorRefused,
)
from launcher.run.worlds import RankWorlds

_SSH_ENDED = re.compile(r"^pdsh@\S+: (?:\S+@)?(\S+): ssh exited with exit code (\d+)")

LinesCallback = Callable[[str, str, Sequence[str]], None]
"""Called with `(node, source, lines)`; source is `rankN`, `launcher`, `beforeN`, the backend's."""


@dataclass(frozen=True)
class Failure:
    """What failed first: in words, where, and whose last lines say more.

    `stuck`: no rank failed; the launcher ends the run, in which this was seen not to advance.
    `after` are the other ranks that had shown an error before, and not gone on since.
    """

    what: str
    node: str
    source: str
    rank: int | None = None
    stuck: str = ""
    after: frozenset[int] = frozenset()


class Screen(Protocol):
    """What a person sees of a run."""

    def stands_above(self, node: str, source: str) -> bool:
        """Whether what it printed last is still there."""
        ...


@dataclass(frozen=True)
class FailureReport:
    """A text for a person, the nodes concerned, and the checks that would have foreseen it.

    `story` is what happened, `cause` the root cause and its fix, which a person reads last.
    """

    story: str
    cause: str
    nodes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    failure: str = ""
    """The id of the known failure; empty where none is known."""
    of_usage: bool = False
    """Whether the program refused what was typed, in which no node has a part."""
    separation: str = ""
    """That the ranks were not in one world, where the failure follows from that."""
    output: str = ""
    """The part of the story that has the last lines of whoever failed."""
    output_of: tuple[str, str] = ("", "")
    """Whose they are: node and source."""

    def story_after(self, said: str, screen: Screen) -> str:
        """The story without a headline that was `said`, and without output that stands above."""
        rest = self.story.removeprefix(f"{said}\n") if said else self.story
        is_above = self.output and screen.stands_above(*self.output_of)
        left = rest.replace(self.output, "", 1) if is_above else rest
        return "\n".join(line for line in left.splitlines() if line)

    @property
    def text(self) -> str:
        """All of it, the cause last."""
        return f"{self.story}\n{self.cause}"

    @property
    def brief(self) -> str:
        """What failed first, and the cause."""
        first = self.story.splitlines()[0]
        return self.cause if first in self.cause else f"{first}\n{self.cause}"


class RunState:
    """The state of one run. `take` takes each message; the rest reads what is known."""

    def __init__(self, plan: Plan, on_lines: LinesCallback) -> None:
        self.plan = plan
        self._on_lines = on_lines
        self._masked = secret_masker((node.env for node in plan.nodes), (plan.train, *plan.before))
        self.worlds = RankWorlds(len(plan.ranks), plan.deepspeed_config)
        self._lines: dict[tuple[str, str], LineSplitter] = {}
        self.supervised_nodes: set[str] = set()
        self.agent_nodes: set[str] = set()
        self.started_ranks: set[int] = set()
        self.ended: dict[int, int] = {}
        self.ended_with_run: set[int] = set()
        """Ranks that were ended, by a signal, because the run was at its end."""
        self._left_early: set[int] = set()
        self.ended_nodes: set[str] = set()
        self.left_processes: dict[str, tuple[int, ...]] = {}
        """What could not be ended, by node; it has every node whose supervisor ended the run."""
        self.command_exits: dict[tuple[str, str], int] = {}
        """Exit codes of the agent launcher and of what runs before the start, by node and name."""
        self.erring_ranks: set[int] = set()
        """Ranks that have shown an error, and printed no step since."""
        self.failure: Failure | None = None
        self.others: list[str] = []
        self.end_requested = False
        """Whether somebody asked for the end: what ends then did not fail."""
        self.ending = False
        """Whether the run is being ended everywhere: what ends then was ended."""

    @property
    def has_succeeded(self) -> bool:
        """Whether every planned rank reported its own clean end."""
        return all(self.ended.get(rank.rank) == 0 for rank in self.plan.ranks)

    @property
    def left_early(self) -> list[Rank]:
        """Ranks that ended without an error before the run was ended."""
        return [rank for rank in self.plan.ranks if rank.rank in self._left_early]

    @property
    def over(self) -> bool:
        """Whether nothing more is to come: everything ended well, or something failed."""
        ended = self.ended_nodes >= {node.name for node in self.plan.nodes}
        launcher = self.plan.agent_launcher
        launched = all((node, launcher.name) in self.command_exits for node in launcher.on)
        return self.failure is not None or (self.has_succeeded and ended and launched)

    def last_lines(self, node: str, source: str) -> list[str]:
        """The end of what that source printed."""
        lines = self._lines.get((node, source))
        return [self._masked(line) for line in lines.last] if lines else []

    def fail(
        self, what: str, node: str, source: str, rank: int | None = None, *, stuck: str = ""
    ) -> None:
        """Take note of a failure; the first one is what ended the run."""
        what = escape_line(what)
        if self.failure is None and not self.end_requested:
            after = frozenset(self.erring_ranks - {rank})
            self.failure = Failure(what, node, source, rank, stuck, after)
        elif not self.ending and what not in self.others:
            self.others.append(what)

    @singledispatchmethod
    def take(self, _message: Message, _node: str) -> None:
        """Take in one message of that node's supervisor; not every kind changes the state."""

    @take.register
    def _(self, _ready: SupervisorReady, node: str) -> None:
        self.supervised_nodes.add(node)

    @take.register
    def _(self, refused: SupervisorRefused, node: str) -> None:
        what = f"{node}: the run's directory cannot be created: {refused.error}"
        self.fail(what, node, LAUNCHER_SOURCE)

    @take.register
    def _(self, bad: BadMessage, node: str) -> None:
        what = f"{node}: its supervisor sent a message that cannot be read: {bad.reason}"
        self.fail(what, node, LAUNCHER_SOURCE)

    @take.register
    def _(self, output: OutputChunk, node: str) -> None:
        lines = self._lines.setdefault((node, output.source), LineSplitter())
        self._emit_lines(node, output.source, lines.feed(output.data))

    def _emit_lines(self, node: str, source: str, lines: Sequence[str]) -> None:
        self._on_lines(node, source, list(map(self._masked, lines)))
        for line in lines:
            self._note_line(node, source, line)

    def _note_line(self, node: str, source: str, line: str) -> None:
        if source.startswith("rank"):
            self._note_rank_line(int(source[4:]), line)
        ended = _SSH_ENDED.match(line) if source == "pdsh" else None
        target = self.plan.agent_launcher.labels.get(ended[1], ended[1]) if ended else ""
        if ended and target not in self.agent_nodes:
            what = f"pdsh's ssh from {node} to {target} ended with {ended[2]}; no rank ran there"
            self.fail(what, node, source)

    def _note_rank_line(self, rank: int, line: str) -> None:
        step = parse_step_line(line)
        if step and not step.bar:
            self.worlds.training_shown = True
            self.worlds.loss_shown |= step.loss is not None
        if begins_error(line):
            self.erring_ranks.add(rank)
        elif step:
            self.erring_ranks.discard(rank)

    @take.register
    def _(self, _started: NodeStarted, node: str) -> None:
        self.agent_nodes.add(node)

    @take.register
    def _(self, started: RankStarted, node: str) -> None:
        rank, world = started.rank, started.world
        self.started_ranks.add(rank)
        if world != len(self.plan.ranks):
            what = f"{node} started rank {rank} of {world}, which is not as planned"
            self.fail(what, node, f"rank{rank}", rank)

    @take.register
    def _(self, ended: RankEnded, node: str) -> None:
        rank = ended.rank
        self._finish(node, f"rank{rank}")
        self.ended[rank] = ended.code
        if not (ended.code or self.ending):
            self._left_early.add(rank)
        if self._ends_with_run(ended.code):
            self.ended_with_run.add(rank)
        elif ended.code:
            why = ended.error or describe_exit(ended.code)
            self.fail(f"rank {rank} on {node} failed: {why}", node, f"rank{rank}", rank)

    def _ends_with_run(self, code: int) -> bool:
        """Whether a rank that ends so now was ended because the run is at its end.

        Once a rank has failed its launchers end the others by SIGTERM. Where that itself ended the
        first one, it is not known who does.
        """
        signals = (signal.SIGTERM, signal.SIGKILL) if self.ending else (signal.SIGTERM,)
        codes = {code for number in signals for code in (-number, OF_SHELL + number)}
        first = self.failure.rank if self.failure else None
        unknown = self.failure is None or (first is not None and self.ended.get(first, 0) in codes)
        return code in codes and (self.ending or self.end_requested or not unknown)

    @take.register
    def _(self, seen: RankWorld, _node: str) -> None:
        self.worlds.take(seen)

    @take.register
    def _(self, ended: NodeEnded, node: str) -> None:
        self._finish(node, LAUNCHER_SOURCE)
        self.ended_nodes.add(node)
        silent = [rank for rank in self.plan.ranks_of(node) if rank not in self.ended]
        if not silent:
            return
        who, how = "the agent was killed", ""
        if ended.code is not None:
            who = f"{self.plan.launcher} ended"
            how = f": {ended.error or describe_exit(ended.code)}"
        ranks = name_ranks(silent)
        when = (
            f"while {ranks} still ran"
            if self.started_ranks & set(silent)
            else f"before {ranks} started"
        )
        self.fail(f"{who} on {node} {when}{how}", node, LAUNCHER_SOURCE)

    @take.register
    def _(self, ended: CommandEnded, node: str) -> None:
        name, launcher = ended.name, self.plan.agent_launcher
        self._finish(node, name)
        self.command_exits[node, name] = ended.code
        why = ended.error or describe_exit(ended.code)
        if name != launcher.name:
            if ended.code:
                self.fail(f"a command before the start failed on {node}: {why}", node, name)
            return
        if ended.error:
            what = f"{launcher.argv[0]} cannot be run on {node}: {why}; {launcher.missing}"
            self.fail(what, node, name)
            return
        if self.failure or self.has_succeeded:
            return  # it ended because the run did
        reached = {node} if launcher.is_agent else {node.name for node in self.plan.nodes}
        if silent := reached - self.ended_nodes:
            what = f"{name} on {node} ended before the ranks did: {why}"
            where = "" if launcher.is_agent else f"; no end is reported of {fold_names(silent)}"
            self.fail(what + where, node, name)

    @take.register
    def _(self, ended: RunEnded, node: str) -> None:
        self.left_processes[node] = ended.left

    @take.register
    def _(self, lost: ConnectionLost, node: str) -> None:
        if node not in self.left_processes:
            self.fail(f"{node} was lost: {lost.why}", node, LAUNCHER_SOURCE)
            self.supervised_nodes.discard(node)

    def _finish(self, node: str, source: str) -> None:
        if (node, source) in self._lines:
            self._emit_lines(node, source, self._lines[node, source].finish())
