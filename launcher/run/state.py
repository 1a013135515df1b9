"""What is known of a run from what its keepers say: who started, who ended, what failed first."""

from __future__ import annotations

import base64
import re
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.masking import secret_masker
from launcher.plan.plan import Plan
from launcher.rank_output import LineSplitter

BEFORE_SOURCE = "before"
LAUNCHER_SOURCE = "launcher"
_SSH_ENDED = re.compile(r"^pdsh@\S+: (?:\S+@)?(\S+): ssh exited with exit code (\d+)")
_MEANING = {
    -4: "illegal instruction: built for another CPU?",
    -6: "it aborted itself; NCCL's watchdog does so",
    -7: "bus error: is /dev/shm full?",
    -9: "the kernel's out-of-memory killer, or somebody",
    -11: "segmentation fault",
    2: "wrong arguments, or the script is not there",
    126: "not executable",
    127: "not found",
}

Message = Mapping[str, Any]
LineCallback = Callable[[str, str, str], None]
"""Told `(node, source, line)`; source is `rankN`, `launcher`, `beforeN` or the carrier."""


@dataclass(frozen=True)
class Failure:
    """What failed first: in words, where, and whose last lines tell more."""

    what: str
    node: str
    source: str
    rank: int | None = None


def describe_exit(code: int) -> str:
    """An exit code, or a negative signal, in words."""
    meaning = f" ({_MEANING[code]})" if code in _MEANING else ""
    if code >= 0:
        return f"exit {code}{meaning}"
    try:
        return f"killed by {signal.Signals(-code).name}{meaning}"
    except ValueError:
        return f"killed by signal {-code}"


class RunState:
    """The state of one run. `hear` takes each message; the rest reads what is known."""

    def __init__(self, plan: Plan, on_line: LineCallback) -> None:
        self.plan = plan
        self._on_line = on_line
        self._masked = secret_masker(node.env for node in plan.nodes)
        self._lines: dict[tuple[str, str], LineSplitter] = {}
        self.supervised_nodes: set[str] = set()
        self.agent_nodes: set[str] = set()
        self.joined: set[int] = set()
        self.ended: dict[int, int] = {}
        self.ended_nodes: set[str] = set()
        self.gone: dict[str, list[int]] = {}
        self.carried: dict[tuple[str, str], int] = {}
        """Exit code of what was carried, by node and name."""
        self.failure: Failure | None = None
        self.others: list[str] = []
        self.end_requested = False
        """Whether somebody asked for the end: what ends then did not fail."""

    @property
    def has_succeeded(self) -> bool:
        """Whether every planned rank told its own clean end."""
        return all(self.ended.get(rank.rank) == 0 for rank in self.plan.ranks)

    @property
    def over(self) -> bool:
        """Whether all is known: everything ended well, or something failed."""
        ended = self.ended_nodes >= {node.name for node in self.plan.nodes}
        carrier = self.plan.agent_launcher
        carried = all((node, carrier.name) in self.carried for node in carrier.on)
        return self.failure is not None or (self.has_succeeded and ended and carried)

    def last_lines(self, node: str, source: str) -> list[str]:
        """The end of what that source printed."""
        lines = self._lines.get((node, source))
        return [self._masked(line) for line in lines.last] if lines else []

    def fail(self, what: str, node: str, source: str, rank: int | None = None) -> None:
        """Take note of a failure; the first one is what ended the run."""
        if self.failure is None and not self.end_requested:
            self.failure = Failure(what, node, source, rank)
        else:
            self.others.append(what)

    def hear(self, node: str, said: Message) -> None:
        """Take in one message of that node's keeper."""
        handler = getattr(self, "_" + str(said.get("kind")).replace("-", "_"), None)
        if handler:
            handler(node, said)

    def _keeping(self, node: str, _: Message) -> None:
        self.supervised_nodes.add(node)

    def _refused(self, node: str, said: Message) -> None:
        self.fail(
            f"{node}: the run's directory cannot be made: {said['error']}", node, LAUNCHER_SOURCE
        )

    def _output(self, node: str, said: Message) -> None:
        lines = self._lines.setdefault((node, said["of"]), LineSplitter())
        for line in lines.feed(base64.b64decode(said["data"])):
            self._emit_line(node, said["of"], line)

    def _emit_line(self, node: str, source: str, line: str) -> None:
        self._on_line(node, source, self._masked(line))
        ended = _SSH_ENDED.match(line) if source == "pdsh" else None
        if ended and ended[1] not in self.agent_nodes:
            what = f"pdsh's ssh from {node} to {ended[1]} ended with {ended[2]}; no rank ran there"
            self.fail(what, node, source)

    def _node_started(self, node: str, _: Message) -> None:
        self.agent_nodes.add(node)

    def _rank_started(self, node: str, said: Message) -> None:
        self.joined.add(said["rank"])
        expected = len(self.plan.ranks)
        if said["world"] != expected or said["rank"] not in self.plan.ranks_of(node):
            what = f"{node} started rank {said['rank']} of {said['world']}, which is not as planned"
            self.fail(what, node, f"rank{said['rank']}", said["rank"])

    def _rank_ended(self, node: str, said: Message) -> None:
        rank, code = said["rank"], said["code"]
        self._finish(node, f"rank{rank}")
        self.ended[rank] = code
        if code:
            why = said.get("error") or describe_exit(code)
            self.fail(f"rank {rank} on {node} failed: {why}", node, f"rank{rank}", rank)

    def _node_ended(self, node: str, said: Message) -> None:
        self._finish(node, LAUNCHER_SOURCE)
        self.ended_nodes.add(node)
        silent = [rank for rank in self.plan.ranks_of(node) if rank not in self.ended]
        if not silent:
            return
        code = said["code"]
        who = "the agent was killed" if code is None else f"{self.plan.launcher} ended"
        how = "" if code is None else f": {said.get('error') or describe_exit(code)}"
        state = "ran" if self.joined & set(silent) else "had started"
        ranks = ", ".join(map(str, silent))
        what = f"{who} on {node} while rank {ranks} still {state}{how}"
        if state == "had started":
            what = f"{who} on {node} before rank {ranks} {state}{how}"
        self.fail(what, node, LAUNCHER_SOURCE)

    def _carried(self, node: str, said: Message) -> None:
        name, code, carrier = said["name"], said["code"], self.plan.agent_launcher
        self._finish(node, name)
        self.carried[node, name] = code
        why = said.get("error") or describe_exit(code)
        if name != carrier.name:
            if code:
                self.fail(f"what runs before the start failed on {node}: {why}", node, name)
            return
        if said.get("error"):
            what = f"{carrier.argv[0]} cannot be run on {node}: {why}; {carrier.missing}"
            self.fail(what, node, name)
            return
        if self.failure or self.has_succeeded:
            return  # it ended because the run did
        brought = {node} if carrier.is_agent else {one.name for one in self.plan.nodes}
        if brought - self.ended_nodes:
            self.fail(f"{name} on {node} ended before the ranks did: {why}", node, name)

    def _gone(self, node: str, said: Message) -> None:
        self.gone[node] = said["left"]

    def _lost(self, node: str, said: Message) -> None:
        """Said by the controller's own end of the line."""
        if node not in self.gone:
            self.fail(f"{node} was lost: {said['why']}", node, LAUNCHER_SOURCE)
            self.supervised_nodes.discard(node)

    def _finish(self, node: str, source: str) -> None:
        if (node, source) in self._lines:
            for line in self._lines[node, source].finish():
                self._emit_line(node, source, line)
