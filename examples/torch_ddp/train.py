"""Plain torch: DistributedDataParallel over NCCL on GPUs, over gloo on CPUs. No other library."""

import argparse
import os
import socket

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


def examples(count: int = 4096) -> TensorDataset:
    """Points and whether they lie within the unit circle; the same on every rank."""
    points = 4 * torch.rand(count, 2, generator=torch.Generator().manual_seed(0)) - 2
    return TensorDataset(points, (points.norm(dim=1) < 1).long())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--batch", type=int, default=64, help="of each rank")
    parser.add_argument("--save", default="model.pt", help="file of the weights, on the head")
    args = parser.parse_args()

    gpu = torch.cuda.is_available()
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if gpu else torch.device("cpu")
    if gpu:
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if gpu else "gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    print(f"rank {rank} of {world} on {socket.gethostname()}", flush=True)

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 2)).to(device)
    model = DistributedDataParallel(model, device_ids=[device.index] if gpu else None)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    data = examples()
    sampler: DistributedSampler[tuple[torch.Tensor, ...]] = DistributedSampler(data)
    loader = DataLoader(data, batch_size=args.batch, sampler=sampler, drop_last=True)

    step = 0
    while step < args.steps:
        sampler.set_epoch(step)
        for points, within in loader:
            step += 1
            loss = nn.functional.cross_entropy(model(points.to(device)), within.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if rank == 0 and (step == 1 or step % 20 == 0):
                print(f"step {step} loss {loss.item():.3f}", flush=True)
            if step == args.steps:
                break
    if rank == 0:
        torch.save(model.module.state_dict(), args.save)
        print(f"weights in {os.path.abspath(args.save)}", flush=True)
    # gloo's threads may still hold tensors of the last step; a rank that ends meanwhile is aborted
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
