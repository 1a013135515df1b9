"""A tiny model prepared by accelerate; each rank tells how it is sharded. For CPUs.

accelerate offers FSDP on devices only: for it one line below calls gloo's CPUs devices. Everything
else, and all that the launcher gives, is as on GPUs.
"""

import json
import os
import sys

import torch
from accelerate import Accelerator, PartialState
from accelerate.utils import DistributedType, InitProcessGroupKwargs

if sys.argv[1] == "fsdp":
    del os.environ["ACCELERATE_USE_CPU"]
    os.environ["ACCELERATE_TORCH_DEVICE"] = "cpu"
    PartialState._prepare_backend = lambda *_: ("gloo", DistributedType.MULTI_GPU)
accelerator = Accelerator(kwargs_handlers=[InitProcessGroupKwargs(backend="gloo")])
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(16, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
whole = sum(parameter.numel() for parameter in model.parameters())
data = torch.utils.data.DataLoader([torch.randn(16) for _ in range(6)], batch_size=1)
model, optimizer, data = accelerator.prepare(model, torch.optim.SGD(model.parameters(), 0.01), data)
for row in data:
    accelerator.backward(model(row).square().mean())
    optimizer.step()
    optimizer.zero_grad()
held = [
    parameter.to_local() if hasattr(parameter, "to_local") else parameter
    for parameter in model.parameters()
]
if hasattr(model, "zero_optimization_stage"):
    held = [
        parameter.ds_tensor for parameter in model.parameters() if hasattr(parameter, "ds_tensor")
    ] or held
plugin = getattr(accelerator.state, "fsdp_plugin", None)
stage = plugin.fsdp_version if plugin else model.zero_optimization_stage()
parted = sum(entry.numel() for entry in held) < whole
reported = [accelerator.num_processes, accelerator.distributed_type.value, stage, parted]
print("told " + json.dumps(reported), flush=True)
accelerator.end_training()
