"""A small character-level GPT, trained with DeepSpeed ZeRO-2: on GPUs in bf16, else on CPUs."""

import argparse
import json
import os
import socket
import time

import deepspeed
import torch
from deepspeed.accelerator import get_accelerator
from torch import nn
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

TEXT = (
    "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in "
    "my purse, and nothing particular to interest me on shore, I thought I would sail about a "
    "little and see the watery part of the world. It is a way I have of driving off the spleen and "
    "regulating the circulation. Whenever I find myself growing grim about the mouth; whenever it "
    "is a damp, drizzly November in my soul; whenever I find myself involuntarily pausing before "
    "coffin warehouses, and bringing up the rear of every funeral I meet; and especially whenever "
    "my hypos get such an upper hand of me, that it requires a strong moral principle to prevent "
    "me from deliberately stepping into the street, and methodically knocking people's hats off, "
    "then, I account it high time to get to sea as soon as I can. "
)
CONTEXT = 64


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, length, width = x.shape
        heads = (batch, length, 3, self.heads, width // self.heads)
        q, k, v = self.qkv(self.before_attention(x)).view(heads).permute(2, 0, 3, 1, 4)
        seen = scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, length, width))
        return x + self.mlp(self.before_mlp(x))


class TinyGPT(nn.Module):
    def __init__(self, vocabulary: int, width: int = 64, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(CONTEXT, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, vocabulary))

    def forward(self, seen: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        places = torch.arange(seen.shape[1], device=seen.device)
        logits = self.head(self.blocks(self.tokens(seen) + self.places(places)))
        return cross_entropy(logits.float().flatten(0, 1), wanted.flatten())


def batch(data: torch.Tensor, size: int, chance: torch.Generator) -> torch.Tensor:
    starts = torch.randint(len(data) - CONTEXT, (size,), generator=chance)
    return torch.stack([data[at : at + CONTEXT + 1] for at in starts.tolist()])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--deepspeed_config", default="zero2.json")
    parser.add_argument("--save", default="checkpoint", help="directory for the checkpoint")
    parser.add_argument("--local_rank", type=int, default=-1, help="given by the launcher")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    deepspeed.init_distributed()
    rank, world = torch.distributed.get_rank(), torch.distributed.get_world_size()
    print(f"rank {rank} of {world} on {socket.gethostname()}", flush=True)
    with open(args.deepspeed_config) as file:
        config = json.load(file)
    config["bf16"] = {"enabled": get_accelerator().device_name() != "cpu"}

    letters = sorted(set(TEXT))
    data = torch.tensor([letters.index(letter) for letter in TEXT])
    torch.manual_seed(0)
    model = TinyGPT(len(letters))
    engine, *_ = deepspeed.initialize(
        model=model, model_parameters=model.parameters(), config=config
    )
    chance = torch.Generator().manual_seed(rank)
    began = time.monotonic()
    for step in range(1, args.steps + 1):
        chars = batch(data, config["train_micro_batch_size_per_gpu"], chance).to(engine.device)
        loss = engine(chars[:, :-1], chars[:, 1:])
        engine.backward(loss)
        engine.step()
        if rank == 0 and (step == 1 or step % 10 == 0):
            pace = step / (time.monotonic() - began)
            print(f"step {step} loss {loss.item():.3f} ({pace:.1f} steps/s)", flush=True)
    engine.save_checkpoint(args.save)
    print(f"rank {rank} done, checkpoint in {os.path.abspath(args.save)}", flush=True)
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
