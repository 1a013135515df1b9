"""What an earlier start of the same script left running: who stops the next, and what ends it."""

from __future__ import annotations

import json
import time

import pytest

from checks.facts.earlier_ranks import EarlierRank, EarlierRanks, OwnRanks, OwnRun
from checks.facts.interfaces import Interface, Interfaces
from checks.model import HERE, Job, Node, Outcome
from checks.reports.finding_groups import group_findings
from checks.stages import earlier_start
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


@pytest.mark.parametrize(
    ("name", "targets", "stops"),
    [
        ("node2", ("node1",), True),
        ("node2", ("head.lab", "10.0.0.1"), True),
        ("node1", ("127.0.0.1",), True),
        ("node2", ("127.0.0.1",), False),
        ("node2", ("node9", "10.9.9.9"), False),
    ],
)
def test_what_looks_for_its_rank_0_at_this_head_stops_the_start(name, targets, stops):
    comer = EarlierRank(7, "ana", rank="2/3", program="tune.py", targets=targets)
    found = snapshot(("node1", "node2"), master_port=29500)
    card = Interface("eth0", ipv4=("10.0.0.1/24",))
    with_fact(found, "node1", Interfaces((card,)))
    seen = with_fact(found, name, EarlierRanks("train.py", comers=(comer,)))
    finding = judged(seen, CHECK)[name,]
    assert finding.stops is stops
    if stops:
        assert finding.cause == "rank-of-another-run"
        assert "tune.py on " + name in finding.message
        assert finding.fix.command.startswith("kill 7;")
        assert "another --master-port" in finding.fix.note


def test_what_is_stopped_is_killed_at_once():
    found = finding(EarlierRank(7, "ana", port="29500", stopped=True))
    assert found.fix.command == "kill -9 7"
    assert "stopped" in found.message


RUN = "20261128-190000-train"
NODES = ("node1", "node2")


def own_ranks(pids):
    runs = (OwnRun(name, own, f"python -m launcher stop {name}") for name, own in pids.items())
    return OwnRanks(tuple(runs))


@pytest.mark.parametrize(
    ("pids", "stopped"),
    [({RUN: (7, 8)}, True), ({"older": (1,), RUN: (7,)}, True), ({RUN: (8,)}, False), ({}, False)],
)
def test_a_run_of_this_folder_is_ended_by_a_line_for_all_of_its_nodes(pids, stopped):
    found = snapshot(NODES, master_port=29500)
    for name, seconds in zip(NODES, (80.0, 95.0), strict=True):
        rank = EarlierRank(7, "ana", seconds=seconds, port="29500")
        found = with_fact(found, name, EarlierRanks("train.py", (rank,)))
        found = with_fact(found, name, own_ranks(pids))
    findings = [judged(found, CHECK)[name,] for name in NODES]
    assert {finding.cause for finding in findings} == {"earlier-rank-on-the-port"}
    assert len(group_findings(findings)) == (1 if stopped else 2)
    for finding in findings:
        assert finding.fix.command.endswith(f" stop {RUN}") is stopped
        assert (finding.fix.on == HERE) is stopped


def test_the_head_of_another_script_that_runs_from_this_folder_has_the_same_line():
    first = EarlierRank(9, "ana", rank="0/2", port="29500", program="other.py")
    found = with_fact(snapshot(NODES, master_port=29500), "node1", EarlierRanks("", (), (first,)))
    finding = judged(with_fact(found, "node1", own_ranks({RUN: (9,)})), CHECK)["node1",]
    assert finding.cause == "another-run-on-the-port"
    assert finding.fix.command.endswith(f" stop {RUN}")


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """A run in ./runs whose launcher was heard of so many seconds ago, with files of that text."""
    monkeypatch.chdir(tmp_path)

    def record(ago_s, **files):
        run = tmp_path / "runs" / RUN
        run.mkdir(parents=True)
        (run / "plan.json").write_text(json.dumps({"nodes": {"node1": {}, "node2": {}}}))
        (run / "progress.json").write_text(json.dumps({"at": time.time() - ago_s}))
        for name, text in {"controller": "{}", **files}.items():
            (run / f"{name}.json").write_text(text)

    return record


@pytest.mark.parametrize(
    ("ago_s", "files", "nodes", "said"),
    [
        (2, {}, ("node2", "node3"), f"{RUN}, which was started here, runs on node2: "),
        (2, {}, ("node3",), ""),
        (600, {}, ("node1",), ""),
        (2, {"result": "{}"}, ("node1",), ""),
        (2, {"plan": "damaged"}, ("node1",), ""),
    ],
    ids=["live", "other nodes", "silent", "ended", "damaged"],
)
def test_a_live_run_of_this_folder_is_said_before_the_checks(recorded, ago_s, files, nodes, said):
    recorded(ago_s, **files)
    notes = earlier_start.live_run_notes(Job(tuple(map(Node, nodes)), nodes[0]))
    assert [note[: len(said)] for note in notes] == [said] * bool(said)
    assert all(note.endswith(f" stop {RUN}") for note in notes)


def test_of_runs_without_a_result_the_processes_are_known_by_node(recorded, tmp_path):
    recorded(600)
    run = tmp_path / "runs" / RUN
    events = [{"node": "node1", "kind": "rank-started", "rank": at, "pid": 7 + at} for at in (0, 1)]
    (run / "ranks.jsonl").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    found = snapshot(NODES)
    earlier_start.run_stage(None, found, NODES)
    runs = {name: found.answer(name, OwnRanks.section).fields["runs"] for name in NODES}
    assert [(run["name"], run["pids"]) for run in runs["node1"]] == [(RUN, (7, 8))]
    assert not runs["node2"]
    (run / "result.json").write_text("{}")
    earlier_start.run_stage(None, found, NODES)
    assert not found.answer("node1", OwnRanks.section).fields["runs"]


def test_a_run_of_another_folder_of_this_machine_is_known_with_what_stops_it(
    recorded, tmp_path, monkeypatch
):
    recorded(600)
    event = {"node": "node1", "kind": "rank-started", "rank": 0, "pid": 7}
    (tmp_path / "runs" / RUN / "ranks.jsonl").write_text(f"{json.dumps(event)}\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    found = snapshot(NODES)
    with_fact(found, "node1", EarlierRanks("t.py", others=(EarlierRank(7, folder=str(tmp_path)),)))
    earlier_start.run_stage(None, found, NODES)
    (run,) = found.answer("node1", OwnRanks.section).fields["runs"]
    assert (run["name"], run["folder"]) == (RUN, str(tmp_path))
    assert run["stop_line"].endswith(f"stop {RUN} --runs {tmp_path}/runs")
