"""A training over NCCL that hangs, fails or is slow as its last argument says; gloo without a GPU.

Rank 2 is late, unless the mode says otherwise; line comments mark the places.
"""

import datetime
import os
import signal
import sys
import time

import torch
import torch.distributed as dist

MODE, RANK = sys.argv[-1], int(os.environ["RANK"])
LATE, BEFORE, DAY_S = 2, 3, 86400
LONG_S = float(os.environ["SLOW_S"])
GPU = torch.cuda.is_available()
DEVICE = torch.device("cuda", 0) if GPU else torch.device("cpu")


def reduce(count=1000, group=None):
    dist.all_reduce(torch.ones(count, device=DEVICE), group=group)
    if GPU:
        torch.cuda.synchronize()


def multiply(seconds):
    """Keep the device at work, as a training or an evaluation does."""
    rows = torch.ones(2048, 2048, device=DEVICE)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        (rows @ rows).sum().item()


def load_next_shard():
    time.sleep(600)  # sleep


def stopped():
    os.kill(os.getpid(), signal.SIGSTOP)  # stopped


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def order():
    dist.all_gather([torch.ones(3, device=DEVICE) for _ in range(3)], torch.ones(3, device=DEVICE))


def kernel():
    torch.cuda._sleep(1 << 38)  # cycles, more than two minutes
    reduce()  # kernel


def evaluate():
    multiply(DAY_S)  # evaluate


def receive():
    dist.recv(torch.ones(3, device=DEVICE), src=1)
    torch.cuda.synchronize()  # receive


def fewer():
    dist.barrier()  # fewer


def raises():
    raise ValueError("no shard 17 in the index")


def out_of_memory():
    torch.empty(1 << 40, device=DEVICE)


def out_of_range():
    table = torch.nn.Embedding(8, 4, device=DEVICE)
    table(torch.tensor([9], device=DEVICE)).sum().item()


LATE_MODES = {
    "sleep": load_next_shard,
    "timeout": load_next_shard,
    "stopped": stopped,
    "killed": killed,
    "order": order,
    "kernel": kernel,
    "evaluate": evaluate,
    "receive": receive,
    "fewer": fewer,
    "raises": raises,
    "out_of_memory": out_of_memory,
    "out_of_range": out_of_range,
}


def size():
    reduce(5_000_000 if RANK == LATE else 3_000_000)


def subgroup():
    group = dist.new_group([0, 2])
    if RANK == 0:
        reduce(group=group)
    dist.barrier()  # subgroup


def cut():
    for _ in range(600):
        reduce(3_000_000)
        time.sleep(0.05)


def late_steps():
    for _ in range(2000):
        time.sleep(0.25 if RANK == LATE else 0.05)
        reduce()


def evaluate_alone():
    if RANK == 0:
        multiply(LONG_S)
    dist.barrier()


def compute_all():
    multiply(LONG_S)


def checkpoint_alone():
    if RANK == 0:
        until = time.monotonic() + LONG_S
        rows = torch.ones(20_000_000, device=DEVICE)
        while time.monotonic() < until:
            torch.save(rows, "/tmp/train-checkpoint")
        os.unlink("/tmp/train-checkpoint")
    dist.barrier()


def compile_all():
    until, width = time.monotonic() + LONG_S, 64
    while time.monotonic() < until:
        model = torch.nn.Sequential(*(torch.nn.Linear(width, width) for _ in range(6))).to(DEVICE)
        torch.compile(model)(torch.ones(8, width, device=DEVICE)).sum().backward()
        width += 8
        torch._dynamo.reset()


def uneven():
    for _ in range(4):
        multiply(1 + 2 * RANK)
        reduce()


ALL_MODES = {
    mode.__name__: mode
    for mode in (
        size, subgroup, cut, late_steps, evaluate_alone, compute_all, checkpoint_alone,
        compile_all, uneven,
    )
}  # fmt: skip


def main():
    limit = {"timeout": datetime.timedelta(seconds=25)} if MODE == "timeout" else {}
    dist.init_process_group("nccl" if GPU else "gloo", **limit)
    for step in range(BEFORE + 3):
        if step == BEFORE and RANK == LATE and MODE in LATE_MODES:
            LATE_MODES[MODE]()
        if step == BEFORE and MODE in ALL_MODES:
            ALL_MODES[MODE]()
        reduce()
        if RANK == 0:
            print(f"step {step + 1} loss {1 / (step + 1):.3f}", flush=True)
    dist.destroy_process_group()


main()
