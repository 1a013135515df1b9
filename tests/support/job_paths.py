"""Paths that a job names, as each node has them, for the tests of files."""

from __future__ import annotations

from typing import Any

from checks.facts import Fact
from checks.facts.job_paths import JobPath, JobPaths
from tests.support.snapshots import judged, snapshot, with_fact

NODES = ("node1", "node2", "node3")
MODEL = "/data/llama"


def existing(path: str = MODEL, **fields: Any) -> JobPath:
    usual = {"kind": "directory", "real": path, "mount": "/", "filesystem": "ext4", "entries": 3}
    return JobPath("there", path, **{**usual, "source": "/dev/sda", **fields})


def paths(seen: JobPath, option: str | None = "model_name_or_path", path: str = MODEL) -> JobPaths:
    """One path, an argument unless its option is None."""
    arguments = {path: option} if option is not None else {}
    return JobPaths(existing("/run"), arguments, {path: seen})


def cluster(*facts: Fact, **job: Any):
    snap = snapshot(NODES[: len(facts)], **job)
    for name, fact in zip(NODES, facts, strict=False):
        with_fact(snap, name, fact)
    return snap


def outcomes(claim: str, snap: Any) -> list[str]:
    """By node: pass, skip, unknown, or the cause with ! where it blocks."""
    found = judged(snap, f"files.{claim}").values()
    assert all(finding.message for finding in found)
    assert all(finding.fix for finding in found if finding.outcome.value == "fail")
    return [
        finding.cause + "!" * finding.stops
        if finding.outcome.value == "fail"
        else finding.outcome.value
        for finding in found
    ]
