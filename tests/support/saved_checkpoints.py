"""Run by torchrun with two ranks: real checkpoints of ZeRO and FSDP, and the true weights."""

import os
import sys

import deepspeed
import torch
import torch.distributed.checkpoint as dcp
from torch import nn
from torch.distributed.checkpoint.state_dict import StateDictOptions, get_model_state_dict
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard


class TiedModel(nn.Module):
    """Two layers, a buffer, and one weight under two names."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(16, 8)
        self.inner = nn.Linear(8, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 16, bias=False)
        self.out.weight = self.embed.weight

    def forward(self, seen):
        return self.out(self.norm(torch.tanh(self.inner(self.embed(seen))))).square().mean()


def save(folder, stage):
    torch.manual_seed(stage)
    config = {
        "train_micro_batch_size_per_gpu": 2,
        "optimizer": {"type": "Adam", "params": {"lr": 0.1, "torch_adam": True}},
        "zero_optimization": {"stage": stage},
    }
    engine, *_ = deepspeed.initialize(model=TiedModel(), config=config)
    for step in range(2):
        loss = engine(torch.arange(4) + step)
        engine.backward(loss)
        engine.step()
    engine.save_checkpoint(folder, tag="global_step2")
    weights = list(engine.module.parameters())
    with deepspeed.zero.GatheredParameters(weights, enabled=stage == 3):
        if engine.global_rank == 0:
            true = {name: entry.clone() for name, entry in engine.module.state_dict().items()}
            torch.save(true, os.path.join(folder, "true.pt"))


def save_parts(folder):
    """As accelerate/utils/fsdp_utils.py does, with something besides that is no weight."""
    torch.manual_seed(9)
    model = fully_shard(TiedModel(), mesh=init_device_mesh("cpu", (2,)))
    model(torch.arange(4)).backward()
    torch.optim.SGD(model.parameters(), 0.1).step()
    kept = {"model": get_model_state_dict(model), "seen": torch.ones(3), "steps": 1}
    dcp.save(kept, checkpoint_id=os.path.join(folder, "pytorch_model_fsdp_0"))
    true = get_model_state_dict(model, options=StateDictOptions(full_state_dict=True))
    if torch.distributed.get_rank() == 0:
        torch.save(true, os.path.join(folder, "true.pt"))


for number in range(4):
    save(os.path.join(sys.argv[1], f"stage{number}"), number)
save_parts(os.path.join(sys.argv[1], "fsdp"))
# all is written; as its many groups are taken down, gloo ends some ranks by SIGABRT
torch.distributed.barrier()
os._exit(0)
