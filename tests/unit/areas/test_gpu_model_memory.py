"""Whether a model fits into what ZeRO leaves on a GPU and puts into the host's memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checks.facts.cgroup import Cgroup
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig, TrainingScript
from checks.facts.gpus import Gpu, Gpus
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.load import Load
from checks.model import Node
from checks.node.probe.model_size import config_parameters, model_parameters
from tests.support.snapshots import judged, snapshot, with_fact

CLAIM = "gpu.model-fits-the-memory"
GIB = 1024**3
OWN = ("deepspeed.initialize",)
CPU = {"device": "cpu"}


def finding(
    billions, zero, *, words=OWN, gpu=80, gpus=8, host=2000, command=(), option="model", **job
):
    """Of two nodes with eight GPUs each."""
    hosts = tuple(Node(name, slots=8) for name in ("node1", "node2"))
    given = {"command": ("train.py", "--model", "/m", *command), "deepspeed_config": "ds.json"}
    snap = snapshot(("node1", "node2"), hosts=hosts, **{**given, **job})
    cards = tuple(Gpu(i, "A", f"GPU-{i}", gpu * GIB, "580") for i in range(gpus))
    model = JobPath("there", "/m", "directory", parameters=int(billions * 1e9))
    text = ConfigText("there", "/run/ds.json", json.dumps({"zero_optimization": zero}))
    script = TrainingScript("train.py", words) if words is not None else None
    for name in ("node1", "node2"):
        for fact in (
            Gpus(("NVIDIA",), cards),
            JobPaths(JobPath("there", "/run"), {"/m": option}, {"/m": model}),
            DeepspeedConfig(text, script),
            Load(64, 0.0, host * GIB, host * GIB),
            Cgroup(),
        ):
            with_fact(snap, name, fact)
    return judged(snap, CLAIM)["node1",]


@pytest.mark.parametrize(
    ("billions", "zero", "expected"),
    [
        (0, {"stage": 3}, "skip"),
        (7, {"stage": 3}, "pass"),
        (7, {"stage": 0}, "gpu-too-small"),
        (7, {"stage": 2}, "pass"),
        (70, {"stage": 3}, "pass"),
        (70, {"stage": 2}, "gpu-too-small"),
        (200, {"stage": 2}, "gpu-too-small!"),
        (200, {"stage": 2, "offload_optimizer": CPU}, "gpu-too-small!"),
        (405, {"stage": 3}, "gpu-too-small!"),
        (405, {"stage": 3, "offload_optimizer": {"device": "nvme"}}, "pass"),
        (405, {"stage": 3, "offload_optimizer": CPU}, "host-too-small"),
        (405, {"stage": 3, "offload_optimizer": CPU, "offload_param": CPU}, "host-too-small"),
        (30, {"stage": 3, "offload_optimizer": CPU, "offload_param": CPU}, "pass"),
    ],
)
def test_what_a_stage_leaves_on_a_gpu_and_offload_takes_of_the_host(billions, zero, expected):
    found = finding(billions, zero)
    said = found.cause + "!" * found.stops if found.cause else found.outcome.value
    assert said == expected, found.message


@pytest.mark.parametrize(
    "changes",
    [
        {"words": None},
        {"words": (*OWN, "peft")},
        {"words": (*OWN, "load_in_")},
        {"command": ("--use-lora",)},
        {"command": ("--config", "cfg.yml")},
    ],
)
def test_what_may_train_a_part_alone_is_not_warned_of_and_blocks_all_the_same(changes):
    assert finding(70, {"stage": 2}, **changes).outcome.value == "pass"
    assert finding(9000, {"stage": 3}, **changes).stops


@pytest.mark.parametrize("option", ["teacher_model", "ref_model", "reward-model"])
def test_another_model_than_the_trained_one_is_not_counted(option):
    assert finding(9000, {"stage": 3}, option=option).outcome.value == "skip"


@pytest.mark.parametrize(
    ("billions", "stage", "host", "expected"),
    [
        (7, 0, 2000, "pass"),
        (7, 0, 500, "host-too-small"),
        (7, 0, 250, "host-too-small!"),
        (7, 3, 250, "pass"),
        (70, 3, 16, "host-too-small!"),
        (0.1, 0, 16, "pass"),
    ],
)
def test_ranks_without_gpus_hold_all_of_it_in_the_hosts_memory(billions, stage, host, expected):
    found = finding(billions, {"stage": stage}, host=host, gpus=0)
    assert (found.cause + "!" * found.stops or found.outcome.value) == expected, found.message


def test_fewer_ranks_hold_more_each():
    assert finding(70, {"stage": 3}, include="node1:0,1,2,3").cause == "gpu-too-small"


def test_offloaded_weights_that_no_host_can_hold():
    zero = {"stage": 3, "offload_optimizer": CPU, "offload_param": CPU}
    assert finding(405, zero, host=64).stops


def shard(folder: Path, name: str, tensors) -> None:
    header = {
        str(at): {"dtype": kind, "shape": shape, "data_offsets": [0, 0]}
        for at, (kind, shape) in enumerate(tensors)
    }
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    (folder / name).write_bytes(len(text).to_bytes(8, "little") + text)


@pytest.mark.parametrize(
    ("second", "config", "expected"),
    [
        ([("BF16", [10, 10])], True, 1100),
        ([("F32", [])], True, 1001),
        ([("I64", [50])], True, 1000),
        ([("U8", [4000])], True, 0),
        ([("BF16", [10, 10])], False, 0),
    ],
)
def test_parameters_are_read_from_the_headers(tmp_path: Path, second, config, expected):
    shard(tmp_path, "model-00001-of-00002.safetensors", [("BF16", [100, 10])])
    shard(tmp_path, "model-00002-of-00002.safetensors", second)
    if config:
        (tmp_path / "config.json").write_text("{}")
    assert model_parameters(str(tmp_path)) == expected


@pytest.mark.parametrize("content", [b"", b"\x05\0\0\0\0\0\0\0{nope", b"\xff" * 64])
def test_a_file_that_is_none_tells_nothing(tmp_path: Path, content: bytes):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(content)
    assert model_parameters(str(tmp_path)) == 0


LLAMA = {"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32}
LLAMA |= {"num_attention_heads": 32, "intermediate_size": 11008, "vocab_size": 32000}
LLAMA3 = {**LLAMA, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256}
LLAMA70 = {**LLAMA, "hidden_size": 8192, "num_hidden_layers": 80, "num_attention_heads": 64}
LLAMA70 |= {"num_key_value_heads": 8, "intermediate_size": 28672}
MIXTRAL = {**LLAMA3, "model_type": "mixtral", "num_local_experts": 8, "vocab_size": 32000}
QWEN3_MOE = {"model_type": "qwen3_moe", "hidden_size": 2048, "num_hidden_layers": 48}
QWEN3_MOE |= {"num_attention_heads": 32, "num_key_value_heads": 4, "head_dim": 128}
QWEN3_MOE |= {"num_experts": 128, "moe_intermediate_size": 768, "intermediate_size": 6144}
QWEN3_MOE |= {"vocab_size": 151936, "tie_word_embeddings": False}
GEMMA2 = {"model_type": "gemma2", "hidden_size": 2304, "num_hidden_layers": 26, "head_dim": 256}
GEMMA2 |= {"num_attention_heads": 8, "num_key_value_heads": 4, "intermediate_size": 9216}
GEMMA2 |= {"vocab_size": 256000}
GPT2 = {"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_inner": None}
GPT2 |= {"vocab_size": 50257}


@pytest.mark.parametrize(
    ("config", "published"),
    [
        (LLAMA, 6.738e9),
        (LLAMA3, 8.03e9),
        (LLAMA70, 68.98e9),
        (MIXTRAL, 46.7e9),
        (QWEN3_MOE, 30.5e9),
        (GEMMA2, 2.61e9),
        (GPT2, 124e6),
    ],
)
def test_what_a_config_alone_says_is_what_its_model_has(config, published):
    assert config_parameters(config) == pytest.approx(published, rel=0.02)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({**GPT2, "n_layer": 1}, 7_000_000 + 38_675_712),
        ({**LLAMA, "quantization_config": {"bits": 4}}, 0),
        ({**LLAMA, "model_type": "new"}, 0),
        ({"model_type": "llama"}, 0),
        ({**LLAMA, "hidden_size": "wide"}, 0),
        ({**LLAMA, "num_attention_heads": 0}, 0),
        ([], 0),
    ],
)
def test_a_config_without_weights_and_one_that_is_not_known(tmp_path: Path, config, expected):
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert model_parameters(str(tmp_path)) == pytest.approx(expected, rel=0.02)
