"""Keys and values of DeepSpeed's config: the tables, held against DeepSpeed where it is there."""

import json
import os
import subprocess
import sys

import pytest

from checks.knowledge.deepspeed_keys import SECTION_KEYS, TOP_KEYS
from tests.support.zero_cases import GATHER, MICRO, outcome, zero


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({MICRO: 1, "_why": "x", "comment": "y", "//": "z"}, "pass"),
        (dict.fromkeys(TOP_KEYS), "pass"),
        ({"zero_optimisation": {"stage": 3}}, "misspelt-key!"),
        ({"gradient_acumulation_steps": 2}, "misspelt-key!"),
        ({"steps_per_prints": 2}, "misspelt-key"),
        ({"stage": 3}, "misplaced-key!"),
        ({"nvme_path": "/x"}, "misplaced-key!"),
        ({"zero_optimization.stage": 3}, "misplaced-key!"),
        ({"my_own": 1}, "unknown-key"),
        ({"my_own": 1, "stage": 3}, "misplaced-key!"),
    ],
)
def test_keys_at_the_top(config, expected):
    assert outcome("keys-are-known", config) == expected


ACCEPTED = [
    zero(stage="3", allgather_bucket_size=5e8, overlap_comm="true", reduce_bucket_size="500"),
    zero(stage=True, overlap_comm=None, offload_param=None, offload_optimizer="auto"),
    zero(stage=3, offload_optimizer={"device": "cpu", "ratio": "0.5"}, surely="auto"),
    {MICRO: 1, "zero_optimization": True},
    {MICRO: 1, "fp16": {"enabled": "auto", "loss_scale": "0"}, "bf16": None},
    {MICRO: 1, "communication_data_type": "FP16", "gradient_clipping": "auto"},
    {MICRO: 1, "compile": {"deepcompile": False, "passes": None}},
]
REFUSED = [
    (zero(stage=4), "wrong-value"),
    (zero(allgather_bucket_size="5e8"), "wrong-value"),
    (zero(allgather_bucket_size=1.5), "wrong-value"),
    (zero(overlap_comm="maybe"), "wrong-value"),
    (zero(overlap_comm=2), "wrong-value"),
    (zero(reduce_scatter=None), "wrong-value"),
    (zero(offload_param={"device": "CPU"}), "wrong-value"),
    (zero(offload_optimzer={}), "refused-key"),
    (zero(offload_param={"pinmemory": True}), "refused-key"),
    (zero(mics_shard_size=1), "removed-key"),
    (zero(cpu_offload=False, offload_optimizer={}), "both-keys"),
    (zero(max_live_parameters=1, stage3_max_live_parameters=1), "both-keys"),
    (zero(stage3_gather_fp16_weights_on_model_save=True, **{GATHER: True}), "both-keys"),
    ({MICRO: 1, "zero_optimization": [1]}, "wrong-value"),
    ({MICRO: 1, "fp16": True}, "wrong-value"),
    ({MICRO: 1, "fp16": {"opt_level": "O1"}}, "refused-key"),
    ({MICRO: 1, "compile": {"disable": False}}, "refused-key"),
    ({MICRO: 1, "amp": {"enabled": False}}, "removed-key"),
    ({MICRO: 1, "communication_data_type": "float16"}, "wrong-value"),
    ({MICRO: 0}, "wrong-value"),
    ({"train_batch_size": "16"}, "wrong-value"),
]


@pytest.mark.parametrize("config", ACCEPTED, ids=str)
def test_what_deepspeed_accepts(config):
    assert outcome("values-are-accepted", config) == "pass"


@pytest.mark.parametrize(("config", "cause"), REFUSED, ids=str)
def test_what_deepspeed_refuses(config, cause):
    assert outcome("values-are-accepted", config) == f"{cause}!"


@pytest.mark.parametrize(
    ("config", "version", "expected"),
    [
        ({"amp": {}}, "0.19.6", "pass"),
        ({"amp": {}}, "0.20.0", "removed-key!"),
        ({"amp": {}}, "", "removed-key"),
        ({"compile": {"disable": True}}, "0.14.4", "refused-key"),
        ({"zero_optimization": {"brand_new": 1}}, "0.21.0", "refused-key"),
        ({"zero_optimization": {"overlap_com": 1}}, "0.21.0", "refused-key!"),
        ({"gradient_clipping": "1.0"}, "0.19.8", "wrong-value!"),
    ],
)
def test_what_hangs_on_the_version(config, version, expected):
    assert outcome("values-are-accepted", config, version=version) == expected


ASK = """
import json, sys
from deepspeed.runtime.config import DeepSpeedConfig
for config in json.load(sys.stdin):
    try:
        DeepSpeedConfig(config)
        print("verdict accepted")
    except Exception as error:
        print("verdict", type(error).__name__)
"""


def test_an_installed_deepspeed_says_the_same():
    cases = [*ACCEPTED, *(config for config, _ in REFUSED)]
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps(cases),
        env={**os.environ, "DS_ACCELERATOR": "cpu"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = [line for line in done.stdout.splitlines() if line.startswith("verdict")]
    assert [line == "verdict accepted" for line in said] == [
        number < len(ACCEPTED) for number in range(len(cases))
    ]


def test_its_sections_have_the_keys_of_the_tables():
    ask = (
        "import json; from deepspeed.runtime.zero import config as z, offload_config as o\n"
        "from deepspeed.runtime import precision_config as p\n"
        "from deepspeed.compile.config import CompileConfig\n"
        "kinds = (z.DeepSpeedZeroConfig, o.DeepSpeedZeroOffloadParamConfig,"
        " o.DeepSpeedZeroOffloadOptimizerConfig, p.DeepSpeedFP16Config,"
        " p.DeepSpeedBF16Config, CompileConfig)\n"
        "keys = [sorted({n for k, f in c.model_fields.items() for n in (k, f.alias or k)})"
        " for c in kinds]\n"
        "print('keys', json.dumps(keys))"
    )
    argv = [sys.executable, "-c", ask]
    env = {**os.environ, "DS_ACCELERATOR": "cpu"}
    out = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=True)
    (line,) = (line for line in out.stdout.splitlines() if line.startswith("keys"))
    assert json.loads(line[5:]) == [sorted(keys) for keys in SECTION_KEYS.values()]
