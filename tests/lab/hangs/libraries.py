"""The same with DeepSpeed and Accelerate: each mode is a library, and where it hangs or is slow."""

import os
import sys
import time

import torch
import torch.distributed as dist

MODE, RANK = sys.argv[-1], int(os.environ["RANK"])
LIBRARY, _, CASE = MODE.partition("-")
LATE, BEFORE = min(5, int(os.environ["WORLD_SIZE"]) - 1), 2
LONG_S = float(os.environ.get("SLOW_S", "25"))
GPU = torch.cuda.is_available()
DEVICE = torch.device("cuda", 0) if GPU else torch.device("cpu")
CONFIG = {
    "train_micro_batch_size_per_gpu": 2,
    "optimizer": {"type": "SGD", "params": {"lr": 0.01}},
    "zero_allow_untested_optimizer": True,
}


class Layers(torch.nn.Module):
    """Three layers, of which a rank may pass over one."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(64, 64) for _ in range(3))
        self.skipped = None

    def forward(self, row):
        for number, layer in enumerate(self.layers):
            if number != self.skipped:
                row = layer(row)  # branch
        return row.square().mean()


def with_deepspeed(stage):
    import deepspeed

    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False  # each node would compile it
    zero = {"stage": stage, "stage3_param_persistence_threshold": 0}
    engine, *_ = deepspeed.initialize(model=Layers(), config={**CONFIG, "zero_optimization": zero})
    return engine, engine.backward, engine.step, engine.module


def with_accelerate(*, sharded):
    from accelerate import Accelerator, PartialState
    from accelerate.utils import (
        DistributedType,
        FullyShardedDataParallelPlugin,
        InitProcessGroupKwargs,
    )

    if sharded and not GPU:  # which accelerate offers on devices only
        os.environ["ACCELERATE_TORCH_DEVICE"] = "cpu"
        PartialState._prepare_backend = lambda *_: ("gloo", DistributedType.MULTI_GPU)
    accelerator = Accelerator(
        cpu=not (sharded or GPU),
        kwargs_handlers=[InitProcessGroupKwargs(backend="nccl" if GPU else "gloo")],
        fsdp_plugin=FullyShardedDataParallelPlugin(fsdp_version=2) if sharded else None,
    )
    model = Layers()
    model, optimiser = accelerator.prepare(model, torch.optim.SGD(model.parameters(), 0.01))
    return model, accelerator.backward, optimiser.step, model


def load_next_shard():
    time.sleep(600)  # shard


def burn(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(100_000))


def case(module):
    if CASE == "shard" and RANK == LATE:
        load_next_shard()
    if CASE == "branch" and RANK == LATE:
        module.skipped = 1
    if CASE == "saves":
        if RANK == 0:
            module.layers[0].weight.full_tensor()  # saves
        dist.barrier()
    if CASE == "fewer" and RANK == LATE:
        dist.barrier()  # fewer
    if CASE == "evaluates":
        if RANK == 0:
            burn(LONG_S)
        dist.barrier()


def main():
    torch.set_num_threads(1)
    made = {
        "zero2": lambda: with_deepspeed(2),
        "zero3": lambda: with_deepspeed(3),
        "ddp": lambda: with_accelerate(sharded=False),
        "fsdp": lambda: with_accelerate(sharded=True),
    }
    model, backward, step, module = made[LIBRARY]()
    for number in range(BEFORE + 3):
        if number == BEFORE:
            case(module)
        loss = model(torch.randn(2, 64, device=DEVICE))
        backward(loss)  # step
        step()
        if RANK == 0:
            print(f"step {number + 1} loss {loss.item():.3f}", flush=True)
    dist.barrier()
    dist.destroy_process_group()


main()
