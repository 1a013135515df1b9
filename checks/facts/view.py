"""What a judge is given: a node, or the cluster, with its facts read on demand."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar, cast

from checks.answer import Answer
from checks.errors import FactError
from checks.facts.account import Account
from checks.facts.decode import Fact
from checks.facts.gpus import Gpus
from checks.facts.rendezvous import Rendezvous
from checks.facts.smoke import Smoke
from checks.facts.snapshot import Login, Snapshot
from checks.model import Fix, Job, Node

F = TypeVar("F", bound=Fact)

LATE = re.compile(r"no answer (in time|within [\d.]+ s)$")
LATE_LEAST = 5
"""A single section that takes too long has a cause of its own."""
ALWAYS_KNOWN = frozenset({Login, Account})
"""What every run asks of every node, whatever it checks."""


class UndeclaredFactError(Exception):
    """A check's own mistake: its judge reads a fact that its declaration does not name."""


def is_late(answers: Mapping[str, Answer]) -> bool:
    """Whether at least half of these answers, and LATE_LEAST, did not come in time."""
    late = [answer for answer in answers.values() if answer.error and LATE.match(answer.error)]
    return len(late) >= max(LATE_LEAST, len(answers) / 2)


def _starved(node: NodeView, kind: type[Smoke | Rendezvous]) -> str:
    """How long a rank of that kind waited for a processor, where that is why it hung."""
    fact = node.cluster.snapshot.fact(node.name, kind)
    return "" if isinstance(fact, FactError) else fact.starved


class NodeView:
    """One node of the snapshot."""

    def __init__(self, cluster: ClusterView, node: Node) -> None:
        self.cluster = cluster
        self.node = node
        self.name = node.name
        self.kept: dict[object, object] = {}
        """Its facts by their kind, and what `cached_per_view` keeps by its functions."""

    @property
    def job(self) -> Job:
        """What is to be started."""
        return self.cluster.job

    @property
    def is_head(self) -> bool:
        """Whether rank 0 runs here."""
        return self.name == self.job.head

    @functools.cached_property
    def reached(self) -> bool:
        """Whether the controller logged in and its probe answered."""
        answer = self.cluster.snapshot.answer(self.name, Login.section)
        return bool(answer and answer.fields.get("reached"))

    @property
    def most_nodes(self) -> str:
        """Those that it is compared with, in words: `most nodes`, or of two the other one."""
        others = [peer.name for peer in self.cluster.reached if peer.name != self.name]
        return others[0] if len(others) == 1 else "most nodes"

    @property
    def slots(self) -> int | None:
        """Ranks that it takes: as hosts.txt says, else its GPUs, else 1; None where unknown."""
        if self.node.slots or not self.has(Gpus):
            return self.node.slots
        return self.read(Gpus).count or 1

    def read(self, kind: type[F]) -> F:
        """The fact of that kind.

        Raises FactError where it did not come or has another shape, and UndeclaredFactError where
        the check that is judged does not declare it.
        """
        fact = self._fact(kind)
        if isinstance(fact, FactError):
            raise fact.with_traceback(None)  # it would keep each frame that it was ever raised in
        return cast("F", fact)

    def has(self, kind: type[Fact]) -> bool:
        """Whether `read` would give an answer; raises UndeclaredFactError as `read` does."""
        return not isinstance(self._fact(kind), FactError)

    def _fact(self, kind: type[Fact]) -> object:
        """N² pairs ask for the same facts of N nodes: what may be read is looked up once."""
        if kind not in self.kept:
            self.kept[kind] = self.cluster.decoded(self, kind)
        return self.kept[kind]

    def fix(self, command: str, note: str = "", *, root: bool = False) -> Fix:
        """A fix to be typed on this node; `root` adds sudo where the login is not root."""
        if not root:
            return Fix(command, self.name, note)
        who = "as root: there is no sudo" if self._lacks_sudo and command else ""
        return Fix(self.as_root(command), self.name, "; ".join(filter(None, (who, note))))

    def owning_fix(
        self, path: str, note: str = "", *, make: bool = False, whole: bool = False
    ) -> Fix:
        """Gives a path, which is a shell word, to this login; `make` makes the folder before.

        `whole` gives what is below it too. The shell takes the login's own id before sudo
        becomes root.
        """
        sudo = "" if self._is_root or self._lacks_sudo else "sudo "
        owner = str(self.read(Account).uid) if self._lacks_sudo else "$(id -u)"
        recursive = "-R " if whole else ""
        made = f"{sudo}mkdir -p {path} && " if make else ""
        plain = self.fix(f"{made}{sudo}chown {recursive}{owner} {path}", note)
        return replace(plain, note=self.fix("chown", note, root=True).note)

    @property
    def _is_root(self) -> bool:
        if self.has(Account):
            return self.read(Account).uid == 0
        return self.has(Login) and self.read(Login).user == "root"

    @property
    def _lacks_sudo(self) -> bool:
        """Whether what root must type cannot be typed by this login."""
        return not self._is_root and self.has(Account) and not self.read(Account).sudo

    def as_root(self, command: str) -> str:
        """The command as this node's login must type it to act as root."""
        if self._is_root or self._lacks_sudo:
            return command
        simple = not any(mark in command for mark in "|;&><$`\n")
        return f"sudo {command}" if simple else f"sudo sh -c {shlex.quote(command)}"


class ClusterView:
    """All nodes of the snapshot, in hosts.txt order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.job = snapshot.job
        self.kept: dict[object, object] = {}
        """What `cached_per_view` keeps by its functions."""
        self._declared: frozenset[type[Fact]] | None = None
        self._left_out: frozenset[str] = frozenset()
        self._nodes_with: dict[tuple[type[Fact], ...], list[NodeView]] = {}
        self._nodes = {node.name: NodeView(self, node) for node in snapshot.job.nodes}

    def forget_nodes(self) -> None:
        """Views of nodes hold this one, and it them: where nobody asks any more they go at once."""
        self._nodes.clear()
        self._nodes_with.clear()
        self.kept.clear()

    def limited_to(self, facts: Iterable[type[Fact]]) -> ClusterView:
        """The same cluster, of which these facts and no others may be read."""
        view = ClusterView(self.snapshot)
        view._declared = frozenset(facts) | ALWAYS_KNOWN
        return view

    def without_facts_of(self, *names: str) -> ClusterView:
        """The same cluster, in which nothing but their logins is known of those nodes."""
        view = ClusterView(self.snapshot)
        view._declared = self._declared
        view._left_out = self._left_out | {*names}
        return view

    def decoded(self, node: NodeView, kind: type[Fact]) -> Fact | FactError:
        """A node's fact, or why there is none. Raises UndeclaredFactError."""
        if self._declared is not None and kind not in self._declared:
            raise UndeclaredFactError(f"it reads {kind.__name__}, which it does not declare")
        if node.name in self._left_out and kind not in ALWAYS_KNOWN:
            return FactError(f"{node.name}: its {kind.section} cannot be judged", node.name)
        return self.snapshot.fact(node.name, kind)

    def __getitem__(self, name: str) -> NodeView:
        return self._nodes[name]

    @property
    def nodes(self) -> Sequence[NodeView]:
        """Every node, reached or not."""
        return list(self._nodes.values())

    @functools.cached_property
    def reached(self) -> Sequence[NodeView]:
        """The nodes that answered."""
        return [node for node in self._nodes.values() if node.reached]

    @functools.cached_property
    def late_nodes(self) -> Mapping[str, str]:
        """The nodes that were too slow for at least half of what they were asked, and for many.

        And those, with the words for it, whose ranks found no processor to run on.
        """
        found = dict[str, str]()
        for node in self.nodes:
            starved = next(filter(None, (_starved(node, kind) for kind in (Smoke, Rendezvous))), "")
            if starved or is_late(self.snapshot.sections.get(node.name, {})):
                found[node.name] = starved
        return found

    def nodes_with(self, *kinds: type[Fact]) -> list[NodeView]:
        """The nodes that answered about all these facts."""
        if kinds not in self._nodes_with:
            self._nodes_with[kinds] = [node for node in self.reached if all(map(node.has, kinds))]
        return list(self._nodes_with[kinds])

    def facts_by_node(self, kind: type[F]) -> dict[str, F]:
        """The fact of that kind by name of each node that answered about it."""
        return {node.name: node.read(kind) for node in self.nodes_with(kind)}

    @property
    def head(self) -> NodeView:
        """The node of rank 0."""
        return self._nodes[self.job.head]
