"""One rank of the rendezvous smoke: meet the others where training would, and add up, ever more.

This file is not imported: its text is a task of `warm`. Each stage is said before it is entered,
so that of a rank that does not come through it is known where it stands.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

Say = Callable[..., None]
SMALLEST_SUM, SUM_GROWTH = 2**16, 4
LARGEST_SUM = {"cpu": 2**24, "cuda": 2**30}
"""Bytes of the sums: small ones pass where an MTU on the way swallows large ones."""
SUM_LIMIT_S, ALL_SUMS_LIMIT_S = 0.25, {"cpu": 0.8, "cuda": 3.0}
"""No larger sum once one took so long, or all of them."""


def open_device(torch: Any, backend: str, local: int, say: Say) -> Any:
    """The rank's own device."""
    if backend != "nccl":
        return torch.device("cpu")
    say(stage="device")
    torch.cuda.set_device(local)
    return torch.device("cuda", local)


def meet_ranks(torch: Any, say: Say, rank: int, world: int, device: Any, wait: Any) -> None:
    """The store, the group, and a first sum in which every rank's part can be recognised.

    Then another group of all, as DeepSpeed makes it: gloo opens as many connections once more, and
    holds them beside the first.
    """
    dist = torch.distributed
    say(stage="store")
    address, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    store = dist.TCPStore(address, port, world, rank == 0, wait, wait_for_workers=False)
    say(stage="group")
    backend = os.environ["PREFLIGHT_BACKEND"]
    dist.init_process_group(backend, store=store, rank=rank, world_size=world, timeout=wait)
    say(stage="all-reduce")
    parts = torch.zeros(world, dtype=torch.float32, device=device)
    parts[rank] = rank + 1
    dist.all_reduce(parts)
    wrong = [at for at, value in enumerate(parts.tolist()) if value != at + 1]
    say(stage="barrier", wrong=wrong)
    dist.barrier()
    if backend != "nccl":
        say(stage="second group")
        dist.all_reduce(parts, group=dist.new_group())
    say(stage="larger sums")
    say(sums=list(time_larger_sums(torch, device, world)), addresses=peer_facing_addresses(port))
    dist.barrier()
    say(stage="done")
    leave_in_order(store, rank, world, wait)


def time_larger_sums(torch: Any, device: Any, world: int) -> Iterator[dict[str, float]]:
    """Bytes and seconds of sums that grow; of all ranks the slowest, so that all have the same."""
    dist = torch.distributed

    def agreed(value: float, how: Any) -> float:
        total = torch.tensor([value], dtype=torch.float64, device=device)
        dist.all_reduce(total, how)
        return float(total.item())

    free = torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else float("inf")
    most = min(LARGEST_SUM[device.type], agreed(free / 4, dist.ReduceOp.MIN))
    size, spent = SMALLEST_SUM, 0.0
    while size <= most and spent < ALL_SUMS_LIMIT_S[device.type] and world > 1:
        values = torch.zeros(size // 4, dtype=torch.float32, device=device)
        took = []
        for _ in range(3):
            dist.barrier()
            began = time.perf_counter()
            dist.all_reduce(values)
            if device.type == "cuda":
                torch.cuda.synchronize(device)
            took.append(agreed(time.perf_counter() - began, dist.ReduceOp.MAX))
            if took[0] > SUM_LIMIT_S:
                break
        yield {"size": size, "seconds": min(took)}
        spent = spent + sum(took) if took[0] <= SUM_LIMIT_S else float("inf")
        size *= SUM_GROWTH


def peer_facing_addresses(store: int) -> list[str]:
    """This rank's own ends of its connections to other ranks, while all of them are still there.

    Those to the store do not count.
    """
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(name))) as sock:
            if sock.family in (socket.AF_INET, socket.AF_INET6):
                own, other = sock.getsockname(), sock.getpeername()
                if store not in (own[1], other[1]):
                    found.add(own[0].removeprefix("::ffff:").partition("%")[0])
    return sorted(found)


def leave_in_order(store: Any, rank: int, world: int, wait: Any) -> None:
    """Rank 0, which holds the store, goes last: no connection of its port waits to be closed."""
    if rank:
        store.set(f"preflight/gone/{rank}", "")
    else:
        store.wait([f"preflight/gone/{number}" for number in range(1, world)], wait)


def task(torch: Any, say: Say) -> None:
    """The rank that the environment names."""
    rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    backend = os.environ["PREFLIGHT_BACKEND"]
    device = open_device(torch, backend, int(os.environ["LOCAL_RANK"]), say)
    wait = datetime.timedelta(seconds=float(os.environ["PREFLIGHT_WAIT"]))
    meet_ranks(torch, say, rank, world, device, wait)
