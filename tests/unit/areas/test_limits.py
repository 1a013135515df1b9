"""Limits: what blocks, what only warns, and what no small healthy machine is accused of."""

import dataclasses
import shlex
import subprocess

import pytest

from checks.facts.environment import Environment
from checks.facts.gpus import Gpu, Gpus
from checks.facts.limits import Limits
from checks.model import Node, Outcome, Severity
from checks.node.probe.limits import limits as limits_section
from tests.support.networks import DOWN, GIB, HEALTHY_LIMITS, ROCE, cluster, nth_account, rdma
from tests.support.snapshots import judged, with_fact, without

MIB = 2**20
NO_GPU = Gpus((), ())


def gpus(count):
    return Gpus(
        ("NVIDIA",), tuple(Gpu(i, "A100", f"GPU-{i}", 80 * GIB, "550") for i in range(count))
    )


def seen(check, *, facts=(), user=0, **changes):
    """The finding about node1, its limits changed."""
    snap = cluster(hosts=tuple(Node(name, slots=8) for name in ("node1", "node2", "node3")))
    with_fact(snap, "node1", dataclasses.replace(HEALTHY_LIMITS, **changes))
    with_fact(snap, "node1", nth_account(1, uid=user, user="root" if user == 0 else "ann"))
    for fact in (NO_GPU, *facts):
        with_fact(snap, "node1", fact)
    return judged(snap, f"limits.{check}")[("node1",)]


def test_section_reads_this_shell():
    data = limits_section({})
    assert {"memlock", "core_pattern"} <= set(data)
    assert len(data["nofile"]) == 2


@pytest.mark.parametrize("soft", [None, 32 * GIB, 64 * GIB])
def test_memlock_that_is_enough(soft):
    assert seen("memlock-is-unlimited", memlock=(soft, None)).outcome is Outcome.PASS


def test_memlock_blocks_under_rdma_only():
    low = {"memlock": (65536, 65536)}
    plain = seen("memlock-is-unlimited", **low)
    assert (plain.outcome, plain.cause, plain.noted) == (Outcome.PASS, "memlock-low", True)
    assert "64 KiB" in plain.message and "enough without RDMA" in plain.message
    assert seen("memlock-is-unlimited", facts=[rdma("mlx5_0", mlx5_0=DOWN)], **low).noted
    over_ib = seen("memlock-is-unlimited", facts=[rdma("mlx5_0")], **low)
    assert over_ib.stops
    assert "active RDMA ports" in over_ib.message
    no_library = dataclasses.replace(rdma("mlx5_0"), library=None)
    assert seen("memlock-is-unlimited", facts=[no_library], **low).stops
    plain_card = dataclasses.replace(rdma("mlx5_0", mlx5_0=ROCE), library=None)
    assert seen("memlock-is-unlimited", facts=[plain_card], **low).warned


def test_memlock_between_the_thresholds_or_with_ib_disabled_warns():
    between = seen("memlock-is-unlimited", facts=[rdma("mlx5_0")], memlock=(20 * GIB, None))
    assert between.warned
    off = [rdma("mlx5_0"), Environment(shell={"NCCL_IB_DISABLE": "1"})]
    assert seen("memlock-is-unlimited", facts=off, memlock=(65536, None)).warned


def test_memlock_fix_names_both_ways():
    fix = str(seen("memlock-is-unlimited", memlock=(65536, 65536)).fix)
    assert "/etc/security/limits.d/90-memlock.conf" in fix
    assert "LimitMEMLOCK=infinity" in fix
    assert "systemctl" not in fix and "prlimit --pid" in fix
    docker = str(seen("memlock-is-unlimited", memlock=(65536, 65536), container=True).fix)
    assert "--ulimit memlock=-1:-1" in docker


def test_fix_of_an_account_that_is_not_root_is_one_sudo_command():
    fix = seen("memlock-is-unlimited", memlock=(65536, 65536), user=1000).fix
    assert fix is not None
    assert fix.command.startswith("sudo sh -c ")
    assert (
        subprocess.run(["sh", "-n", "-c", shlex.split(fix.command)[3]], check=False).returncode == 0
    )


def test_missing_answer_is_no_pass():
    snap = without(cluster(), "node1", Limits)
    assert judged(snap, "limits.memlock-is-unlimited")[("node1",)].outcome is Outcome.UNKNOWN


def test_nofile():
    assert seen("nofile-is-enough", nofile=(4096, 4096)).outcome is Outcome.PASS
    few = seen("nofile-is-enough", nofile=(256, 4096))
    assert few.warned
    assert few.cause == "nofile-low"
    assert seen("nofile-is-enough", nofile=(256, 256)).severity is Severity.BLOCK
    assert "256 files (hard limit 4096)" in few.message


def test_nofile_wants_more_at_scale():
    names = tuple(f"n{i}" for i in range(1, 9))
    snap = cluster(names, hosts=tuple(Node(name, slots=8) for name in names))
    with_fact(snap, "n1", dataclasses.replace(HEALTHY_LIMITS, nofile=(4096, None)))
    found = judged(snap, "limits.nofile-is-enough")
    assert found[("n1",)].warned
    assert found[("n2",)].outcome is Outcome.PASS


def test_nproc():
    few = seen("nproc-is-enough", nproc=(600, 600), user=1000)
    assert few.warned
    assert few.cause == "nproc-low"
    assert seen("nproc-is-enough", nproc=(500, 500)).outcome is Outcome.PASS, "root is exempt"
    assert seen("nproc-is-enough", nproc=(3800, 3800), user=1000).outcome is Outcome.PASS


@pytest.mark.parametrize("total", [64 * MIB, 0])
def test_docker_sized_shm_blocks(total):
    found = seen("shm-is-large-enough", shm_bytes=total, shm_free_bytes=total, container=True)
    assert found.stops
    assert found.cause == "shm-small"
    assert "--shm-size=16g" in str(found.fix)


def test_shm_that_is_full_blocks():
    found = seen("shm-is-large-enough", shm_free_bytes=MIB)
    assert (found.stops, found.cause) == (True, "shm-full")


def test_small_healthy_shm_is_let_be_and_gpus_want_more():
    small = {"shm_bytes": GIB, "shm_free_bytes": GIB}
    assert seen("shm-is-large-enough", **small).outcome is Outcome.PASS
    assert seen("shm-is-large-enough", facts=[gpus(1)], **small).outcome is Outcome.PASS
    assert seen("shm-is-large-enough", facts=[gpus(8)], **small).warned
    assert seen("shm-is-large-enough", facts=[gpus(8)]).outcome is Outcome.PASS


def test_core_dumps():
    bounded = "core-dumps-are-bounded"
    assert seen(bounded, core=(0, None), core_pattern="core").outcome is Outcome.PASS
    assert seen(bounded, core=(None, None), core_pattern="|/usr/lib/systemd/c %P").outcome is (
        Outcome.PASS
    )
    found = seen(bounded, core=(None, None), core_pattern="core")
    assert (found.warned, found.cause) == (True, "core-unbounded")
    assert "LimitCORE=0:infinity" in str(found.fix)
