"""Notifications: what arrives at a real server and a real command; nothing waits for them."""

from __future__ import annotations

import json
import threading
import time
from contextlib import closing

import pytest

from checks.errors import UsageError
from checks.job.build import build_job
from checks.masking import mask_job
from checks.model import Job, Node
from checks.next_line import next_line
from launcher.run import notifier, webhook
from launcher.run.notifier import Notifier
from tests.support.receivers import Receiver

NOTICE = {
    "text": "train on here: started", "event": "start", "run": "train", "state": "running",
    "path": "/runs/train", "loss": None,
}  # fmt: skip


@pytest.fixture
def receive():
    made = []

    def make(*arguments):
        made.append(Receiver(*arguments))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def notify(warnings):
    """Sends notices to what the keys of the job name, and waits for their delivery."""

    def send(*notices, **keys):
        job = Job((Node("n1"),), "n1", env={"HF_TOKEN": "hf_SecretOfMine"}, **keys)
        with closing(Notifier(job)) as to:
            to.warn = warnings.append
            for notice in notices or [NOTICE]:
                to.send(notice)

    return send


def test_a_webhook_gets_json_with_a_text_for_chat_services(receive, notify, warnings):
    receiver = receive()
    notify(NOTICE, {**NOTICE, "event": "end", "text": "x" * 5000}, notify_webhook=receiver.address)
    first, last = receiver.bodies
    assert first == {**NOTICE, "content": NOTICE["text"]}
    assert len(last["text"]) == len(last["content"]) == webhook.LONGEST_TEXT
    assert receiver.agents[0].startswith("deepspeed-preflight/")
    assert not warnings


def test_a_receiver_that_takes_no_unknown_fields_gets_the_text_alone(receive, notify, warnings):
    receiver = receive(lambda body: 200 if body.keys() == {"text"} else 400)
    notify(notify_webhook=receiver.address)
    assert receiver.bodies[1] == {"text": NOTICE["text"]}
    assert not warnings


def test_a_command_gets_the_notice_on_its_input_and_variables(tmp_path, notify, warnings):
    line = f"cat >{tmp_path}/given; echo $LAUNCHER_EVENT $LAUNCHER_STATE $LAUNCHER_RUN >&2; false"
    script = f"cd {tmp_path}; env >variables; {line}"
    notify(notify_command=script)
    assert json.loads((tmp_path / "given").read_text()) == NOTICE
    assert f"LAUNCHER_TEXT={NOTICE['text']}\n" in (tmp_path / "variables").read_text()
    assert warnings == [
        "the notify command did not take a notification: exit 1: start running train"
    ]


def test_secrets_are_masked_on_every_way(tmp_path, receive, notify, warnings):
    receiver = receive()
    notice = {**NOTICE, "text": "my token is hf_SecretOfMine"}
    command = f'cat >{tmp_path}/given; echo "$LAUNCHER_TEXT" hf_SecretOfMine >&2; exit 2'
    notify(notice, notify_webhook=receiver.address, notify_command=command)
    assert receiver.bodies[0]["text"] == "my token is ***"
    assert "Secret" not in (tmp_path / "given").read_text()
    assert warnings == [
        "the notify command did not take a notification: exit 2: my token is *** ***"
    ]


@pytest.mark.parametrize(
    ("status", "why"), [(500, "500 Internal"), (403, "403 Forbidden"), (302, "302 Found")]
)
def test_what_is_not_taken_is_warned_of_once_and_tried_again(
    receive, notify, warnings, status, why
):
    receiver = receive(lambda body: status)
    notify(NOTICE, NOTICE, NOTICE, notify_webhook=receiver.address)
    assert len(receiver.bodies) == 3
    (warning,) = warnings
    assert warning.startswith("the webhook at 127.0.0.1 did not take a notification: ")
    assert why in warning
    assert "SecretOfHook" not in warning


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/SecretOfHook", "http://no.such.host.invalid/SecretOfHook"],
    ids=["refused", "unknown"],
)
def test_a_receiver_that_is_not_there_is_warned_of_without_its_address(notify, warnings, address):
    notify(NOTICE, NOTICE, notify_webhook=address)
    (warning,) = warnings
    assert "SecretOfHook" not in warning


def test_one_way_that_fails_does_not_hold_up_the_other(receive, notify, warnings):
    receiver = receive()
    notify(notify_webhook=receiver.address, notify_command="exit 3")
    assert receiver.events == ["start"]
    assert len(warnings) == 1


def test_nothing_waits_for_a_receiver_that_does_not_answer(
    tmp_path, receive, monkeypatch, warnings
):
    monkeypatch.setattr(webhook, "ANSWER_S", 600.0)
    monkeypatch.setattr(notifier, "COMMAND_S", 600.0)
    monkeypatch.setattr(notifier, "LAST_S", 0.2)
    answered, asked = threading.Event(), threading.Event()

    def answer(_):
        asked.set()
        answered.wait()
        return 200

    silent = Job((Node("n1"),), "n1", notify_webhook=receive(answer).address)
    to = Notifier(silent)
    to.warn = warnings.append
    to.send(NOTICE)
    asked.wait()
    to.send(NOTICE)
    to.close()
    answered.set()
    assert warnings == ["a notification was not delivered within 0.2 s"]
    to._thread.join()


def test_a_command_that_does_not_end_is_ended_with_what_it_started(
    tmp_path, notify, warnings, monkeypatch
):
    monkeypatch.setattr(notifier, "COMMAND_S", 0.5)
    notify(notify_command=f"sleep 600 & echo $! >{tmp_path}/pid; wait")
    assert warnings == [
        "the notify command did not take a notification: it did not end within 0.5 s"
    ]
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 30
    while _lives(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(
    "address", ["hooks.slack.com/x", "ftp://host/x", "https://me:pw@host/x", "https://host/a b"]
)
def test_an_address_that_cannot_be_posted_to_is_a_mistake_and_is_not_shown(tmp_path, address):
    with pytest.raises(UsageError, match="--notify-webhook: expected an address that") as error:
        build_job({"hosts": "n1", "notify_webhook": address}, cwd=tmp_path, environ={})
    assert address not in str(error.value)


def test_neither_key_is_written_down_or_shown_in_a_line_to_type(tmp_path):
    keys = {"notify_webhook": "https://hooks/SecretOfHook", "notify_command": "tell SecretOfHook"}
    job = build_job({"hosts": "n1", **keys}, cwd=tmp_path, environ={})
    assert "SecretOfHook" in str(job)
    assert "SecretOfHook" not in str(mask_job(job))
    assert "--hosts n1" in next_line("start", job)
    assert "SecretOfHook" not in next_line("start", job)


def test_a_job_that_names_no_way_starts_no_thread():
    before = threading.active_count()
    with closing(Notifier(Job((Node("n1"),), "n1"))) as to:
        to.send(NOTICE)
        assert threading.active_count() == before
