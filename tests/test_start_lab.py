"""`launcher start` on a real lab: it ends well only if all ranks did, and never leaves anything."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import Shape
from launcher.runs import all_runs
from tests.passed import pass_preflight

ROOT = Path(__file__).parent.parent
SECRET = 'hf_Secret $HOME "quoted" 100%h'
ODD = ["", "%h", "$HOME", "*", "it's", 'a "b"; touch /tmp/injected', "--flag=x y", "ü"]

STAND_IN = """
import json, os, signal, sys, time
mode, *rest = [word for word in sys.argv[1:] if not word.startswith("--local_rank")]
rank = int(os.environ["RANK"])
if mode == "tell":
    secret = os.environ["HF_TOKEN"]
    print(json.dumps([sys.argv[1:], secret[::-1]]), flush=True)
    print(secret, repr(secret), json.dumps(secret), flush=True)
    os.write(1, b"x" * 20000 + b"\\n" + bytes(range(256)) + b"\\r\\n")
    time.sleep(2)
    os.write(1, b"no newline at the end")
elif mode == "save":
    def save(*_):
        time.sleep(1)
        open("/root/saved", "w").write("all of it")
        sys.exit(0)
    signal.signal(getattr(signal, rest[0]), save)
    print("step 1 loss 2.5", flush=True)
    time.sleep(600)
elif mode == "fail" and rank == 1:
    time.sleep(1)
    sys.exit("something broke here" if not rest else int(rest[0]))
else:
    print("step 1 loss 2.5", flush=True)
    time.sleep(600)
"""

FLOOD = """
for number in range(2000):
    print("y" * 500, flush=True)
print("step 1 loss 2.5", flush=True)
"""
STUBBORN = """
import signal, time
for number in (signal.SIGUSR1, signal.SIGTERM):
    signal.signal(number, lambda *_: None)
print("ready", flush=True)
time.sleep(600)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start")
    (folder / "train.py").write_text(STAND_IN)
    (folder / "launch.toml").write_text(
        f"[env]\nHF_TOKEN = {json.dumps(SECRET)}\nOMP_NUM_THREADS = 1\n"
    )
    return folder


@pytest.fixture(scope="module")
def lab(place):
    visible = {sys.prefix, str(place)}
    with Lab.up(Shape(nodes=2), place / ".lab", f"start-{os.getpid()}", visible) as up:
        pass_preflight(place, hosts=str(up.hosts))
        yield up


@pytest.fixture(autouse=True)
def nothing_is_left(request):
    yield
    if "lab" in request.fixturenames:
        gone(request.getfixturevalue("lab"))


class Started:
    """A launcher at work, with what it prints."""

    def __init__(self, place, lab, *command, options=()):
        self.place = place
        self.log = place / f"out-{time.monotonic_ns()}"
        argv = [sys.executable, "-m", "launcher", "start", "--hosts", str(lab.hosts), *options]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*argv, "--", *command],
                cwd=place,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self):
        return self.log.read_text()

    def wait_for(self, pattern, seconds=90):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, self.text
            assert self.process.poll() is None, self.text
            time.sleep(0.1)

    def end(self, seconds=90):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end in {seconds} s:\n{self.text}") from None

    @property
    def run(self):
        return all_runs(self.place / "runs")[-1]


def launcher(place, *words):
    return subprocess.run(
        [sys.executable, "-m", "launcher", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def strays(lab):
    """What is on the nodes that a fresh lab has not: processes and files of a run."""
    script = "ps -eo pid=,args=; ls -d /tmp/deepspeed-preflight-* 2>/dev/null"
    ours = re.compile(r"agent\.py|deepspeed|train\.py|pdsh|preflight-[0-9a-f]|ssh .*node|-S -E -c")
    return [
        f"{node.name}: {line}"
        for node in lab.nodes
        for line in node.run(script).stdout.splitlines()
        if ours.search(line) and "ps -eo" not in line and "preflight-lab" not in line
    ]


def gone(lab, seconds=20):
    deadline = time.monotonic() + seconds
    while left := strays(lab):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def kill_on(node, pattern):
    done = node.run(["pkill", "-9", "-o", "-f", pattern])
    assert done.returncode == 0, f"no process {pattern} on {node.name}"


def command_lines():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


def test_arguments_and_secrets_arrive_intact_and_nowhere_else(place, lab):
    run = Started(place, lab, "train.py", "tell", *ODD)
    run.wait_for("ranks joined")
    seen = list(command_lines())
    assert not [line for line in seen if b"hf_Secret" in line]
    strangers = [line for line in seen if b"touch /tmp/injected" in line and b"agent" in line]
    assert not strangers
    assert run.end() == 0, run.text
    told = json.dumps([["--local_rank=0", "tell", *ODD], SECRET[::-1]])
    assert re.search(rf"^node1 0: {re.escape(told)}$", run.text, re.M)
    assert re.search(rf"^node2 1: {re.escape(told)}$", run.text, re.M)
    assert "node2 1: *** '***' \"***\"\n" in run.text
    assert "hf_Secret" not in run.text
    assert "node2 1: no newline at the end\n" in run.text
    assert run.text.count("x" * 8000) >= 2
    assert "finished" in run.text
    assert run.run.state == "finished"
    for path in run.run.path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
        if path.is_file():
            assert "hf_Secret" not in path.read_text()
    log = (run.run.path / "logs" / "node2.log").read_text()
    assert f"1: {told}\n" in log
    events = run.run.events()
    assert {e["rank"]: e["code"] for e in events if e["kind"] == "rank-ended"} == {0: 0, 1: 0}
    status = launcher(place, "status").stdout
    assert "finished" in status
    assert "rank 1 on node2: ended with 0" in status
    assert "node2 1: no newline at the end" in launcher(place, "logs", "--node", "node2").stdout


def test_a_failed_rank_ends_the_run_everywhere(place, lab):
    run = Started(place, lab, "train.py", "fail")
    assert run.end() == 1
    assert "rank 1 on node2 failed: exit 1" in run.text
    assert "  something broke here" in run.text
    assert run.run.state == "failed"
    assert "rank 1 on node2" in run.run.read("result.json")["diagnosis"]
    gone(lab, 1)


@pytest.mark.parametrize(
    ("victim", "pattern", "said"),
    [
        (
            "node2",
            r"^\S+ -u train\.py|^\S+ -u .*train\.py sleep",
            "rank 1 on node2 failed: killed by SIGKILL",
        ),
        ("node2", r"agent\.py node", "the agent was killed on node2"),
        ("node2", r"deepspeed\.launcher\.launch", "on node2"),
        ("node2", r"python3 -u -S -E -c", "node2"),
        ("node1", r"^pdsh ", "pdsh on node1 ended before the ranks did: killed by SIGKILL"),
    ],
    ids=["rank", "agent", "launcher", "keeper", "pdsh"],
)
def test_what_is_killed_ends_the_run_everywhere(place, lab, victim, pattern, said):
    run = Started(place, lab, "train.py", "sleep")
    run.wait_for("ranks joined")
    kill_on(lab.node(victim), pattern)
    assert run.end() == 1, run.text
    assert said in run.text
    gone(lab, 1)


def test_a_killed_controller_leaves_nothing_on_the_nodes(place, lab):
    run = Started(place, lab, "train.py", "sleep")
    run.wait_for("node2 1: step")
    assert "running" in launcher(place, "status").stdout
    run.process.kill()
    run.process.wait()
    gone(lab)
    status = launcher(place, "status").stdout
    assert "lost" in status
    assert "rank 0 on node1: its end was never told" in status
    stopped = launcher(place, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "nothing of it is left on node1, node2" in stopped.stdout


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_the_run(place, lab, times):
    run = Started(place, lab, "train.py", "sleep")
    run.wait_for("ranks joined")
    for _ in range(times):
        os.killpg(run.process.pid, signal.SIGINT)
        time.sleep(0.3)
    assert run.end() == 130, run.text
    assert run.run.state == "stopped"
    gone(lab, 1)


@pytest.mark.parametrize("number", ["SIGUSR1", "SIGTERM"])
def test_ranks_that_handle_a_signal_save_before_the_end(place, lab, number):
    run = Started(place, lab, "train.py", "save", number)
    run.wait_for("node1 0: step")
    run.wait_for("node2 1: step")
    os.killpg(run.process.pid, signal.SIGINT)
    assert run.end() == 130, run.text
    for rank, node in enumerate(lab.nodes):
        assert f"{node.name}: rank {rank} ({number}) may save and end within 60 s" in run.text
        assert node.run("cat /root/saved; rm /root/saved", check=True).stdout == "all of it"
    assert run.run.state == "stopped"
    assert "2 of 2 ranks ended well" in run.text
    gone(lab, 1)


def test_asked_twice_nobody_is_waited_for(place, lab):
    (place / "stubborn.py").write_text(STUBBORN)
    run = Started(place, lab, "stubborn.py")
    run.wait_for("ready[^~]*ready")
    run.process.send_signal(signal.SIGINT)
    run.wait_for("may save and end[^~]*may save and end")
    run.process.send_signal(signal.SIGINT)
    assert run.end(40) == 130, run.text
    gone(lab, 1)


def test_stop_from_another_terminal(place, lab):
    run = Started(place, lab, "train.py", "sleep")
    run.wait_for("ranks joined")
    stopped = launcher(place, "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert "stopped" in stopped.stdout
    assert run.end() == 130
    gone(lab, 1)


def test_a_full_disk_ends_neither_the_run_nor_the_truth(place, lab):
    (place / "flood.py").write_text(FLOOD)
    (place / "full").mkdir()
    script = (
        "mount -t tmpfs -o size=1m none full || exit 99; "
        "python -m launcher start --hosts $0 --runs full/runs -- flood.py; echo exit $?; "
        "python -m launcher status --runs full/runs; tail -n 2 full/runs/*/ranks.jsonl"
    )
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, str(lab.hosts)],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:/bin"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.stderr.count("Traceback") == 0, done.stderr
    assert "\nexit 0\n" in done.stdout, done.stdout[-3000:] + done.stderr
    full = f"cannot be written: No space left on device; its file system is {place}/full; the run"
    assert done.stdout.count(full) == 1
    assert done.stdout.count("node2 1: y") == done.stdout.count("node1 0: y") == 2000
    told = done.stdout.partition("\nexit 0\n")[2]
    assert re.search(r"-flood: finished\n", told)
    assert "rank 0 on node1: ended with 0" in told
    assert "rank 1 on node2: ended with 0" in told
    assert re.search(r"its record misses \d+ lines or files", told)
    gone(lab, 1)


def test_a_node_that_is_cut_off_ends_the_run_on_both_sides(place, lab):
    node = lab.node("node2")
    run = Started(place, lab, "train.py", "sleep")
    run.wait_for("ranks joined")
    node.run("ip link set eth0 down", check=True)
    try:
        assert run.end(120) == 1
        assert "node2 was lost: no word for 20 s" in run.text
        assert re.search(
            r"asked again on node(2|\[1-2\]):\n  × reach.controller-logs-in: ", run.text
        )
        assert "node2 did not confirm the end" in run.text
        gone(lab, 40)
    finally:
        node.run("ip link set eth0 up", check=True)


def test_a_node_without_sshd_stops_the_start_before_anything_runs(place, lab):
    node = lab.node("node2")
    chain = "{ type filter hook input priority 0; }"
    rules = (
        "nft add table inet t",
        f"nft 'add chain inet t i {chain}'",
        "nft add rule inet t i tcp dport 22 reject with tcp reset",
    )
    node.run(" && ".join(rules), check=True)
    try:
        run = Started(place, lab, "train.py", "sleep")
        assert run.end() == 1
        assert "node2: the login for the start failed: refused" in run.text
        asked = run.text.partition("asked again on node[1-2]:\n")[2]
        assert asked.startswith("  × reach.controller-logs-in: ")
        assert "Traceback" not in run.text
        gone(lab, 5)
    finally:
        node.run("nft delete table inet t", check=True)


def test_a_small_gpt_is_trained_over_two_nodes(place, lab):
    example = ROOT / "examples" / "tiny_gpt"
    run = Started(
        place, lab, str(example / "train.py"), "--deepspeed_config", str(example / "zero2.json"),
        "--save", "/root/checkpoint",
    )  # fmt: skip
    assert run.end(300) == 0, run.text
    losses = [float(loss) for loss in re.findall(r"step \d+ loss ([0-9.]+)", run.text)]
    assert losses[-1] < losses[0] - 1
    assert "rank 1 of 2 on node2" in run.text
    assert lab.node("node1").run("ls /root/checkpoint").stdout.split()
