"""DeepSpeed's config and the job: what is refused or silently ignored, and who is not accused."""

import json
import subprocess
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.facts import Login
from checks.facts.deepspeed_config import DeepspeedConfig, Folder, Text
from checks.facts.gpus import Gpu, Gpus
from checks.model import Node, Outcome
from checks.probe.deepspeed_config import deepspeed_config as section
from tests.snapshots import judged, snapshot, with_fact, without
from tests.zero_cases import GATHER, MICRO, PLAIN, TRAINER, cluster, finding, seen, zero

ROOT = Path(__file__).parent.parent
PUBLIC = ROOT.parent / "shared/data/deepspeed_configs"
CLAIMS = [claim for claim in CATALOGUE if claim.startswith("deepspeed.")]


@pytest.mark.parametrize("claim", CLAIMS)
def test_nothing_is_asked_without_a_config(claim):
    told = judged(cluster({}, deepspeed_config=None), claim)
    assert {one.outcome for one in told.values()} == {Outcome.SKIP}


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if "nvme" not in claim])
def test_a_config_that_is_not_there_is_the_business_of_files(claim):
    snap = with_fact(cluster({}), "node1", DeepspeedConfig(Text("missing", "/run/ds.json")))
    told = finding(claim.partition(".")[2], snap)
    assert told.outcome is Outcome.SKIP


def test_no_answer_is_no_pass():
    snap = without(cluster({}), "node1", DeepspeedConfig)
    assert finding("keys-are-known", snap).outcome is Outcome.UNKNOWN
    assert seen("config-is-readable", " " * 300_000 + "{}") == "unknown"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ('{"bf16": {}}', PLAIN, "pass"),
        ('{"bf16": {}', PLAIN, "not-json!"),
        ("", PLAIN, "not-json!"),
        ("[" * 100_000, PLAIN, "not-json!"),
        ("[1]", PLAIN, "not-an-object!"),
        ('{"bf16": {}, "bf16": {}}', TRAINER, "duplicate-key!"),
        ('{"fp16": {"enabled": 1, "enabled": 0}}', PLAIN, "duplicate-key!"),
        ('{"bf16": {}, // why\n}', PLAIN, "hjson"),
        ('{"a": "http://x" # why\n "b": 1}', PLAIN, "hjson"),
        ('{"bf16": {},}', TRAINER, "not-json!"),
        ('{"bf16": {},}', ("Accelerator",), "not-json!"),
    ],
)
def test_the_file_is_json(text, words, expected):
    assert seen("config-is-readable", text, words) == expected


def test_what_is_no_json_is_named_by_line_and_column():
    told = finding("config-is-readable", cluster('{\n "a": 1,\n "b" 2\n}'))
    assert "line 3, column 6" in told.message
    assert "+3 /run/ds.json" in told.fix.command
    assert seen("keys-are-known", "{") == "skip"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("t.py", "--deepspeed", "ds.json"), "pass"),
        (("t.py", "--deepspeed_config=./ds.json"), "pass"),
        (("t.py", "--deepspeed_config", "/run/ds.json"), "pass"),
        (("t.py", "--deepspeed", "other/ds.json"), "another-config"),
        (("t.py", "--deepspeed"), "skip"),
    ],
)
def test_the_config_is_the_one_in_the_command(command, expected):
    assert seen("config-is-the-one-given", {}, command=command) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"fp16": {"enabled": True}, "bf16": {"enabled": True}}, "two-precisions!"),
        ({"fp16": {"enabled": True}, "bfloat16": {"enabled": True}}, "two-precisions!"),
        ({"fp16": {"enabled": "auto"}, "bf16": {"enabled": True}}, "pass"),
        ({"fp16": {"enabled": True}}, "pass"),
    ],
)
def test_precision(config, expected):
    assert seen("precision-is-one", config) == expected


@pytest.mark.parametrize("claim", ["keys-are-known", "values-are-accepted"])
@pytest.mark.parametrize("config", [{"stage": 3}, {"amp": {}, "zero_optimization": {"stge": 3}}])
def test_the_printed_edit_mends_it(tmp_path, claim, config):
    mended(tmp_path, claim, config)


def mended(folder, claim, config, words=PLAIN, **job):
    """Types the fix of a config that fails; the claim then holds. Returns the config after it."""
    path = folder / "ds.json"
    path.write_text(json.dumps(config))
    told = finding(claim, cluster(path.read_text(), words, path=path, **job))
    if told.outcome is Outcome.FAIL:
        subprocess.run(["sh", "-c", told.fix.command], check=True, timeout=30)
    assert seen(claim, path.read_text(), words, path=path, **job) == "pass"
    return json.loads(path.read_text())


def batch(total=None, micro=None, steps=None):
    names = ("train_batch_size", MICRO, "gradient_accumulation_steps")
    given = dict(zip(names, (total, micro, steps), strict=True))
    return {name: value for name, value in given.items() if value is not None}


@pytest.mark.parametrize(
    ("config", "words", "expected"),
    [
        (batch(64, 2, 2), PLAIN, "pass"),
        (batch(32, 2, 1), PLAIN, "pass"),
        (batch(64), PLAIN, "pass"),
        (batch(None, 4), PLAIN, "pass"),
        (batch("auto", "auto", "auto"), TRAINER, "pass"),
        (batch(32, "auto", "auto"), TRAINER, "pass"),
        (batch(32, 2, 2), PLAIN, "batch-mismatch!"),
        (batch(32, 4), PLAIN, "batch-mismatch!"),
        (batch(72), PLAIN, "batch-mismatch!"),
        (batch(8, "auto", "auto"), TRAINER, "batch-mismatch!"),
        (batch(32, 2, 2), (*PLAIN, "mpu="), "batch-mismatch"),
        (batch(32, 2, 2), None, "batch-mismatch"),
        ({**batch(32, 2, 2), "tensor_parallel": {"autotp_size": 2}}, PLAIN, "batch-mismatch"),
        (batch(None, None, 2), PLAIN, "no-batch-size!"),
        ({}, (*PLAIN, "batch_size"), "no-batch-size"),
        (batch("64"), PLAIN, "skip"),
    ],
)
def test_the_batch_triple_fits_16_ranks(config, words, expected):
    assert seen("batch-sizes-agree", config, words) == expected


@pytest.mark.parametrize("config", [batch(32, 2, 2), batch(72), batch(8, 4), batch(None, None, 2)])
def test_the_printed_edit_mends_the_batch(tmp_path, config):
    mended(tmp_path, "batch-sizes-agree", config)


def test_slots_that_hosts_txt_leaves_out_are_those_found():
    snap = cluster(batch(8), slots=None)
    assert finding("batch-sizes-agree", snap).outcome is Outcome.UNKNOWN
    for node, count in (("node1", 2), ("node2", 1)):
        gpus = tuple(Gpu(i, "A100", f"GPU-{i}", None, "550") for i in range(count))
        with_fact(snap, node, Gpus(("NVIDIA",), gpus))
    told = finding("batch-sizes-agree", snap)
    assert told.cause == "batch-mismatch"
    assert "3 ranks" in told.message


def test_a_node_that_is_down_is_named_by_its_own_item():
    snap = cluster(batch(8), slots=None)
    with_fact(snap, "node2", Login(reached=False))
    with_fact(snap, "node1", Gpus((), ()))
    assert finding("batch-sizes-agree", snap).outcome is Outcome.SKIP
    assert seen("batch-sizes-agree", batch(None, 4), slots=None) == "pass"


@pytest.mark.parametrize(
    ("total", "job", "expected"),
    [
        (8, {"include": "node1"}, "pass"),
        (8, {"exclude": "node1"}, "pass"),
        (16, {"include": "node1"}, "batch-mismatch!"),
        (3, {"include": "node1:0,1@node2:7"}, "pass"),
        (12, {"exclude": "node2:0,1,2,3"}, "pass"),
        (16, {"exclude": "node2:0,1,2,3"}, "batch-mismatch!"),
    ],
)
def test_ranks_are_those_that_a_filter_leaves(total, job, expected):
    assert seen("batch-sizes-agree", batch(total, 1, 1), **job) == expected


def test_a_node_that_a_filter_leaves_out_need_not_be_counted():
    snap = cluster(batch(8), slots=None, include="node1")
    with_fact(snap, "node2", Login(reached=False))
    eight = tuple(Gpu(i, "A100", f"GPU-{i}", None, "550") for i in range(8))
    with_fact(snap, "node1", Gpus(("NVIDIA",), eight))
    assert finding("batch-sizes-agree", snap).outcome is Outcome.PASS


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
    assert seen("auto-is-filled", config, words, **job) == expected


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
    assert seen("arguments-agree", config, words, command=command) == expected
    if expected.endswith("!"):
        mended(tmp_path, "arguments-agree", config, words, command=command)


CPU, NVME = {"device": "cpu"}, {"device": "nvme", "nvme_path": "/nvme"}


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
    assert seen("offload-takes-effect", config) == expected
    mended(tmp_path, "offload-takes-effect", config)


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
        ({"scheduler": {"type": "WarmupDecayLr"}}, "misspelt-scheduler!"),
    ],
)
def test_optimizer(tmp_path, config, expected):
    assert seen("optimizer-runs-under-zero", config) == expected
    mended(tmp_path, "optimizer-runs-under-zero", config)


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
    assert seen("saving-does-not-gather", config) == expected
    mended(tmp_path, "saving-does-not-gather", config)


def test_an_nvme_path_is_asked_of_every_node():
    snap = cluster({})
    for node, fact in (("node1", Folder("/x", "/x")), ("node2", Folder("/x", "/", writable=False))):
        with_fact(snap, node, DeepspeedConfig(Text("there", "/run/ds.json"), nvme={"/x": fact}))
    told = judged(snap, "deepspeed.nvme-path-is-writable")
    assert told[("node1",)].outcome is Outcome.PASS
    assert told[("node2",)].cause == "nvme-not-writable"
    assert "/x" in told[("node2",)].fix.command


def asked(folder, **more):
    return section({"workdir": str(folder), "deepspeed_config": "ds.json", **more})


def test_the_section_reads_config_script_and_folders(tmp_path):
    (tmp_path / "ds.json").write_text(json.dumps(zero(offload_param=NVME | {"nvme_path": "n/m"})))
    (tmp_path / "t.py").write_text("from transformers import TrainingArguments\n")
    found = asked(tmp_path, command=["t.py"])
    assert json.loads(found["config"]["text"])[MICRO] == 1
    assert found["script"] == {"path": "t.py", "words": ["TrainingArguments"]}
    assert found["nvme"]["n/m"]["nearest"] == str(tmp_path)
    assert found["nvme"]["n/m"]["writable"]


def test_the_section_takes_no_secret_along(tmp_path):
    (tmp_path / "ds.json").write_text('{"comet": {"api_key" : "s3\\"cret", "project": "p"}}')
    assert json.loads(asked(tmp_path)["config"]["text"]) == {
        "comet": {"api_key": "***", "project": "p"}
    }


@pytest.mark.parametrize("text", ["[]", "{", '{"zero_optimization": 1}', "\0", "[" * 100_000])
def test_the_section_takes_any_text(tmp_path, text):
    (tmp_path / "ds.json").write_text(text)
    assert asked(tmp_path)["nvme"] == {}


def test_the_section_waits_for_no_pipe_and_says_what_is_missing(tmp_path):
    assert asked(tmp_path)["config"]["state"] == "missing"
    subprocess.run(["mkfifo", tmp_path / "ds.json"], check=True)
    assert asked(tmp_path)["config"]["detail"] == "not a file"
    assert section({"workdir": "/", "deepspeed_config": None}) == {"config": None}


def outcomes(folder, name, **job):
    """What is not in order with a config as the probe reads it, for a cluster of 2 x 8."""
    hosts = tuple(Node(node, slots=8) for node in ("node1", "node2"))
    given = {"workdir": str(folder), "deepspeed_config": name, "command": ("train.py",), **job}
    snap = snapshot(("node1", "node2"), hosts=hosts, **given)
    data = section({**given, "command": list(given["command"])})
    for node in snap.job.names:
        snap.put(node, DeepspeedConfig.section, {"data": data})
    found = [one for claim in CLAIMS for one in judged(snap, claim).values()]
    assert not [one for one in found if one.outcome is Outcome.UNKNOWN]
    return {one.cause: one.severity.value for one in found if one.outcome is Outcome.FAIL}


def test_the_example_is_in_order():
    assert outcomes(ROOT / "examples/tiny_gpt", "zero2.json") == {}


if PUBLIC.is_dir():

    @pytest.mark.parametrize("path", sorted(PUBLIC.glob("*.json")), ids=lambda path: path.stem)
    def test_no_public_config_is_accused_wrongly(path):
        command = ("-m", "axolotl.cli.train", "c.yml")
        expected = {"gathers-on-save": "warn"} if '"stage": 3' in path.read_text() else {}
        if "torch_compile" in path.stem:
            expected["refused-key"] = "warn"  # blocks where the version is known to be 0.19
            assert seen("values-are-accepted", path.read_text()) == "refused-key!"
        assert outcomes(PUBLIC, path.name, command=command) == expected
