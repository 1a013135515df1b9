"""A connection through the program of ProxyCommand, and what it says when it ends."""

from __future__ import annotations

import threading

import pytest

from checks.contact.proxy_socket import ProxySocket
from checks.facts import Login
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "reach.controller-logs-in"


def test_a_shell_runs_the_program(monkeypatch):
    monkeypatch.setenv("WORD", "hello")
    with ProxySocket("printf %s $WORD 2>/dev/null | cat") as proxy:
        assert proxy.recv(100) == b"hello"
        assert proxy.recv(100) == b""


@pytest.mark.parametrize(
    ("command", "said"),
    [("sh -c 'echo one >&2; echo two >&2'", "two"), ("true", ""), ("sleep 3600", "")],
)
def test_what_the_program_said_last_is_kept_when_it_is_closed(command, said):
    proxy = ProxySocket(command)
    closing = [threading.Thread(target=proxy.close) for _ in range(3)]
    for thread in closing:
        thread.start()
    for thread in closing:
        thread.join()
    assert proxy.last_words == said


@pytest.mark.parametrize(
    ("detail", "fix"),
    [
        ("`nc n2 22`: /bin/sh: 1: exec: nc: not found", "apt-get install -y netcat-openbsd"),
        ("`socat x`: bash: line 1: exec: socat: command not found", "install -y socat"),
        ("`own x`: bash: line 1: exec: own: not found", "ssh -vv -oBatchMode=yes"),
        ("the login to the jump host j: Authentication failed.", "ssh -vv -oBatchMode=yes"),
    ],
)
def test_the_way_is_to_be_mended_and_not_the_node(detail, fix):
    login = Login(reached=False, cause="proxy-fails", detail=detail)
    found = judged(with_fact(snapshot(), "node2", login), CHECK)["node2",]
    assert detail in found.message
    assert found.fix.on == "this machine"
    assert fix in found.fix.command


@pytest.mark.parametrize("cause", ["host-key-unknown", "host-key-changed"])
def test_the_host_key_of_a_jump_host_is_asked_for_at_that_host(cause):
    detail = "the jump host box's ssh-ed25519 host key is not in known_hosts"
    login = Login(reached=False, cause=cause, detail=detail, host_key="ssh-ed25519 AAAA")
    found = judged(with_fact(snapshot(), "node2", login), CHECK)["node2",]
    assert found.fix.command.endswith(" -oStrictHostKeyChecking=ask box true")
