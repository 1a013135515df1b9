"""Who took processors from a login, and what gives them back."""

from __future__ import annotations

import dataclasses

import pytest

from checks.areas.limits.affinity import count_processors, explain_pinning
from checks.facts import ClusterView
from checks.facts.affinity import Affinity, LimitingProcess
from checks.facts.cgroup import Cgroup
from checks.facts.gpus import Gpus
from checks.model import Node, Outcome
from checks.node.probe import affinity as probe
from tests.support.networks import HEALTHY_LIMITS, nth_account
from tests.support.snapshots import judged, snapshot, with_fact

SSHD = LimitingProcess(900, "sshd", "0-7", "systemd")
SHELL = LimitingProcess(950, "bash", "0-7", "sshd")
SESSION = LimitingProcess(940, "sshd", "0-7", "sshd")
FIRST = LimitingProcess(1, "systemd")
GROUP = "/sys/fs/cgroup/user.slice/cpuset.cpus"


def seen(process=SSHD, **fields):
    return Affinity("0", "0-7", process, **fields)


def explained(fact, *, container=False):
    snap = with_fact(snapshot(("node1",)), "node1", fact)
    with_fact(snap, "node1", nth_account(1))
    with_fact(snap, "node1", dataclasses.replace(HEALTHY_LIMITS, container=container))
    return explain_pinning(ClusterView(snap)["node1"])


@pytest.mark.parametrize(
    ("fact", "word", "command"),
    [
        (seen(), "sshd (pid 900)", "taskset -apc 0-7 900"),
        (seen(settings=("/etc/systemd/system/ssh.service.d/x.conf:2",)), "sshd", "taskset -apc"),
        (seen(SHELL, lines=("/root/.bashrc:1",)), "/root/.bashrc:1", "sed -i '1s/^/: # /'"),
        (seen(SESSION, lines=("/root/.bashrc:1",)), "/root/.bashrc:1", "sed -i"),
        (seen(SESSION), "of the login", "grep -rnE"),
        (seen(SHELL, settings=("/root/.ssh/authorized_keys:2",)), "of the login", ""),
        (seen(FIRST, isolated=True), "isolcpus=", ""),
        (seen(FIRST), "systemd (pid 1)", "taskset -apc 0-7 1"),
        (seen(group=GROUP, group_cpus="0"), GROUP, f"echo 0-7 > {GROUP}"),
        (seen(group="/sys/fs/cgroup/slurm/job_1/cpuset.cpus", group_cpus="0"), "slurm", ""),
        (seen(None), "processors 0 of 0-7", "lscpu"),
    ],
)
def test_the_one_that_took_them_is_named(fact, word, command):
    words, fix = explained(fact)
    assert word in words
    assert command in fix.command and bool(command) == bool(fix.command)
    assert fix.command or fix.note


def test_a_container_is_started_again():
    _, fix = explained(seen(group=GROUP, group_cpus="0"), container=True)
    assert not fix.command and "--cpuset-cpus" in fix.note


@pytest.mark.parametrize(
    ("fact", "slots", "check", "cause"),
    [
        (seen(), 1, "limits.cpus-are-equal", "cpus-differ"),
        (seen(), 1, "limits.group-allows-a-cpu-for-each-rank", ""),
        (seen(), 2, "limits.group-allows-a-cpu-for-each-rank", "pinned"),
        (Affinity("0", "0"), 2, "limits.group-allows-a-cpu-for-each-rank", ""),
        (Affinity("0-7", "0-7"), 2, "limits.group-allows-a-cpu-for-each-rank", ""),
        (Affinity("", ""), 2, "limits.group-allows-a-cpu-for-each-rank", ""),
        (Affinity("", "0-1"), 2, "limits.group-allows-a-cpu-for-each-rank", ""),
    ],
)
def test_what_a_login_lacks(fact, slots, check, cause):
    names = ("node1", "node2", "node3")
    snap = snapshot(names, hosts=tuple(Node(name, slots=slots) for name in names))
    for number, name in enumerate(names, 1):
        with_fact(snap, name, nth_account(number, cpus=1 if name == "node2" else 8))
        with_fact(snap, name, fact if name == "node2" else Affinity("0-7", "0-7"))
        for other in (Cgroup(), Gpus((), ()), HEALTHY_LIMITS):
            with_fact(snap, name, other)
    found = judged(snap, check)["node2",]
    assert found.cause == cause
    assert cause == "" or found.fix.command.startswith("taskset -apc 0-7 900")
    assert found.outcome is not Outcome.UNKNOWN


@pytest.mark.parametrize(("listed", "count"), [("0", 1), ("0-3,8", 5), ("", 0), ("2,4-5", 3)])
def test_processors_are_counted(listed, count):
    assert count_processors(listed) == len(probe.processor_numbers(listed)) == count


@pytest.mark.parametrize(
    ("line", "pins"),
    [
        ("taskset -pc 0 $$ >/dev/null", True),
        ("taskset -p 1 $BASHPID", True),
        ('exec taskset -c 0 bash -c "$SSH_ORIGINAL_COMMAND"', True),
        ("alias quick='taskset -c 0-3'", False),
        ("# taskset -pc 0 $$", False),
        ("numactl --hardware", False),
    ],
)
def test_only_what_binds_the_shell_itself_is_commented_out(line, pins, tmp_path):
    file = tmp_path / "bashrc"
    file.write_text(f"x=1\n{line}\n")
    found = probe.lines_that(probe.PINS_ITSELF, [str(file)])
    assert found == ([f"{file}:2"] if pins else [])


def test_the_outermost_process_that_lacks_them_is_found(monkeypatch):
    processes = {
        50: ("python3", 40, "0"),
        40: ("bash", 30, "0"),
        30: ("sshd", 20, "0"),
        20: ("sshd", 1, "0"),
        1: ("systemd", 0, "0-7"),
    }
    monkeypatch.setattr(probe.os, "getpid", lambda: 50)
    monkeypatch.setattr(probe, "process_status", processes.get)
    found = probe.limiting_process(set(range(8)))
    assert found == {"pid": 20, "name": "sshd", "above": "0-7", "parent": "systemd"}
    processes[30] = ("sshd", 20, "0-7")
    assert probe.limiting_process(set(range(8)))["pid"] == 40
