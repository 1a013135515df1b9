"""Limits: what blocks, what only warns, and what no small healthy machine is accused of."""

import dataclasses
import shlex
import subprocess

import pytest

from checks.facts.environment import Environment
from checks.facts.gpus import Gpu, Gpus
from checks.facts.limits import Limits, LoginServer
from checks.model import Node, Outcome, Severity
from checks.node.probe import login_server, pam
from checks.node.probe.limits import limits as limits_section
from checks.node.probe.login_server import limits_in
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


SSHD = {"pid": 812, "unit": "ssh.service"}


def server(pam=False, **limits):
    return LoginServer(limits=limits, pam=pam, **SSHD)


def nofile_fix(soft, hard, **changes):
    return seen("nofile-is-enough", nofile=(soft, hard), **changes).fix.command


def test_a_limit_of_the_sshd_that_runs_is_raised_there_and_no_hard_one_lowered():
    low = seen("nofile-is-enough", nofile=(256, 256), server=server(nofile=(256, 256)))
    assert "the sshd that runs has no more itself (process 812), and it asks no pam" in low.message
    assert "--pid 812 --nofile=65536:65536" in low.fix.command
    assert "LimitNOFILE=65536:65536" in low.fix.command
    assert "ssh.service.d" in low.fix.command and "/etc/security" not in low.fix.command
    wide = nofile_fix(256, 1048576, server=server(nofile=(256, 1048576)))
    assert "--nofile=65536:1048576" in wide
    boundless = nofile_fix(256, None, server=server(nofile=(256, None)))
    assert "--nofile=65536:unlimited" in boundless and "LimitNOFILE=65536:infinity" in boundless
    within = nofile_fix(256, 20000, server=server(nofile=(256, 20000)))
    assert "--nofile=20000:20000" in within, "which needs no right to raise the hard one"
    by_hand = LoginServer(pid=9, limits={"nofile": (256, 256)})
    assert nofile_fix(256, 256, server=by_hand) == "prlimit --pid 9 --nofile=65536:65536"


def test_a_limit_that_pam_sets_is_raised_by_a_line_about_this_account_alone():
    fix = nofile_fix(256, 256, server=server(pam=True, nofile=(256, 256)))
    assert "root soft nofile 65536\\nroot hard nofile 65536" in fix
    assert ">> /etc/security/limits.d/" in fix
    assert "prlimit" not in fix and "systemd" not in fix and "*" not in fix
    assert "hard" not in nofile_fix(256, None, server=server(pam=True))
    ann = nofile_fix(256, 256, user=1000, server=server(pam=True))
    assert "ann soft nofile 65536" in ann and "root soft" not in ann


def test_where_sshd_itself_allows_more_a_start_up_file_is_looked_for():
    fix = nofile_fix(256, 256, server=server(nofile=(1048576, 1048576)))
    assert fix.startswith("grep ")


def test_core_dumps_are_bounded_without_a_lower_ceiling():
    dumps = seen("core-dumps-are-bounded", core=(None, None), server=server(core=(None, None)))
    assert "--core=0:unlimited" in dumps.fix.command
    docker = str(seen("memlock-is-unlimited", memlock=(65536, 65536), container=True).fix)
    assert "--ulimit memlock=-1:-1" in docker


LIMITS_FILE = """\
Limit                     Soft Limit           Hard Limit           Units
Max core file size        0                    unlimited            bytes
Max open files            256                  1048576              files
Max nice priority         0                    0
"""
STACK = {
    "sshd": "auth include common\n@include session-of-all\n-session [a=b c=d] pam_loginuid.so\n",
    "session-of-all": "session required pam_limits.so # limits\n# session required pam_x.so\n",
    "common": "auth required pam_unix.so\nsession required pam_y.so\n",
}


def test_what_the_kernel_says_of_a_process_is_read():
    assert limits_in(LIMITS_FILE) == {"core": [0, None], "nofile": [256, 1048576]}


@pytest.mark.parametrize(
    ("config", "asks"),
    [("UsePAM yes\n", True), ("UsePAM no\n", False), ("", False), ("usepam no\nUsePAM yes", False)],
)
def test_whether_pam_sets_the_limits_of_a_login(config, asks, tmp_path, monkeypatch):
    for name, text in STACK.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "config").write_text(config)
    monkeypatch.setattr(pam, "FOLDER", str(tmp_path))
    monkeypatch.setattr(
        login_server, "command_line", lambda _: ["sshd", "-f", str(tmp_path / "config")]
    )
    assert login_server.asks_pam(1) is asks
    kinds = [(kind, words[0]) for kind, words, _ in pam.pam_lines()]
    assert kinds == [
        *(("auth", "pam_unix.so"), ("session", "pam_limits.so"), ("session", "pam_loginuid.so"))
    ]
    (tmp_path / "session-of-all").write_text("")
    assert login_server.asks_pam(1) is False


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
    assert "--core=0:unlimited" in str(found.fix)
