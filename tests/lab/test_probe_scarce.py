"""A probe whose login leaves it little: it answers all the same, or its last words are kept."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
import time

import pytest

from checks.contact import resident_probe as resident
from checks.contact.probe_program import probe_program
from checks.contact.resident_probe import ResidentProbe
from checks.contact.shipping import BOOTSTRAP
from checks.node.probe import core
from tests.support.broken_channel import FarEnd

ASKED = 60
"""More requests than threads of the usual size would fit."""


@pytest.mark.parametrize("limit", ["-v 1000000", "-v 100000", "-d 100000", "-S -s 512"])
def test_it_answers_with_few_addresses(limit):
    start = f"ulimit {limit} && exec {sys.executable} -u -S -I -c '{BOOTSTRAP}'"
    pipe = subprocess.PIPE
    one = subprocess.Popen(["bash", "-c", start], stdin=pipe, stdout=pipe, stderr=pipe)
    requests = (
        json.dumps({"id": number, "section": "limits", "args": {}, "limit": 20}) + "\n"
        for number in range(ASKED)
    )
    nonce = secrets.token_hex(8)
    one.stdin.write(b"".join(probe_program(["limits"], nonce, 60)) + "".join(requests).encode())
    one.stdin.flush()
    hello, *answers = (json.loads(one.stdout.readline()[len(nonce) :]) for _ in range(ASKED + 1))
    _, errors = one.communicate(timeout=20)
    assert "hello" in hello
    assert {answer["id"] for answer in answers} == set(range(ASKED))
    assert all("data" in answer for answer in answers)
    assert (one.returncode, errors) == (0, b"")


def test_where_no_thread_starts_requests_are_answered_in_turn(monkeypatch):
    def refused(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    monkeypatch.setitem(core.SECTIONS, "toy", lambda args: {"seen": args["word"]})
    probe, said = core.Probe("f00d", {"toy": "sys"}), []
    monkeypatch.setattr(probe, "say", said.append)
    for number, word in enumerate(("one", "two")):
        request = {"id": number, "section": "toy", "args": {"word": word}, "limit": 5}
        probe.accept(json.dumps(request))
    assert [entry["data"]["seen"] for entry in said] == ["one", "two"]


def test_the_last_words_of_a_probe_are_told(monkeypatch):
    monkeypatch.setattr(resident, "START_S", 60.0)
    end = FarEnd(
        "hello(); asked(); sys.stderr.write('Traceback:\\nMemoryError\\n'); sys.exit(1)",
    )
    try:
        one = ResidentProbe(end, "", ("limits",), 30)
        answer = one.answer(one.send_request("limits", {}, 5), time.monotonic() + 60)
    finally:
        end.close()
    assert answer.error == (
        "the probe ended before it answered; its last words: MemoryError"
        " (exit status 1, the login is open)"
    )
