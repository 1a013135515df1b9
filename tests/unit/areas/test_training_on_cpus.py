"""Which scripts would train each rank by itself on CPUs, and which are not accused."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView
from checks.facts.controller_files import ControllerFiles
from checks.facts.decode import decode_record
from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpu, Gpus
from checks.facts.software import Software
from checks.knowledge.trainer_on_cpus import Added, added_by_start
from checks.model import HERE, Outcome
from checks.node.probe.deepspeed_config import deepspeed_config
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "training.trainer-joins-on-cpus"
PASS, FAIL, SKIP = Outcome.PASS, Outcome.FAIL, Outcome.SKIP
IMPORT = "from transformers import HfArgumentParser, TrainingArguments\n"
PLAIN = 'args = TrainingArguments(output_dir="out", deepspeed="ds.json")\n'
PARSED = IMPORT + "HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()\n"


TRL = "from trl import TrlParser, SFTConfig\nTrlParser(SFTConfig)"


def seen_on(
    tmp_path, text, *, gpus=0, nodes=("node1", "node2"), version="5.24.0", module="", **job
):
    """A snapshot of these nodes, on which the probe of the head saw the script."""
    (tmp_path / "train.py").write_text(text)
    (tmp_path / "on_cpus.yaml").write_text("output_dir: o\nuse_cpu: true\n")
    (tmp_path / "settings.json").write_text('{"output_dir": "o"}')
    (tmp_path / "ds.json").write_text("{}")
    job = {"command": ("train.py",), **job}
    seen = deepspeed_config({"command": list(job["command"]), "workdir": str(tmp_path)})
    found = seen["script"] and decode_record(TrainingScript, seen["script"], "script")
    snap = snapshot(nodes, **job)
    for name in nodes:
        cards = tuple(Gpu(at, "NVIDIA H200", str(at), None, "550") for at in range(gpus))
        with_fact(snap, name, Gpus(("NVIDIA",) * bool(gpus), cards))
        with_fact(snap, name, DeepspeedConfig(script=found))
        packages = {"transformers": version, "torch": "2.9+xpu" if module == "xpu" else "2.9"}
        optional = {module: "/venv/it.py", "torch_xla": None}
        with_fact(snap, name, Software("/venv", "ok", packages=packages, optional=optional))
        with_fact(snap, name, ControllerFiles({}, typed=("start", "--", *job["command"])))
    return snap


def finding(tmp_path, text, **of):
    return judged(seen_on(tmp_path, text, **of), CHECK)["node1",]


ADDED = ("--use_cpu", "True", "--ddp_backend", "gloo")
OPTIONS, VARIABLE = Added(ADDED), Added(env={"ACCELERATE_USE_CPU": "true"})
OF_PROGRAM = {"deepspeed_config": "ds.json", "config_is_programs": True}
MADE = 'from transformers import TrainingArguments\nargs = TrainingArguments("out")\n'
MINE = PARSED.replace(
    IMPORT, "from own import TrainingArguments\nfrom transformers import HfArgumentParser\n"
)


@pytest.mark.parametrize(
    ("text", "of", "added"),
    [
        (PARSED, {}, OPTIONS),
        (PARSED, {"deepspeed_config": "ds.json"}, OPTIONS),
        (PARSED, {"version": "4.33.1"}, Added(("--no_cuda", *ADDED[1:]))),
        (PARSED, {"command": ("train.py", "--ddp_backend", "ccl")}, Added(ADDED[:2])),
        (PARSED, {"command": ("train.py", "--use_cpu", "False")}, Added()),
        (PARSED, {"command": ("train.py", "settings.json")}, Added()),
        (PARSED, {"gpus": 1}, Added()),
        (PARSED, {"module": "torch_npu"}, Added()),
        (PARSED, {"module": "habana_frameworks"}, Added()),
        (PARSED, {"module": "xpu"}, Added()),
        (PARSED, {"nodes": ("node1",)}, Added()),
        (PARSED, {"launcher": "accelerate"}, Added()),
        (PARSED, {"launcher": "accelerate", "deepspeed_config": "ds.json"}, Added()),
        (PARSED, {"launcher": "accelerate", **OF_PROGRAM}, OPTIONS),
        (MADE, {"launcher": "accelerate", **OF_PROGRAM}, Added()),
        (PARSED, {"allow_separate": True}, Added()),
        (PARSED, {"env": {"ACCELERATE_USE_CPU": "true"}}, Added()),
        (TRL, {}, OPTIONS),
        (MINE, {}, Added()),
        (MADE, {}, VARIABLE),
        (MADE, {"launcher": "torchrun"}, VARIABLE),
        (MADE, {"deepspeed_config": "ds.json"}, Added()),
        (MADE, {"version": "4.33.1"}, Added()),
        (MADE + "args.use_cpu = True", {}, Added()),
        ("from trl import SFTConfig\nSFTConfig(output_dir='o')", {}, VARIABLE),
        (PLAIN, {}, Added()),
        ("import torch\n", {}, Added()),
    ],
)
def test_a_start_adds_what_the_ranks_need_to_join_and_says_so(tmp_path, text, of, added):
    snap = seen_on(tmp_path, text, **of)
    assert added_by_start(ClusterView(snap).head) == added
    found = judged(snap, CHECK)["node1",]
    assert (found.cause == "added-by-start") == bool(added)
    assert not added or found.message.endswith(f" {added}")


@pytest.mark.parametrize(
    ("text", "job", "outcome", "stops"),
    [
        (PLAIN, {}, FAIL, True),
        (PLAIN, {"launcher": "torchrun"}, FAIL, True),
        (PLAIN, {"launcher": "accelerate"}, SKIP, False),
        (PLAIN, {"launcher": "accelerate", **OF_PROGRAM}, FAIL, True),
        (PLAIN, {"allow_separate": True}, SKIP, False),
        (PLAIN, {"env": {"DS_ACCELERATOR": "xpu"}}, SKIP, False),
        (PLAIN, {"env": {"ACCELERATE_USE_CPU": "true"}}, PASS, False),
        (PLAIN, {"gpus": 1}, SKIP, False),
        (PLAIN, {"nodes": ("node1",)}, SKIP, False),
        (PLAIN.replace("deepspeed=", "use_cpu=True, deepspeed="), {}, PASS, False),
        (PLAIN.replace("deepspeed=", "no_cuda=True, deepspeed="), {}, PASS, False),
        (
            f"settings = {{}}\n{PLAIN.replace('deepspeed', '**settings, deepspeed')}",
            {},
            FAIL,
            False,
        ),
        ("class Own(TrainingArguments): pass\n", {}, FAIL, False),
        (PARSED, {}, FAIL, False),
        (PARSED.replace(IMPORT, "from own import TrainingArguments"), {}, FAIL, False),
        (
            PARSED.replace(IMPORT, IMPORT + "class Own(TrainingArguments): x: int\n"),
            {},
            FAIL,
            False,
        ),
        (PARSED, {"command": ("train.py", "--deepspeed", "ds.json")}, FAIL, False),
        (PARSED + "parser.set_defaults(use_cpu=True)", {}, PASS, False),
        ("SFTConfig(output_dir='o')", {}, FAIL, False),
        ("SFTConfig(output_dir='o', deepspeed='ds.json')", {}, FAIL, True),
        (TRL, {}, FAIL, False),
        (PARSED, {"command": ("train.py", "--use_cpu", "True")}, PASS, False),
        (PARSED, {"command": ("train.py", "--no-cuda")}, PASS, False),
        (PARSED, {"command": ("train.py", "on_cpus.yaml")}, PASS, False),
        (PARSED, {"command": ("train.py", "settings.json")}, FAIL, True),
        ("import torch\n", {}, SKIP, False),
        (PLAIN, {"command": ("-m", "train")}, SKIP, False),
    ],
)
def test_a_trainer_without_gpus_says_that_it_trains_on_cpus(tmp_path, text, job, outcome, stops):
    found = finding(tmp_path, text, **job)
    assert (found.outcome, found.stops) == (outcome, stops)
    if outcome is FAIL:
        assert found.cause in ("ranks-alone", "added-by-start")
        assert found.fix and found.fix.on == HERE and "use_cpu" in f"{found.fix} {found.message}"


@pytest.mark.parametrize(
    ("text", "words", "version", "fix"),
    [
        (MINE, (), "5.24.0", "start -- train.py --use_cpu True --ddp_backend gloo"),
        (MINE, (), "4.33.1", "start -- train.py --no_cuda True --ddp_backend gloo"),
        (PARSED, ("settings.json",), "5.24.0", "in settings.json: use_cpu true, ddp_backend gloo"),
        (
            MINE,
            ("--deepspeed", "ds.json"),
            "",
            "start -- train.py --deepspeed ds.json --use_cpu True --ddp_backend gloo",
        ),
        (
            PLAIN,
            (),
            "5.24.0",
            'in train.py: TrainingArguments(…, use_cpu=True, ddp_backend="gloo")',
        ),
    ],
)
def test_what_is_to_be_typed_is_what_the_script_takes(tmp_path, text, words, version, fix):
    found = finding(tmp_path, text, command=("train.py", *words), version=version)
    assert fix in (found.fix.command, found.fix.note)


def test_a_variable_that_leaves_out_deepspeed_is_no_way_to_join(tmp_path):
    """As tried with accelerate 1.15 and transformers 5.24: DistributedDataParallel, no engine."""
    job = {"deepspeed_config": "ds.json", "env": {"ACCELERATE_USE_CPU": "true"}}
    found = finding(tmp_path, PLAIN, **job)
    assert (found.outcome, found.cause, found.stops) == (FAIL, "deepspeed-left-out", False)
    assert "without ACCELERATE_USE_CPU, in train.py" in found.fix.note
    both = PLAIN.replace("deepspeed=", "use_cpu=True, deepspeed=")
    assert finding(tmp_path, both, **job).cause == "deepspeed-left-out"
    assert finding(tmp_path, PLAIN, env={"ACCELERATE_USE_CPU": "true"}).outcome is PASS
