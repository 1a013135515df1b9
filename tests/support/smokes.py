"""Training smokes of ranks as a test wants them, and what is said of them."""

from __future__ import annotations

from typing import Any

from checks.facts.smoke import CompiledOp, Smoke, SmokeRank, SmokeReport
from tests.support.snapshots import judged, snapshot, with_fact

FALLING = ("0.9", "0.5", "0.3")
OP = CompiledOp("deepspeed_shm_comm", compiled=True, problem="", lock="")
CHECK = "training.smoke-trains"


def trained(step: float = 0.01, losses: tuple[str, ...] = FALLING, **fields: Any) -> SmokeReport:
    given: dict[str, Any] = {"op": OP, "device": "cpu", "torch": "2.5", "deepspeed": "0.16"}
    seconds = (1.0,) + (step,) * (len(losses) - 1)
    return SmokeReport("done", losses=losses, seconds=seconds, **{**given, **fields})


def rank(said: SmokeReport, code: int | None = 0, number: int = 0, **fields: Any) -> SmokeRank:
    given = {"ended": None if code is None else 5.0, "err": "", **fields}
    return SmokeRank(number, code, said=said, **given)


def smoke(*ranks: SmokeRank) -> Smoke:
    return Smoke(len(ranks), 5.0, ranks)


def stopped_at(stage: str, error: str = "", detail: str = "") -> SmokeReport:
    return SmokeReport(stage, error=error, detail=detail)


def cluster(*facts: Smoke):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names)
    for name, fact in zip(names, facts, strict=True):
        with_fact(snap, name, fact)
    return snap


def smoke_finding(*ranks: SmokeRank):
    return judged(cluster(smoke(*ranks)), CHECK)[("node1",)]
