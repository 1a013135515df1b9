"""What DeepSpeed's config asks for, and training would refuse or silently ignore."""

import json

import pytest

from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig, OffloadFolder
from checks.model import Outcome
from tests.support.snapshots import judged, with_fact
from tests.support.zero_cases import (
    CPU,
    GATHER,
    MICRO,
    NVME,
    PLAIN,
    TRAINER,
    apply_fix,
    cluster,
    outcome,
    zero,
)

AUTO = {"fp16": {"enabled": "auto"}, "gradient_clipping": "auto"}


@pytest.mark.parametrize(
    ("config", "words", "job", "expected"),
    [
        (AUTO, TRAINER, {}, "pass"),
        (AUTO, ("accelerate",), {}, "pass"),
        (AUTO, PLAIN, {"launcher": "accelerate"}, "pass"),
        (AUTO, None, {"command": ("-m", "axolotl.cli.train", "c.yml")}, "pass"),
        (AUTO, None, {"command": ("-m", "my.own")}, "skip"),
        (AUTO, (*PLAIN, "'auto'"), {}, "skip"),
        (AUTO, (*PLAIN, "Trainer"), {}, "skip"),
        (AUTO, PLAIN, {}, "auto-unfilled!"),
        ({MICRO: "auto"}, PLAIN, {}, "auto-unfilled!"),
        (zero(reduce_bucket_size="auto"), PLAIN, {}, "auto-unfilled"),
        ({"pipeline": {"stages": "auto"}}, PLAIN, {}, "pass"),
        ({**AUTO, "autotuning": {"enabled": True}}, PLAIN, {}, "pass"),
    ],
)
def test_auto_is_filled(config, words, job, expected):
    assert outcome("auto-is-filled", config, words, **job) == expected


@pytest.mark.parametrize(
    ("arguments", "words", "expected"),
    [
        ("--learning_rate 2e-5 --bf16 True --max_grad_norm=1", TRAINER, "pass"),
        ("--learning_rate 1e-4", TRAINER, "arguments-differ!"),
        ("--learning-rate=1e-4", TRAINER, "arguments-differ!"),
        ("--bf16 False", TRAINER, "arguments-differ!"),
        ("--bf16 --x y", TRAINER, "pass"),
        ("--per_device_train_batch_size 4", TRAINER, "pass"),
        ("--learning_rate 1e-4", ("Accelerator",), "skip"),
        ("--learning_rate 1e-4", PLAIN, "skip"),
    ],
)
def test_arguments_of_the_trainer(tmp_path, arguments, words, expected):
    config = {"optimizer": {"params": {"lr": 2e-5}}, MICRO: "auto", "gradient_clipping": 1.0}
    config |= {"bf16": {"enabled": True}}
    command = ("train.py", *arguments.split())
    assert outcome("arguments-agree", config, words, command=command) == expected
    if expected.endswith("!"):
        apply_fix(tmp_path, "arguments-agree", config, words, command=command)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (zero(stage=3, offload_param=NVME, offload_optimizer=NVME), "pass"),
        (zero(stage=2, offload_optimizer=CPU), "pass"),
        (zero(stage=0, offload_optimizer={"device": "none"}), "pass"),
        (zero(stage=3, offload_param={"device": "nvme"}), "no-nvme-path!"),
        (zero(stage=2, offload_optimizer={**CPU, "ratio": 0.5}), "ratio-needs-stage-3!"),
        (zero(stage=2, offload_param=CPU, offload_optimizer=CPU), "offload-ignored"),
        (zero(stage=1, cpu_offload_param=True), "offload-ignored"),
        (zero(offload_optimizer=CPU), "offload-ignored"),
    ],
)
def test_offload(tmp_path, config, expected):
    assert outcome("offload-takes-effect", config) == expected
    apply_fix(tmp_path, "offload-takes-effect", config)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {**zero(stage=2), "optimizer": {"type": "AdamW"}, "scheduler": {"type": "WarmupLR"}},
            "pass",
        ),
        ({"optimizer": {"type": "Lamb"}, "scheduler": {"type": "OneCycleLR"}}, "pass"),
        ({**zero(stage=2), "optimizer": {"type": "Lamb"}}, "untested-optimizer!"),
        ({"optimizer": {"type": "Adam", "params": {"max_grad_norm": 1}}}, "max-grad-norm!"),
        ({"scheduler": {"type": "WarmupLr"}}, "misspelt-scheduler!"),
    ],
)
def test_optimizer(tmp_path, config, expected):
    assert outcome("optimizer-runs-under-zero", config) == expected
    apply_fix(tmp_path, "optimizer-runs-under-zero", config)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (zero(stage=3, **{GATHER: True}), "gathers-on-save"),
        (zero(stage="3", gather_16bit_weights_on_model_save=True), "gathers-on-save"),
        (zero(stage=3, **{GATHER: False}), "pass"),
        (zero(stage=2, **{GATHER: True}), "pass"),
    ],
)
def test_saving(tmp_path, config, expected):
    assert outcome("saving-does-not-gather", config) == expected
    apply_fix(tmp_path, "saving-does-not-gather", config)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(zero(stage=3, offload_param={**NVME, "nvme_path": "/x"})),
        "{zero_optimization: {offload_optimizer: {device: 'nvme'\n nvme_path: /x\n}}}",
    ],
)
def test_an_nvme_path_is_asked_of_every_node(text):
    snap = cluster({})
    config = ConfigText("there", "/run/ds.json", text)
    good, bad = OffloadFolder("/x", "/x"), OffloadFolder("/x", "/", writable=False)
    for node, folder in (("node1", good), ("node2", bad)):
        with_fact(snap, node, DeepspeedConfig(config, nvme={"/x": folder, "/unused": bad}))
    findings = judged(snap, "deepspeed.nvme-path-is-writable")
    assert findings[("node1",)].outcome is Outcome.PASS
    assert findings[("node2",)].cause == "nvme-not-writable"
    assert "/x" in findings[("node2",)].fix.command


def test_an_nvme_path_that_no_node_reported_is_unknown():
    assert outcome("nvme-path-is-writable", zero(stage=3, offload_param=NVME)) == "unknown"
    assert outcome("nvme-path-is-writable", zero(stage=3, offload_param=CPU)) == "skip"
