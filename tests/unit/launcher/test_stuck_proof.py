"""When a run is proved stuck: for long enough, never by one look, never where anything advances."""

from __future__ import annotations

import pytest

from launcher.run.stall.judge import Stall, StallKind
from launcher.run.stall.stuck_proof import StuckProof

SLOW, UNSURE = Stall(StallKind.SLOW), Stall(StallKind.UNSURE)
AT_A, AT_B = (("a", 1),), (("b", 2),)


def stuck(standing=AT_A):
    return Stall(StallKind.STUCK, standing=standing)


def looks_until(*looks, limit_s=60.0):
    """Whether the last of `(at, stall)` completes the proof of a silence since 0."""
    proof = StuckProof(limit_s)
    return [proof.is_complete(stall, 0.0, at) for at, stall in looks]


@pytest.mark.parametrize(
    ("looks", "proved"),
    [
        ([(30, stuck()), (60, stuck())], [False, True]),
        ([(70, stuck())], [False]),
        ([(30, stuck()), (59, stuck())], [False, False]),
        ([(30, stuck()), (60, stuck(AT_B)), (120, stuck(AT_B))], [False, False, True]),
        ([(30, SLOW), (60, stuck()), (119, stuck()), (120, stuck())], [False] * 3 + [True]),
        ([(30, stuck()), (60, UNSURE), (90, stuck())], [False] * 3),
    ],
    ids=["stuck", "one look", "too short", "it moved", "slow at first", "unsure in between"],
)  # fmt: skip
def test_the_proof(looks, proved):
    assert looks_until(*looks) == proved


def test_a_line_of_a_rank_begins_the_proof_again():
    proof = StuckProof(60.0)
    assert not proof.is_complete(stuck(), 0.0, 30)
    proof.restart()
    assert not proof.is_complete(stuck(), 40.0, 70)
    assert proof.is_complete(stuck(), 40.0, 100)
