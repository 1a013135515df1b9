"""A training over NCCL that hangs as its last argument says; over gloo without a GPU.

Rank 2 is late; line comments mark the places.
"""

import os
import signal
import sys
import time

import torch
import torch.distributed as dist

MODE, RANK = sys.argv[-1], int(os.environ["RANK"])
LATE, BEFORE = 2, 3
GPU = torch.cuda.is_available()
DEVICE = torch.device("cuda", 0) if GPU else torch.device("cpu")


def reduce(count=1000):
    dist.all_reduce(torch.ones(count, device=DEVICE))
    if GPU:
        torch.cuda.synchronize()


def load_next_shard():
    time.sleep(600)  # sleep


def fault():
    if MODE == "sleep" and RANK == LATE:
        load_next_shard()
    if MODE == "stopped" and RANK == LATE:
        os.kill(os.getpid(), signal.SIGSTOP)  # stopped
    if MODE == "killed" and RANK == LATE:
        os.kill(os.getpid(), signal.SIGKILL)
    if MODE == "order" and RANK == LATE:
        dist.all_gather(
            [torch.ones(3, device=DEVICE) for _ in range(3)], torch.ones(3, device=DEVICE)
        )
    if MODE == "size":
        reduce(5_000_000 if RANK == LATE else 3_000_000)
    if MODE == "cut":
        for _ in range(600):
            reduce(3_000_000)
            time.sleep(0.05)


def main():
    dist.init_process_group("nccl" if GPU else "gloo")
    for step in range(BEFORE + 3):
        if step == BEFORE:
            fault()
        reduce()
        if RANK == 0:
            print(f"step {step + 1} loss {1 / (step + 1):.3f}", flush=True)
    dist.destroy_process_group()


main()
