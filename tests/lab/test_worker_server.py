"""torch's worker server in a rank: what it serves, and that the program never notices it."""

from __future__ import annotations

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest

from launcher.agent import worker_server
from launcher.agent.worker_server import has_advanced, pending_collectives, recorded_entries
from tests.support.paths import ROOT

PAIR = """
import sys, time
import torch, torch.distributed as dist
rank, store = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", store=dist.FileStore(store, 2), rank=rank, world_size=2)
print("met", flush=True)
dist.all_reduce(torch.ones(3))
print("once", flush=True)
if rank == 0:
    dist.all_reduce(torch.ones(5))
time.sleep(600)
"""
ENDS = """
import os, sys
import torch.distributed
if os.fork() == 0:
    sys.exit(4)
print("child", os.waitstatus_to_exitcode(os.wait()[1]))
print("words", file=sys.stderr)
raise SystemExit(3)
"""


@pytest.fixture
def home(tmp_path):
    """A run's directory with the hook as the supervisor puts it there."""
    pytest.importorskip("torch")
    (tmp_path / "hook").mkdir()
    hook = (ROOT / "launcher/agent/hook.py").read_text(encoding="utf-8")
    (tmp_path / "hook" / "sitecustomize.py").write_text(hook, encoding="utf-8")
    return tmp_path


def start(home, text, *words):
    return subprocess.Popen(
        [sys.executable, "-c", text, *words],
        env={**os.environ, "PYTHONPATH": str(home / "hook")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_record(home, process, *, pending):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        entries = recorded_entries(str(home), process.pid)
        seen = pending_collectives(entries)
        if seen and seen[0]["pending"] == pending and (pending or entries[-1]["retired"]):
            return entries, seen[0]
        time.sleep(0.05)
    raise AssertionError(f"not recorded: {seen}")


def test_a_rank_that_waits_and_one_that_did_not_come(home):
    ranks = [start(home, PAIR, str(rank), str(home / "store")) for rank in range(2)]
    try:
        for process in ranks:
            assert [process.stdout.readline(), process.stdout.readline()] == [b"met\n", b"once\n"]
        entries, waiting = wait_for_record(home, ranks[0], pending=True)
        while waiting["number"] == 1:  # it has ended, and the record shows it a moment later
            entries, waiting = wait_for_record(home, ranks[0], pending=True)
        assert (waiting["number"], waiting["name"], waiting["sizes"]) == (2, "all_reduce", "[[5]]")
        assert waiting["group"] == "0 default_pg"
        _, behind = wait_for_record(home, ranks[1], pending=False)
        assert (behind["number"], behind["entered"]) == (1, 1)
        assert has_advanced(entries, recorded_entries(str(home), ranks[0].pid)) is False
        assert has_advanced(entries[:-1], entries) is True
    finally:
        for process in ranks:
            process.kill()
            process.communicate()


def test_the_program_and_its_forks_end_as_they_would_without_it(home):
    process = start(home, ENDS)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (3, b"child 4\n", b"words\n")
    assert (home / f"worker-{process.pid}").is_socket()


def test_a_process_without_a_server_has_no_record(home):
    assert recorded_entries(str(home), os.getpid()) is None
    assert pending_collectives(None) is None
    assert has_advanced(None, []) is None


def test_a_stopped_process_is_not_asked(tmp_path):
    with subprocess.Popen(["sleep", "600"]) as process:
        server = serve(tmp_path / f"worker-{process.pid}", {"fr_trace_json": "{}"})
        try:
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            assert recorded_entries(str(tmp_path), process.pid) is None
            process.send_signal(signal.SIGCONT)
            os.waitid(os.P_PID, process.pid, os.WCONTINUED | os.WNOWAIT)
            assert recorded_entries(str(tmp_path), process.pid) == []
        finally:
            process.kill()
            server.shutdown()
            server.server_close()


def nccl_entry(number, **changes):
    """As torch writes it of NCCL: see FlightRecorderDetail.hpp."""
    entry = {
        "record_id": number, "process_group": ["0", "default_pg"], "collective_seq_id": number,
        "p2p_seq_id": 0, "profiling_name": "nccl:all_reduce", "time_created_ns": number * 10**9,
        "input_sizes": [[3]], "input_dtypes": ["Float"], "state": "completed", "retired": True,
        "is_p2p": False,
    }  # fmt: skip
    return {**entry, **changes}


def serve(path, answers):
    """A worker server that answers these JSON texts by handler, 404 to others; None: never."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            text = answers.get(self.path.removeprefix("/handler/"), "")
            if text is None:
                time.sleep(60)
            self.send_response(200 if text else 404)
            self.end_headers()
            self.wfile.write(text.encode())

        def address_string(self):
            return ""

        def log_message(self, *words):
            pass

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    server = Server(str(path), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def answering(tmp_path):
    """Has this process answer as a rank whose server has those handlers."""
    servers = []

    def answer(**answers):
        servers.append(serve(tmp_path / f"worker-{os.getpid()}", answers))
        return recorded_entries(str(tmp_path), os.getpid())

    yield answer
    for server in servers:
        server.shutdown()
        server.server_close()


def test_nccl_has_a_recorder_of_its_own_beside_that_of_all_others(answering):
    pending = nccl_entry(2, state="scheduled", retired=False)
    ranks = {"0": {"name": "0", "desc": "default_pg", "ranks": "[0, 1, 2]"}}
    gloo = nccl_entry(1, profiling_name="gloo:barrier", process_group=["1", "undefined"])
    gloo["time_created_ns"] = 15 * 10**8
    entries = answering(
        fr_trace_json=json.dumps({"version": "2.10", "pg_config": {}, "entries": [gloo]}),
        dump_nccl_trace_json=json.dumps({"pg_config": ranks, "entries": [nccl_entry(1), pending]}),
    )
    assert [entry["profiling_name"] for entry in entries] == [
        "nccl:all_reduce", "gloo:barrier", "nccl:all_reduce",
    ]  # fmt: skip
    seen = pending_collectives(entries, 42.0)
    assert [(own["group"], own["number"], own["pending"]) for own in seen] == [
        ("0 default_pg", 2, True), ("1", 1, False),
    ]  # fmt: skip
    assert (seen[0]["members"], seen[0]["stage"], seen[0]["age_s"]) == ([0, 1, 2], "scheduled", 40)


@pytest.mark.parametrize(
    ("answers", "entries"),
    [
        ({"fr_trace_json": '{"version": "2.10", "pg_config": {}}'}, []),
        ({"fr_trace_json": "{}", "dump_nccl_trace_json": '{"entries": []}'}, []),
        ({"fr_trace_json": "{}", "dump_nccl_trace_json": "no JSON"}, None),
        ({"fr_trace_json": "[]"}, None),
        ({"fr_trace_json": '{"entries": [{}]}'}, None),
    ],
)
def test_a_recorder_that_is_missing_or_empty_is_none_that_is_broken(answering, answers, entries):
    assert answering(**answers) == entries


def test_a_recorder_that_never_answers_leaves_the_rank_without_record(answering, monkeypatch):
    monkeypatch.setattr(worker_server, "ANSWER_S", 0.3)
    assert answering(fr_trace_json="{}", dump_nccl_trace_json=None) is None
