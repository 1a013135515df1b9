"""Of what a script does by itself, the line that keeps its ranks apart is named."""

from __future__ import annotations

import pytest

from checks.facts.controller_files import ControllerFiles
from checks.facts.script_calls import ScriptCall, ScriptCalls
from checks.model import HERE, Outcome
from tests.support.snapshots import judged, snapshot, with_fact


@pytest.mark.parametrize(
    ("kind", "nodes", "cause"),
    [
        ("own-address", 2, "own-address"),
        ("own-method", 2, "own-address"),
        ("own-address", 1, ""),
        ("one-rank-saves", 2, "one-rank-saves"),
        ("one-rank-saves", 1, ""),
    ],
)
def test_the_line_is_named_where_it_matters(kind, nodes, cause):
    snap = snapshot(("node1", "node2")[:nodes], command=("train.py",))
    with_fact(snap, "node1", ScriptCalls((ScriptCall(kind, 7, "x"),)))
    found = judged(snap, "software.script-meets-all-ranks")["node1",]
    assert found.cause == cause and found.stops is (cause == "own-address")
    assert (found.outcome is Outcome.PASS) == (not cause)
    assert not cause or ("line 7" in found.message and "+7 " in found.fix.command)


def test_what_a_sync_copies_is_corrected_on_this_machine():
    snap = snapshot(("node1", "node2"), command=("train.py",), workdir="/srv/job")
    with_fact(snap, "node1", ScriptCalls((ScriptCall("own-address", 7, "127.0.0.1"),)))
    copies = ControllerFiles(
        in_folder={"train.py": "d"}, folder="/home/me/job", source="/home/me/job", sync_line="sync"
    )
    with_fact(snap, "node1", copies)
    fix = judged(snap, "software.script-meets-all-ranks")["node1",].fix
    assert fix.on == HERE
    assert fix.command.endswith("+7 /home/me/job/train.py && sync")
