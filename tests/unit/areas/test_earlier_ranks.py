"""What an earlier start of the same script left running: who stops the next, and what ends it."""

from __future__ import annotations

import pytest

from checks.facts.earlier_ranks import EarlierRank, EarlierRanks
from checks.model import Outcome
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "limits.no-earlier-rank-runs"


def finding(*ranks, program="train.py"):
    found = snapshot(("node1",), master_port=29500)
    return judged(with_fact(found, "node1", EarlierRanks(program, ranks)), CHECK)["node1",]


def test_nothing_of_the_script_runs():
    assert finding().outcome is Outcome.PASS
    assert finding(program="").outcome is Outcome.SKIP


@pytest.mark.parametrize(
    ("port", "cause", "stops"),
    [("29500", "earlier-rank-on-the-port", True), ("29501", "earlier-rank", False)],
)
def test_one_with_the_port_of_this_job_stops_the_start(port, cause, stops):
    found = finding(EarlierRank(7, "ana", rank="1/4", port=port))
    assert (found.outcome, found.cause, found.stops) == (Outcome.FAIL, cause, stops)
    assert "process 7 of ana, rank 1/4" in found.message
    assert found.fix.command.startswith("kill 7;")


def test_only_the_logins_own_are_ended():
    found = finding(EarlierRank(7, "ana"), EarlierRank(8, "ben", own=False))
    assert "8" not in found.fix.command.split("sleep")[0].replace("kill -0 7", "")
    assert "ask ben about the others" in found.fix.note
    assert finding(EarlierRank(8, "ben", own=False)).fix.command == ""


def test_rank_0_of_another_run_with_the_port_stops_the_start_on_the_head_alone():
    first = EarlierRank(9, "ben", own=False, rank="0/4", port="29500", program="other.py")
    for name, stops in (("node1", True), ("node2", False)):
        found = snapshot(("node1", "node2"), master_port=29500)
        seen = with_fact(found, name, EarlierRanks("train.py", (), (first,)))
        finding = judged(seen, CHECK)[name,]
        assert finding.stops is stops
        assert (finding.cause == "another-run-on-the-port") is stops
        if stops:
            assert "29500 of node1: other.py, process 9 of ben, rank 0/4" in finding.message
            assert not finding.fix.command
