"""DeepSpeed itself reads the Hjson that the checks pass, and refuses what they refuse."""

import json
import subprocess
import sys

from tests.support.compiled_ops import training_environment
from tests.support.hjson_cases import READABLE, REFUSED
from tests.support.zero_cases import outcome

READ = """
import json, sys
from deepspeed.runtime.config import DeepSpeedConfig
for path in json.load(sys.stdin):
    try:
        DeepSpeedConfig(path)
        print("verdict accepted")
    except Exception as error:
        print("verdict", type(error).__name__)
"""
TRAIN = """
import sys, torch, deepspeed
torch.distributed.init_process_group("gloo", init_method=sys.argv[2], rank=0, world_size=1)
model = torch.nn.Linear(2, 1)
parameters = model.parameters()
engine, *_ = deepspeed.initialize(model=model, model_parameters=parameters, config=sys.argv[1])
print("verdict", engine.train_batch_size(), engine.optimizer_name())
"""


def program_verdicts(folder, program, *arguments, given=None):
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**training_environment(folder), "LOCAL_RANK": "0"},
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if line.startswith("verdict")]


def test_deepspeed_reads_and_refuses_the_same_files(tmp_path):
    paths = [tmp_path / f"{name}.json" for name in (*READABLE, *REFUSED)]
    for path, text in zip(paths, (*READABLE.values(), *REFUSED.values()), strict=True):
        path.write_text(text)
    lines = program_verdicts(tmp_path, READ, given=json.dumps([str(path) for path in paths]))
    accepted = [path.stem for path, line in zip(paths, lines, strict=True) if "accepted" in line]
    assert accepted == [*READABLE]
    claimed = {path.stem: outcome("config-is-readable", path.read_text()) for path in paths}
    passed = [name for name, cause in claimed.items() if cause in ("hjson", "comma-missing")]
    assert passed == accepted


def test_deepspeed_trains_with_hjson(tmp_path):
    config = tmp_path / "ds.json"
    config.write_text("{\n train_batch_size: 8 // all\n optimizer: {type: 'SGD', params: {}}}")
    store = f"file://{tmp_path}/store"
    assert program_verdicts(tmp_path, TRAIN, config, store) == ["verdict 8 SGD"]
