"""A supervisor that lies fails its own node: the start ends, and says who it was."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import threading
import time

import pytest

from launcher.commands.run_summary import summarise_ranks, summarise_run
from launcher.commands.run_text import rank_lines, status_lines
from launcher.exit_codes import ExitCode
from launcher.record import RecordedRun
from launcher.run import supervisors
from tests.support.lying_supervisor import WAYS, Liar
from tests.support.stand_in_nodes import StandInRun

PATIENT = ("mute", "flood")
"""Somebody has to end such a run."""
FEW = [seed for seed, way in enumerate(WAYS) if way not in PATIENT]
MANY = [*map(WAYS.index, PATIENT), *range(len(WAYS), 17 * len(WAYS))]
GOES_ON = {"mute", "flood", "order", "data"}
"""What may look like a rank that trains: its node beats, and never reports the rank's end."""
LIAR = "node3"


@pytest.fixture
def start_against(tmp_path):
    """A start on three nodes of which one lies; its exit code, and what a terminal got."""

    def start(seed):
        terminal = io.StringIO()
        with pytest.MonkeyPatch.context() as patched, contextlib.redirect_stdout(terminal):
            run = StandInRun(patched, tmp_path / str(seed), Liar(seed) if seed >= 0 else None)
            try:
                return run, run.run(), terminal.getvalue()
            finally:
                assert_no_thread_is_left()

    return start


def assert_no_thread_is_left():
    deadline = time.monotonic() + 30
    ours = ("listen", "_serve", "_send_heartbeats")
    while left := [thread.name for thread in threading.enumerate() if thread.name.endswith(ours)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)


def assert_held_against_the_liar(seed, run, code, terminal):
    state, path = run.controller.state, run.controller.record.path
    result = json.loads((path / "result.json").read_text())
    assert (result["exit"], result["state"]) == (
        code,
        {0: "finished", 1: "failed", 130: "stopped"}[code],
    )
    assert code != ExitCode.INTERRUPTED or WAYS[seed % len(WAYS)] in GOES_ON
    assert code != ExitCode.DONE or result["ranks"] == {"0": 0, "1": 0, "2": 0}
    if state.failure:
        assert state.failure.node == LIAR or state.failure.what.startswith(f"{LIAR}: ")
        assert LIAR in result["diagnosis"]
        assert "\n" not in state.failure.what
    assert all(LIAR in what for what in state.others)
    assert not {"0": 1, "1": 1}.items() & result["ranks"].items()
    for node in run.nodes.values():
        assert "stop" in node.heard or node.name == LIAR
    shown = RecordedRun(path)
    texts = [*status_lines(summarise_run(shown)), *rank_lines(summarise_ranks(shown), ""), terminal]
    texts += [log.read_text() for log in (path / "logs").glob("*.log")]
    assert not {letter for text in texts for letter in text if not letter.isprintable()} - {"\n"}


def test_stand_in_nodes_that_do_not_lie_train(start_against):
    _, code, terminal = start_against(-1)
    assert code == ExitCode.DONE, terminal
    assert "3 of 3 ranks succeeded, in one world of 3 (gloo)" in terminal


@pytest.mark.parametrize("seed", FEW, ids=[WAYS[seed] for seed in FEW])
def test_a_lie_of_a_supervisor_is_held_against_its_node(start_against, seed):
    assert_held_against_the_liar(seed, *start_against(seed))


@pytest.mark.long
def test_two_hundred_lies_of_supervisors_are_held_against_their_node(start_against):
    for seed in MANY:
        assert_held_against_the_liar(seed, *start_against(seed))


class Chatterer:
    """Honest until its rank has started, then it says the same without end."""

    def __init__(self, message):
        self.message, self.honest = message, 3

    def bytes_for(self, mark, message):
        said = message if self.honest > 0 else self.message
        line = f"{mark} {json.dumps(said)}\n".encode()
        self.honest -= 1
        yield from [line] if self.honest >= 0 else itertools.repeat(line * 100)


WORLD = {"kind": "rank-world", "rank": 2, "seen_by": "torch", "size": 3, "place": 2,
         "backend": "gloo", "at": 1.0}  # fmt: skip


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (WORLD, f"{LIAR} was lost: it reported over 500 starts and ends"),
        ({"kind": "rank-started", "rank": 2, "pid": 9, "world": 3, "at": 1.0}, "over 500 starts"),
        ({"kind": "node-started", "pid": 1, "session": 1, "at": 1.0}, "over 500 starts"),
        ({"kind": "saving", "ranks": {"2": "SIGTERM"}}, "over 500 starts"),
        ({**WORLD, "backend": "x" * 20_000}, "a text of 20000 characters"),
        ({"kind": "rank-ended", "rank": 2, "code": 1, "error": "x" * 20_000}, "a text of 20000"),
        ({"kind": "saving", "ranks": {"2": "x" * 20_000}}, "a text of 20000 characters"),
        ({"kind": "refused", "error": "x" * 20_000}, "a text of 20000 characters"),
    ],
    ids=lambda each: each["kind"] if isinstance(each, dict) else "",
)
def test_what_a_node_reports_without_end_fills_no_record(tmp_path, capsys, message, said):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(supervisors, "MOST_EVENTS", 500)
        run = StandInRun(patched, tmp_path, Chatterer(message))
        assert run.run() == ExitCode.FAILED
    assert said in run.controller.state.failure.what
    assert len(run.controller.state.others) < 5
    record = run.controller.record.path
    assert sum(path.stat().st_size for path in record.rglob("*") if path.is_file()) < 300_000
    assert len(capsys.readouterr().out) < 100_000
