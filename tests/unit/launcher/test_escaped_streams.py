"""Whatever a run's record and its logs hold, no command moves a cursor or forges a line by it."""

from __future__ import annotations

import json
import sys

import pytest

from checks.escaped_streams import EscapedStream, unescaped
from launcher.cli import main
from tests.support.escape_payloads import PAYLOADS, raw_in

COMMANDS = (
    ("status",), ("runs",), ("status", "--json"), ("runs", "--json"), ("logs",), ("attach",),
    ("logs", "--rank", "0"), ("xray",), ("stop",), ("diagnose",), ("diagnose", "--json"),
)  # fmt: skip


def record_with(runs, evil):
    """A run that failed, with `evil` wherever a node's words may come to stand."""
    run = runs / "20260101-000000-train"
    (run / "logs").mkdir(parents=True)
    plan = {"nodes": ["node1"], "world_size": 1, "ranks": [{"rank": 0, "node": "node1"}],
            "job": {"command": ["train.py", evil]}}  # fmt: skip
    progress = {"doing": evil, "stall": evil, "step": 1, "at": 1.0, "seconds": 1.0}
    result = {"state": "failed", "exit": 1, "diagnosis": f"node1: {evil}", "hang": evil,
              "ranks": {"0": 1}, "seconds": 1.0, "separation": evil, "left": {}}  # fmt: skip
    for name, data in (("plan", plan), ("progress", progress), ("result", result),
                       ("controller", {"host": evil, "started": 1.0})):  # fmt: skip
        (run / f"{name}.json").write_text(json.dumps(data))
    event = {"kind": "rank-ended", "node": "node1", "rank": 0, "code": 1, "error": evil}
    (run / "ranks.jsonl").write_text(json.dumps(event) + "\n")
    log = f"0: {evil} RuntimeError: {evil}\n0: CUDA out of memory {evil}\n"
    (run / "logs" / "node1.log").write_bytes(log.encode("utf-8", "surrogatepass"))
    return run


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_passes_on_what_a_terminal_obeys(tmp_path, capsys, words):
    for number, payload in enumerate((*PAYLOADS, "".join(PAYLOADS))):
        run = record_with(tmp_path / str(number), payload)
        where = [str(run)] if words[0] == "diagnose" else ["--runs", str(run.parent)]
        main([words[0], *where, *words[1:]])
        shown = "".join(capsys.readouterr())
        assert shown.strip()
        assert not raw_in(shown)


def test_a_message_of_an_error_is_escaped_too(capsys):
    main(["status", "--runs", "/nowhere\x1b]0;t\x07"])
    assert "\\x1b]0;t\\x07" in capsys.readouterr().err


def test_colours_pass_and_redrawing_only_where_it_is_our_own(capsys):
    stream = EscapedStream(sys.stdout)
    stream.write("\x1b[36mnode1\x1b[0m\tloss\nnext \r\x1b[K")
    unescaped(stream).write("\r\x1b[K")
    assert capsys.readouterr().out == "\x1b[36mnode1\x1b[0m\tloss\nnext \\r\\x1b[K\r\x1b[K"
