"""Which scripts would train each rank by itself on CPUs, and which are not accused."""

from __future__ import annotations

import pytest

from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpu, Gpus
from checks.model import Outcome
from checks.node.probe.deepspeed_config import deepspeed_config
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "training.trainer-joins-on-cpus"
PASS, FAIL, SKIP = Outcome.PASS, Outcome.FAIL, Outcome.SKIP
PLAIN = 'args = TrainingArguments(output_dir="out", deepspeed="ds.json")\n'
PARSED = "HfArgumentParser(TrainingArguments).parse_args_into_dataclasses()\n"


def finding(tmp_path, text, *, gpus=0, nodes=("node1", "node2"), **job):
    """As the script is seen by the probe of the head."""
    (tmp_path / "train.py").write_text(text)
    job = {"command": ("train.py",), **job}
    seen = deepspeed_config({"command": list(job["command"]), "workdir": str(tmp_path)})
    script = seen["script"]
    found = script and TrainingScript(script["path"], tuple(script["words"]))
    snap = snapshot(nodes, **job)
    for name in nodes:
        cards = tuple(Gpu(at, "NVIDIA H200", str(at), None, "550") for at in range(gpus))
        with_fact(snap, name, Gpus(("NVIDIA",) * bool(gpus), cards))
        with_fact(snap, name, DeepspeedConfig(script=found))
    return judged(snap, CHECK)["node1",]


@pytest.mark.parametrize(
    ("text", "job", "outcome", "stops"),
    [
        (PLAIN, {}, FAIL, True),
        (PLAIN, {"launcher": "torchrun"}, FAIL, True),
        (PLAIN, {"launcher": "accelerate"}, SKIP, False),
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
        (PARSED, {"command": ("train.py", "--use_cpu", "True")}, PASS, False),
        (PARSED, {"command": ("train.py", "--no-cuda")}, PASS, False),
        (PARSED, {"command": ("train.py", "settings.json")}, SKIP, False),
        ("import torch\n", {}, SKIP, False),
        (PLAIN, {"command": ("-m", "train")}, SKIP, False),
    ],
)
def test_a_trainer_without_gpus_says_that_it_trains_on_cpus(tmp_path, text, job, outcome, stops):
    found = finding(tmp_path, text, **job)
    assert (found.outcome, found.stops) == (outcome, stops)
    if outcome is FAIL:
        assert found.cause == "ranks-alone"
        assert "--use_cpu True" in found.fix.note or "use_cpu=True" in found.fix.note
