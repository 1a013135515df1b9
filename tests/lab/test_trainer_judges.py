"""transformers itself refuses the configs that are said to be refused, and takes the others."""

import json
import socket
import subprocess
import sys

import pytest

from tests.support.compiled_ops import training_environment
from tests.support.trainer_cases import CASES, RANKS

JUDGE = """
import json, sys, types
from transformers import TrainingArguments
from transformers.integrations.deepspeed import HfTrainerDeepSpeedConfig
ranks = json.loads(sys.argv[1])
fields = TrainingArguments.__dataclass_fields__
for values, given in json.load(sys.stdin):
    arguments = types.SimpleNamespace(**{name: field.default for name, field in fields.items()})
    vars(arguments).update(given, world_size=ranks)
    steps = types.MethodType(TrainingArguments.get_warmup_steps, arguments)
    arguments.get_warmup_steps = steps
    config = HfTrainerDeepSpeedConfig(values)
    config.trainer_config_process(arguments, arguments.auto_find_batch_size)
    try:
        config.trainer_config_finalize(arguments, None, arguments.max_steps)
    except ValueError:
        pass
    keys = [line.split()[2].partition("=")[0] for line in config.mismatches]
    print("verdict", json.dumps(keys))
"""


MADE = """
from accelerate import Accelerator, DeepSpeedPlugin
config = {"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 2}}
made = Accelerator(deepspeed_plugin=DeepSpeedPlugin(hf_ds_config=config))
print("verdict", made.distributed_type.value)
"""


@pytest.mark.parametrize(
    ("variables", "kind"), [({}, "DEEPSPEED"), ({"ACCELERATE_USE_CPU": "true"}, "MULTI_CPU")]
)
def test_accelerate_s_variable_for_cpus_leaves_out_deepspeed(tmp_path, variables, kind):
    rank = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "LOCAL_WORLD_SIZE": "1"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free.getsockname()[1])}
    done = subprocess.run(
        [sys.executable, "-c", MADE],
        env={**training_environment(tmp_path), **rank, **meeting, **variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert f"verdict {kind}" in done.stdout, done.stderr


def test_transformers_refuses_the_same_configs(tmp_path):
    given = json.dumps([(values, arguments) for values, arguments, _ in CASES])
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, str(RANKS)],
        env={**training_environment(tmp_path), "HF_HUB_OFFLINE": "1"},
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("verdict")]
    assert len(lines) == len(CASES), done.stderr
    judged = [set(json.loads(line.partition(" ")[2])) for line in lines]
    assert judged == [set(keys) for _, _, keys in CASES]
