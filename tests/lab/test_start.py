"""`launcher start` on a real lab: what arrives at the ranks, and when it succeeds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.lab_preflight import UNFIXABLE
from tests.support.launched_runs import (
    ROOT,
    LaunchedRun,
    command_lines,
    one_world,
    run_launcher,
    wait_until_clean,
    worlds_seen,
)
from tests.support.odd_clusters import name_in_full
from tests.support.two_nodes import SECRET, lab, nothing_is_left, place

__all__ = ["lab", "nothing_is_left", "place"]

ODD = ["", "%h", "$HOME", "*", "it's", 'a "b"; touch /tmp/injected', "--flag=x y", "ü"]
FLOOD = """
import os
for number in range(2000):
    print("y" * 500, os.environ["RANK"], flush=True)
print("step 1 loss 2.5", flush=True)
"""


def test_arguments_and_secrets_arrive_intact_and_nowhere_else(place, lab):
    run = LaunchedRun(place, lab, "train.py", "tell", *ODD)
    run.wait_for("ranks started")
    seen = list(command_lines())
    assert not [line for line in seen if b"hf_Secret" in line]
    strangers = [line for line in seen if b"touch /tmp/injected" in line and b"agent" in line]
    assert not strangers
    assert run.end() == 0, run.text
    reported = json.dumps([["--local_rank=0", "tell", *ODD], SECRET[::-1]])
    logs = run_launcher(place, "logs").stdout
    for node in ("node1 0", "node2 1"):
        assert f"{node}: {reported}\n" in logs
        assert f"{node}: *** '***' \"***\"\n" in logs
        assert f"{node}: no newline at the end\n" in logs
    assert logs.count("x" * 8000) >= 2
    assert "hf_Secret" not in run.text
    assert re.search(rf"^node[12] [01]: {re.escape(reported)}$", run.text, re.M)
    assert len(re.findall(r"^node[12] [01]: no newline at the end$", run.text, re.M)) == 1
    assert re.search(r"^the same on rank [01], ", run.text, re.M)
    assert "finished" in run.text
    assert run.run.state == "finished"
    for path in run.run.path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
        if path.is_file():
            assert "hf_Secret" not in path.read_text()
    log = (run.run.path / "logs" / "node2.log").read_text()
    assert f"1: {reported}\n" in log
    events = run.run.rank_events()
    assert {e["rank"]: e["code"] for e in events if e["kind"] == "rank-ended"} == {0: 0, 1: 0}
    status = run_launcher(place, "status").stdout
    assert "finished" in status
    assert "rank 1 on node2: exit 0" in status
    assert "node2 1: no newline at the end" in run_launcher(place, "logs", "--node", "node2").stdout


def test_a_full_disk_ends_neither_the_run_nor_the_truth(place, lab):
    (place / "flood.py").write_text(FLOOD)
    (place / "full").mkdir()
    script = (
        "mount -t tmpfs -o size=1m none full || exit 99; "
        "python -m launcher start --hosts $0 --runs full/runs --allow-separate -- flood.py; "
        "echo exit $?; "
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
    reported = done.stdout.partition("\nexit 0\n")[2]
    assert re.search(r"-flood: finished\n", reported)
    assert "rank 0 on node1: exit 0" in reported
    assert "rank 1 on node2: exit 0" in reported
    assert re.search(r"its record lacks \d+ lines or files", reported)
    wait_until_clean(lab, 1)


@pytest.fixture
def refuse_ssh(lab):
    """Have node2 refuse the ssh connections for which a rule of nftables holds."""
    node = lab.node("node2")

    def refuse(which):
        rules = (
            "nft add table inet t",
            "nft 'add chain inet t i { type filter hook input priority 0; }'",
            f"nft add rule inet t i tcp dport 22 {which} reject with tcp reset",
        )
        node.run(" && ".join(rules), check=True)

    yield refuse
    node.run("nft delete table inet t", check=True)


def test_a_node_that_is_gone_since_the_preflight_stops_at_the_gate(place, lab, refuse_ssh):
    refuse_ssh("")
    run = LaunchedRun(place, lab, "train.py", "sleep")
    assert run.end() == 3
    assert "Using the preflight of " in run.text
    assert "reach.controller-logs-in, node2, refused" in run.text


ALL_BUT_THE_FIRST = "'tcp flags & (syn | ack) == syn numgen inc mod 100000 ne 0'"
"""Of the connections; `ct state new` would count what is left of earlier ones, too."""


def test_what_is_started_comes_over_the_login_of_the_gate(place, lab, refuse_ssh):
    refuse_ssh(ALL_BUT_THE_FIRST)
    run = LaunchedRun(place, lab, "train.py", "tell", options=("--backend", "ssh"))
    assert run.end() == 0, run.text
    wait_until_clean(lab, 1)


def test_a_node_without_sshd_stops_the_start_before_anything_runs(place, lab, refuse_ssh):
    refuse_ssh(ALL_BUT_THE_FIRST)  # that is the gate's, which another process cannot go on with
    run = LaunchedRun(place, lab, "train.py", "sleep", options=("--detach",))
    assert run.end() == 0, run.text
    attached = run_launcher(place, "attach", run.run.name)
    assert attached.returncode == 1
    assert "node2: the login for the start failed: refused" in attached.stdout
    again = attached.stdout.partition("checked node[1-2] again:\n")[2]
    assert again.startswith("  × ") and "reach.controller-logs-in, node2, refused" in again
    assert "Traceback" not in attached.stdout
    wait_until_clean(lab, 5)


def test_a_misspelt_script_stops_at_the_gate_which_asks_the_nodes_facts_alone(place, lab):
    done = run_launcher(place, "start", "--hosts", str(lab.hosts), "--", "trian.py")
    assert done.returncode == 3, done.stderr
    assert "is missing on node[1-2]; did you mean train.py?" in " ".join(done.stderr.split())
    again = run_launcher(place, "start", "--hosts", str(lab.hosts), "--dry-run", "--", "train.py")
    assert again.returncode == 0, again.stderr
    stages = json.loads((place / ".preflight/last.json").read_text())["stages"]
    assert set(stages) == {"connect", "controller_files", "earlier_start", "facts"}


@pytest.mark.parametrize("launcher", ["deepspeed", "accelerate"])
def test_a_misspelt_config_that_only_the_script_names_stops_at_the_gate(place, lab, launcher):
    (place / "zero2.json").write_text("{}")
    (place / "named.py").write_text('TrainingArguments("out", deepspeed="zer02.json")\n')
    options = ("--hosts", str(lab.hosts), "--with", launcher)
    done = run_launcher(place, "start", *options, "--", "named.py")
    said = " ".join(done.stderr.split())
    assert done.returncode == 3, said
    assert "which named.py names, is missing on node[1-2]; did you mean zero2.json?" in said
    assert "in named.py, write zero2.json in place of zer02.json" in said


PARSED = """
from transformers import HfArgumentParser, TrainingArguments
(args,) = HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()
"""


def test_a_trainer_that_would_not_join_on_cpus_is_given_the_options_that_it_lacks(place, lab):
    (place / "parsed.py").write_text(PARSED)
    added = "--use_cpu True --ddp_backend gloo"
    command = ["start", "--hosts", str(lab.hosts), "--dry-run", "--", "parsed.py"]
    done = run_launcher(place, *command)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert f"so that the ranks train together, start adds {added}" in said
    again = run_launcher(place, *command, *added.split())
    assert again.returncode == 0, again.stderr
    assert "start adds" not in " ".join(again.stderr.split())


def test_a_small_gpt_is_trained_over_two_nodes(place, lab):
    example = ROOT / "examples" / "tiny_gpt"
    run = LaunchedRun(
        place, lab, str(example / "train.py"), "--deepspeed_config", str(example / "zero2.json"),
        "--save", "/root/checkpoint",
    )  # fmt: skip
    assert run.end(1500) == 0, run.text  # on a busy machine the operator alone takes 10 minutes
    losses = [float(loss) for loss in re.findall(r"step \d+ loss ([0-9.]+)", run.text)]
    assert losses[-1] < losses[0] - 1
    # steps that come in one burst, on a busy machine, have no pace
    figures = rf"step \d+, loss {losses[-1]:g}(, [0-9.]+ steps per second)?\n"
    assert re.search(figures, run_launcher(place, "status").stdout)
    assert "rank 1 of 2 on node2" in run.text
    assert "2 of 2 ranks succeeded, in one world of 2 (gloo)" in run.text
    assert worlds_seen(run.run) == one_world(2)
    assert lab.node("node1").run("ls /root/checkpoint").stdout.split()


MEET = """
import torch
import torch.distributed as dist
dist.init_process_group("gloo")
total = torch.ones(1)
dist.all_reduce(total)
print(f"the sum is {total.item():g}", flush=True)
dist.destroy_process_group()
"""


@pytest.mark.long
def test_full_names_for_nodes_that_call_themselves_by_short_ones_start(tmp_path):
    (tmp_path / "meet.py").write_text(MEET)
    (tmp_path / "launch.toml").write_text(f'[preflight]\nallow = ["{UNFIXABLE}"]\n')
    visible = {sys.prefix, str(tmp_path)}
    name = f"full-{os.getpid()}"
    with Lab.up(LabShape(nodes=2), tmp_path / ".lab", name, visible) as up:
        name_in_full(up)
        run = LaunchedRun(tmp_path, up, "meet.py")
        assert run.end(180) == 0, run.text
        first = re.search(
            r"^node([12])\.cluster\.local ([01]): the sum is 2$", run.text, re.MULTILINE
        )
        assert first, run.text
        assert int(first[1]) == int(first[2]) + 1
        assert f"the same on rank {1 - int(first[2])}: the sum is 2" in run.text
        wait_until_clean(up)
