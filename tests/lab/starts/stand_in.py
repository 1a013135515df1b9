"""Stands where a guide's own training script stands, and takes its command line.

Nothing of the project is in it. It trains two layers under the DeepSpeed config that the command
line (or Axolotl's YAML) names, or under accelerate's FSDP where that YAML names none, and saves a
checkpoint into the folder that it names.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

import torch


def asked():
    """The config's path, None for FSDP, and the output folder."""
    if sys.argv[-1].endswith(".yml"):
        text = Path(sys.argv[-1]).read_text()
        found = [re.search(rf"^{key}: (\S+)", text, re.M) for key in ("deepspeed", "output_dir")]
        return [match and match[1] for match in found]
    parser = argparse.ArgumentParser()
    parser.add_argument("--deepspeed", required=True)
    parser.add_argument("--output_dir", required=True)
    known, _ = parser.parse_known_args()
    return [known.deepspeed, known.output_dir]


class LlamaDecoderLayer(torch.nn.Linear):
    """Called as the class that the example has FSDP wrap."""


def layers():
    return torch.nn.Sequential(LlamaDecoderLayer(8, 8), torch.nn.Linear(8, 1))


def two_steps(compute, backward, step):
    for number in range(1, 3):
        loss = compute(torch.randn(1, 8)).square().mean()
        backward(loss)
        step()
        print(f"step {number} loss {loss.item():.3f}", flush=True)


def sharded_by_zero(path, output):
    """On the CPUs, in fp32, in the stage that the config says."""
    import deepspeed

    model, zero = layers(), json.loads(Path(path).read_text())["zero_optimization"]
    engine, *_ = deepspeed.initialize(
        model=model,
        optimizer=torch.optim.Adam(model.parameters()),
        config={
            "train_micro_batch_size_per_gpu": 1,
            "zero_optimization": {"stage": zero["stage"]},
        },
    )
    two_steps(engine, engine.backward, engine.step)
    engine.save_checkpoint(output)


def sharded_by_fsdp(output):
    """As the Trainer saves a step; accelerate has to be told that CPUs are devices."""
    from accelerate import Accelerator, PartialState
    from accelerate.utils import DistributedType, InitProcessGroupKwargs

    os.environ.pop("ACCELERATE_USE_CPU", None)
    os.environ["ACCELERATE_TORCH_DEVICE"] = "cpu"
    PartialState._prepare_backend = lambda *_: ("gloo", DistributedType.MULTI_GPU)
    accelerator = Accelerator(kwargs_handlers=[InitProcessGroupKwargs(backend="gloo")])
    model = layers()
    model, optimizer = accelerator.prepare(model, torch.optim.Adam(model.parameters()))
    two_steps(model, accelerator.backward, optimizer.step)
    accelerator.save_state(f"{output}/checkpoint-2")


if __name__ == "__main__":
    config, folder = asked()
    if config:
        sharded_by_zero(config, folder)
    else:
        sharded_by_fsdp(folder)
    torch.distributed.destroy_process_group()
