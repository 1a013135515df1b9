"""Run by the training interpreter: merges the shards in one folder into files of weights.

A program of its own, because the controller's interpreter need not have torch:
`python merge.py CHECKPOINT TAG OUT DTYPE FORMAT`. The last line that it prints is JSON.
"""

from __future__ import annotations

import glob
import json
import os
import shutil
import sys
import warnings
from typing import Any

SHARD_SIZE = 5 << 30
METADATA = ".metadata"
MODEL_KEY = "model"
"""What accelerate and torch's examples call the model in what they save."""


def read_state_dict(folder: str, tag: str) -> dict[str, Any]:
    """The whole state dict: by DeepSpeed's zero_to_fp32, or as saved where nothing is sharded."""
    import torch

    if os.path.exists(os.path.join(folder, tag, METADATA)):
        return read_distributed_checkpoint(os.path.join(folder, tag))
    from deepspeed.utils.zero_to_fp32 import get_fp32_state_dict_from_zero_checkpoint

    if glob.glob(os.path.join(folder, tag, "*_optim_states.pt")):
        found: dict[str, Any] = get_fp32_state_dict_from_zero_checkpoint(folder, tag)
        return found
    path = os.path.join(folder, tag, "mp_rank_00_model_states.pt")
    whole: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=False)["module"]
    return whole


def read_distributed_checkpoint(folder: str) -> dict[str, Any]:
    """The model's tensors of a torch.distributed.checkpoint, as that reads them in one process."""
    import torch
    from torch.distributed.checkpoint.filesystem import FileSystemReader
    from torch.distributed.checkpoint.state_dict_loader import load

    reader = FileSystemReader(folder)
    for chunk in reader.read_metadata().storage_data.values():
        path = os.path.join(folder, chunk.relative_path)
        if os.path.getsize(path) < chunk.offset + chunk.length:
            sys.exit(
                f"{chunk.relative_path} ends before what rank 0 says it holds: it was cut short"
            )
    kept = model_entries(folder)
    for name, (_, tensor) in kept.items():
        held = sum(chunk.sizes.numel() for chunk in tensor.chunks)
        if held < tensor.size.numel():
            sys.exit(f"{name}: the ranks saved {held} of its {tensor.size.numel()} values")
    found = {
        key: torch.empty(tensor.size, dtype=tensor.properties.dtype)
        for key, tensor in kept.values()
    }
    load(found, storage_reader=reader)
    return {name: found[key] for name, (key, _) in kept.items()}


def model_entries(folder: str) -> dict[str, tuple[str, Any]]:
    """{name: (key in the file, size and chunks)} of the model, without what else was saved."""
    from torch.distributed.checkpoint.filesystem import FileSystemReader

    metadata = FileSystemReader(folder).read_metadata()
    paths = metadata.planner_data or {}
    found = {
        tuple(map(str, paths.get(key, (key,)))): (key, tensor)
        for key, tensor in metadata.state_dict_metadata.items()
        if hasattr(tensor, "chunks")
    }
    models = {
        path[1:]: tensor for path, tensor in found.items() if path[0] == MODEL_KEY and path[1:]
    }
    return {".".join(path): tensor for path, tensor in (models or found).items()}


def saved_shapes(folder: str, tag: str) -> dict[str, tuple[int, ...]]:
    """{name: shape} as the ranks wrote them down when they saved."""
    import torch

    if os.path.exists(os.path.join(folder, tag, METADATA)):
        kept = model_entries(os.path.join(folder, tag))
        return {name: tuple(tensor.size) for name, (_, tensor) in kept.items()}
    path = sorted(glob.glob(os.path.join(folder, tag, "*model_states.pt")))[0]
    saved = torch.load(path, map_location="cpu", weights_only=False)
    groups = [*(saved.get("param_shapes") or ()), saved.get("frozen_param_shapes") or {}]
    return {name: tuple(shape) for group in groups for name, shape in group.items()}


def find_tensor_errors(found: dict[str, Any], expected: dict[str, tuple[int, ...]]) -> list[str]:
    """What is missing, has another shape, or is no number."""
    import torch

    lines = [f"{name} is missing" for name in expected if name not in found]
    for name, tensor in found.items():
        shape = tuple(tensor.shape)
        if name in expected and shape != expected[name]:
            lines.append(f"{name} has shape {shape}, saved was {expected[name]}")
        elif tensor.is_floating_point() and not torch.isfinite(tensor).all():
            lines.append(f"{name} has values that are no numbers")
    return lines


def cast_tensors(found: dict[str, Any], dtype: str) -> dict[str, Any]:
    """Floating-point tensors in that type, each with memory of its own; one under two names stays.

    DeepSpeed gives views into one flat tensor, which safetensors refuses.
    """
    import torch

    kind = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[dtype]
    done: dict[int, Any] = {}
    for tensor in found.values():
        if id(tensor) not in done:
            to = kind if tensor.is_floating_point() else tensor.dtype
            done[id(tensor)] = tensor.to(to, copy=True).contiguous()
    return {name: done[id(tensor)] for name, tensor in found.items()}


def require_free_space(found: dict[str, Any], out: str) -> None:
    """Raises SystemExit before anything is written where it would not fit."""
    needed = sum(tensor.numel() * tensor.element_size() for tensor in found.values())
    free = shutil.disk_usage(out).free
    if needed > free:
        sys.exit(f"{out} has {free / 1e9:.1f} GB free, the weights take {needed / 1e9:.1f} GB")


def save_weights(found: dict[str, Any], out: str, form: str) -> None:
    """Under Hugging Face's names, in several files with an index where they are large."""
    from huggingface_hub import save_torch_state_dict

    save_torch_state_dict(
        found, out, max_shard_size=SHARD_SIZE, safe_serialization=form == "safetensors"
    )


def main(folder: str, tag: str, out: str, dtype: str, form: str) -> None:
    """Merge, verify, save; nothing is written unless all of it is right."""
    warnings.simplefilter("ignore")
    found = read_state_dict(folder, tag)
    bad = find_tensor_errors(found, saved_shapes(folder, tag))
    if bad:
        sys.exit("the shards do not make up the model that was saved:\n" + "\n".join(bad[:20]))
    found = cast_tensors(found, dtype)
    require_free_space(found, out)
    save_weights(found, out, form)
    count = sum(tensor.numel() for tensor in found.values())
    print(json.dumps({"tensors": len(found), "parameters": count}))


if __name__ == "__main__":
    main(*sys.argv[1:])
