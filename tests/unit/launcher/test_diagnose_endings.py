"""What an end of a log says, and what only looks like an end or like an error that ended it."""

from __future__ import annotations

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from tests.support.verdicts import STEPS, diagnosis_of, failure_id, write

FULL_BAR = " 100%|██████████| 8/8 [00:24<00:00,  3.08s/it]\n"
PREPARATIONS = (
    "Loading checkpoint shards:",
    "Fetching 14 files:",
    "Map (num_proc=8):",
    "Running tokenizer on train dataset (num_proc=4):",
    "Generating train split:",
    "Capturing CUDA graphs:",
)
NON_ZERO = {
    "rank-exit-negative": "[2026-11-21 15:25:36,998] [ERROR] [launch.py:325:sigkill_handler] "
    "['/usr/bin/python3', '-u', 'train.py', '--local_rank=3'] exits with return code = -9\n",
    "rank-exit-code": "[2026-11-21 15:25:36,998] [ERROR] [launch.py:325:sigkill_handler] "
    "['/usr/bin/python3', '-u', 'train.py', '--local_rank=3'] exits with return code = 1\n",
    "torchrun-worker-killed": "E1121 15:25:36.998000 30001 torch/distributed/elastic/"
    "multiprocessing/api.py:869] failed (exitcode: -9) local_rank: 1 (pid: 30042) of binary: py\n",
}
OOM_TRACE = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 3, in <module>\n'
    "    main()\n"
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
)
JUDGED = "answer judged: correct\nresolved 71/100, errors 0\nwrote results.json\n"


@pytest.mark.parametrize("label", PREPARATIONS)
def test_a_full_bar_of_a_preparation_is_no_end(tmp_path, label):
    log = write(tmp_path / "x.log", label + FULL_BAR + "Creating the optimizer\n")
    evidence, verdict = diagnose_logs([log])
    assert "ended well" not in render_diagnosis(verdict, evidence)


def test_a_full_bar_of_steps_is_an_end(tmp_path):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", FULL_BAR + "saved the model\n")])
    assert "ended well" in render_diagnosis(verdict, evidence)


@pytest.mark.parametrize("label", [*PREPARATIONS, ""])
@pytest.mark.parametrize("name", NON_ZERO)
def test_a_process_that_failed_outweighs_every_bar_before_it(tmp_path, label, name):
    log = write(tmp_path / "x.log", label + FULL_BAR + NON_ZERO[name])
    evidence, verdict = diagnose_logs([log])
    assert failure_id(verdict).startswith(name.rpartition("-")[0])
    assert "ended well" not in render_diagnosis(verdict, evidence)


@pytest.mark.parametrize("ending", ["exited with code 3", "Exit status: 9", "returned code -11"])
def test_no_log_ended_well_whose_end_names_a_status(tmp_path, ending):
    log = write(tmp_path / "x.log", f"{FULL_BAR}the trainer {ending}\n")
    evidence, verdict = diagnose_logs([log])
    assert "ended well" not in render_diagnosis(verdict, evidence)


def quoted(mark: str, text: str = OOM_TRACE) -> str:
    return "".join(f"{mark}{line}\n" for line in text.splitlines())


@pytest.mark.parametrize("mark", ["    > ", "> ", "# ", "// ", "    | ", "* "])
def test_a_quoted_traceback_accuses_nobody_where_the_program_goes_on(tmp_path, mark):
    log = "question: what does this log mean?\n" + quoted(mark) + JUDGED
    assert diagnosis_of(tmp_path, log).cause is None


def test_nor_does_one_in_a_fence(tmp_path):
    log = "sample 17:\n```\n" + OOM_TRACE + "```\n" + JUDGED
    assert diagnosis_of(tmp_path, log).cause is None


@pytest.mark.parametrize("log", [OOM_TRACE, "[rank0]: starting\n" + OOM_TRACE])
def test_a_log_that_was_quoted_as_a_whole_is_read_as_one(tmp_path, log):
    assert failure_id(diagnosis_of(tmp_path, quoted("> ", log))) == "cuda-oom"


@pytest.mark.parametrize(
    "notice",
    [
        "No module named 'vllm._version'",
        "Failed to import apex: No module named 'apex'",
        "cannot import name 'SCALE_MIN' from 'flash_attn.ops' (/x/y.py)",
        "Could not load transformer_engine (No module named 'transformer_engine')",
    ],
)
def test_what_a_program_printed_of_a_caught_error_gives_way_to_what_ended_it(tmp_path, notice):
    assert failure_id(diagnosis_of(tmp_path, f"{notice}\n{OOM_TRACE}")) == "cuda-oom"


def test_a_line_below_an_error_that_ended_a_program_ended_it_too(tmp_path):
    log = (
        "No module named 'vllm._version'\nTraceback (most recent call last):\n"
        '  File "/srv/env/lib/python3.11/site-packages/transformers/utils/x.py", line 2\n'
        "    raise RuntimeError(\n"
        "RuntimeError: Failed to import transformers.models.x because of the following error:\n"
        "/srv/env/lib/python3.11/site-packages/flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: "
        "undefined symbol: _ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcE\n"
    )
    verdict = diagnosis_of(tmp_path, log)
    assert failure_id(verdict) == "lib-torch-abi-of-package"
    assert verdict.known.groups["package"] == "flash_attn"


WATCHDOG = (
    "[rank1]:[E ProcessGroupNCCL.cpp:1316] [PG 0 Rank 1] Heartbeat monitor timed out! Process will "
    "be terminated after dumping debug info. workMetaList_.size()=0\n"
)
RANK0_FAILED = (
    "torch.distributed.elastic.multiprocessing.api: [ERROR] failed (exitcode: -6) local_rank: 0 "
    "(pid: 4011) of binary: python\n"
    "Root Cause (first observed failure):\n[0]:\n  host      : gpu2\n"
    "  rank      : 0 (local_rank: 0)\n  exitcode  : -6 (pid: 4011)\n"
)


def test_what_a_rank_says_goes_before_what_its_launcher_reports_of_another(tmp_path):
    verdict = diagnosis_of(tmp_path, WATCHDOG + RANK0_FAILED)
    assert failure_id(verdict) == "nccl-heartbeat"


def test_the_note_of_a_symptom_claims_nothing_of_what_the_log_holds(tmp_path):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", "odd words\n" + RANK0_FAILED)])
    shown = render_diagnosis(verdict, evidence)
    assert "nothing was recognised: read the lines before it" in shown
    assert "does not show" not in shown


PENDING = (
    "(autoscaler +35s) Warning: The following resource request cannot be scheduled right now: "
    "{'GPU': 6.0, 'CPU': 60.0}. This is likely due to all cluster resources being claimed.\n"
)
CANCELLED = "slurmstepd: error: *** JOB 55120 ON gpu4 CANCELLED AT 2026-01-27T10:40:00 ***\n"
ASKED_TO_END = "[W903 02:11:40.002 api.py:723] Received 15 death signal, shutting down workers\n"
SIGNALLED = (
    "torch.distributed.elastic.multiprocessing.api.SignalException: Process 31 got signal: 15\n"
)


@pytest.mark.parametrize("end", [CANCELLED, ASKED_TO_END, SIGNALLED])
def test_a_run_that_is_ended_while_it_stands_still_is_named_by_what_it_waited_for(tmp_path, end):
    assert failure_id(diagnosis_of(tmp_path, PENDING + end)) == "ray-pending-resources"


@pytest.mark.parametrize("end", [CANCELLED, ASKED_TO_END])
def test_what_it_waited_for_before_its_steps_is_not(tmp_path, end):
    verdict = diagnosis_of(tmp_path, PENDING + STEPS + end)
    assert failure_id(verdict) != "ray-pending-resources"


SLOW = (
    "nid1:7:7 [0] NCCL INFO Bootstrap : Using hsn0:10.253.2.12<0>\n"
    "nid1:7:7 [0] NCCL INFO NET/Plugin: Could not find: librccl-net.so. Using internal plugin.\n"
)
LATE = (
    "[rank8]:[E519 02:22:10.101 ProcessGroupNCCL.cpp:629] [Rank 8] Watchdog caught collective "
    "operation timeout: WorkNCCL(SeqNum=881, OpType=ALLREDUCE, NumelIn=536870912, "
    "NumelOut=536870912, Timeout(ms)=600000) ran for 600031 milliseconds before timing out.\n"
)


def test_a_slow_network_explains_a_collective_that_took_too_long(tmp_path):
    assert failure_id(diagnosis_of(tmp_path, SLOW + LATE)) == "nccl-net-plugin-missing"


def test_it_explains_no_small_one(tmp_path):
    small = LATE.replace("536870912", "512")
    assert failure_id(diagnosis_of(tmp_path, SLOW + small)) == "nccl-watchdog-timeout"


@pytest.mark.parametrize("other", [STEPS, OOM_TRACE])
def test_it_explains_nothing_where_the_run_goes_on_or_fails_by_itself(tmp_path, other):
    assert failure_id(diagnosis_of(tmp_path, SLOW + other)) != "nccl-net-plugin-missing"


EVENT = (
    "2m10s  Normal  Preempted  pod/worker-1  Preempted by pod 77c1e8f0-93b5-4a0b on node pool-b\n"
)


@pytest.mark.parametrize("end", [ASKED_TO_END, SIGNALLED])
def test_an_event_of_the_cluster_explains_the_signal_before_it(tmp_path, end):
    assert failure_id(diagnosis_of(tmp_path, STEPS + end + EVENT)) == "pod-preempted"


AFTER = (
    "Traceback (most recent call last):\n"
    '  File "/srv/plot.py", line 5, in plot\n'
    "    rows[key]\n"
    "KeyError: 'x'\n"
)


@pytest.mark.parametrize(
    "end",
    [
        "{'train_runtime': 812.3, 'epoch': 3.0}\n",
        "train, rank: 0, epoch: 20/20, step_in_slice: 118/118, (loss_avg_rank: 0.081)\n",
        "`Trainer.fit` stopped: `max_steps=100` reached.\n",
    ],
)
def test_a_failure_behind_the_last_step_is_said_to_be_one(tmp_path, end):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", end + AFTER)])
    assert "all steps were done before that" in render_diagnosis(verdict, evidence)


@pytest.mark.parametrize("log", ["epoch: 20/20, step: 3/118, loss 0.1\n" + AFTER, AFTER])
def test_one_within_the_steps_is_not(tmp_path, log):
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", log)])
    assert "all steps were done" not in render_diagnosis(verdict, evidence)
