"""The examples: launch files that are read, files that are there, options that the projects have.

Each list in recorded/options names the source and the commit that it was taken from.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from checks.answer import Answer
from checks.catalogue import CATALOGUE
from checks.facts import Snapshot
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.job.build import build_job
from checks.model import Job, Node, Outcome
from checks.node.probe.accelerate_config import accelerate_config
from checks.node.probe.deepspeed_config import deepspeed_config
from launcher.plan.plan import Plan, PlanInputs, make_plan
from launcher.plan.text import dry_run_text
from tests.support.paths import RECORDED, ROOT
from tests.support.snapshots import judged, snapshot, with_fact

DATA = RECORDED / "options"
EXAMPLES = {path.parent.name: path.parent for path in sorted(ROOT.glob("examples/*/launch.toml"))}
NODES = ("node1", "node2", "node3")


@cache
def recorded(name: str) -> frozenset[str]:
    """Names that a project's source has."""
    return frozenset(json.loads((DATA / f"{name}.json").read_text())["names"])


def job_of(example: str) -> Job:
    """The job of an example's launch.toml on three nodes."""
    folder = EXAMPLES[example]
    return build_job({"hosts": ",".join(NODES)}, cwd=folder, environ={})


def plan_of(example: str) -> Plan:
    """The plan on three nodes of eight GPUs each, as accelerate would find its configuration."""
    job = job_of(example)
    kind = {"axolotl_fsdp": "FSDP"}.get(example, "")
    ground = PlanInputs(
        gpus=dict.fromkeys(NODES, 8),
        master_address="10.0.0.1",
        env={name: {"NCCL_SOCKET_IFNAME": "eth0"} for name in NODES},
        accelerate=dict.fromkeys(NODES, kind) if kind else {},
    )
    return make_plan(job, ground, "abc")


def flags(example: str) -> set[str]:
    return {word[2:] for word in job_of(example).command if word.startswith("--")}


@dataclass(frozen=True)
class Foreign:
    """An example that is copied into a project's checkout, and what that checkout has."""

    files: frozenset[str]
    options: frozenset[str]


FOREIGN = {
    "lmflow": Foreign(recorded("lmflow-files"), recorded("lmflow")),
    "wizardlm": Foreign(
        recorded("llama-x-files") | recorded("wizardlm-files"), recorded("wizardlm")
    ),
}


def test_every_list_says_where_it_is_from():
    for path in sorted(DATA.glob("*.json")):
        list_ = json.loads(path.read_text())
        assert re.match(r"[\w-]+/[\w.-]+\b", list_["source"]), path
        assert re.fullmatch(r"[0-9a-f]{40}|v\d+\.\d+\.\d+", list_["commit"]), path
        assert list_["names"], path


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_file_that_an_example_names_is_there(example):
    job = job_of(example)
    named = [job.deepspeed_config, job.accelerate_config, *job.same]
    named += [word for word in job.command if word.endswith((".py", ".json", ".yml"))]
    relative = [name for name in named if name and not name.startswith("/")]
    assert relative
    there = FOREIGN[example].files if example in FOREIGN else frozenset()
    missing = [name for name in relative if not (EXAMPLES[example] / name).exists()]
    assert [name for name in missing if name not in there] == []


@pytest.mark.parametrize("example", [name for name in EXAMPLES if name not in FOREIGN])
def test_what_may_differ_between_nodes_is_compared(example):
    job = job_of(example)
    own = {path.name for path in EXAMPLES[example].iterdir() if path.is_file()}
    assert own - {"launch.toml"} <= {*job.same, job.deepspeed_config, job.command[0]}


@pytest.mark.parametrize("example", ["axolotl_deepspeed", "axolotl_fsdp"])
def test_axolotl_has_every_key_and_module(example):
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load((EXAMPLES[example] / "config.yml").read_text())
    assert config.keys() <= recorded("axolotl")
    assert config.get("fsdp_config", {}).keys() <= recorded("axolotl-fsdp")
    assert config["datasets"][0].keys() <= recorded("axolotl-dataset")
    job = job_of(example)
    modules = {words[1] for words in (job.command, *job.before) if words[0] == "-m"}
    assert modules == recorded("axolotl-modules")
    assert config.get("deepspeed") == job.deepspeed_config


@pytest.mark.parametrize(
    ("example", "transformers"),
    [
        ("lmflow", "4.31.0"),
        ("lmflow", "5.23.0"),
        ("wizardlm", "4.31.0"),
        ("hf_trainer", "4.31.0"),
        ("hf_trainer", "5.23.0"),
    ],
)
def test_every_option_is_one_of_the_script_or_of_the_trainer(example, transformers):
    """Of the oldest version that the projects ask for, and of the newest where they allow it."""
    own = FOREIGN[example].options if example in FOREIGN else frozenset()
    known = own | recorded(f"transformers-{transformers}")
    assert flags(example)
    assert flags(example) <= known
    assert "local_rank" in known  # what DeepSpeed's launcher gives each script


@pytest.mark.parametrize("example", ["axolotl_deepspeed", "hf_trainer", "tiny_gpt"])
def test_no_check_of_deepspeed_complains(example):
    job = job_of(example)
    read = {"workdir": job.workdir, "deepspeed_config": job.deepspeed_config, "env": {}}
    data = deepspeed_config({**read, "command": list(job.command)})
    snap = snapshot(hosts=tuple(Node(name, slots=8) for name in NODES), **asked(job))
    for name in NODES:
        snap.put(name, "deepspeed_config", Answer(data))
        with_fact(snap, name, Software("/venv", "ok", packages={"deepspeed": "0.19.8"}))
    outcomes = outcomes_of(snap, "deepspeed")
    assert outcomes.keys() <= {Outcome.PASS, Outcome.SKIP}, outcomes
    passed = outcomes[Outcome.PASS]
    assert {"deepspeed.keys-are-known", "deepspeed.saving-does-not-gather"} <= passed


def test_no_check_of_accelerate_complains():
    job = job_of("axolotl_fsdp")
    data = accelerate_config({"workdir": job.workdir, "accelerate_config": job.accelerate_config})
    snap = snapshot(hosts=tuple(Node(name, slots=8) for name in NODES), **asked(job))
    for name in NODES:
        snap.put(name, "accelerate_config", Answer(data))
        with_fact(snap, name, Gpus((), ()))
    outcomes = outcomes_of(snap, "accelerate")
    assert outcomes.keys() <= {Outcome.PASS, Outcome.SKIP}, outcomes
    assert {"accelerate.config-is-accepted", "accelerate.fsdp-keys-fit"} <= outcomes[Outcome.PASS]


def asked(job: Job) -> dict[str, Any]:
    """What the checks of configurations look at in a job."""
    fields = ("launcher", "backend", "command", "deepspeed_config", "accelerate_config", "workdir")
    return {name: getattr(job, name) for name in fields}


def outcomes_of(snap: Snapshot, area: str) -> dict[Outcome, set[str]]:
    """The checks of an area by what they found anywhere."""
    found: dict[Outcome, set[str]] = {}
    for check in CATALOGUE.values():
        if check.area == area:
            for finding in judged(snap, check.id).values():
                found.setdefault(finding.outcome, set()).add(check.id)
    return found


PLANS = {
    "axolotl_deepspeed": (
        "accelerate launch --num_machines=3 --machine_rank=1 --num_processes=24 "
        "--main_process_ip=10.0.0.1 --main_process_port=29500 --same_network --rdzv_backend=static "
        "--gpu_ids=all --use_deepspeed --deepspeed_config_file=zero2.json "
        "--deepspeed_multinode_launcher=standard -m axolotl.cli.train config.yml"
    ),
    "axolotl_fsdp": (
        "accelerate launch --config_file=accelerate.yaml --num_machines=3 --machine_rank=1 "
        "--num_processes=24 --main_process_ip=10.0.0.1 --main_process_port=29500 --same_network "
        "--rdzv_backend=static --gpu_ids=all --deepspeed_multinode_launcher=standard "
        "-m axolotl.cli.train config.yml"
    ),
    "torch_ddp": (
        "torchrun --nnodes=3 --nproc-per-node=8 --node-rank=1 --rdzv-backend=static "
        "--master-addr=10.0.0.1 --master-port=29500 train.py --steps 200"
    ),
    "lmflow": "--master_addr 10.0.0.1 --master_port 11000 examples/finetune.py",
    "wizardlm": "--master_addr 10.0.0.1 --master_port 29500 train_freeform.py",
    "hf_trainer": "--master_addr 10.0.0.1 --master_port 29500 train.py --deepspeed zero3.json",
    "tiny_gpt": "--master_port 29500 train.py --deepspeed_config zero2.json --steps 60",
}
"""What a person would type for the same; of node2 where each node is typed at."""


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_plan_is_what_the_guide_types(example):
    plan = plan_of(example)
    assert len(plan.ranks) == 24
    assert PLANS[example] in dry_run_text(plan, "runs/TIME/hostfile")
    assert plan.agent_launcher.name == ("ssh" if job_of(example).backend == "ssh" else "pdsh")
