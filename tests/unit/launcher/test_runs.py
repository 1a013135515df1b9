"""The run directory is true, also of a launcher that died."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from checks.errors import PreflightError, UsageError
from launcher.record import RecordedRun, RunRecord, all_runs, find_run, require_name, run_name


def test_a_run_is_running_while_its_launcher_lives(tmp_path):
    record = RunRecord(tmp_path, "train")
    assert RecordedRun(record.path).state == "running"
    assert RecordedRun(record.path).controller == os.getpid()


def test_a_launcher_that_ended_without_a_result_is_lost(tmp_path):
    record = RunRecord(tmp_path, "train")
    known = json.loads((record.path / "controller.json").read_text())
    record.write_json("controller.json", {**known, "born": known["born"] - 1})
    assert RecordedRun(record.path).state == "lost"


def test_a_result_is_the_state(tmp_path):
    record = RunRecord(tmp_path, "train")
    record.close({"state": "failed"})
    assert RecordedRun(record.path).state == "failed"


def test_everything_is_for_this_login_alone(tmp_path):
    record = RunRecord(tmp_path, "train")
    record.log("node1", "0: hello")
    record.log_event("node1", {"kind": "rank-started", "rank": 0})
    record.close({"state": "finished"})
    paths = [record.path, *record.path.rglob("*")]
    assert len(paths) == 7
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    assert RecordedRun(record.path).rank_events() == [
        {"node": "node1", "kind": "rank-started", "rank": 0}
    ]


def test_two_runs_in_one_second_have_directories_of_their_own(tmp_path):
    paths = {RunRecord(tmp_path, "train").path for _ in range(3)}
    assert len(paths) == 3
    assert len(all_runs(tmp_path)) == 3


class Small:
    """Stands for a disk that has room for a few bytes only."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def write(self, data):
        self.room, part = max(0, self.room - len(data)), data[: self.room]
        if not part:
            raise OSError(28, "No space left on device")
        return self.file.write(part)

    def __getattr__(self, name):
        return getattr(self.file, name)


def test_a_full_disk_leaves_whole_lines_and_the_result(tmp_path, monkeypatch):
    record, reports = RunRecord(tmp_path, "train"), []
    record.report = reports.append
    record.log("node1", "0: first")
    monkeypatch.setitem(record._open, "logs/node1.log", Small(record._open["logs/node1.log"], 13))
    for line in ("0: second", "0: third", "0: fourth"):
        record.log("node1", line)
    record.close({"state": "finished"})
    assert (record.path / "logs" / "node1.log").read_text() == "0: first\n0: second\n"
    assert len(reports) == 1
    assert (
        "node1.log: cannot be written: No space left on device; its file system is /" in reports[0]
    )
    assert RecordedRun(record.path).state == "finished"
    assert RecordedRun(record.path).read("result.json")["missing"] == {"logs/node1.log": 2}
    assert sorted(path.name for path in record.path.iterdir()) == [
        "controller.json", "logs", "order", "result.json",
    ]  # fmt: skip


def test_before_the_start_what_cannot_be_written_stops_it(tmp_path):
    record = RunRecord(tmp_path, "train")
    (record.path / "hostfile").mkdir()
    with pytest.raises(PreflightError, match=r"hostfile: cannot be written: .*nothing was started"):
        record.write("hostfile", "node1 slots=1")
    assert not list(tmp_path.iterdir())


def test_a_disk_without_room_for_the_result_has_no_half_a_run(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="No space left on device"):
        RunRecord(tmp_path, "train")
    assert not list(tmp_path.iterdir())


def test_a_run_is_found_by_part_of_its_name(tmp_path):
    first, second = RunRecord(tmp_path, "alpha"), RunRecord(tmp_path, "beta")
    assert find_run(tmp_path, "alpha").path == first.path
    assert find_run(tmp_path, second.path.name).path == second.path
    with pytest.raises(UsageError, match="part of the names of 2 runs: 2") as several:
        find_run(tmp_path, "a")
    assert several.value.right == (second.path.name,)
    for name in ("alpha2", "alpha3", "alpha4", "alpha5"):
        RunRecord(tmp_path, name)
    with pytest.raises(UsageError, match="of the names of 6 runs: …, "):
        find_run(tmp_path, "a")
    with pytest.raises(UsageError, match="no run 'gamma'"):
        find_run(tmp_path, "gamma")


def test_a_run_is_named_after_what_it_trains():
    assert run_name(("dir/train.py", "--x")) == "train"
    assert run_name(("-m", "axolotl.cli")) == "axolotl"
    with pytest.raises(UsageError, match="--name"):
        require_name("../up")


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="--runs"):
        RunRecord(tmp_path / "file", "train")


def test_the_newest_run_is_the_last_that_began_whatever_the_clock_said(tmp_path, monkeypatch):
    first = RunRecord(tmp_path, "train").path
    monkeypatch.setattr("launcher.record.time.strftime", lambda _: "20200101-000000")
    set_back = [RunRecord(tmp_path, "train").path for _ in range(2)]
    monkeypatch.undo()
    last = RunRecord(tmp_path, "other").path
    began = [first, *set_back, last]
    assert [run.path for run in all_runs(tmp_path)] == began
    assert find_run(tmp_path, None).path == last
    assert sorted(began) != began


def test_runs_of_launchers_that_gave_no_number_are_older_and_ordered_by_name(tmp_path):
    for name in ("20260102-000000-train", "20260101-000000-train"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "controller.json").write_text("{}")
    newest = RunRecord(tmp_path, "train").path
    names = ["20260101-000000-train", "20260102-000000-train", newest.name]
    assert [run.name for run in all_runs(tmp_path)] == names
