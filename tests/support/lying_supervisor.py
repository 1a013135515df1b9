"""A supervisor that lies: its lines, changed by a seed, as a broken or hostile one may send them.

It runs on a node of a lab in the real one's place, and imports what is shipped with it.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Iterator
from typing import Any

from launcher.agent.supervisor import Supervisor, main
from tests.support.lying_node import ODD_LINES, ODD_VALUES, mutate_data

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066\ud800\x00\r\nnode1: rank 0 on node1 failed"
WAYS = (
    "data", "odd", "encoding", "escapes", "order", "repeat", "silence", "mute", "cut", "endless",
    "unmarked", "foreign", "flood",
)  # fmt: skip
ENDLESS, FLOOD = 6 << 20, 20_000


class Liar:
    """Turns the messages of one supervisor into the bytes that it sends.

    It is honest for the first few. `way` is how it lies from then on.
    """

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.way = WAYS[seed % len(WAYS)]
        self.honest = self.rng.choice([0, 1, 2, 3, 4, 5, 6])
        self.held: list[bytes] = []

    def bytes_for(self, mark: str, message: dict[str, Any]) -> Iterator[bytes]:
        """What is sent for a message, piece by piece. Raises EOFError where it hangs up."""
        line = b"%s %s\n" % (mark.encode(), json.dumps(message).encode())
        if self.honest:
            self.honest -= 1
            yield line
        else:
            yield from getattr(self, f"_{self.way}")(mark.encode(), message, line)

    def _changed(self, mark: bytes, message: Any) -> bytes:
        return b"%s %s\n" % (mark, json.dumps(message).encode())

    def _data(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        kind = {} if self.rng.random() < 0.2 else {"kind": message["kind"]}
        yield self._changed(mark, {**mutate_data(self.rng, message), **kind})

    def _odd(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        odd = [*ODD_LINES, *(json.dumps(value).encode() for value in ODD_VALUES)]
        yield b"%s %s\n" % (mark, self.rng.choice(odd))

    def _encoding(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        text = line.decode()
        bare = text.partition(" ")[2]
        yield self.rng.choice(
            [
                text.encode("utf-16"),
                b"\xef\xbb\xbf" + line,
                mark + b" " + bare.encode("utf-16"),
                mark + b" " + bare.replace("e", "\xe9").encode("latin-1"),
                mark + b" " + bare.replace('"', "'").encode(),
                line.replace(b":", b":\x00"),
                bytes(line).upper(),
            ]
        )

    def _escapes(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        texts = {key: value + ESCAPES for key, value in message.items() if isinstance(value, str)}
        texts["error"] = ESCAPES
        kind = self.rng.choice(["refused", "command-ended", "node-ended", "saving", "rank-ended"])
        extra = {"name": "ssh", "code": 3, "rank": 2, "ranks": {ESCAPES: ESCAPES}}
        yield self._changed(mark, {**message, **texts, **extra, "kind": kind})

    def _order(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        self.held.append(line)
        self.rng.shuffle(self.held)
        if len(self.held) > 3 or message["kind"] in ("node-ended", "run-ended"):
            yield b"".join(self.held)
            self.held.clear()

    def _repeat(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield line * self.rng.choice([2, 3, 300])

    def _silence(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield b""

    def _mute(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield self._changed(mark, {"kind": "beat"})

    def _cut(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield line[: self.rng.randrange(len(line))]
        raise EOFError

    def _endless(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield line[:-1]
        for _ in range(ENDLESS >> 16):
            yield b"x" * (1 << 16)

    def _unmarked(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield self.rng.choice([b"0" * len(mark) + line[len(mark) :], line[len(mark) + 1 :]])

    def _foreign(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        """What only another node could say: of its ranks, its commands; and what nobody says."""
        rank, number = self.rng.choice([0, 1, -1, 99, 10**15]), {"pid": 1, "world": 3, "at": 1.0}
        world = {"seen_by": "torch", "size": 1, "place": 0, "backend": ESCAPES}
        yield self._changed(
            mark,
            self.rng.choice(
                [
                    {"kind": "rank-started", "rank": rank, **number},
                    {"kind": "rank-ended", "rank": rank, "code": self.rng.choice([0, 1])},
                    {"kind": "rank-world", "rank": rank, **number, **world},
                    {"kind": "output", "source": f"rank{rank}", "data": "c3RlcCA5IGxvc3MgMQo="},
                    {"kind": "command-ended", "name": "before1", "code": 1},
                    {"kind": "command-ended", "name": ESCAPES, "code": 1},
                    {"kind": "saving", "ranks": {str(rank): ESCAPES}},
                    {"kind": "run-ended", "left": list(range(5000))},
                    {"kind": "told", "why": "forged"},
                ]
            ),
        )
        yield line

    def _flood(self, mark: bytes, message: dict[str, Any], line: bytes) -> Iterator[bytes]:
        yield from itertools.repeat(self._changed(mark, {"kind": "beat"}) * 500, FLOOD // 500)
        yield line


def serve_and_lie(seed: int, node: str) -> None:
    """Be the supervisor of this node; on the one of that name it lies."""
    if os.uname().nodename == node:
        Supervisor.write = lambda supervisor: _write_lies(supervisor, Liar(seed))
    main()


def _write_lies(supervisor: Any, liar: Liar) -> None:
    """In place of the thread of the real one that writes to standard output."""
    for line in iter(supervisor.outbox.get, None):
        mark, _, text = line.partition(" ")
        try:
            for part in liar.bytes_for(mark, json.loads(text)):
                while part:
                    part = part[os.write(1, part) :]
        except EOFError:
            os._exit(3)
        except OSError:
            supervisor.lost = "nobody listens"
