"""The Trainer of transformers, with every option that it has; a tiny Llama unless one is named.

On GPUs over NCCL; where there is none, on CPUs over gloo.
"""

import socket
from dataclasses import dataclass, field

import torch
from torch.utils.data import Dataset
from transformers import (
    AutoModelForCausalLM,
    HfArgumentParser,
    LlamaConfig,
    Trainer,
    TrainingArguments,
)

TEXT = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the "
    "age of foolishness, it was the epoch of belief, it was the epoch of incredulity, it was "
    "the season of Light, it was the season of Darkness, it was the spring of hope, it was the "
    "winter of despair, we had everything before us, we had nothing before us, we were all "
    "going direct to Heaven, we were all going direct the other way. "
)
TINY = LlamaConfig(
    vocab_size=256,
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=4,
    max_position_embeddings=128,
)


@dataclass
class ScriptArguments:
    """Beside those of TrainingArguments."""

    model_name_or_path: str = field(default="", metadata={"help": "default: a tiny one, made here"})
    length: int = field(default=64, metadata={"help": "bytes of an example"})


class Bytes(Dataset[dict[str, torch.Tensor]]):
    """Pieces of TEXT, a token for each byte."""

    def __init__(self, length: int) -> None:
        data = torch.tensor(list(TEXT.encode()))
        self.pieces = data.unfold(0, length, 1)

    def __len__(self) -> int:
        return len(self.pieces)

    def __getitem__(self, at: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.pieces[at], "labels": self.pieces[at]}


def main() -> None:
    parser = HfArgumentParser((ScriptArguments, TrainingArguments))
    if not torch.cuda.is_available():
        # without these the Trainer of each rank takes itself for rank 0 of 1
        parser.set_defaults(use_cpu=True, ddp_backend="gloo")
    script, training = parser.parse_args_into_dataclasses()
    print(
        f"rank {training.process_index} of {training.world_size} on {socket.gethostname()}",
        flush=True,
    )
    torch.manual_seed(training.seed)
    if script.model_name_or_path:
        model = AutoModelForCausalLM.from_pretrained(script.model_name_or_path)
    else:
        model = AutoModelForCausalLM.from_config(TINY)
    trainer = Trainer(model=model, args=training, train_dataset=Bytes(script.length))
    trainer.train()
    if torch.distributed.is_initialized():
        torch.distributed.barrier()
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
