"""What a run waited for, what is only warned of, and what is a remedy."""

from __future__ import annotations

import pytest

from checks.knowledge.failures import recognise_failure
from checks.knowledge.frameworks import FRAMEWORKS, with_keys_of
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from tests.support.verdicts import STEPS, diagnosis_of, failure_id, write

TIMED_OUT = (
    "[E108 20:04:34.799 socket.cpp:957] [c10d] The client socket has timed out after 900s while "
    "trying to connect to (head-0, 29500).\n"
)
MEANWHILE = {
    "a bracket": "[head-0]   Downloading flash_attn-2.7.2.whl (190.9 MB)",
    "compose": "head-0  | pulling 190.9 MB",
    "pdsh": "head-0: compiling objects 3/40",
    "kubectl": "[pod/head-0/pytorch] Collecting deepspeed",
    "a time before it": "2025-01-08T11:58:10.504239452Z [head-0]  96.1/190.9 MB",
}


@pytest.mark.parametrize("how", MEANWHILE)
def test_what_the_awaited_host_did_last_is_quoted(tmp_path, how):
    log = f"[work-1] + torchrun --master_addr=head-0 x.py\n{MEANWHILE[how]}\n"
    log += "".join(f"[work-{at}] ready\n" for at in range(9)) + TIMED_OUT
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", log)])
    quoted = " ".join(MEANWHILE[how].split())
    note = f"note   head-0 printed last before that ({tmp_path}/x.log:2): {quoted}"
    assert note in render_diagnosis(verdict, evidence).splitlines()


@pytest.mark.parametrize(
    "line", ["[work-1] + torchrun --master_addr=head-0 x.py", "call of http://head-0:29500/"]
)
def test_what_others_say_of_it_is_not(tmp_path, line):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", f"{line}\n{TIMED_OUT}")])
    assert "printed last" not in render_diagnosis(verdict, evidence)


WARNED = (
    "(main_task pid=4) /v/lib/python3.10/site-packages/vllm/connections.py:8: RuntimeWarning: "
    "Failed to read commit hash:\n(main_task pid=4) No module named 'vllm._version'\n"
)
PENDING = (
    "(autoscaler +34s) Error: No available node types can fulfill resource request "
    "defaultdict(<class 'float'>, {'CPU': 8.0, 'GPU': 8.0}). Add suitable node types.\n"
)
STATUS = "Usage:\n 0.0/112.0 CPU\n 0.0/1.0 GPU\n"


@pytest.mark.parametrize("end", ["", "^C(main_task pid=4) KeyboardInterrupt\n"])
def test_what_a_run_waits_for_goes_before_what_it_was_warned_of(tmp_path, end):
    verdict = diagnosis_of(tmp_path, WARNED + PENDING + STATUS + end)
    assert failure_id(verdict) == "ray-request-never-fits"
    assert failure_id(diagnosis_of(tmp_path, WARNED + PENDING + end)) == "ray-pending-resources"


def test_what_a_warning_announces_is_named_where_nothing_else_is(tmp_path):
    assert failure_id(diagnosis_of(tmp_path, WARNED)) == "module-missing"
    assert diagnosis_of(tmp_path, WARNED + STEPS).cause is None


REFUSED = (
    "Traceback (most recent call last):\n"
    '  File "/v/lib/python3.11/site-packages/verl/utils/config.py", line 152, in validate_config\n'
    "    raise ValueError(\n"
    "ValueError: an odd pair of keys\n"
)
FOOTERS = (
    "Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace.",
    "Set TORCH_LOGS=+dynamo for more information",
)


@pytest.mark.parametrize("footer", FOOTERS)
def test_how_more_of_an_error_is_shown_is_no_remedy(tmp_path, footer):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", f"{REFUSED}{footer}\n")])
    assert "message asks" not in render_diagnosis(verdict, evidence)


@pytest.mark.parametrize(
    ("total", "micro", "world", "multiples"),
    [(256, 2, 7, "252 or 266"), (8, 4, 4, "16"), (32, 4, 8, "32 or 64")],
)
def test_what_does_not_divide_is_told_with_the_nearest_that_does(total, micro, world, multiples):
    line = (
        "AssertionError: Check batch related parameters. train_batch_size is not equal to "
        f"micro_batch_per_gpu * gradient_acc_step * world_size {total} != {micro} * 3 * {world}"
    )
    known, groups = recognise_failure(line)
    assert f"{micro} × {world} divides ({multiples})" in known.fill_in(known.fix, groups)


@pytest.mark.parametrize(
    ("remedy", "is_asked"),
    [
        ("a smaller micro batch, or gradient checkpointing", True),
        ("gradient checkpointing with use_reentrant False", False),
        ("no past_key_values with gradient checkpointing", False),
    ],
)
def test_a_key_is_named_where_the_remedy_asks_to_set_it(remedy, is_asked):
    for framework in FRAMEWORKS:
        key = framework.keys["recompute"]
        assert (key in with_keys_of(framework, remedy)) == is_asked
