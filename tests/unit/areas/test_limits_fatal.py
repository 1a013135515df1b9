"""Limits that end a rank: what blocks, what warns, what is plainly enough, and what sets them."""

import dataclasses
import os
import pwd
import resource
import subprocess

import pytest

from checks.areas.training.smoke import why_cannot_train
from checks.facts import ClusterView, decode_fact
from checks.facts.gpus import Gpu, Gpus
from checks.facts.limits import Limits
from checks.facts.software import Software
from checks.model import Outcome, Severity
from checks.node.probe import limit_lines
from checks.node.probe.limits import limits as limits_section
from tests.support.networks import GIB, HEALTHY_LIMITS, cluster, nth_account
from tests.support.snapshots import judged, with_fact

DAY = 24 * 3600
NO_GPU = Gpus((), ())
H100 = Gpus(("NVIDIA",), tuple(Gpu(i, "H100", f"GPU-{i}", 80 * GIB, "550") for i in range(8)))
MACHINE = 64 * GIB
"""Of the nodes in tests.support.networks."""


def limited(*, gpus=NO_GPU, set_in=None, container=False, user=0, **soft):
    """node1 with these soft limits; `as_` is the address space."""
    reported = {name.rstrip("_"): (value, None) for name, value in soft.items()}
    cutting = {**HEALTHY_LIMITS.cutting, **reported}
    fact = dataclasses.replace(
        HEALTHY_LIMITS, cutting=cutting, set_in=set_in or {}, container=container
    )
    snap = cluster()
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, gpus)
    account = {"uid": user, "user": "ann", "home": "/home/ann"} if user else {}
    with_fact(snap, "node1", nth_account(1, **account))
    return with_fact(snap, "node1", fact)


def found(**changes):
    return judged(limited(**changes), "limits.no-limit-cuts-a-rank-off")["node1",]


@pytest.mark.parametrize(
    ("changes", "cause", "said"),
    [
        ({"cpu": 20}, "cpu-time-limited", "20 s of CPU time"),
        ({"cpu": 2 * 3600}, "cpu-time-limited", "2 h of CPU time"),
        ({"fsize": 100 << 10}, "file-size-limited", "100 KiB"),
        ({"as_": GIB}, "address-space-limited", "1 GiB"),
        ({"as_": 20 * GIB, "gpus": H100}, "address-space-limited", "20 GiB"),
        ({"data": GIB}, "data-limited", "1 GiB"),
        ({"data": 6 * GIB, "gpus": H100}, "data-limited", "6 GiB"),
    ],
)
def test_what_ends_every_rank_blocks(changes, cause, said):
    one = found(**changes)
    assert (one.stops, one.cause) == (True, cause)
    assert said in one.message


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"cpu": 7 * DAY}, "cpu-time-limited"),
        ({"fsize": 100 * GIB}, "file-size-limited"),
        ({"as_": MACHINE // 2}, "address-space-limited"),
        ({"as_": 2 * MACHINE, "gpus": H100}, "address-space-limited"),
        ({"data": MACHINE // 2}, "data-limited"),
    ],
)
def test_what_ends_a_large_one_warns(changes, cause):
    one = found(**changes)
    assert (one.warned, one.cause) == (True, cause)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cpu": None, "fsize": None, "as_": None, "data": None},
        {"cpu": 365 * DAY, "fsize": 4096 * GIB, "as_": MACHINE, "data": MACHINE},
        {"as_": MACHINE + 8 * 80 * GIB, "data": MACHINE, "gpus": H100},
        {"cpu": 2**62, "fsize": 2**62, "as_": 2**62, "data": 2**62, "gpus": H100},
    ],
)
def test_what_is_plainly_enough_passes(changes):
    assert found(**changes).outcome is Outcome.PASS


def test_several_are_one_finding_and_what_blocks_comes_first():
    one = found(fsize=100 * GIB, cpu=60, set_in={"cpu": ("/a:1",), "fsize": ("/a:2", "/a:1")})
    assert (one.severity, one.cause) == (Severity.BLOCK, "cpu-time-limited")
    assert "100 GiB" in one.message
    assert one.message.count("/a:1") == 1
    assert one.fix.command.count("sed ") == 2


def test_the_line_that_sets_it_is_taken_out():
    own = found(cpu=60, user=1000, set_in={"cpu": ("/home/ann/.bashrc:3",)}).fix
    assert own.command == r"sed -i '3s/\bulimit\b/: &/g' /home/ann/.bashrc"
    everybody = found(cpu=60, user=1000, set_in={"cpu": ("/etc/profile.d/a.sh:3",)}).fix
    assert everybody.command.startswith("sudo sh -c ") or everybody.command.startswith("sudo sed")
    pam = found(as_=GIB, set_in={"as": ("/etc/security/limits.conf:9",)}).fix
    assert pam.command == "sed -i '9s/^/# /' /etc/security/limits.conf"


def test_where_no_line_is_known_the_limit_is_lifted_for_all_logins():
    fix = found(as_=GIB, cpu=60).fix
    for part in ("--as=unlimited:unlimited", "--cpu=unlimited:unlimited"):
        assert part in fix.command
    assert subprocess.run(["sh", "-n", "-c", fix.command], check=False).returncode == 0
    inside = str(found(as_=GIB, cpu=60, container=True).fix)
    assert "--ulimit cpu=-1" in inside
    assert "--ulimit as" not in inside, "docker knows none"
    assert "ulimit" in found(as_=GIB, container=True).fix.command


def test_a_node_whose_ranks_are_ended_is_not_accused_of_their_end():
    snap = limited(as_=GIB)
    views = {node.name: node for node in ClusterView(snap).nodes}
    assert "limits.no-limit-cuts-a-rank-off" in why_cannot_train(views["node1"])
    assert not why_cannot_train(views["node2"])


@pytest.mark.parametrize(
    ("line", "limits"),
    [
        ("ulimit -v 1000000", [("as", "1000000")]),
        ("  ulimit -S -t 20 || true", [("cpu", "20")]),
        ("[ $A ] || ulimit -Hd 5; ulimit -f $MOST", [("data", "5"), ("fsize", "$MOST")]),
        ("ulimit 100", [("fsize", "100")]),
        ("ulimit -S 100", [("fsize", "100")]),
        ("(ulimit -Sv 100)", [("as", "100")]),
        ("ulimit -n 65536", [("nofile", "65536")]),
        ("ulimit -v unlimited", []),
        ("ulimit -v", []),
        ("# ulimit -v 100", []),
        (": ulimit -v 100", []),
        ("ulimit -c 0", []),
        ("myulimit -v 3", []),
        ("echo unlimited", []),
    ],
)
def test_lines_of_a_shell_that_limit(line, limits):
    assert limit_lines.by_ulimit(line) == limits


def test_lines_of_limits_conf_that_are_about_this_account(monkeypatch):
    user = pwd.getpwuid(os.getuid()).pw_name
    assert limit_lines.by_pam(f"{user} hard as 1000000") == [("as", "1000000")]
    assert limit_lines.by_pam(f"{user}\t-\tcpu\t60") == [("cpu", "60")]
    assert limit_lines.by_pam(f"{user} soft as unlimited") == []
    assert limit_lines.by_pam(f"# {user} soft as 1") == []
    assert limit_lines.by_pam("somebodyelse hard fsize 1") == []
    assert limit_lines.by_pam("@nosuchgroup hard data 1") == []
    assert limit_lines.by_pam(f"{user} hard nofile 10") == []
    for uid, limits in ((0, []), (12345, [("data", "10")])):
        monkeypatch.setattr(limit_lines.os, "getuid", lambda uid=uid: uid)
        monkeypatch.setattr(limit_lines, "user_name", lambda _: "ann")
        assert limit_lines.by_pam("* hard data 10") == limits


def test_places_are_named_with_their_line(monkeypatch, tmp_path):
    start = tmp_path / "rc"
    start.write_text(
        "if true; then\n ulimit -v 100\nfi\nulimit -St 9\nulimit -n 900; ulimit -u 7\n"
    )
    monkeypatch.setattr(limit_lines, "start_up_files", lambda: [str(start), "/missing"])
    places = limit_lines.limit_settings({"nofile": 900, "nproc": 30})
    assert f"{start}:2" in places["as"]
    assert f"{start}:4" in places["cpu"]
    assert places["nofile"] == [f"{start}:5"]
    assert "nproc" not in places, "another number than the one in force"


def test_a_shell_whose_line_was_taken_out_has_no_limit(tmp_path):
    start = tmp_path / "rc"
    start.write_text("if true; then\n  ulimit -Sf 100\nfi\nulimit -f\n")
    fix = found(fsize=100 << 10, set_in={"fsize": (f"{start}:2",)}).fix
    limit = ["bash", str(start)]
    assert subprocess.run(limit, capture_output=True, check=True, text=True).stdout == "100\n"
    subprocess.run(["bash", "-c", fix.command], check=True)
    after = subprocess.run(limit, capture_output=True, check=True, text=True)
    assert after.stdout == "unlimited\n"


def test_section_tells_what_this_process_may(monkeypatch):
    real = resource.getrlimit
    changed = {resource.RLIMIT_CPU: (60, 120)}
    monkeypatch.setattr(resource, "getrlimit", lambda kind: changed.get(kind) or real(kind))
    reported = decode_fact(Limits, limits_section({}))
    assert reported.cutting["cpu"] == (60, 120)
    assert set(reported.cutting) == {"cpu", "fsize", "as", "data"}


@pytest.mark.parametrize(("item", "check"), [("nofile", "nofile"), ("nproc", "nproc")])
def test_other_limits_that_a_start_up_file_lowers_are_lifted_there(item, check):
    place = {item: ("/home/ann/.bashrc:7",)}
    fact = dataclasses.replace(HEALTHY_LIMITS, set_in=place, **{item: (300, 300)})
    snap = with_fact(cluster(), "node1", fact)
    with_fact(snap, "node1", nth_account(1, uid=1000, user="ann", home="/home/ann"))
    one = judged(snap, f"limits.{check}-is-enough")["node1",]
    assert "set in /home/ann/.bashrc:7" in one.message
    assert one.fix.command == r"sed -i '7s/\bulimit\b/: &/g' /home/ann/.bashrc"


@pytest.mark.parametrize(("processes", "starts"), [(63, False), (64, True), (None, True)])
def test_an_account_that_may_start_hardly_anything_trains_nowhere(processes, starts):
    fact = dataclasses.replace(HEALTHY_LIMITS, nproc=(processes, None))
    snap = with_fact(cluster(), "node1", fact)
    with_fact(snap, "node1", nth_account(1, uid=1000, user="ann"))
    assert bool(why_cannot_train(node1(snap))) is not starts
    assert judged(snap, "limits.nproc-is-enough")["node1",].stops is not starts
    with_fact(snap, "node1", nth_account(1))
    assert not why_cannot_train(node1(snap)), "root is not held to it"


def test_an_interpreter_that_a_limit_keeps_from_starting_is_not_broken():
    crashed = Software("/opt/python", "crashed", detail="MemoryError")
    for snap, outcome in ((limited(as_=GIB), Outcome.SKIP), (limited(), Outcome.FAIL)):
        with_fact(snap, "node1", crashed)
        assert judged(snap, "software.python-is-there")["node1",].outcome is outcome


def node1(snap):
    return next(node for node in ClusterView(snap).nodes if node.name == "node1")


def test_limits_that_were_not_told_are_not_taken_for_none():
    cutting = {"cpu": (None, None), "as": (None, None)}
    fact = dataclasses.replace(HEALTHY_LIMITS, cutting=cutting)
    found = judged(with_fact(cluster(), "node1", fact), "limits.no-limit-cuts-a-rank-off")["node1",]
    assert found.outcome is Outcome.UNKNOWN
    assert "data, fsize" in found.message
