"""The stage in which nodes send to one another, two by two, and what is slow is measured again."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.errors import FactError
from checks.facts import ClusterView, Snapshot
from checks.facts.decode import decode_record
from checks.facts.pairs import Pairs, PairSpeed
from checks.facts.ports import DialResults
from checks.knowledge.training_network import training_address
from checks.outliers.pair_matrix import Pair
from checks.outliers.pairing import disjoint_rounds, pair_rounds, sample_rounds
from checks.outliers.speed_outliers import distant_pairs, fastest_pair, slow_pairs
from checks.stages.live_matrix import live_lines
from checks.stages.ports import ask_filters

SKIP_S, MEASURE_S = 0.1, 0.25
REPEAT_S = 0.5
REPEATS = 2
"""How often what is slow is measured again, when all else is quiet."""
MAX_REPEAT_ROUNDS = 8
"""Rounds of that: a node's fault shows in some of its pairs as well as in all."""
FAST_GBIT = 10.0
"""What reaches that was not held up."""
LIMIT_S = 15.0

ListenerByNode = Mapping[str, dict[str, Any]]
"""Address, port and id of each node that listens."""


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Put `pairs` of every node: rounds of all, then of those alone that were slow or far.

    All hang up, whatever happened.
    """
    try:
        where = _start_listeners(contact, snapshot, names)
        able = [name for name in names if name in where]
        board = _SpeedBoard(contact, where, _unreachable_pairs(ClusterView(snapshot), able))
        found = pair_rounds(able)
        drawn = sample_rounds(found, len(able))
        for turn, meeting in enumerate(drawn):
            contact.show(live_lines(able, board.table, f"round {turn + 1} of {len(drawn)}"))
            board.measure_pairs(meeting, MEASURE_S)
            board.measure_pairs([pair[::-1] for pair in meeting], MEASURE_S)
        for _ in range(REPEATS):
            _repeat_suspects(contact, able, board)
    finally:
        contact.ask("pair_hangup", {name: {} for name in names}, LIMIT_S)
    for name in able:
        snapshot.put(name, Pairs.section, Answer(board.row(name)))
    ask_filters(contact, snapshot, board.unmeasured())


def _repeat_suspects(contact: Contact, names: Sequence[str], board: _SpeedBoard) -> None:
    """What is slow or far once more, while all else is quiet."""
    suspects = board.suspects()
    if suspects:
        contact.show(live_lines(names, board.table, f"measuring {len(suspects)} again"))
    for alone in disjoint_rounds(suspects)[:MAX_REPEAT_ROUNDS]:
        board.measure_pairs(alone, REPEAT_S)
    board.measure_pairs(board.record(), REPEAT_S)


def _start_listeners(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> ListenerByNode:
    """Where each node listens; what does not is put as an error."""
    cluster, args = ClusterView(snapshot), dict[str, dict[str, Any]]()
    for name in names:
        with _put_fact_error(snapshot, name):
            args[name] = {"id": secrets.token_hex(4), "address": training_address(cluster[name])}
    where = dict[str, dict[str, Any]]()
    for name, answer in contact.ask("pair_listen", args, LIMIT_S).items():
        if answer.data is None:
            snapshot.put(name, Pairs.section, answer)
            continue
        with _put_fact_error(snapshot, name):
            port = decode_record(int, answer.data.get("port"), f"{name}: pair_listen.port")
            where[name] = {**args[name], "port": port}
    return where


@contextlib.contextmanager
def _put_fact_error(snapshot: Snapshot, name: str) -> Iterator[None]:
    try:
        yield
    except FactError as error:
        snapshot.put(name, Pairs.section, Answer(error=str(error)))


def _unreachable_pairs(cluster: ClusterView, names: Iterable[str]) -> dict[Pair, str]:
    """The pairs that cannot talk, and which area says so: there is nothing to measure."""
    found: dict[Pair, str] = {}
    for name in names:
        seen = cluster[name].read(DialResults) if cluster[name].has(DialResults) else DialResults()
        found |= {(name, call.target): "ports.ephemeral-ports-are-open" for call in seen.failed}
        for call in seen.lost:
            full = "network.full-size-packets-arrive"
            found |= {(name, call.target): full, (call.target, name): full}
    return found


class _SpeedBoard:
    """What is known of every pair so far."""

    def __init__(
        self, contact: Contact, where: ListenerByNode, cut_off: Mapping[Pair, str]
    ) -> None:
        self._contact, self._where, self._cut_off = contact, where, cut_off
        self.table: dict[Pair, PairSpeed] = {}
        self._failed: dict[Pair, str] = {}

    def measure_pairs(self, pairs: Iterable[Pair], seconds: float) -> None:
        """All these at once; no node is in two of them."""
        able = {source: target for source, target in pairs if (source, target) not in self._cut_off}
        args = {
            source: {**self._where[target], "skip": SKIP_S, "seconds": seconds}
            for source, target in able.items()
        }
        for source, answer in self._contact.ask("pair_send", args, LIMIT_S).items():
            self._note((source, able[source]), answer)

    def _note(self, pair: Pair, answer: Answer) -> None:
        if answer.data is None:
            self._failed[pair] = answer.error
            return
        try:
            new = decode_record(PairSpeed, answer.data, f"{pair[0]}: pair_send")
        except FactError as error:
            self._failed[pair] = str(error)
            return
        self._failed.pop(pair, None)
        old = self.table.get(pair)
        self.table[pair] = best_of_both(old, new) if old else new

    def suspects(self) -> list[Pair]:
        """What was slow or far, or did not come to an end."""
        bad = slow_pairs(self.table) | distant_pairs(self.table) | self._failed.keys()
        return [pair for pair in (*self.table, *self._failed) if pair in bad]

    def unmeasured(self) -> list[str]:
        """Both ends of the pairs of which nothing is known, though they can talk."""
        lost = self._failed.keys() - self.table.keys()
        return list(dict.fromkeys(name for pair in sorted(lost) for name in pair))

    def record(self) -> list[Pair]:
        """The fastest pair, alone, where that is not fast: many at once share more than links."""
        found = fastest_pair(self.table)
        return [found] if found and self.table[found].best_gbit_s < FAST_GBIT else []

    def row(self, source: str) -> dict[str, Any]:
        """All of one sender, as its fact has it."""
        failed = {pair: why for pair, why in self._failed.items() if pair not in self.table}
        return {
            "measured": {
                target: vars(pair) for (name, target), pair in self.table.items() if name == source
            },
            "failed": _targets_of(source, failed),
            "left_out": _targets_of(source, self._cut_off),
        }


def _targets_of(source: str, pairs: Mapping[Pair, str]) -> dict[str, str]:
    return {target: why for (name, target), why in pairs.items() if name == source}


def best_of_both(first: PairSpeed, other: PairSpeed) -> PairSpeed:
    """The best of both: a busy moment makes a link slow, nothing makes it fast."""
    return PairSpeed(
        max(first.gbit_s, other.gbit_s),
        max(first.best_gbit_s, other.best_gbit_s),
        min(first.latency_us, other.latency_us),
        first.times + other.times,
    )
