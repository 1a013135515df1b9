"""What two healthy nodes have installed, for the tests of software to break."""

from __future__ import annotations

import json
from typing import Any

from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.files import FolderSpace
from checks.facts.gpus import Gpu, Gpus
from checks.facts.software import Software
from checks.facts.toolchain import Toolchain
from tests.support.snapshots import judged, snapshot, with_fact

NODES = ("node1", "node2")
PYTHON = "/venv/bin/python"
SITE = "/venv/lib/python3.11/site-packages"
FOUND = {name: f"{SITE}/{name}/__init__.py" for name in ("torch", "deepspeed")}
EXTENSIONS = "/root/.cache/torch_extensions"


def folder(path: str, **fields: Any) -> FolderSpace:
    healthy = {"state": "there", "nearest": path, "directory": True, "writable": True}
    disk = {"free_bytes": 10**12, "mount": "/", "filesystem": "ext4"}
    return FolderSpace(absolute=path, **{**healthy, **disk, **fields})


def software(**fields: Any) -> Software:
    packages = {"torch": "2.5.1", "deepspeed": "0.16.0", "triton": "3.1.0"}
    given = {"version": "3.11.7", "prefix": "/venv", "packages": packages, "modules": FOUND}
    return Software(PYTHON, "ok", **{**given, **fields})


def toolchain(**fields: Any) -> Toolchain:
    given: dict[str, Any] = {
        "compiler": "c++",
        "compiler_path": "/usr/bin/c++",
        "ninja": "/venv/bin/ninja",
        "cuda_home": "/usr/local/cuda",
        "nvcc": "12.4",
        "libaio": True,
        "forward_compatible": False,
        "skips_cuda_check": False,
        "extensions": folder(EXTENSIONS),
        "triton": folder("/root/.triton/cache"),
    }
    return Toolchain(**{**given, **fields})


def gpus(driver: str = "550.54.14", vendor: str = "NVIDIA", count: int = 1) -> Gpus:
    found = tuple(Gpu(i, "A100", f"GPU-{i}", None, driver) for i in range(count))
    return Gpus((vendor,) if count else (), found)


def cluster(config: Any = None, *, on: int = 1, base: Any = None, job: Any = None, **facts: Any):
    """Two nodes, healthy but for the facts of the last one."""
    path = {"deepspeed_config": "ds.json"} if config is not None else {}
    snap = snapshot(NODES, **{**path, **(job or {})})
    text = ConfigText("there", "/run/ds.json", json.dumps(config)) if config is not None else None
    usual = {"software": software(), "toolchain": toolchain(), "gpus": gpus(), **(base or {})}
    for index, name in enumerate(NODES):
        for fact in {**usual, **(facts if index == on else {})}.values():
            with_fact(snap, name, fact)
        with_fact(snap, name, DeepspeedConfig(text))
        with_fact(snap, name, Environment())
    return snap


def outcomes(claim: str, snap: Any) -> dict[str, str]:
    """By node: pass, skip, unknown, or the cause with ! where it blocks."""
    found = judged(snap, f"software.{claim}")
    for finding in found.values():
        assert finding.message
    return {
        node: finding.cause + "!" * finding.stops
        if finding.outcome.value == "fail"
        else finding.outcome.value
        for (node,), finding in found.items()
    }


def node2_outcome(claim: str, *args: Any, **facts: Any) -> str:
    """What is said of node2; node1 must not be accused."""
    said = outcomes(claim, cluster(*args, **facts))
    assert said["node1"] in ("pass", "skip")
    return said["node2"]
