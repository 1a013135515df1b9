"""Run by torchrun with two ranks: real ZeRO checkpoints of every stage, and the true weights."""

import os
import sys

import deepspeed
import torch
from torch import nn


class Tied(nn.Module):
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
    engine, *_ = deepspeed.initialize(model=Tied(), config=config)
    for step in range(2):
        loss = engine(torch.arange(4) + step)
        engine.backward(loss)
        engine.step()
    engine.save_checkpoint(folder, tag="global_step2")
    weights = list(engine.module.parameters())
    with deepspeed.zero.GatheredParameters(weights, enabled=stage == 3):
        if engine.global_rank == 0:
            true = {name: one.clone() for name, one in engine.module.state_dict().items()}
            torch.save(true, os.path.join(folder, "true.pt"))


for number in range(4):
    save(os.path.join(sys.argv[1], f"stage{number}"), number)
