"""What a node compiles and keeps, and what torch was built for: judged, and looked at for real."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace

import pytest

from checks.facts.decode import decode_fact
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.toolchain import BuildLock, Toolchain
from checks.model import Outcome
from checks.node.probe import toolchain as probe
from checks.node.probe.deepspeed_config import kept_operators, links_libaio
from tests.support.installed import (
    EXTENSIONS,
    SITE,
    cluster,
    folder,
    gpus,
    node2_outcome,
    software,
    toolchain,
)
from tests.support.snapshots import judged, with_fact

OFFLOAD = {"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}
NVME = {"zero_optimization": {"stage": 3, "offload_param": {"device": "nvme", "nvme_path": "/n"}}}
FUSED = {"optimizer": {"type": "AdamW"}}


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
    assert node2_outcome("operators-can-be-built", config, **facts) == expected


@pytest.mark.parametrize(
    ("places", "env", "usual", "command"),
    [
        (("/etc/environment:3",), {}, "/usr/bin/c++", "sed -i '3s/^/# /' /etc/environment"),
        (("/root/.bashrc:1",), {}, "/usr/bin/c++", "sed -i '1s/^/: # /' /root/.bashrc"),
        ((), {"CXX": "g++-9"}, "/usr/bin/c++", ""),
        (
            *(("/etc/environment:3",), {}, ""),
            "apt-get install -y g++ && sed -i '3s/^/# /' /etc/environment",
        ),
        ((), {"CXX": "g++-9"}, "", "apt-get install -y g++"),
    ],
)
def test_a_variable_that_names_an_absent_compiler_is_taken_out(places, env, usual, command):
    tools = {"compiler": "g++-9", "compiler_path": "", "absent": ("CXX", "CC")}
    tools["usual_compiler"] = usual
    shell = Environment({"CXX": "g++-9", "CC": "gcc-9"}, {"CXX": places, "CC": places})
    snap = with_fact(
        cluster(OFFLOAD, toolchain=toolchain(**tools), job={"env": env}), "node2", shell
    )
    finding = judged(snap, "software.operators-can-be-built")[("node2",)]
    assert (finding.cause, finding.stops) == ("no-compiler", True)
    assert finding.fix
    assert finding.fix.command.removeprefix("sudo ") == command
    blamed = f"CXX=g++-9 ({places[0]} of node2)" if places else "CXX=g++-9 ([env] of launch.toml)"
    assert blamed in finding.message
    assert ("CXX and CC" in finding.fix.note) is bool(env)


def test_a_variable_that_names_what_the_package_brings_stays():
    tools = {"compiler": "g++", "compiler_path": "", "absent": ("CXX",)}
    shell = Environment({"CXX": "g++"}, {"CXX": ("/etc/environment:3",)})
    snap = with_fact(cluster(OFFLOAD, toolchain=toolchain(**tools)), "node2", shell)
    finding = judged(snap, "software.operators-can-be-built")["node2",]
    assert finding.fix.command.removeprefix("sudo ") == "apt-get install -y g++"


def test_a_compiler_that_a_variable_names_is_looked_for():
    env = {"CXX": "g++-none -O1", "CC": "sh"}
    assert probe.absent_compilers(env, "/bin:/usr/bin") == ["CXX"]
    assert probe.absent_compilers({"CC": ""}, "/bin:/usr/bin") == []


@pytest.mark.parametrize(
    ("links", "header", "stops"),
    [(False, True, True), (False, False, True), (True, True, False), (True, False, False)],
)
def test_what_does_not_link_libaio_is_stopped(links, header, stops):
    snap = cluster(NVME, toolchain=toolchain(libaio=header))
    for name in snap.job.names:
        seen = snap.answer(name, DeepspeedConfig.section)
        seen.fields["links_libaio"] = links
    found = judged(snap, "software.operators-can-be-built")["node2",]
    assert (found.stops, found.cause == "no-libaio") == (stops, not (links and header))


def test_libaio_is_looked_for_by_linking(tmp_path, monkeypatch):
    compiler = tmp_path / "cc"
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    results = {}
    for said in ("exit 0", "echo cannot find -laio >&2; exit 1", "echo no crt1.o >&2; exit 1"):
        compiler.write_text(f"#!/bin/sh\ncat >/dev/null; {said}\n")
        compiler.chmod(0o755)
        env = {"CC": str(compiler), "CFLAGS": "-I/x", "PATH": os.environ["PATH"]}
        results[said[:8]] = links_libaio(env)
    assert list(results.values()) == [True, False, None]
    assert links_libaio({"CC": "/none/cc", "PATH": ""}) is None


@pytest.mark.parametrize(
    ("kept", "compiles"),
    [
        ({}, "fused_adam"),
        ({"fused_adam": ""}, None),
        ({"fused_adam": f"{SITE}/torch"}, None),
        ({"fused_adam": "/other/torch"}, "fused_adam"),
        ({"other": ""}, "fused_adam"),
    ],
)
def test_what_no_earlier_training_of_this_torch_left_is_said_to_be_compiled(kept, compiles):
    found = first_compiled(FUSED, kept)
    assert (found.outcome, found.evidence.get("compiles")) == (Outcome.PASS, compiles)
    assert "without" not in found.evidence, "a GPU is faster with it"


def test_without_nvcc_torch_s_own_adam_is_another_way():
    facts = {"software": software(cuda="12.1"), "toolchain": toolchain(nvcc="")}
    found = first_compiled(FUSED, {}, **facts)
    assert found.cause == "no-cuda-toolkit" and '"torch_adam": true' in found.fix.note
    lamb = first_compiled({"optimizer": {"type": "Lamb"}}, {}, **facts)
    assert lamb.cause == "no-cuda-toolkit" and "torch_adam" not in lamb.fix.note


OFFLOADS = {"stage": 2, "offload_optimizer": {"device": "cpu"}}


@pytest.mark.parametrize(
    ("config", "kept", "compiles", "without"),
    [
        ({}, {}, "deepspeed_shm_comm", None),
        ({}, {"deepspeed_shm_comm": ""}, None, None),
        (FUSED, {}, "fused_adam, deepspeed_shm_comm", '"torch_adam": true in optimizer.params'),
        (FUSED, {"fused_adam": ""}, "deepspeed_shm_comm", None),
        ({"zero_optimization": OFFLOADS}, {"deepspeed_shm_comm": ""}, "cpu_adam", "offload_optim"),
        (
            {**FUSED, "zero_optimization": OFFLOADS},
            {"deepspeed_shm_comm": ""},
            "cpu_adam",
            "torch's own in place of cpu_adam",
        ),
    ],
)
def test_without_a_gpu_what_is_compiled_in_any_case_is_said_too(config, kept, compiles, without):
    found = first_compiled(config, kept, gpus=gpus(count=0))
    assert found.evidence.get("compiles") == compiles
    assert (without or "") in found.evidence.get("without", "")
    assert ("without" in found.evidence) == bool(without)


def first_compiled(config, kept, **facts):
    """What is found on the last node, where these operators are kept."""
    snap = cluster(config, **facts)
    for name in snap.job.names:
        snap.answer(name, DeepspeedConfig.section).fields["kept_operators"] = kept
    return judged(snap, "software.operators-can-be-built")["node2",]


def test_operators_are_kept_in_a_folder_of_their_own_name_for_each_python(tmp_path):
    for path in ("py311_cpu/fused_adam/fused_adam.so", "own/own.so", "py311_cpu/half/half.o"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    flags = f"cflags = -DX -isystem {SITE}/torch/include -isystem {SITE}/torch/include/torch/csrc\n"
    (tmp_path / "own/build.ninja").write_text(flags)
    args = {"env": {"TORCH_EXTENSIONS_DIR": str(tmp_path)}, "python": sys.executable}
    os.utime(tmp_path / "own/build.ninja", (1, 1))
    assert kept_operators(args) == {"fused_adam": "", "own": f"{SITE}/torch"}
    os.utime(tmp_path / "own/own.so", (0, 0))
    assert kept_operators(args) == {"fused_adam": ""}, "a build by other rules broke off"
    assert kept_operators({"env": {"TORCH_EXTENSIONS_DIR": "/nowhere"}, "python": "python"}) == {}


def test_another_major_cuda_only_warns_where_deepspeed_does_not_refuse_it():
    newest = {"torch": "2.5.1", "deepspeed": "0.19.8"}
    facts = {"software": software(cuda="11.8", packages=newest)}
    assert node2_outcome("operators-can-be-built", FUSED, **facts) == "cuda-mismatch"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "pass"),
        ({"noexec": True, "mount": "/home"}, "noexec!"),
        ({"state": "hangs"}, "unreadable!"),
        ({"read_only": True}, "not-writable!"),
        ({"writable": False}, "not-writable!"),
        ({"free_bytes": 0}, "no-space!"),
        ({"shared": True, "filesystem": "nfs4"}, "shared"),
        ({"free_bytes": 0, "free_inodes": None, "directory": False}, "not-writable!"),
    ],
)
def test_the_folders_of_what_is_compiled_can_be_used(changed, expected):
    tools = toolchain(extensions=folder(EXTENSIONS, **changed))
    assert node2_outcome("build-folders-are-usable", OFFLOAD, toolchain=tools) == expected
    kernels = toolchain(triton=folder("/home/me/.triton", **changed))
    assert node2_outcome("build-folders-are-usable", toolchain=kernels) == expected


def test_folders_that_nothing_is_written_to_are_not_judged():
    tools = toolchain(extensions=folder(EXTENSIONS, noexec=True))
    assert node2_outcome("build-folders-are-usable", toolchain=tools) == "pass"
    plain = software(packages={"torch": "2.5.1"}, modules={"torch": "/t", "deepspeed": None})
    base = {"gpus": gpus(count=0), "software": plain}
    assert node2_outcome("build-folders-are-usable", base=base, toolchain=tools) == "skip"


@pytest.mark.parametrize(
    ("lock", "config", "expected"),
    [
        (
            BuildLock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 900.0, False),
            OFFLOAD,
            "stale-build-lock!",
        ),
        (
            BuildLock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 900.0, False),
            None,
            "stale-build-lock",
        ),
        (BuildLock(f"{EXTENSIONS}/cpu_adam/lock", 900.0, False), OFFLOAD, "stale-build-lock!"),
        (BuildLock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 60.0, False), OFFLOAD, "pass"),
        (BuildLock(f"{EXTENSIONS}/py311_cu121/cpu_adam/lock", 900.0, True), OFFLOAD, "pass"),
        (BuildLock(f"{EXTENSIONS}/py39_cu117/cpu_adam/lock", 900.0, False), OFFLOAD, "pass"),
    ],
)
def test_an_old_lock_that_nobody_holds_is_named(lock, config, expected):
    said = node2_outcome("no-build-lock-is-left", config, toolchain=toolchain(locks=(lock,)))
    assert said == expected


def test_a_lock_on_a_shared_folder_may_be_held_elsewhere():
    path = f"{EXTENSIONS}/py311_cu121/cpu_adam/lock"
    base = {"toolchain": toolchain(locks=(BuildLock(path, 900.0, True),))}
    lock = toolchain(locks=(BuildLock(path, 900.0, False),))
    assert node2_outcome("no-build-lock-is-left", OFFLOAD, base=base, toolchain=lock) == "pass"


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
    assert node2_outcome("torch-fits-the-gpus", base=base, **facts) == expected


V100, P100, H100, B200 = "7.0", "6.0", "9.0", "10.0"


@pytest.mark.parametrize(
    ("torch", "cuda", "capability", "expected"),
    [
        ("2.9.0", "13.0", V100, "gpu-too-old!"),
        ("2.9.0", "12.6", V100, "pass"),
        ("2.9.0", "12.8", V100, "pass"),
        ("2.11.0", "12.8", V100, "gpu-too-old"),
        ("2.8.0", "12.8", P100, "gpu-too-old"),
        ("2.8.0", "12.6", P100, "pass"),
        ("2.9.0", "13.0", H100, "pass"),
        ("2.6.0", "12.4", B200, "gpu-too-new!"),
        ("2.7.0", "12.8", B200, "pass"),
        ("2.9.0", "13.0", None, "pass"),
    ],
)
def test_torch_has_code_for_the_gpus(torch, cuda, capability, expected):
    installed = software(cuda=cuda, packages={"torch": torch})
    card = gpus("580.65.06")
    card = replace(card, gpus=tuple(replace(entry, capability=capability) for entry in card.gpus))
    facts = {"software": installed, "gpus": card, "toolchain": toolchain()}
    base = {"software": installed, "gpus": gpus("580.65.06")}
    assert node2_outcome("torch-fits-the-gpus", base=base, **facts) == expected


def test_cuda_of_torch_is_compared_where_torch_is_of_one_version():
    base = {"software": software(cuda="12.1")}
    other = software(cuda="11.8")
    assert node2_outcome("versions-are-equal", base=base, software=other) == "versions-differ!"
    abi = software(cuda="12.1", abi="cpython-311t")
    assert node2_outcome("versions-are-equal", base=base, software=abi) == "versions-differ"
    finding = judged(cluster(base=base, software=abi), "software.versions-are-equal")["node2",]
    assert "cpython-311t (free-threaded)" in finding.message


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
    seen = decode_fact(Toolchain, probe.toolchain(args))
    assert seen.extensions.absolute == str(tmp_path)
    assert [(lock.path, lock.held) for lock in seen.locks] == [(str(lock), False)]
    assert seen.locks[0].age_s > 3000
    with lock.open():
        assert decode_fact(Toolchain, probe.toolchain(args)).locks[0].held
