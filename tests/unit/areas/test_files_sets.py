"""A part of a set of files is missing on one node, or a node has a part of its own."""

from __future__ import annotations

import pytest

from checks.facts.job_paths import JobPath, JobPaths
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

WHOLE = "files.needed-data-is-whole"
ALL = {f"part-{number}.arrow": 100 for number in range(8)}
NAMES = ("node1", "node2", "node3")


def cluster(*sets):
    """Nodes whose folder /data has those files."""
    found = snapshot(NAMES[: len(sets)], exist=("/data",))
    for name, files in zip(NAMES, sets, strict=False):
        folder = JobPath("there", "/data", "directory", entries=len(files), files=files)
        with_fact(
            found, name, JobPaths(JobPath("there", "/run", "directory"), {}, {"/data": folder})
        )
    return {subject[0]: finding for subject, finding in judged(found, WHOLE).items()}


def without(*names):
    """The whole set but for these."""
    return {name: size for name, size in ALL.items() if name not in names}


def test_one_that_is_missing_is_named_and_copied():
    found = cluster(ALL, ALL, without("part-3.arrow"))["node3"]
    assert (found.outcome, found.cause) == (Outcome.FAIL, "incomplete")
    assert "lacks 1 of 8 files: part-3.arrow" in found.message
    assert "scp -rp node1:/data/part-3.arrow /data/" in found.fix.command


def test_many_are_copied_at_once():
    found = cluster(ALL, ALL, {"part-1.arrow": 100})["node3"]
    assert found.fix.command.endswith("scp -rp node1:/data /")


def test_of_two_the_one_with_everything_is_whole():
    found = cluster(without("part-1.arrow"), ALL)
    assert found["node1"].outcome is Outcome.FAIL
    assert found["node2"].outcome is Outcome.PASS


@pytest.mark.parametrize(
    "sets",
    [
        (ALL, ALL, ALL),
        ({"a.arrow": 1}, {"b.arrow": 1}, {"c.arrow": 1}),
        ({**ALL, "raw.csv": 5}, ALL, ALL),
        (ALL, ALL, {**ALL, "own.csv": 5}),
        (ALL, ALL, {"of-node3.arrow": 7}),
        (ALL, {"part-1.arrow": 100}, {"part-2.arrow": 100}),
    ],
)
def test_parts_and_extras_of_a_node_are_no_fault(sets):
    assert {finding.outcome for finding in cluster(*sets).values()} == {Outcome.PASS}


def test_one_that_is_shorter_is_cut_short():
    found = cluster(ALL, ALL, {**ALL, "part-2.arrow": 40})["node3"]
    assert "cut short: part-2.arrow" in found.message
