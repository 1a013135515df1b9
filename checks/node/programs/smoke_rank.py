"""One rank of the training smoke: a few real DeepSpeed steps on one node.

This file is not imported: its text is a task of `warm`. Each stage is said before it is entered,
so that a crash or a hang is known by the stage it broke. It compiles nothing and writes only below
TMPDIR.
"""

from __future__ import annotations

import glob
import importlib
import os
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Say = Callable[..., None]
STEPS = 6
SHM_OP = "deepspeed_shm_comm"
WIDTH, BATCH = 64, 16


def compile_problem(compiler: str) -> str:
    """Why no extension could be compiled here; empty where one can. Writes nothing."""
    if shutil.which("ninja") is None:
        return "ninja is not on the PATH that a rank gets"
    if shutil.which(compiler.split()[0]) is None:
        return f"the compiler {compiler} is not on the PATH that a rank gets"
    include = sysconfig.get_paths()["include"]
    command = [*compiler.split(), "-fsyntax-only", "-fopenmp", f"-I{include}", "-xc++", "-"]
    source = "#include <Python.h>\n#include <omp.h>\n"
    ran = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    said = ran.stderr.strip()[-1500:] or f"{compiler} ended with code {ran.returncode}"
    return said if ran.returncode else ""


def is_built_here(library: str) -> bool:
    """Whether it is compiled for this torch at its place, and no other build broke off."""
    rules = Path(library).with_name("build.ninja")
    if not rules.is_file():
        return True
    own = str(Path(importlib.import_module("torch").__file__ or "").parent / "include")
    is_older = rules.stat().st_mtime <= Path(library).stat().st_mtime
    return is_older and own in rules.read_text(errors="replace")


def shared_memory_op(deepspeed: Any, cpp_extension: Any) -> dict[str, Any] | None:
    """The op that DeepSpeed compiles at start where it trains on CPUs; None where it has none."""
    accelerator = deepspeed.accelerator.get_accelerator()
    if accelerator._name != "cpu":
        return None
    builder = accelerator.create_op_builder("ShareMemCommBuilder")
    if builder is None or not builder.is_compatible(verbose=False):
        return None
    if importlib.import_module("deepspeed.git_version_info").installed_ops.get(SHM_OP):
        return {"name": SHM_OP, "compiled": True, "problem": "", "lock": ""}
    root = os.environ.get("PREFLIGHT_TORCH_EXTENSIONS") or cpp_extension.get_default_build_root()
    libraries = glob.glob(f"{root}/{SHM_OP}/*.so") + glob.glob(f"{root}/py*/{SHM_OP}/*.so")
    built = any(map(is_built_here, libraries))
    locks = glob.glob(f"{root}/{SHM_OP}/lock") + glob.glob(f"{root}/py*/{SHM_OP}/lock")
    problem = compile_problem(cpp_extension.get_cxx_compiler())
    lock = locks[0] if locks else ""
    return {"name": SHM_OP, "compiled": built, "problem": problem, "lock": lock}


def build_model(torch: Any) -> Any:
    """Small, yet with every kind of parameter: matrices, biases and a normalisation."""
    nn = torch.nn
    torch.manual_seed(0)
    layers = (nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH), nn.GELU(), nn.Linear(WIDTH, 1))
    return nn.Sequential(*layers)


def deepspeed_config(*, bf16: bool) -> dict[str, Any]:
    """ZeRO-2 as training would use it, with torch's own Adam, so that no op is compiled."""
    return {
        "train_micro_batch_size_per_gpu": BATCH,
        "zero_optimization": {"stage": 2},
        "zero_allow_untested_optimizer": True,
        "zero_force_ds_cpu_optimizer": False,
        "bf16": {"enabled": bf16},
        "steps_per_print": 1000,
    }


def train_steps(torch: Any, engine: Any, device: Any, say: Say) -> tuple[list[float], list[float]]:
    """Losses and seconds of each step on one fixed batch, the same on every rank."""
    kind = next(engine.module.parameters()).dtype
    inputs = torch.randn(BATCH, WIDTH).to(device, kind)
    wanted = torch.randn(BATCH, 1).to(device, kind)
    losses, seconds = [], []
    for number in range(STEPS):
        say(stage=f"step {number + 1}")
        began = time.perf_counter()
        loss = torch.nn.functional.mse_loss(engine(inputs), wanted)
        engine.backward(loss)
        engine.step()
        losses.append(float(loss.item()))
        seconds.append(time.perf_counter() - began)
    return losses, seconds


def loaded_nccl_version(torch: Any) -> str:
    """The version of the NCCL in this process, by its own word; empty where there is none."""
    if not torch.cuda.is_available() or not torch.distributed.is_nccl_available():
        return ""
    return ".".join(str(part) for part in torch.cuda.nccl.version()[:3])


def compiled_architectures(torch: Any) -> list[str]:
    """What torch has code for, `sm_90` and `compute_90`; nothing where it uses no CUDA."""
    uses_cuda = torch.version.cuda and torch.cuda.is_available()
    return list(torch.cuda.get_arch_list()) if uses_cuda else []


def prepare(torch: Any, say: Say) -> None:
    """Import for all ranks what each would import, and say in which stage it would.

    The first optimizer of a process imports torch._dynamo.
    """
    say(stage="import deepspeed")
    importlib.import_module("deepspeed")
    say(stage="initialize")
    torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])


def task(torch: Any, say: Say) -> None:
    """The rank that the environment names: meet the other ranks, train."""
    say(stage="import deepspeed")
    deepspeed = importlib.import_module("deepspeed")
    cuda = torch.cuda.is_available()
    rank, local = int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"])
    say(torch=torch.__version__, deepspeed=deepspeed.__version__, nccl=loaded_nccl_version(torch))
    say(architectures=compiled_architectures(torch))
    if rank == 0:
        cpp_extension = importlib.import_module("torch.utils.cpp_extension")
        say(op=shared_memory_op(deepspeed, cpp_extension))
    # Left to itself DeepSpeed would compile that op now, and keep it: training's business
    ops: Any = importlib.import_module("deepspeed.ops")
    ops.__compatible_ops__ = {}
    device = torch.device("cuda", local) if cuda else torch.device("cpu")
    say(stage="open device", device=torch.cuda.get_device_name(local) if cuda else "cpu")
    if cuda:
        torch.cuda.set_device(device)
    say(stage="init_distributed")
    deepspeed.init_distributed()
    say(stage="initialize")
    model = build_model(torch)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    bf16 = cuda and torch.cuda.is_bf16_supported()
    engine, *_ = deepspeed.initialize(
        model=model, optimizer=optimizer, config=deepspeed_config(bf16=bf16)
    )
    losses, seconds = train_steps(torch, engine, device, say)
    say(stage="done", losses=[repr(loss) for loss in losses], seconds=seconds)
    torch.distributed.destroy_process_group()
