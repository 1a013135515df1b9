"""What a node sends becomes a typed message or a BadMessage with its reason, whatever it is."""

from __future__ import annotations

import base64
import dataclasses
import json
import queue
import threading

import pytest

from launcher.run.inbox import SHARE, Inbox
from launcher.run.messages import (
    BadMessage,
    CommandEnded,
    ConnectionLost,
    Heartbeat,
    NodeEnded,
    NodeStarted,
    ObserveRanks,
    OutputChunk,
    RankEnded,
    RanksObserved,
    RanksSaving,
    RankStarted,
    RankWorld,
    RunCommand,
    RunEnded,
    RunFiles,
    StopRun,
    SupervisorReady,
    SupervisorRefused,
    decode_message,
    encode_command,
    event_as_json,
)
from launcher.run.stall.observation import NodeObservation, observation_of
from launcher.run.supervisors import SupervisorLink
from tests.support.observations import IN_BARRIER, MET, rank

SEEN = NodeObservation(ranks=(rank(0, sockets=(MET,), stack=IN_BARRIER),), network={"eth0": 7})
UNNAMED = dataclasses.replace(SEEN, ranks=(dataclasses.replace(SEEN.ranks[0], node=""),))
SOURCES = frozenset({"rank0", "rank1", "pdsh"})
MESSAGES = [
    ({"kind": "ready", "pid": 7}, SupervisorReady(7)),
    ({"kind": "refused", "error": "/tmp/x: File exists"}, SupervisorRefused("/tmp/x: File exists")),
    ({"kind": "beat"}, Heartbeat()),
    (
        {"kind": "output", "source": "rank0", "data": base64.b64encode(b"\xff\n").decode()},
        OutputChunk("rank0", b"\xff\n"),
    ),
    (
        {"kind": "node-started", "pid": 7, "session": 9, "at": 1.5},
        NodeStarted(7, 9, 1.5),
    ),
    ({"kind": "node-ended", "code": None}, NodeEnded(None)),
    ({"kind": "node-ended", "code": -9, "at": 2}, NodeEnded(-9, at=2.0)),
    (
        {"kind": "rank-started", "rank": 1, "pid": 7, "world": 2, "at": 1.5},
        RankStarted(1, 7, 2, 1.5),
    ),
    (
        {
            "kind": "rank-world",
            "rank": 1,
            "seen_by": "accelerate",
            "size": 4,
            "place": 3,
            "backend": "gloo",
            "at": 1.5,
        },
        RankWorld(1, "accelerate", 4, 3, "gloo", 1.5),
    ),
    (
        {"kind": "rank-ended", "rank": 1, "code": 127, "error": "no such file", "at": 1.5},
        RankEnded(1, 127, "no such file", 1.5),
    ),
    ({"kind": "command-ended", "name": "pdsh", "code": 0}, CommandEnded("pdsh", 0)),
    ({"kind": "saving", "ranks": {"0": "SIGUSR1"}}, RanksSaving({"0": "SIGUSR1"})),
    ({"kind": "observation", "seen": dataclasses.asdict(UNNAMED)}, RanksObserved(UNNAMED)),
    (
        {"kind": "observation", "seen": {"error": "no /proc"}},
        RanksObserved(NodeObservation(error="no /proc")),
    ),
    ({"kind": "run-ended", "left": [7]}, RunEnded((7,))),
]


@pytest.mark.parametrize(("data", "message"), MESSAGES, ids=lambda value: type(value).__name__)
def test_each_kind_is_decoded(data, message):
    assert decode_message(json.dumps(data).encode(), SOURCES) == message


def test_an_observation_gets_the_name_of_its_node():
    assert observation_of("node1", UNNAMED) == dataclasses.replace(SEEN, node="node1")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "it is no message"),
        (b"Segmentation fault", "it is no message"),
        (b"\xff\xfe{", "it is no message"),
        (b'{"kind": "ready", "pid": ' + b"9" * 5000 + b"}", "it is no message"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b'{"kind": "refused", "error": ' + b"[" * 60 + b"]" * 60 + b"}", "refused.error"),
        (b"null", "its kind is unknown"),
        (b"[]", "its kind is unknown"),
        (b"{}", "its kind is unknown"),
        (b'{"kind": "told"}', "its kind is unknown: 'told'"),
        (b'{"kind": "__class__"}', "its kind is unknown: '__class__'"),
        (b'{"kind": ["ready"]}', "its kind is unknown"),
        (b'{"kind": "ready"}', "ready.pid: missing"),
        (b'{"kind": "ready", "pid": "7"}', "ready.pid: expected int, got '7'"),
        (b'{"kind": "ready", "pid": true}', "ready.pid: expected int, got True"),
        (b'{"kind": "output", "source": "rank0", "data": "%%"}', "output.data: expected base64"),
        (b'{"kind": "output", "source": "rank0", "data": 7}', "output.data: expected bytes"),
        (b'{"kind": "rank-ended", "rank": 0, "code": null}', "rank-ended.code: expected int"),
        (b'{"kind": "run-ended", "left": "none"}', "run-ended.left: expected a list"),
        (b'{"kind": "saving", "ranks": ["0"]}', "saving.ranks: expected an object"),
        (b'{"kind": "observation", "seen": []}', "observation.seen: expected an object"),
        (b'{"kind": "observation", "seen": {"ranks": [{"rank": 0}]}}', "ranks[0].state: missing"),
        (b'{"kind": "output", "source": "rank7", "data": ""}', "it is of 'rank7', which does not"),
        (b'{"kind": "output", "source": "\\u001b[2J", "data": ""}', "it is of '\\x1b[2J'"),
        (b'{"kind": "rank-ended", "rank": 7, "code": 0}', "it is of 'rank7', which does not run"),
        (
            b'{"kind": "rank-started", "rank": -1, "pid": 1, "world": 2, "at": 1}',
            "it is of 'rank-1'",
        ),
        (b'{"kind": "command-ended", "name": "before1", "code": 1}', "it is of 'before1'"),
        (b'{"kind": "saving", "ranks": {"0": "SIGTERM", "x": ""}}', "it is of 'rankx'"),
    ],
    ids=range(28),
)
def test_what_is_no_message_says_why(line, reason):
    message = decode_message(line, SOURCES)
    assert isinstance(message, BadMessage)
    assert reason in message.reason
    assert len(message.reason) < 200


class Connection:
    """A channel on which these lines come, and a session."""

    def __init__(self, *lines):
        self.lines = iter(lines)

    def line(self, deadline):
        return next(self.lines, None)

    def errors(self):
        return ""


def test_a_bad_line_ends_no_connection_and_a_line_without_the_mark_is_no_message():
    line = Connection(b"motd", b"token {", b'token {"kind": "beat"}', b"token-less")
    inbox = Inbox()
    SupervisorLink("node1", "token", SOURCES, line, line).listen(inbox)
    heard = [inbox.get(0) for _ in range(3)]
    assert [name for name, _ in heard] == ["node1"] * 3
    assert isinstance(heard[0][1], BadMessage)
    assert heard[1][1] == Heartbeat()
    assert heard[2][1] == ConnectionLost("its supervisor ended: motd token-less")
    with pytest.raises(queue.Empty):
        inbox.get(0)


def test_an_event_is_kept_as_it_came_but_for_what_says_nothing():
    assert event_as_json(RankEnded(1, 0, at=1.5)) == {
        "kind": "rank-ended", "rank": 1, "code": 0, "at": 1.5,
    }  # fmt: skip
    assert event_as_json(NodeEnded(None)) == {"kind": "node-ended", "code": None}


@pytest.mark.parametrize(
    ("command", "data"),
    [
        (Heartbeat(), {"kind": "beat"}),
        (ObserveRanks(), {"kind": "observe", "span_s": 2.0}),
        (StopRun(5.0, 60.0), {"kind": "stop", "grace": 5.0, "save": 60.0}),
        (
            RunFiles("token", "/tmp/x", {"a": "b"}, ("rank0",)),
            {
                "kind": "run", "run": "token", "home": "/tmp/x", "files": {"a": "b"},
                "outputs": ["rank0"],
            },
        ),
        (
            RunCommand("pdsh", ("pdsh", "-S"), {"A": "b"}, None, agent=False),
            {
                "kind": "run-command", "name": "pdsh", "argv": ["pdsh", "-S"], "env": {"A": "b"},
                "cwd": None, "agent": False,
            },
        ),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_command_is_one_line(command, data):
    line = encode_command(command)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line) == data


def test_a_node_that_sends_too_fast_waits_and_no_other_does():
    inbox = Inbox()
    inbox.put("node1", Heartbeat(), SHARE)
    late = threading.Thread(target=inbox.put, args=("node1", Heartbeat(), 1), daemon=True)
    late.start()
    inbox.put("node2", Heartbeat(), 1)
    inbox.put("node1", ConnectionLost("it ended"))
    order = [inbox.get(0) for _ in range(3)]
    assert [node for node, _ in order] == ["node1", "node2", "node1"]
    late.join(60)
    assert inbox.get(0) == ("node1", Heartbeat())
