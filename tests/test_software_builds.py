"""What a node compiles, keeps and imports: judged from facts, asked of a real interpreter."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from checks.facts.decode import decode
from checks.facts.deepspeed_config import DeepspeedConfig, Text
from checks.facts.environment import Environment
from checks.facts.files import Room
from checks.facts.gpus import Gpu, Gpus
from checks.facts.software import Software
from checks.facts.toolchain import Lock, Toolchain
from checks.probe import software as software_probe
from checks.probe import toolchain as probe
from tests.snapshots import judged, snapshot, with_fact

NODES = ("node1", "node2")
PYTHON = "/venv/bin/python"
SITE = "/venv/lib/python3.11/site-packages"
FOUND = {name: f"{SITE}/{name}/__init__.py" for name in ("torch", "deepspeed")}
OFFLOAD = {"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}
NVME = {"zero_optimization": {"stage": 3, "offload_param": {"device": "nvme", "nvme_path": "/n"}}}
FUSED = {"optimizer": {"type": "AdamW"}}
EXTENSIONS = "/root/.cache/torch_extensions"


def room(path: str, **fields: Any) -> Room:
    healthy = {"nearest": path, "directory": True, "writable": True, "free_bytes": 10**12}
    return Room("there", path, **{**healthy, "mount": "/", "filesystem": "ext4", **fields})


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
        "extensions": room(EXTENSIONS),
        "triton": room("/root/.triton/cache"),
    }
    return Toolchain(**{**given, **fields})


def gpus(driver: str = "550.54.14", vendor: str = "NVIDIA", count: int = 1) -> Gpus:
    found = tuple(Gpu(i, "A100", f"GPU-{i}", None, driver) for i in range(count))
    return Gpus((vendor,) if count else (), found)


def cluster(config: Any = None, *, on: int = 1, base: Any = None, job: Any = None, **facts: Any):
    """Two nodes, healthy but for the facts of the last one."""
    path = {"deepspeed_config": "ds.json"} if config is not None else {}
    snap = snapshot(NODES, **{**path, **(job or {})})
    text = Text("there", "/run/ds.json", json.dumps(config)) if config is not None else None
    usual = {"software": software(), "toolchain": toolchain(), "gpus": gpus(), **(base or {})}
    for index, name in enumerate(NODES):
        for fact in {**usual, **(facts if index == on else {})}.values():
            with_fact(snap, name, fact)
        with_fact(snap, name, DeepspeedConfig(text))
        with_fact(snap, name, Environment())
    return snap


def told(claim: str, snap: Any) -> dict[str, str]:
    """By node: pass, skip, unknown, or the cause with ! where it blocks."""
    found = judged(snap, f"software.{claim}")
    for one in found.values():
        assert one.message
    return {
        node: one.cause + "!" * one.stops if one.outcome.value == "fail" else one.outcome.value
        for (node,), one in found.items()
    }


def second(claim: str, *args: Any, **facts: Any) -> str:
    """What is said of node2; node1 must not be accused."""
    said = told(claim, cluster(*args, **facts))
    assert said["node1"] in ("pass", "skip")
    return said["node2"]


@pytest.mark.parametrize(
    ("config", "facts", "expected"),
    [
        (OFFLOAD, {}, "pass"),
        (OFFLOAD, {"toolchain": toolchain(compiler_path="")}, "no-compiler!"),
        (OFFLOAD, {"toolchain": toolchain(ninja="")}, "no-ninja!"),
        (NVME, {"toolchain": toolchain(libaio=False)}, "no-libaio"),
        (OFFLOAD, {"toolchain": toolchain(libaio=False)}, "pass"),
        (
            FUSED,
            {"software": software(cuda="12.1"), "toolchain": toolchain(nvcc="")},
            "no-cuda-toolkit!",
        ),
        (FUSED, {"software": software(cuda="11.8")}, "cuda-mismatch!"),
        (FUSED, {"software": software(cuda="12.1")}, "pass"),
        (FUSED, {"software": software(cuda="11.8"), "gpus": gpus(count=0)}, "pass"),
        (
            FUSED,
            {
                "software": software(built_ops=("fused_adam",)),
                "toolchain": toolchain(nvcc="", ninja=""),
            },
            "skip",
        ),
        (
            {"optimizer": {"type": "AdamW", "params": {"torch_adam": True}}},
            {"toolchain": toolchain(ninja="")},
            "skip",
        ),
        ({}, {"toolchain": toolchain(compiler_path="")}, "skip"),
        (None, {"toolchain": toolchain(compiler_path="")}, "skip"),
    ],
)
def test_what_the_config_has_compiled_can_be(config, facts, expected):
    assert second("operators-can-be-built", config, **facts) == expected


def test_another_major_cuda_only_warns_where_deepspeed_does_not_refuse_it():
    newest = {"torch": "2.5.1", "deepspeed": "0.19.8"}
    facts = {"software": software(cuda="11.8", packages=newest)}
    assert second("operators-can-be-built", FUSED, **facts) == "cuda-mismatch"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "pass"),
        ({"noexec": True, "mount": "/home"}, "noexec!"),
        ({"read_only": True}, "not-writable!"),
        ({"writable": False}, "not-writable!"),
        ({"free_bytes": 0}, "no-space!"),
        ({"shared": True, "filesystem": "nfs4"}, "shared"),
        ({"free_bytes": 0, "free_inodes": None, "directory": False}, "not-writable!"),
    ],
)
def test_the_folders_of_what_is_compiled_can_be_used(changed, expected):
    tools = toolchain(extensions=room(EXTENSIONS, **changed))
    assert second("build-folders-are-usable", OFFLOAD, toolchain=tools) == expected
    kernels = toolchain(triton=room("/home/me/.triton", **changed))
    assert second("build-folders-are-usable", toolchain=kernels) == expected


def test_folders_that_nothing_is_written_to_are_not_judged():
    tools = toolchain(extensions=room(EXTENSIONS, noexec=True))
    assert second("build-folders-are-usable", toolchain=tools) == "pass"
    plain = software(packages={"torch": "2.5.1"}, modules={"torch": "/t", "deepspeed": None})
    base = {"gpus": gpus(count=0), "software": plain}
    assert second("build-folders-are-usable", base=base, toolchain=tools) == "skip"


@pytest.mark.parametrize(
    ("lock", "config", "expected"),
    [
        (
            Lock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 900.0, False),
            OFFLOAD,
            "stale-build-lock!",
        ),
        (Lock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 900.0, False), None, "stale-build-lock"),
        (Lock(f"{EXTENSIONS}/cpu_adam/lock", 900.0, False), OFFLOAD, "stale-build-lock!"),
        (Lock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 60.0, False), OFFLOAD, "pass"),
        (Lock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 900.0, True), OFFLOAD, "pass"),
        (Lock(f"{EXTENSIONS}/py39_cu117/cpu_adam/lock", 900.0, False), OFFLOAD, "pass"),
    ],
)
def test_an_old_lock_that_nobody_holds_is_named(lock, config, expected):
    said = second("no-build-lock-is-left", config, toolchain=toolchain(locks=(lock,)))
    assert said == expected


def test_a_lock_on_a_shared_folder_may_be_held_elsewhere():
    path = f"{EXTENSIONS}/py311_cu121/cpu_adam/lock"
    base = {"toolchain": toolchain(locks=(Lock(path, 900.0, True),))}
    lock = toolchain(locks=(Lock(path, 900.0, False),))
    assert second("no-build-lock-is-left", OFFLOAD, base=base, toolchain=lock) == "pass"


@pytest.mark.parametrize(
    ("build", "device", "tools", "expected"),
    [
        ({"cuda": "12.1"}, gpus("550.54.14"), {}, "pass"),
        ({"cuda": "12.1"}, gpus("525.60.13"), {}, "pass"),
        ({"cuda": "12.1"}, gpus("470.57.02"), {}, "driver-too-old!"),
        ({"cuda": "12.1"}, gpus("470.57.02"), {"forward_compatible": True}, "pass"),
        ({"cuda": "13.0"}, gpus("570.10"), {}, "driver-too-old!"),
        ({}, gpus(), {}, "wrong-build!"),
        ({"cuda": "12.1"}, gpus(vendor="AMD"), {}, "wrong-build!"),
        ({"hip": "6.2"}, gpus("6.10", "AMD"), {}, "pass"),
        ({}, gpus(count=0), {}, "skip"),
        ({"cuda": "12.1"}, gpus(""), {}, "pass"),
    ],
)
def test_torch_is_built_for_what_is_there(build, device, tools, expected):
    base = {"software": software(cuda="12.1")}
    facts = {"software": software(**build), "gpus": device, "toolchain": toolchain(**tools)}
    assert second("torch-fits-the-gpus", base=base, **facts) == expected


def test_cuda_of_torch_is_compared_where_torch_is_of_one_version():
    base = {"software": software(cuda="12.1")}
    other = software(cuda="11.8")
    assert second("versions-are-equal", base=base, software=other) == "versions-differ!"
    abi = software(cuda="12.1", abi="cpython-311t")
    assert second("versions-are-equal", base=base, software=abi) == "versions-differ"


SHADOW = {"torch": (("/root/.local/lib/python3.11/site-packages", "2.1.0"), (SITE, "2.5.1"))}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "pass"),
        ({"copies": SHADOW}, "shadowed!"),
        ({"copies": {"numpy": SHADOW["torch"]}}, "shadowed"),
        ({"copies": SHADOW, "prefix": "/usr"}, "pass"),
        ({"copies": {"torch": (SHADOW["torch"][0], (SITE, "2.1.0"))}}, "pass"),
        ({"copies": {"torch": (SHADOW["torch"][1], SHADOW["torch"][0])}}, "pass"),
        ({"copies": {"torch": (("/opt/x", "1"), (SITE, "2"))}}, "shadowed!"),
        ({"modules": {**FOUND, "deepspeed": "/run/deepspeed.py"}}, "package-shadowed!"),
        ({"modules": {**FOUND, "deepspeed": "/run/deepspeed/__init__.py"}}, "pass"),
    ],
)
def test_what_stands_before_the_environment_is_named(fields, expected):
    assert second("packages-are-the-environments-own", software=software(**fields)) == expected


def test_a_version_that_only_a_shadow_makes_differ_is_told_once():
    packages = {"torch": "2.1.0", "deepspeed": "0.16.0", "triton": "3.1.0"}
    here = software(packages=packages, copies=SHADOW)
    assert second("versions-are-equal", software=here) == "pass"
    snap = cluster(software=here)
    finding = judged(snap, "software.packages-are-the-environments-own")[("node2",)]
    assert finding.fix
    folder = SHADOW["torch"][0][0]
    assert finding.fix.command == f"mv {folder} {folder}.away"


SCRIPT = {"command": ("train.py",)}


@pytest.mark.parametrize(
    ("job", "fields", "expected"),
    [
        (SCRIPT, {}, "pass"),
        (SCRIPT, {"unfound": ("wandb",)}, "import-missing!"),
        (
            {"command": ("-m", "axolotl.cli.train", "c.yml")},
            {"unfound": ("axolotl.cli.train",)},
            "module-missing!",
        ),
        (SCRIPT, {"unfound": ("torch",), "modules": {**FOUND, "torch": None}}, "skip"),
        ({"command": ("run.sh",)}, {}, "skip"),
        ({}, {}, "skip"),
    ],
)
def test_what_the_program_needs_is_found(job, fields, expected):
    said = told("program-is-importable", cluster(job=job, software=software(**fields)))
    assert said["node2"] == expected


def test_a_package_that_another_node_has_is_installed_as_there():
    base = {"software": software(packages={"flash-attn": "2.6.3"})}
    here = software(unfound=("flash_attn.layers",))
    snap = cluster(base=base, job=SCRIPT, software=here)
    finding = judged(snap, "software.program-is-importable")[("node2",)]
    assert finding.fix
    assert finding.fix.command == f"{PYTHON} -m pip install flash-attn==2.6.3"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("UTF-8", "pass"), ("utf8", "pass"), ("ISO-8859-1", "not-utf-8")],
)
def test_text_is_utf_8(encoding, expected):
    assert second("text-is-utf-8", software=software(encoding=encoding)) == expected


RAY = {"command": ("-m", "openrlhf.cli.train_ppo_ray")}
PROXY = {"http_proxy": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("job", "shell", "expected"),
    [
        (SCRIPT, PROXY, "skip"),
        (RAY, {}, "pass"),
        (RAY, {**PROXY, "no_proxy": "localhost"}, "proxy-catches"),
        (RAY, {**PROXY, "no_proxy": "localhost,node1,node2"}, "pass"),
        (RAY, {**PROXY, "NO_PROXY": "*"}, "pass"),
        (RAY, {**PROXY, "no_proxy": "10.0.0.0/8"}, "pass"),
        ({**RAY, "env": {"no_proxy": "node1,node2"}}, PROXY, "pass"),
    ],
)
def test_a_proxy_matters_to_programs_that_speak_http(job, shell, expected):
    snap = with_fact(cluster(job=job), "node2", Environment(shell=shell))
    assert told("proxy-spares-the-nodes", snap)["node2"] == expected


def test_a_name_that_terminals_alone_find_says_so():
    missing = Software("python", "missing", interactive="/opt/conda/bin/python")
    said = told("python-is-there", cluster(software=missing))
    assert said == {"node1": "pass", "node2": "python-for-terminals-alone!"}


def asked(tmp_path: Path, source: str, **args: Any) -> Software:
    (tmp_path / "train.py").write_text(source)
    given = {"python": sys.executable, "workdir": str(tmp_path), "command": ["train.py"], **args}
    return decode(Software, software_probe.software(given))


def test_imports_of_the_script_are_looked_for_and_not_run(tmp_path):
    (tmp_path / "beside.py").write_text("raise SystemExit('imported')")
    source = (
        "import beside, os.path, torch.nn\nfrom nowhere.x import y\nfrom . import z\n"
        "try:\n    import optional\nexcept ImportError:\n    pass\n"
    )
    assert asked(tmp_path, source).unfound == ("nowhere",)
    assert asked(tmp_path, "import sys; sys.path.append('x')\nimport nowhere").unfound == ()
    assert asked(tmp_path, "import (").unfound == ()


def test_a_module_of_the_command_is_looked_for(tmp_path):
    known = asked(tmp_path, "", command=["-m", "deepspeed.launcher.launch"])
    assert known.unfound == ()
    assert asked(tmp_path, "", command=["-m", "torch.nope.x"]).unfound == ("torch.nope.x",)


def test_two_copies_are_both_seen(tmp_path):
    (tmp_path / "numpy-1.0.dist-info").mkdir()
    (tmp_path / "numpy-1.0.dist-info/METADATA").write_text("Version: 1.0\n")
    copies = asked(tmp_path, "").copies["numpy"]
    assert copies[0] == (str(tmp_path), "1.0")
    assert len(copies) == 2


def test_latin_1_is_told(tmp_path):
    env = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    assert asked(tmp_path, "", env=env).encoding.lower() != "utf-8"


def test_the_toolchain_of_this_machine(tmp_path):
    (tmp_path / "py311_cpu/old_op").mkdir(parents=True)
    lock = tmp_path / "py311_cpu/old_op/lock"
    lock.touch()
    os.utime(lock, (time.time() - 3600,) * 2)
    args = {
        "python": sys.executable,
        "workdir": "/",
        "env": {"TORCH_EXTENSIONS_DIR": str(tmp_path)},
    }
    seen = decode(Toolchain, probe.toolchain(args))
    assert seen.extensions.absolute == str(tmp_path)
    assert [(one.path, one.held) for one in seen.locks] == [(str(lock), False)]
    assert seen.locks[0].age_s > 3000
    with lock.open():
        assert decode(Toolchain, probe.toolchain(args)).locks[0].held


def test_an_interactive_shell_is_asked_for_a_bare_name(tmp_path, monkeypatch):
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\necho welcome; echo /opt/conda/bin/$2 | sed s/command.-v.//\n")
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    seen = decode(Software, software_probe.software({"python": "python-of-conda"}))
    assert (seen.state, seen.interactive) == ("missing", "/opt/conda/bin/python-of-conda")
