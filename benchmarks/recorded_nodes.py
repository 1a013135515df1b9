"""Any number of nodes that answer as two of a lab once did, each a process behind a socket.

The controller's part of a preflight is real but for ssh: what it sends, reads, decodes and judges.
As a plugin of pytest (`-p benchmarks.recorded_nodes`) this logs in to them in place of ssh; as a
program (`python -m benchmarks.recorded_nodes FACTS SOCKET`) it is they.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from checks.contact.channel import Channel
from checks.model import Job

SOCKET_VARIABLE = "RECORDED_NODES"
_SIZES = re.compile(rb"for size in (\[[\d, ]+\])")


class RecordedLogins:
    """Takes the place of `SshTransport`."""

    def __init__(self, job: Job, *_: object) -> None:
        self._names = {name: number for number, name in enumerate(job.names)}

    def target(self, name: str) -> tuple[Any, str]:
        keys = (Path("/root/.ssh/id_ed25519"),)
        return SimpleNamespace(
            port=22, keys=keys, host=name, known_as=name, own_known_hosts=""
        ), "root"

    def open(self, name: str) -> RecordedLogin:
        return RecordedLogin(name, self._names[name])


class RecordedLogin:
    """Takes the place of `SshSession`."""

    host_key = public_key = key_options = ""
    stalled, is_open = False, True

    def __init__(self, name: str, number: int) -> None:
        self.address, self._name, self._number = address_of(number), name, number

    def open(self, *_: object) -> Channel:
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(os.environ[SOCKET_VARIABLE])
        wire.sendall(f"{self._name} {self._number}\n".encode())
        return Channel(Wire(wire))

    def close(self) -> None:
        """The channel is all there is."""


class Wire:
    """What `Channel` needs of paramiko's."""

    def __init__(self, end: socket.socket) -> None:
        self._end, self.status_event = end, threading.Event()
        self.settimeout, self.recv, self.sendall = end.settimeout, end.recv, end.sendall
        self.close = end.close

    def recv_ready(self) -> bool:
        waiting = select.poll()
        waiting.register(self._end, select.POLLIN)
        return bool(waiting.poll(0))

    def recv_exit_status(self) -> int:
        return 0

    def recv_stderr_ready(self) -> bool:
        return False


def pytest_configure() -> None:
    """From now on, whoever logs in gets a recorded node."""
    from checks.contact import logins

    vars(logins)["SshTransport"] = RecordedLogins


def address_of(number: int) -> str:
    """Each node's own."""
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


class RecordedNode:
    """One node: the first answers as the recorded head did, any other as the second node."""

    def __init__(self, facts: dict[str, Any], name: str, number: int) -> None:
        self.name, self.address = name, address_of(number)
        recorded = facts["job"]["nodes"][min(number, 1)]["name"]
        sections = facts["sections"][recorded]
        text = json.dumps(sections).replace(recorded, name)
        address = re.escape(sections["login"]["data"]["address"])
        text = re.sub(rf"{address}(?!\d)", self.address, text)
        self._sections: dict[str, Any] = json.loads(text)

    def answer(self, section: str, args: dict[str, Any]) -> dict[str, Any]:
        """What it says to a request, as `Answer.from_json` reads it."""
        if section == "time_now":
            return {"data": {"time": time.time(), "steady": time.monotonic()}}
        if section == "hangup":
            return {"data": {}}
        known = self._sections.get(section, {"error": "not recorded"})
        fill = getattr(self, f"_fill_{section}", None)
        return {**known, "data": {**known["data"], **fill(args)}} if fill else known

    def _fill_names(self, args: dict[str, Any]) -> dict[str, Any]:
        found = {"source": self.address, "seconds": 0.0}
        return {
            "peers": {
                peer: {"addresses": [address_of(number)], **found}
                for number, peer in enumerate(args["names"])
            }
        }

    def _fill_known_hosts(self, args: dict[str, Any]) -> dict[str, Any]:
        sample = self._sections["known_hosts"]["data"]["peers"][self.name]
        names = [peer["name"] for peer in args["peers"]]
        return {"peers": {name: {**sample, "name": name} for name in names}}

    def _fill_ssh(self, args: dict[str, Any]) -> dict[str, Any]:
        sample = self._sections["ssh"]["data"]["targets"][self.name]
        names = [target["name"] for target in args["targets"]]
        return {"targets": {name: {**sample, "hostname": name} for name in names}}

    def _fill_dial(self, args: dict[str, Any]) -> dict[str, Any]:
        reached: dict[str, list[int]] = {}
        sources: dict[str, dict[str, str]] = {}
        for target, address, port, *_ in args["targets"]:
            reached.setdefault(target, []).append(port)
            sources[target] = {address: self.address}
        others = reached.keys() - {self.name}
        count = {"sent": args["small"], "lost": 0}
        small = dict.fromkeys(others, count) if args["small"] else {}
        whole = {target: [1500] for target in others}
        return {"reached": reached, "sources": sources, "whole": whole, "small": small}

    def _fill_pdsh_run(self, args: dict[str, Any]) -> dict[str, Any]:
        sample = self._sections["pdsh_run"]["data"]["targets"][self.name]
        names = dict.fromkeys(args["labels"].values())
        return {
            "targets": {
                name: {**sample, "rank": rank, "host": name, "hostname": name}
                for rank, name in enumerate(names)
            }
        }


def serve(facts: Path, path: str) -> None:
    """A process for each connection, until this one is ended, or its standard input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    recorded = json.loads(facts.read_text())
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(1024)
        print("ready", flush=True)
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            end, _ = server.accept()
            if os.fork() == 0:
                server.close()
                with contextlib.suppress(OSError, ValueError):  # cut off in a line
                    converse(end, recorded)
                os._exit(0)
            end.close()


def converse(end: socket.socket, recorded: dict[str, Any]) -> None:
    """Read the probe without running it, then answer each request."""
    with end.makefile("rb") as heard:
        name, number = heard.readline().decode().split()
        node = RecordedNode(recorded, name, int(number))
        found = _SIZES.search(heard.readline())
        assert found
        heard.read(sum(json.loads(found[1])))
        nonce = json.loads(heard.readline())[0]

        def say(message: dict[str, Any]) -> None:
            end.sendall(f"{nonce} {json.dumps(message)}\n".encode())

        say({"hello": "3.11.2"})
        for line in heard:
            if line.strip():
                asked = json.loads(line)
                say({"id": asked["id"], **node.answer(asked["section"], asked["args"])})


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2])
