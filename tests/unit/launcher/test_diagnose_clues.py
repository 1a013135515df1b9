"""The log's own clues decide: what other ranks print, what stands before and behind an error."""

from __future__ import annotations

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis
from tests.support.verdicts import OOM, diagnosis_of, failure_id, write

BATCH = (
    "AssertionError: Check batch related parameters. train_batch_size is not equal to "
    "micro_batch_per_gpu * gradient_acc_step * world_size 24 != 2 * 1 * "
)


def test_several_ranks_that_each_count_one_are_alone_whatever_the_batch_size(tmp_path):
    def shown(*ranks, world=1):
        log = "".join(f"[1,{rank}]<stderr>:{BATCH}{world}\n" for rank in ranks)
        return failure_id(diagnosis_of(tmp_path, log))

    assert shown(0, 2) == "ranks-alone"
    assert shown(2) == "batch-triple"
    assert shown(0, 2, world=4) == "batch-triple"


GONE = """\
(TaskRunner pid=7) Training Progress:   3%|▎         | 18/600 [1:12<38:21, 23.2s/it]
Traceback (most recent call last):
  File "/d/main_ppo.py", line 101, in run_ppo
    ray.get(runner.run.remote(config))
ray.exceptions.RayTaskError(ActorDiedError): ray::Runner.run() (pid=7, ip=10.0.0.11)
ray.exceptions.ActorDiedError: The actor died unexpectedly before finishing this task.
\tpid: 27499
\tname: w0
\tip: 10.0.0.11
The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR
"""


def test_a_worker_of_ray_that_vanished_ends_the_run_though_steps_stand_before(tmp_path):
    assert failure_id(diagnosis_of(tmp_path, GONE)) == "ray-worker-gone"
    bar = "(TaskRunner pid=7) Training Progress:   3%|▎         | {}/600 [1:12<38:21, 23.2s/it]\n"
    assert (
        failure_id(diagnosis_of(tmp_path, GONE + "".join(map(bar.format, range(19, 30))))) is None
    )


UNKNOWN_NAME = """\
[W603 08:14:02.83 socket.cpp:759] [c10d] The IPv4 network addresses of (llm-head-0, 23456) cannot \
be retrieved (gai error: -2 - Name or service not known).
"""
PODS = """\
$ kubectl get pods
NAME           READY   STATUS             RESTARTS   AGE
llm-worker-0   0/1     Error              0          31m
{}
"""


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("llm-head-0     0/1     ImagePullBackOff   0          31m", "row-pod-image"),
        ("llm-head-0     0/1     Pending            0          31m", "row-pod-waits"),
        ("llm-head-0     0/1     CreateContainerConfigError   0   31m", "row-pod-not-created"),
        ("llm-head-0     1/1     Running            0          31m", "c10d-head-name-unknown"),
        ("other-head-0   0/1     Pending            0          31m", "c10d-head-name-unknown"),
    ],
)
def test_a_table_that_shows_the_named_member_down_says_why_it_is_not_reached(tmp_path, row, cause):
    shown = diagnosis_of(tmp_path, UNKNOWN_NAME + PODS.format(row))
    assert failure_id(shown) == cause
    first = diagnosis_of(tmp_path, PODS.format(row) + UNKNOWN_NAME)
    assert failure_id(first) == cause


@pytest.mark.parametrize(
    ("table", "cause"),
    [
        ("debug*       up   infinite      1  down* gpu[06-08]\n", "row-slurm-node-down"),
        ("debug*       up   infinite      1  down* gpu[01-06]\n", "ssh-unresolvable"),
        ("debug*       up   infinite      2   idle gpu[06-08]\n", "ssh-unresolvable"),
        ("gpu07   NotReady   <none>   31d   v1.29.3\n", "row-node-not-ready"),
        ('1b2c   img   "sleep"   2 hours ago   Exited (137) 3 minutes ago   gpu07\n',
         "row-container-exited"),
    ],
)  # fmt: skip
def test_a_row_of_all_nodes_counts_only_where_an_error_names_the_node(tmp_path, table, cause):
    refused = "ssh: Could not resolve hostname gpu07: Name or service not known\n"
    assert failure_id(diagnosis_of(tmp_path, table + refused)) == cause
    assert failure_id(diagnosis_of(tmp_path, table)) is None
    assert failure_id(diagnosis_of(tmp_path, table + OOM)) == "cuda-oom"


def timed_out(rank, call):
    return (
        f"[rank{rank}]:[E911 01:10:01.381331 ProcessGroupNCCL.cpp:632] [Rank {rank}] Watchdog "
        f"caught collective operation timeout: WorkNCCL(SeqNum=7, {call}, Timeout(ms)=600000) ran "
        "for 600024 milliseconds before timing out.\n"
    )


WIDE = "OpType=_ALLGATHER_BASE, NumelIn=393216, NumelOut=1572864"
SMALL = "OpType=_ALLGATHER_BASE, NumelIn=512, NumelOut=2048"
STAGE_3 = "[INFO] DeepSpeed Final Optimizer Name = DeepSpeedZeroOptimizer_Stage3\n"


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (STAGE_3 + timed_out(0, WIDE) + timed_out(3, SMALL), "collective-sizes-of-zero3"),
        (timed_out(0, WIDE) + timed_out(3, SMALL), "collective-sizes"),
        (
            STAGE_3 + timed_out(0, WIDE) + timed_out(3, "OpType=ALLREDUCE, NumelIn=1, NumelOut=1"),
            "collective-mismatch",
        ),
        (STAGE_3 + timed_out(0, WIDE) + timed_out(3, WIDE), "nccl-watchdog-timeout"),
    ],
)
def test_one_collective_of_different_sizes_is_of_different_parameters(tmp_path, log, cause):
    assert failure_id(diagnosis_of(tmp_path, log)) == cause


XID = (
    "[Sun Mar 16 01:02:36 2025] NVRM: Xid (PCI:0000:5d:00): 95, pid=51103, Uncontained ECC error\n"
)


@pytest.mark.parametrize(
    ("before", "node"),
    [
        ("$ ssh gpu-a05 dmesg -T | grep -i xid\n", "gpu-a05"),
        ("root@head:~# ssh -p 2222 ana@gpu-a05 dmesg\n", "gpu-a05"),
        ("$ pdsh -w gpu-a05 dmesg\n", "gpu-a05"),
        ("$ dmesg -T | grep -i xid\n", ""),
        ("$ ssh gpu-a05 uptime\n up 3 days\n$ dmesg -T\n", ""),
    ],
)
def test_the_output_of_a_command_is_of_the_node_where_it_ran(tmp_path, before, node):
    shown = diagnosis_of(tmp_path, before + XID)
    assert shown.known.line.place.node == node


def test_an_error_that_ray_hands_on_is_of_the_node_of_its_worker(tmp_path):
    log = (
        "Traceback (most recent call last):\n"
        '  File "/w/main_ppo.py", line 64, in run_ppo\n'
        "    ray.get(task.remote(config))\n"
        "ray.exceptions.RayTaskError(RuntimeError): ray::Worker.update() (pid=3, ip=10.7.4.14)\n"
        '  File "/w/dp_actor.py", line 298, in update\n'
        "    loss.backward()\n"
        "RuntimeError: CUDA error: uncorrectable ECC error encountered\n"
    )
    shown = diagnosis_of(tmp_path, log).known
    assert (shown.known.id, shown.line.place.node) == ("cuda-ecc", "10.7.4.14")


def test_the_daemon_of_slurm_is_not_part_of_its_nodes_name(tmp_path):
    shown = diagnosis_of(
        tmp_path, "slurmstepd-gpu20-15: error: Detected 1 oom-kill event(s) in StepId=9.0.\n"
    )
    assert shown.known.line.place.node == "gpu20-15"


OLD_GPU = "RuntimeError: FlashAttention only supports Ampere GPUs or newer.\n"


@pytest.mark.parametrize(
    ("before", "key"),
    [
        ("[2026-04-26] [INFO] [axolotl.train.train:145] Starting trainer...\n", "sdp_attention"),
        (
            "[INFO|parser.py] llamafactory.hparams.parser:384 >> Process rank: 0\n",
            "flash_attn: sdpa",
        ),
        ("[INFO:swift] model_info\n", "--attn_impl sdpa"),
        ("step 1 loss 2.3\n", ""),
    ],
)
def test_a_remedy_has_the_key_of_the_framework_that_ran(tmp_path, before, key):
    path = write(tmp_path / "x.log", before + OLD_GPU)
    evidence, verdict = diagnose_logs([path])
    shown = render_diagnosis(verdict, evidence)
    assert key in shown
    assert ("; in " in shown) == bool(key)


def test_a_log_that_ends_well_is_not_told_like_one_that_fails_in_an_unknown_way(tmp_path):
    well = write(tmp_path / "a.log", "step 1 loss 2.3\nTraining completed.\n")
    ill = write(tmp_path / "b.log", "step 1 loss 2.3\nkaboom: error 17\n")
    texts = [render_diagnosis(verdict, evidence) for evidence, verdict in
             (diagnose_logs([path]) for path in (well, ill))]  # fmt: skip
    assert "ended well" in texts[0]
    assert "No known failure" in texts[1]
