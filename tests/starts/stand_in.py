"""Stands where a guide's own training script stands, and takes its command line.

Nothing of the project is in it. It trains two layers under the DeepSpeed config that the command
line (or Axolotl's YAML) names, and saves a checkpoint into the folder that it names.
"""

import argparse
import json
import re
import sys
from pathlib import Path

import deepspeed
import torch


def asked():
    """The config's path and the output folder."""
    if sys.argv[-1].endswith(".yml"):
        text = Path(sys.argv[-1]).read_text()
        return [re.search(rf"^{key}: (\S+)", text, re.M)[1] for key in ("deepspeed", "output_dir")]
    parser = argparse.ArgumentParser()
    parser.add_argument("--deepspeed", required=True)
    parser.add_argument("--output_dir", required=True)
    known, _ = parser.parse_known_args()
    return [known.deepspeed, known.output_dir]


def main():
    """Two steps on the CPUs, in fp32, then a checkpoint."""
    path, output = asked()
    zero = json.loads(Path(path).read_text())["zero_optimization"]
    stage = {"stage": zero["stage"]}
    model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.Linear(8, 1))
    engine, *_ = deepspeed.initialize(
        model=model,
        optimizer=torch.optim.Adam(model.parameters()),
        config={"train_micro_batch_size_per_gpu": 1, "zero_optimization": stage},
    )
    for step in range(1, 3):
        loss = engine(torch.randn(1, 8)).square().mean()
        engine.backward(loss)
        engine.step()
        print(f"step {step} loss {loss.item():.3f}", flush=True)
    engine.save_checkpoint(output)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
