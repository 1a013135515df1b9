"""What was ended since the training was over is no failure; what ends a training is one."""

from __future__ import annotations

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from tests.support.verdicts import OOM, diagnosis_of, failure_id, write

TRAINED = "".join(f"trainer-1  | step {at} loss 2.5\n" for at in range(1, 30))
OVER = "trainer-1  | {'train_runtime': 61.2, 'epoch': 1.0}\n"
ENDED, ABORTING = "trainer-1 exited with code 0\n", "Aborting on container exit...\n"
DB_ENDED = "db-1 exited with code 143\n"
DRAINS = "".join(f"server-1   | INFO:     request {at} drained\n" for at in range(60))
STEPS = TRAINED.replace("trainer-1  | ", "")
DONE = OVER.replace("trainer-1  | ", "")
SIGTERM = (
    "torch.distributed.elastic.multiprocessing.api.SignalException: Process 30 got signal: 15\n"
)
SERVER_TRACE = (
    "Traceback (most recent call last):\n"
    '  File "/opt/vllm/engine/core.py", line 700, in signal_handler\n'
    "    raise SystemExit()\nSystemExit\n"
)
STOPPED_WELL = {
    "by its code": TRAINED + OVER + ENDED + DB_ENDED,
    "by compose, killed": TRAINED + OVER + ENDED + ABORTING + "server-1 exited with code 137\n",
    "by compose, after many lines": TRAINED
    + ENDED
    + ABORTING
    + DRAINS
    + "db-1 exited with code 143\n",
    "by compose, in any words": TRAINED + ENDED + ABORTING + "server-1   | " + OOM,
    "by Kubernetes": STEPS + DONE + "PyTorchJob llama is successfully completed.\n" + SIGTERM,
    "a server of the script's": STEPS + DONE + "stopping the server\n" + SERVER_TRACE,
}


@pytest.mark.parametrize("how", STOPPED_WELL)
def test_what_is_ended_behind_a_training_that_ended_well_is_no_failure(tmp_path, how):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", STOPPED_WELL[how])])
    assert verdict.cause is None
    assert "ended well" in render_diagnosis(verdict, evidence)


PREPARED = "prep-1     | 1000 rows tokenised\n"
FAILED = {
    "compose-stopped-by-another-end": (
        PREPARED
        + TRAINED
        + "prep-1 exited with code 0\n"
        + ABORTING
        + "trainer-1 exited with code 137\n"
    ),
    "container-exited": TRAINED
    + "trainer-1 exited with code 3\n"
    + ABORTING
    + "db-1 exited with code 143\n",
    "ended-by-signal": STEPS + SIGTERM,
    "cuda-oom": TRAINED + OVER + OOM + "trainer-1 exited with code 1\n" + ABORTING,
}


@pytest.mark.parametrize("name", FAILED)
def test_what_ends_a_training_or_fails_by_itself_is_one(tmp_path, name):
    assert failure_id(diagnosis_of(tmp_path, FAILED[name])) == name


RESULTS = (
    "HumanEval/51: failed: maximum recursion depth exceeded",
    "humaneval/51: failed: RecursionError('maximum recursion depth exceeded')",
    "[mbpp/17] result: failed - NameError: name 'foo' is not defined",
    "FAILED HumanEval/3: ModuleNotFoundError: No module named 'sympy'",
    "mbpp/17: error: OSError(28, '[Errno 28] No space left on device')",
    "test 12 of 50 gave RuntimeError('CUDA out of memory. Tried to allocate 2.00 GiB')",
    '{"task_id": "HumanEval/51", "passed": false, "result": "failed: CUDA out of memory"}',
)
EVALUATED = "mbpp/18: passed\n|humaneval|  1|pass@1|0.44|\nresults saved to out/results.json\n"


@pytest.mark.parametrize("result", RESULTS)
def test_what_a_harness_reports_of_an_item_accuses_nobody(tmp_path, result):
    assert diagnosis_of(tmp_path, f"{result}\n{EVALUATED}").cause is None


@pytest.mark.parametrize("line", [f"rank/3: failed: {OOM}", f"node1: failed: {OOM}", OOM])
def test_what_a_rank_says_of_itself_does(tmp_path, line):
    assert failure_id(diagnosis_of(tmp_path, f"{line}mbpp/18: passed\n")) == "cuda-oom"


REFUSED = (
    "Traceback (most recent call last):\n"
    '  File "/srv/verl/trainer/ppo/ray_trainer.py", line 761, in fit\n'
    "    for batch in self.train_dataloader:\n"
    '  File "/v/lib/python3.11/site-packages/torch/_utils.py", line 715, in reraise\n'
    "    raise exception\n"
    "NotImplementedError: Caught NotImplementedError in DataLoader worker process 3.\n"
    "Original Traceback (most recent call last):\n"
    '  File "/srv/verl/utils/torch_functional.py", line 295, in tokenize_and_postprocess_data\n'
    "    raise NotImplementedError(f'{sequence_length=} is larger than {max_length=}')\n"
    "NotImplementedError: sequence_length=1081 is larger than max_length=1024\n"
)


def test_what_is_known_of_an_error_heads_before_what_is_known_of_its_kind(tmp_path):
    verdict = diagnosis_of(tmp_path, REFUSED)
    assert failure_id(verdict) == "verl-prompt-too-long"
    other = REFUSED.replace("sequence_length=1081 is larger than max_length=1024", "an odd one")
    assert failure_id(diagnosis_of(tmp_path, other)) == "verl-refused-elsewhere"
