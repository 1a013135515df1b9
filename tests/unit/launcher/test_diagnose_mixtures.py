"""Failures of the table among what else logs contain: the one that ended the run is named."""

from __future__ import annotations

import json
import re
from zlib import crc32

import pytest

from checks.knowledge.failures import FAILURES
from launcher.diagnosis.causes import cause_name
from launcher.diagnosis.diagnose import diagnose_logs
from tests.support.failure_samples import (
    ALARMS,
    OWN_ERROR,
    OWN_NAME,
    PEERS_GONE,
    SHUTDOWN,
    TORCHRUN_END,
    prefixed,
    root_logs,
    sample_logs,
    training_steps,
)
from tests.support.verdicts import OOM

EACH = 9
"""Of so many failures one is taken, another one for each mixture."""
APART = (
    "build-lock-wait",
    "c10d-store-unowned",
    "datasets-tmpdir",
    "hub-read-timeout",
    "nccl-dup-gpu",
    "nccl-dup-gpu-legacy",
    "streaming-stale-memory",
    "trl-vllm-communicator-held",
)
"""What waits, what lines of Slurm or of other ranks prove or make more exact, and what says itself
that something is tried again."""
ROOTS = {name: log for name, log in root_logs().items() if name not in APART}
FOREIGN = "[2026-11-21 08:20:15,100] [INFO] [launch.py:3:main] one line\n"

AROUND = {
    "a torchrun that ends": lambda log: log + TORCHRUN_END,
    "a rank's prefix": lambda log: prefixed("[rank3]: ", log) + TORCHRUN_END,
    "eight ranks": lambda log: "".join(prefixed(f"[rank{rank}]: ", log) for rank in range(8)),
    "alarms before": lambda log: ALARMS + training_steps(2) + log + TORCHRUN_END,
    "noise of the end": lambda log: log + TORCHRUN_END + SHUTDOWN,
    "peers that lose it": lambda log: prefixed("[rank3]: ", log) + PEERS_GONE + TORCHRUN_END,
    "Ray": lambda log: prefixed("(RayTrainWorker pid=950, ip=10.0.0.3) ", log),
    "Kubernetes": lambda log: prefixed("[pod/a-1/pytorch] 2026-11-21T08:20:15.100000000Z ", log),
    "Slurm": lambda log: prefixed("3: ", log) + SHUTDOWN,
}
WARNED = (
    "WARNING:root:not done: ",
    "2026-11-21 08:20:15,100 - WARNING - loader - failed: ",
    "[2026-11-21 08:20:15,100] [WARNING] [engine.py:88:x] ",
    "08:20:15 | WARN | ",
    "/v/lib/python3.11/site-packages/a/b.py:77: UserWarning: ",
)

TOLD = {
    "a conversation": lambda line: json.dumps({"content": f"I get {line}", "role": "user"}),
    "a row of data": lambda line: repr({"instruction": "Why?", "input": line, "output": "x"}),
    "a setting": lambda line: f"TrainingArguments(\nrun_name={line!r},\nseed=42,",
    "a setting in YAML": lambda line: f"model:\n  notes: {json.dumps(line)}\n  seed: 1",
    "a prompt": lambda line: f"prompt: I get this: {line} Why?",
    "a turn": lambda line: f"<|im_start|>user\n{line}<|im_end|>",
    "code": lambda line: f"    raise RuntimeError({json.dumps(line)})",
    "a comment": lambda line: f"# {line}",
    "a citation": lambda line: f"> {line}",
    "a sentence": lambda line: f"Could not use the cached index ({line}), building it anew",
    "a report": lambda line: f"Warning: evaluation failed with {line}",
    "a line alone": lambda line: line,
    "a warning": lambda line: f"2026-11-21 08:20:15,100 WARNING trainer.py:88 not saved: {line}",
    "a logged traceback": lambda line: (
        f"ERROR:root:push failed\n{raised(line)}\nINFO:root:saved step 3"
    ),
}
"""How programs print an error's own line that ended nothing."""


def raised(line):
    """The line as the end of a traceback."""
    return f'Traceback (most recent call last):\n  File "/data/push.py", line 3, in push\n{line}'


def exceptions(logs):
    """The last lines of those that end in an exception's own line, and show it in a traceback."""
    lines = {name: log.rstrip("\n").splitlines()[-1] for name, log in logs.items()}
    return {
        name: line
        for name, line in lines.items()
        if re.match(r"[\w.]+(?:Error|Exception): ", line) and logs[name].count("\n") == 1
    }


@pytest.fixture
def head_of(tmp_path):
    """What heads the diagnosis of a text."""

    def head(text):
        path = tmp_path / "x.log"
        path.write_text(text, encoding="utf-8")
        cause = diagnose_logs([path])[1].cause
        return cause_name(cause) if cause else None

    return head


def some(logs, start):
    """A share of them by their names, so that another entry does not change it."""
    return {name: log for name, log in logs.items() if (crc32(name.encode()) - start) % EACH == 0}


def names_that_differ(head_of, logs, mixture, expected=None):
    heads = {name: head_of(mixture(log)) for name, log in logs.items()}
    return {name: head for name, head in heads.items() if head != (expected or name)}


@pytest.mark.parametrize("around", AROUND)
def test_a_failure_is_named_whatever_stands_round_it(head_of, around):
    logs = some(ROOTS, list(AROUND).index(around))
    logs = {name: log for name, log in logs.items() if not log.startswith("[")}
    assert not names_that_differ(head_of, logs, AROUND[around])


def test_a_failure_that_the_run_went_on_after_excuses_no_later_one(head_of):
    logs = some(ROOTS, 1)
    assert not names_that_differ(
        head_of, logs, lambda log: log + training_steps(7) + OWN_ERROR + TORCHRUN_END, OWN_NAME
    )
    assert not names_that_differ(
        head_of, logs, lambda log: OWN_ERROR + training_steps(7) + log + TORCHRUN_END
    )


def test_a_failure_that_was_survived_once_is_the_cause_where_it_comes_again(head_of):
    trace = 'Traceback (most recent call last):\n  File "t.py", line 9, in step\n    f()\n' + OOM
    again = trace + training_steps(9) + trace + TORCHRUN_END
    assert head_of(again) == "cuda-oom"
    assert head_of(trace + training_steps(9)) is None


@pytest.mark.parametrize("level", WARNED)
def test_what_is_only_warned_of_gives_way_to_an_error_that_nobody_caught(head_of, level):
    logs = {
        name: log
        for name, log in some(ROOTS, WARNED.index(level)).items()
        if log.count("\n") == 1 and "NCCL WARN" not in log and not FAILURES[name].warns
    }
    assert len(logs) > 50
    assert not names_that_differ(
        head_of, logs, lambda log: level + log + OWN_ERROR + TORCHRUN_END, OWN_NAME
    )


def test_what_is_tried_again_gives_way_to_an_error_that_nobody_caught(head_of):
    logs = {name: log for name, log in some(ROOTS, 4).items() if not name.startswith("mpi-")}
    assert not names_that_differ(
        head_of,
        logs,
        lambda log: log + "Retrying in 5 s\n" + training_steps(2) + OWN_ERROR + TORCHRUN_END,
        OWN_NAME,
    )


@pytest.mark.parametrize("told", TOLD)
def test_an_error_that_is_only_told_of_gives_way_to_the_one_that_ended_a_program(head_of, told):
    lines = exceptions(some(ROOTS, list(TOLD).index(told)))
    assert len(lines) > 40
    end = OWN_ERROR + TORCHRUN_END

    def mixture(line):
        return training_steps(2) + TOLD[told](line) + "\n" + end

    wrong = names_that_differ(head_of, lines, mixture, OWN_NAME)
    assert not {name: head for name, head in wrong.items() if head_of(f"{lines[name]}\n") == head}


@pytest.mark.parametrize("told", sorted(TOLD.keys() - {"a line alone"}))
def test_an_error_that_is_only_told_of_accuses_no_run_that_goes_on_or_ends(head_of, told):
    lines = exceptions(some(ROOTS, list(TOLD).index(told) + 4))
    for end in (training_steps(2), "loaded 3 rows\nfinished\n"):
        heads = {name: head_of(f"{TOLD[told](line)}\n{end}") for name, line in lines.items()}
        assert not {name for name, head in heads.items() if head}


def test_an_error_before_later_steps_gives_way_to_the_one_that_ended_the_run(head_of):
    logs = {name: log for name, log in some(ROOTS, 2).items() if log.count("\n") == 1}
    end = training_steps(4) + OWN_ERROR + TORCHRUN_END
    assert not names_that_differ(head_of, logs, lambda log: log + end, OWN_NAME)


def test_an_unknown_one_that_a_program_logged_gives_way_to_an_unanswered_call_after_steps(head_of):
    logged = (
        "ERROR:reward: in accuracy_reward\nTraceback (most recent call last):\n"
        '  File "/w/rewards.py", line 33, in reward\n    return float(answer)\n'
        "ValueError: could not convert string to float: '3/4'\n"
    )
    steps = "".join(f"{{'loss': 0.0{at}, 'epoch': 0.0{at}}}\n" for at in (1, 2, 3))
    refused = (
        "Traceback (most recent call last):\n"
        '  File "/v/site-packages/requests/adapters.py", line 700, in send\n'
        "    raise ConnectionError(e, request=request)\n"
        "requests.exceptions.ConnectionError: HTTPConnectionPool(host='10.0.0.9', port=8000): Max "
        "retries exceeded with url: /generate/ (Caused by NewConnectionError('Connection refused'))"
        "\n"
    )
    assert head_of(logged + steps + refused) == "http-service-refused"
    assert head_of(logged + refused) != "http-service-refused"


def test_what_was_tried_in_vain_is_the_cause_where_nothing_else_is(head_of):
    for end in (TORCHRUN_END, ""):
        assert head_of(f"{OOM}Retrying in 5 s\n{OOM}{end}") == "cuda-oom"


def test_what_ended_a_rank_goes_before_what_its_peers_say_of_it(head_of):
    samples = sample_logs()
    peers = [samples[name] for name, known in FAILURES.items() if known.peer]
    roots = {name: log for name, log in some(ROOTS, 5).items() if not FAILURES[name].peer}
    wrong = {}
    for at, (name, log) in enumerate(roots.items()):
        peer = peers[at % len(peers)]
        for text in (
            prefixed("[rank5]: ", peer) + prefixed("[rank3]: ", log),
            prefixed("5: ", peer) + prefixed("3: ", log),
            log + FOREIGN + peer,
        ):
            if (head := head_of(text)) != name:
                wrong[name] = head
    assert not wrong


def test_slurms_word_for_a_step_is_no_step_of_a_training(head_of):
    missing = sample_logs()["history-name-missing"].splitlines()[-1]
    text = (
        f"{missing}\nslurmstepd: error: *** STEP 8123.0 ON n1 CANCELLED AT 2026-11-21T08:27 ***\n"
    )
    assert head_of(text) not in (None, "slurm-step-cancelled")


def test_a_condition_does_not_look_at_another_traceback(head_of):
    samples = sample_logs()
    first, second = samples["verl-options-refused"], samples["torchrun-options-refused"]
    assert head_of(first + training_steps(7) + second) == "torchrun-options-refused"
