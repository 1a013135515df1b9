"""Labelled hangs and slow runs on 4 nodes with 2 ranks each: who is named, as what, and who is not.

Each is started, and what the launcher says first after the third step is held against its label.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.lab.faults.distance import FAR_NODE
from tests.support.launched_runs import LaunchedRun, run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight

SCRIPTS = Path(__file__).with_name("hangs")
BEFORE, LIBRARY_BEFORE = "step 3 loss", "step 2 loss"
LIMIT_S = 300
"""For imports of eight ranks on a busy machine; what is said is bound by --stuck-after alone."""
LATE = "rank 5 on node3"
MISSED = f"{LATE} has not entered all_reduce \\d+, in which ranks 0-4, 6 and 7 have waited .*, and"
EVEN_MISSED = "rank 4 on node3 has not entered all_reduce"
APART = "ranks are in different collectives: "


@dataclass(frozen=True)
class Hang:
    """What is said of a mode: which ranks are named, in which words, at which marked line."""

    mode: str
    words: str
    odd: tuple[int, ...] = (5,)
    kind: str = "stuck"
    place: str = ""
    """The mark of the line, where it is not the mode."""

    @property
    def script(self) -> str:
        return "libraries.py" if "-" in self.mode else "train.py"

    @property
    def pattern(self) -> str:
        """The words, with the line that bears the mark."""
        mark = f"# {self.place or self.mode}"
        lines = (SCRIPTS / self.script).read_text().splitlines()
        numbers = [at for at, line in enumerate(lines, 1) if line.endswith(mark)]
        at = rf"{re.escape(self.script)}:{numbers[0]}\)" if numbers else ""
        return rf"{self.words}[\s\S]*{at}"


HANGS = (
    Hang("sleep", f"{MISSED} is sleeping, at sleep"),
    Hang("fifo", f"{MISSED} is waiting for the other end of a pipe, at fifo"),
    Hang("flock", f"{MISSED} is waiting for a file lock, at flock"),
    Hang("loader", f"{MISSED} is waiting for the data loader, at loader"),
    Hang("regex", rf"{MISSED} works \(.* cores\), at regex", kind="slow"),
    Hang("pipe_save", f"{MISSED} is saving, at pipe_save"),
    Hang("thread_queue", f"{MISSED} is waiting for a lock or another thread, at thread_queue"),
    Hang("child", f"{MISSED} is running sleep, at child"),
    Hang("tokenize_shard", f"{MISSED} is tokenising, at tokenize_shard"),
    Hang("evaluate", rf"{MISSED} is evaluating \(.* cores\), at evaluate", kind="slow"),
    Hang("reads_alone", rf"{MISSED} works \(.* MB/s of files\), at reads_alone", kind="slow"),
    Hang("builds_alone", rf"{MISSED} is building the operator alone_op \(c\+\+ runs\), at builds"),
    Hang("compiles_alone", rf"{MISSED} is compiling with torch.compile \(g\+\+ runs\), at comp"),
    Hang("debugger", f"{MISSED} is in a debugger, at debugger"),
    Hang("traced", f"{LATE} .* is stopped, in a debugger, at traced"),
    Hang(
        "dead_mount",
        rf"(?=[\s\S]*; python\S* in fuse\w* is blocked \(state D\))"
        f"{MISSED} is waiting for a file server, at dead_mount",
    ),
    Hang("web", f"{MISSED} is waiting for a web server, at web"),
    Hang("stopped", f"{LATE} .* is stopped, by SIGSTOP, at stopped"),
    Hang("recv", f"{MISSED} waits in recv, at recv"),
    Hang("fewer", f"{APART}.*rank 5 in barrier 9[^ ]* of nothing"),
    Hang("order", f"{APART}ranks 0-4, 6 and 7 in all_reduce 9 .*; rank 5 in all_gather 9"),
    Hang("saves_alone", f"{APART}rank 0 in all_gather 9.*; ranks 1-7 in barrier 9", odd=(0,)),
    Hang(
        "subgroup",
        rf"{EVEN_MISSED} 1 of group 1 \(ranks 0, 2, 4 and 6\), in which ranks "
        "0, 2 and 6 have waited .*, and waits in barrier, at subgroup",
        odd=(4,),
    ),
    Hang(
        "subgroup_unused",
        rf"{EVEN_MISSED} 2 of group 1 \(ranks 0, 2, 4 and 6\), in which ranks "
        "0, 2 and 6 have waited .*, and waits in barrier, at subgroup_unused",
        odd=(4,),
    ),
    Hang(
        "circle",
        r"rank 5 on node3 has not entered all_reduce 1 of group 1 \(ranks 4 and 5\), in which "
        "rank 4 has waited .*, and waits in all_reduce, at circle",
        odd=(4, 5, 6),
    ),
    Hang(
        "zero2-shard", f"{LATE} has not entered .* is sleeping, at load_next_shard", place="shard"
    ),
    Hang("zero3-branch", APART),
    Hang("ddp-fewer", f"{APART}.*rank 5 in barrier"),
    Hang("fsdp-saves", f"{APART}.*rank 0 in", odd=(0,)),
)
SHORT = ("sleep", "subgroup")
SLOW = (
    "evaluate_alone", "tokenise_alone", "checkpoint_alone", "compile_all", "slow_disk", "uneven",
    "local_steps", "slow_loader", "many_collectives", "paused_batches", "ddp-evaluates",
)  # fmt: skip
FAILURES = {
    "killed": "rank 5 on node3 failed: killed by SIGKILL",
    "ends": "rank 5 on node3 had ended without an error",
    "size": "× gloo-sizes-differ: ",
    "dtype": "× gloo-sizes-differ: ",
    "own_size": "× gloo-sizes-differ: ",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hangs")
    for script in SCRIPTS.glob("*.py"):
        shutil.copy(script, folder)
    (folder / "launch.toml").write_text("[env]\nOMP_NUM_THREADS = 1\n")
    return folder


@pytest.fixture(scope="module")
def lab(place):
    shape, visible = LabShape(nodes=4, slots=2), {sys.prefix, str(place)}
    with Lab.up(shape, place / ".lab", f"hangs-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


@pytest.fixture
def start(place, lab):
    """Starts a mode; ends it as ctrl-C does, with all that it left on the nodes."""
    runs = []

    def start_mode(mode):
        script = "libraries.py" if "-" in mode else "train.py"
        options = ("--with", "torchrun", "--stuck-after", "8")
        runs.append(LaunchedRun(place, lab, script, mode, options=options))
        return runs[-1]

    yield start_mode
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(2)
            run.end()
    wait_until_clean(lab)
    for node in lab.nodes:
        node.run("umount -l /tmp/dead-mount; rm -rf /tmp/train-* /tmp/dead-mount /dev/fuse")


def judged_looks(run):
    """What was seen of silences, after the steps that come before the mode."""
    looks = run.run.path / "looks.jsonl"
    text = looks.read_text() if looks.exists() else ""
    seen = [json.loads(line) for line in text.splitlines()]
    return [look for look in seen if look["said"].startswith("no output")]


def first_look(run, before):
    """What is said first of the silence after that line."""
    run.wait_for(before, LIMIT_S)
    count = len(judged_looks(run))
    run.wait_for(rf"{before}[\s\S]*\nno output for ", LIMIT_S)
    return judged_looks(run)[count]


def chosen(modes):
    """All but the short ones are long."""
    return [
        pytest.param(mode, id=name, marks=() if name in SHORT else pytest.mark.long)
        for mode in modes
        for name in [getattr(mode, "mode", mode)]
    ]


@pytest.mark.parametrize("hang", chosen(HANGS))
def test_who_keeps_the_others_waiting_is_named_with_what_it_does(start, hang):
    look = first_look(start(hang.mode), LIBRARY_BEFORE if "-" in hang.mode else BEFORE)
    assert re.search(hang.pattern, look["said"]), look["said"]
    assert (look["kind"], look["odd"]) == (hang.kind, list(hang.odd)), look["said"]


@pytest.mark.parametrize("mode", chosen(SLOW))
def test_a_run_that_is_only_slow_is_not_said_to_be_stuck(start, mode):
    run = start(mode)
    run.wait_for(LIBRARY_BEFORE if "-" in mode else BEFORE, LIMIT_S)
    before = len(judged_looks(run))
    assert run.end(LIMIT_S) == 0, run.text
    looks = judged_looks(run)[before:]
    assert looks
    assert {look["kind"] for look in looks} <= {"slow"}, run.text
    assert not [look["said"] for look in looks if "elsewhere" in look["said"]]


@pytest.mark.long
@pytest.mark.parametrize("mode", FAILURES)
def test_a_rank_that_ends_or_aborts_is_named_at_the_end(start, mode):
    run = start(mode)
    assert run.end(LIMIT_S) == 1, run.text
    assert FAILURES[mode] in run.text


@pytest.mark.long
def test_a_network_that_is_cut_in_the_midst_is_named_by_its_link(start, lab):
    run = start("cut")
    run.wait_for(BEFORE, LIMIT_S)
    node = lab.node("node3")
    others = ", ".join(other.address for other in lab.nodes if other.name != "node3")
    rules = (
        "nft add table inet t",
        "nft 'add chain inet t i { type filter hook input priority 0; }'",
        f"nft 'add rule inet t i ip saddr {{ {others} }} drop'",
    )
    node.run(" && ".join(rules), check=True)
    try:
        run.wait_for(r"\nno output for .*; stuck: ", LIMIT_S)
        said = judged_looks(run)[-1]["said"]
        assert re.search(r"no packet passes between node(3 and|\d and node3)", said), said
        assert "has not entered" not in said
    finally:
        node.run("nft delete table inet t", check=True)


@pytest.mark.long
def test_ranks_that_wait_for_more_ranks_than_there_are_accuse_nobody(start):
    run = start("meets_more")
    run.wait_for(r"\nno output for .*; stuck: .*\n  all 8 ranks of the run wait there: ", LIMIT_S)
    assert judged_looks(run)[-1]["odd"] == []


@pytest.mark.long
def test_a_rank_that_comes_late_to_the_meeting_is_named(start):
    run = start("meet_late")
    run.wait_for(r"stuck: .*\n  rank 5 on node3 .*is sleeping, at meet_late", LIMIT_S)
    assert judged_looks(run)[-1]["odd"] == [5]


def wait_for_status(place, said):
    deadline = time.monotonic() + LIMIT_S
    while not re.search(said, status := run_launcher(place, "status").stdout):
        assert time.monotonic() < deadline, status
        time.sleep(2)


@pytest.mark.long
@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("steps", "no rank keeps the others waiting"),
        ("late_steps", "rank 5 on node3 arrives "),
        ("busy_steps", "rank 5 on node3 arrives "),
        ("disk_steps", r"rank 5 on node3 arrives .*; it waits \d+ % of the time for a disk"),
    ],
)
def test_who_arrives_last_while_the_run_advances_is_said_or_that_nobody_does(
    start, place, mode, said
):
    run = start(mode)
    run.wait_for(BEFORE, LIMIT_S)
    wait_for_status(place, said)
    run.process.send_signal(2)
    assert run.end() == 130
    assert re.search(said, run.text)


HELD = "/sys/fs/cgroup/held"
HOLD_BACK = f"""
mount -t tmpfs groups /sys/fs/cgroup
if mount -t cgroup2 groups /sys/fs/cgroup && echo +cpu >/sys/fs/cgroup/cgroup.subtree_control; then
    mkdir {HELD}
    echo '2000 100000' >{HELD}/cpu.max
else
    mount -t tmpfs groups /sys/fs/cgroup
    mkdir /sys/fs/cgroup/cpu
    mount -t cgroup -o cpu groups /sys/fs/cgroup/cpu
    ln -s cpu/{{group}} {HELD}
    mkdir /sys/fs/cgroup/cpu/{{group}}
    echo 2000 >{HELD}/cpu.cfs_quota_us
fi
echo {{pid}} >{HELD}/cgroup.procs
touch /tmp/train-limited
"""
LET_GO = f"""
for pid in $(cat {HELD}/cgroup.procs); do echo $pid >{HELD}/../cgroup.procs; done
rmdir $(realpath {HELD})
while umount -R /sys/fs/cgroup; do :; done 2>/dev/null
"""
LIMITED = r"rank 5 on node3 arrives .*; it waits \d+ % of the time for its turn: the CPU limit"


@pytest.mark.long
def test_a_rank_that_a_control_group_holds_back_is_late_and_never_stuck(start, place, lab):
    run, node = start("even_steps"), lab.node("node3")
    run.wait_for(BEFORE, LIMIT_S)
    starts = [event for event in run.run.rank_events() if event["kind"] == "rank-started"]
    pids = {event["rank"]: event["pid"] for event in starts}
    node.run(HOLD_BACK.format(pid=pids[5], group=f"held-{os.getpid()}"), check=True)
    try:
        wait_for_status(place, LIMITED)
        run.wait_for(r"held back \d+ % of the time by the CPU limit of a control group", LIMIT_S)
        run.process.send_signal(2)
        assert run.end() == 130
        assert re.search(LIMITED, run.text)
        assert "stuck" not in {look["kind"] for look in judged_looks(run)}
    finally:
        node.run(LET_GO)


SLOW_LINKS = {
    "rate": (
        "tc qdisc add dev eth0 root tbf rate 20mbit burst 16kb latency 200ms",
        "tc qdisc del dev eth0 root",
    ),
    "distance": (FAR_NODE.apply, "tc qdisc del dev eth0 clsact; ip link del delay0"),
}


@pytest.mark.long
@pytest.mark.parametrize("fault", SLOW_LINKS)
def test_a_slow_link_is_named_and_no_rank(start, place, lab, fault):
    run, node = start("data_steps"), lab.node("node3")
    run.wait_for(BEFORE, LIMIT_S)
    spoil, repair = SLOW_LINKS[fault]
    node.run(spoil, check=True)
    try:
        wait_for_status(place, "the link (of node3|between node.*) is slow: data are under way")
        status = run_launcher(place, "status").stdout
        assert "node3" in status.partition("the link ")[2].partition(" is slow")[0]
        assert " arrive" not in status
        assert "stuck" not in {look["kind"] for look in judged_looks(run)}
    finally:
        node.run(repair, check=True)
