"""What follows from a failure gives way to it; what was caught and left out accuses nobody."""

from __future__ import annotations

import re

import pytest

from checks.knowledge.failures import FAILURES
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.masked_line import cut_around
from launcher.diagnosis.render import render_diagnosis
from tests.support.failure_samples import TORCHRUN_END
from tests.support.verdicts import OOM, STEPS, diagnosis_of, failure_id, write

INIT = (
    "/v/torch/cuda/__init__.py:174: UserWarning: CUDA initialization: {why} (Triggered at x.cpp)\n"
)
FOUND_NONE = (
    "Error 802: system not yet initialized",
    "CUDA unknown error - this may be due to an incorrectly set up environment",
    "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU",
    "forward compatibility was attempted on non supported HW",
)
NO_GPU = {
    "trainer-bf16-no-gpu": "ValueError: Your setup doesn't support bf16/gpu.",
    "accelerate-fp16-needs-gpu": "ValueError: fp16 mixed precision requires a GPU (not 'cpu').",
    "ds-bf16-unsupported": "ValueError: Type bf16 is not supported on your device.",
}


@pytest.mark.parametrize("why", FOUND_NONE)
@pytest.mark.parametrize("name", NO_GPU)
def test_that_no_gpu_was_found_gives_way_to_why_cuda_could_not_be_initialised(tmp_path, name, why):
    trace = f'Traceback (most recent call last):\n  File "/w/a.py", line 3, in f\n{NO_GPU[name]}\n'
    head = failure_id(diagnosis_of(tmp_path, INIT.format(why=why) + trace))
    assert head != name
    assert head in FAILURES[name].follows
    assert failure_id(diagnosis_of(tmp_path, trace)) == name


UNREACHED = (
    "Traceback (most recent call last):\n"
    '  File "/w/report.py", line 9, in send\n    requests.post(url)\n'
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='stats', port=80): Max retries "
    "exceeded with url: /v1 (Caused by NewConnectionError('Connection refused'))\n"
)
BEGIN = "loading the model\nloading data\nbuilding the optimizer\n"
WITHOUT = (
    "reports disabled, continuing",
    "continuing without reports",
    "stats: ignoring",
    "Skipping",
)


@pytest.mark.parametrize("words", WITHOUT)
def test_what_the_program_goes_on_without_ended_no_run(tmp_path, words):
    log = f"{UNREACHED}{words}\n{BEGIN}{TORCHRUN_END}"
    assert failure_id(diagnosis_of(tmp_path, log)) != "http-service-refused"


@pytest.mark.parametrize("words", ["cannot go on", "Retrying in 5 s", "not ignoring, stop"])
def test_what_it_does_not_go_on_without_did(tmp_path, words):
    log = f"{UNREACHED}{words}\n{BEGIN}{TORCHRUN_END}"
    assert failure_id(diagnosis_of(tmp_path, log)) == "http-service-refused"


@pytest.mark.parametrize(
    ("line", "behind", "name"),
    [
        (UNREACHED.splitlines()[-1] + ": stats disabled, continuing", BEGIN, None),
        (UNREACHED.splitlines()[-1] + ": stats disabled, continuing", "", "http-service-refused"),
        (
            INIT.format(why="the driver answers no more, ignoring").split(" (")[0],
            BEGIN,
            "cuda-init-warning",
        ),
    ],
)
def test_a_line_that_says_so_itself_needs_more_lines_and_hides_no_silent_loss(
    tmp_path, line, behind, name
):
    assert failure_id(diagnosis_of(tmp_path, f"{line}\n{behind}")) == name


def test_another_writers_retry_excuses_no_traceback_of_a_server(tmp_path):
    actor, server = "(TrainActor pid=7) ", "(Engine pid=9, ip=10.0.0.3) "
    trace = (
        "Traceback (most recent call last):\n"
        '  File "/v/engine.py", line 4, in step\n    self.take()\nAttributeError: no such method\n'
    )
    closed = (
        f"{actor}requests.exceptions.ConnectionError: ('Connection aborted.', "
        "RemoteDisconnected('Remote end closed connection without response'))\n"
    )
    of_server = "".join(f"{server}{line}\n" for line in trace.splitlines())
    verdict = diagnosis_of(tmp_path, of_server + "Retrying in 1s [Retry 1/5].\n" + closed)
    assert not verdict.known
    assert "no such method" in verdict.cause.error
    caught = of_server.replace("Traceback", "step failed, retrying: Traceback") + closed
    assert failure_id(diagnosis_of(tmp_path, caught)) == "service-closed-without-answer"


SLOW_DOWN = "An error occurred (SlowDown) when calling the PutObject operation: reduce your rate."
OVER = "`Trainer.fit` stopped: `max_epochs=22` reached.\n"


def test_a_retry_after_the_end_of_a_training_that_one_good_line_follows_accuses_nobody(tmp_path):
    assert (
        diagnosis_of(tmp_path, f"{STEPS}{OVER}{SLOW_DOWN} -- retrying\nupload ok\n").cause is None
    )
    for end in (f"{OVER}{SLOW_DOWN} -- retrying\n", f"{SLOW_DOWN}\nstopped\n"):
        assert failure_id(diagnosis_of(tmp_path, STEPS + end)) == "storage-slow-down"


LIMIT = "slurmstepd: error: *** STEP 7.0 ON n1 CANCELLED AT 2026-11-20T{at} DUE TO TIME LIMIT ***\n"
BARS = "100%|████| 32/32 [00:20<00:00, 1502.95it/s]\n  0%|    | 0/32 [00:00<?, ?it/s]\n"


@pytest.mark.parametrize(
    ("at", "stood_still"), [("22:00:12", True), ("17:09:30", False), ("17:26:40", False)]
)
def test_a_run_that_stood_still_until_its_limit_is_not_given_more_time(tmp_path, at, stood_still):
    text = f"INFO 11-20 17:06:36 [block_pool.py:292] reset\n{BARS}{LIMIT.format(at=at)}"
    evidence, verdict = diagnose_logs([write(tmp_path / "a.log", text)])
    shown = render_diagnosis(verdict, evidence)
    assert failure_id(verdict) == "slurm-time-limit"
    assert ("stood still" in shown) is stood_still
    assert ("ask for more" in shown) is not stood_still


TIMED_OUT = (
    "[rank{rank}]:[E321 02:07:08.4 ProcessGroupNCCL.cpp:607] [Rank {rank}] Watchdog caught "
    "collective operation timeout: WorkNCCL(SeqNum=801, OpType=ALLREDUCE, NumelIn=512, "
    "NumelOut=512, Timeout(ms)=600000) ran for 600060 milliseconds before timing out.\n"
)


@pytest.mark.parametrize(("failed", "is_said"), [(5, False), (2, True)])
def test_the_rank_that_failed_is_not_sought_elsewhere(tmp_path, failed, is_said):
    waiting = "".join(TIMED_OUT.format(rank=rank) for rank in (0, 1, 3))
    ecc = f"[rank{failed}]: RuntimeError: CUDA error: uncorrectable ECC error encountered\n"
    verdict = diagnosis_of(tmp_path, ecc + waiting)
    assert failure_id(verdict) == "cuda-ecc"
    assert ("rank 2: look there" in verdict.laggards) is is_said


def test_a_fatal_line_of_a_library_goes_before_the_abort_that_it_explains(tmp_path):
    fatal = (
        "3: libfoo:88:core:ring_poll():17<warn> [Fatal] queue overrun, FOO_MODE=large is required\n"
    )
    abort = "3: Fatal Python error: Aborted\n3: Thread 0x7f (most recent call first):\n"
    assert failure_id(diagnosis_of(tmp_path, fatal + abort)) == "native-library-gave-up"
    assert failure_id(diagnosis_of(tmp_path, fatal + f"3: {OOM}" + abort)) == "cuda-oom"
    assert failure_id(diagnosis_of(tmp_path, fatal + STEPS + abort)) == "python-segfault"


@pytest.mark.parametrize("at", [0, 40, 120, 300, 990])
def test_a_line_is_cut_so_that_its_decisive_words_stay(at):
    text = f"{'a' * at} Error 802 {'b' * (1000 - at)}"
    shown = cut_around(text, re.search("Error 802", text), 160)
    assert len(shown) <= 160
    assert "Error 802" in shown
    assert shown.replace("…", "") in text or shown.split("…")[0] == text[:60]
