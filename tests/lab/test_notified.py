"""What a person or a chat room hears of runs on a real lab, by a real webhook and command."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest

from launcher.record import all_runs
from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.receivers import Receiver
from tests.support.two_nodes import SECRET, lab, nothing_is_left, place

__all__ = ["lab", "nothing_is_left", "place"]


def test_start_stall_and_end_are_notified(place, lab):
    receiver, reported = Receiver(), place / "told"
    run = LaunchedRun(
        place, lab, "train.py", "sleep", "--api-key", SECRET,
        options=("--notify-webhook", receiver.address, "--notify-command", f"cat >>{reported}",
                 "--stuck-after", "3"),
    )  # fmt: skip
    started = receiver.wait_for("started, 2 ranks on")
    stalled = receiver.wait_for("no progress: no output for ")
    run_launcher(place, "stop")
    assert run.end() == 130, run.text
    receiver.close()
    ended, name = receiver.bodies[-1], run.run.name
    assert [started["event"], stalled["event"], ended["event"]] == ["start", "stall", "end"]
    assert started["text"].endswith(": started, 2 ranks on node[1-2]")
    assert name in started["text"] and started["run"] == name
    assert started["path"] == str(run.run.path)
    assert started["command"] == ["train.py", "sleep", "--api-key", "***"]
    assert stalled["state"] == "running"
    assert re.search(r": stopped after .*, step 1, loss 2.5: stopped on request\b", ended["text"])
    assert (ended["state"], ended["exit"]) == ("stopped", 130)
    heard = [json.loads(line) for line in reported.read_text().splitlines()]
    assert [notice["text"] for notice in heard] == [body["text"] for body in receiver.bodies]
    written = [path.read_text() for path in run.run.path.rglob("*") if path.is_file()]
    assert not [
        text for text in (*written, run.text) if "SecretOfHook" in text or str(reported) in text
    ]


def test_a_detached_run_notifies_of_its_stall_and_its_end(place, lab):
    reported = place / "told-by-detached"
    keys = (place / "launch.toml").read_text()
    (place / "notify.toml").write_text(f'{keys}[notify]\ncommand = "cat >>{reported}"\n')
    started = run_launcher(
        place, "start", "--hosts", str(lab.hosts), "--launch-file", "notify.toml", "--detach",
        "--stuck-after", "3", "--", "train.py", "sleep",
    )  # fmt: skip
    assert started.returncode == 0, started.stderr
    notices_until({"start", "stall"}, reported)
    run_launcher(place, "stop")
    heard = notices_until({"end"}, reported)
    assert [notice["event"] for notice in heard if notice["event"] != "stall"] == ["start", "end"]
    assert {notice["run"] for notice in heard} == {all_runs(place / "runs")[-1].name}
    assert (heard[-1]["state"], heard[-1]["exit"]) == ("stopped", 130)


def notices_until(events, reported, seconds=90):
    """All that a command was notified of, once it has been notified of those events."""
    deadline = time.monotonic() + seconds
    while True:
        lines = reported.read_text().splitlines() if reported.exists() else []
        heard = [json.loads(line) for line in lines if line.endswith("}")]
        if events <= {notice["event"] for notice in heard}:
            return heard
        assert time.monotonic() < deadline, heard
        time.sleep(0.1)


@pytest.mark.long
def test_a_failure_is_notified_and_waits_for_nobody(place, lab):
    answered = threading.Event()
    receiver = Receiver(lambda _: 200 if answered.wait(60) else 500)
    run = LaunchedRun(
        place, lab, "train.py", "fail",
        options=("--notify-webhook", receiver.address, "--notify-command", "echo no; exit 7"),
    )  # fmt: skip
    assert run.end() == 1
    answered.set()
    wait_until_clean(lab, 1)
    assert run.run.read("result.json")["seconds"] < 30
    assert "the notify command did not take a notification: exit 7" in run.text
    assert "the webhook at 127.0.0.1 did not take a notification: timed out" in run.text
    receiver.close()
    texts = [body["text"] for body in receiver.bodies]
    assert any("failed after " in text and "rank 1 on node2 failed" in text for text in texts), (
        texts
    )
