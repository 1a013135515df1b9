"""A controller with nodes of no machine: they take its commands and answer as supervisors would."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import threading
import time

from checks.contact.channel import Channel
from checks.model import Job, Node
from launcher.plan.plan import PlanInputs, make_plan
from launcher.record import RunRecord
from launcher.run import controller as controller_module
from launcher.run import supervisors as supervisors_module
from launcher.run.messages import RunFiles, encode_command
from launcher.run.notifier import Notifier
from launcher.run.supervisors import SupervisorLink

WAITS_S = {
    controller_module: {
        "SUPERVISORS_WAIT_S": 10.0, "AGENTS_WAIT_S": 10.0, "LATE_NOTICE_S": 0.5,
        "LAST_WORDS_S": 0.1, "LAUNCHERS_EXIT_S": 0.5, "SUPERVISORS_EXIT_S": 0.5,
        "RANKS_SAVE_S": 0.5,
    },
    supervisors_module: {"LEASE_S": 4.0, "BEAT_S": 0.2},
}  # fmt: skip
"""Of a launcher whose nodes answer within milliseconds."""
PATIENCE_S = 12.0
"""After it a person ends a run that has not come to an end."""


class StandInNode:
    """What the controller takes for the channel of a login, and behind it the node."""

    def __init__(self, name, ranks, world, run, liar=None):
        self.name, self.ranks, self.world, self.run, self.liar = name, ranks, world, run, liar
        self.heard = []
        self.wait_s = 1.0
        self._commands, self._said = queue.Queue(), queue.Queue(64)
        self._closed = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(EOFError):
            try:
                for command in iter(self._commands.get, None):
                    for message in self._answers(command):
                        self._say(message)
            finally:
                self._put(None)

    def _answers(self, command):
        match command["kind"]:
            case "run":
                return [{"kind": "ready", "pid": 7}]
            case "run-command":
                return self._training(command["name"])
            case "observe":
                return [{"kind": "observation", "seen": {"network": {"eth0": 7}}}]
            case "stop":
                return [{"kind": "run-ended", "left": []}]
        return [{"kind": "beat"}]

    def _training(self, name):
        said = [{"kind": "node-started", "pid": 8, "session": 8, "at": 1.0}]
        for rank in self.ranks:
            about = {"rank": rank, "at": 1.0}
            world = {"seen_by": "torch", "size": self.world, "place": rank, "backend": "gloo"}
            said += [
                {"kind": "rank-started", "pid": 9, "world": self.world, **about},
                {"kind": "rank-world", **about, **world},
                {"kind": "output", "source": f"rank{rank}", "data": "c3RlcCAxIGxvc3MgMi41Cg=="},
                {"kind": "rank-ended", "code": 0, **about},
            ]
        return [
            *said,
            {"kind": "node-ended", "code": 0},
            {"kind": "command-ended", "name": name, "code": 0},
        ]

    def _say(self, message):
        if self.liar:
            for part in self.liar.bytes_for(self.run, message):
                self._put(part)
        else:
            self._put(b"%s %s\n" % (self.run.encode(), json.dumps(message).encode()))

    def _put(self, part):
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                return self._said.put(part, timeout=0.05)
        raise EOFError

    def sendall(self, data):
        for line in data.splitlines():
            command = json.loads(line)
            self.heard.append(command["kind"])
            self._commands.put(command)

    def settimeout(self, seconds):
        self.wait_s = seconds

    def recv_ready(self):
        return not self._said.empty()

    def recv(self, _size):
        until = time.monotonic() + self.wait_s
        while not self._closed.is_set() and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                if (part := self._said.get(timeout=0.02)) != b"":
                    return part or b""
        if self._closed.is_set():
            return b""
        raise TimeoutError

    def recv_stderr_ready(self):
        return False

    def close(self):
        self._closed.set()
        self._commands.put(None)


class StandInRun:
    """One start on such nodes of one rank each, of which the last ones may lie, one a liar."""

    def __init__(self, monkeypatch, folder, *liars, count=3):
        names = {f"node{number}": 1 for number in range(1, count + 1)}
        lies = dict(zip(reversed(names), liars, strict=False))
        nodes = tuple(map(Node, names))
        self.job = Job(nodes, "node1", command=("train.py",), backend="ssh")
        plan = make_plan(self.job, PlanInputs(names, "10.0.0.1", {}), os.urandom(8).hex())
        self.nodes = {
            name: StandInNode(name, plan.ranks_of(name), count, plan.token, lies.get(name))
            for name in names
        }
        self.controller = controller_module.RunController(
            self.job, plan, RunRecord(folder, "train"), Notifier(self.job)
        )
        for module, waits in WAITS_S.items():
            for name, seconds in waits.items():
                monkeypatch.setattr(module, name, seconds)
        monkeypatch.setattr(supervisors_module, "_open_link", self._open_link)
        monkeypatch.setattr(supervisors_module, "SshTransport", lambda job: None)

    def _open_link(self, _job, _transport, plan, planned, _kept):
        node = self.nodes[planned.name]
        channel = Channel(node, float("inf"))
        channel.send(encode_command(RunFiles(plan.token, plan.home)))
        return SupervisorLink(node.name, plan.token, plan.sources_on(node.name), node, channel)

    def run(self):
        """The exit code; somebody ends a run that goes on."""
        person = threading.Timer(PATIENCE_S, os.kill, (os.getpid(), signal.SIGTERM))
        before = signal.signal(signal.SIGTERM, lambda *_: None)  # it may come when all is over
        person.start()
        try:
            return self.controller.run()
        finally:
            person.cancel()
            person.join()
            signal.signal(signal.SIGTERM, before)
