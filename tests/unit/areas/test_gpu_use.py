"""Whether ranks get the GPUs: who else uses them, files, variables, precision and GPUDirect."""

from __future__ import annotations

import dataclasses
import json

import pytest

from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig
from checks.facts.environment import Environment
from checks.facts.gpus import GpuProcess, Gpus, LibraryFile
from checks.facts.rdma import Rdma, RdmaDevice, RdmaPort
from tests.support.cards import GIB, H100, cluster, gpus, lone_finding
from tests.support.snapshots import judged, with_fact

PYTHON = GpuProcess(4242, "compute", 30 * GIB, "ada", "python train.py")


def held(*processes: GpuProcess, **fields):
    return gpus(third={"processes": processes, **fields})


def idle(node3: Gpus, **job):
    return lone_finding(cluster(gpus(), gpus(), node3, **job), "gpus-are-idle")


def test_a_foreign_process_blocks_with_its_name():
    finding = idle(held(PYTHON))
    assert (finding.cause, finding.stops) == ("foreign-process", True)
    expected = "GPU 3 of node3 is in use by process 4242 (python train.py of ada, 30 GiB)"
    assert finding.message == expected
    assert finding.fix and finding.fix.command == "kill 4242"


def test_a_small_foreign_process_warns():
    assert idle(held(dataclasses.replace(PYTHON, memory_bytes=GIB // 4))).warned


def test_a_process_of_another_container_is_told_by_its_number():
    finding = idle(held(GpuProcess(4242, "compute", 30 * GIB)))
    assert "process 4242 (not visible from here, 30 GiB)" in finding.message
    assert finding.fix and finding.fix.command == "nvidia-smi"


@pytest.mark.parametrize(
    "process",
    [
        GpuProcess(1, "graphics", GIB // 4, "root", "Xorg vt1"),
        GpuProcess(2, "compute", GIB // 4, "root", "nv-hostengine"),
        GpuProcess(3, "compute", None, "root", "dcgm-exporter"),
    ],
)
def test_desktops_and_monitors_are_let_be(process):
    assert idle(held(process)).outcome.value == "pass"


def test_memory_that_the_host_uses_too_is_let_be():
    grace = gpus(dataclasses.replace(H100, name="NVIDIA GH200 480GB", memory_used_bytes=9 * GIB))
    assert lone_finding(cluster(grace), "gpus-are-idle", "node1").outcome.value == "pass"


def test_memory_that_nobody_holds_blocks():
    finding = idle(held(memory_used_bytes=60 * GIB))
    assert (finding.cause, finding.stops) == ("memory-held", True)


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        ({}, "fail"),
        ({"include": "node1:0,1@node3:4,5"}, "pass"),
        ({"include": "node1:0,1@node3:2,3"}, "fail"),
        ({"include": "node3"}, "fail"),
        ({"exclude": "node3:3"}, "pass"),
        ({"exclude": "node2:3"}, "fail"),
    ],
)
def test_only_the_gpus_that_ranks_get_are_looked_at(job, outcome):
    assert idle(held(PYTHON), **job).outcome.value == outcome


CUDA = LibraryFile("/usr/lib/libcuda.so.1", 100)
ML = LibraryFile("/usr/lib/libnvidia-ml.so.1", 100)
WHOLE = {"libcuda.so.1": CUDA, "libnvidia-ml.so.1": ML}


def libraries(**fields):
    return lone_finding(
        cluster(gpus(libraries=WHOLE), gpus(**fields)), "driver-libraries-are-whole", "node2"
    )


def test_whole_libraries_hold():
    assert libraries(libraries=WHOLE).outcome.value == "pass"


def test_an_empty_library_blocks_and_is_told_once():
    empty = {**WHOLE, "libnvidia-ml.so.1": dataclasses.replace(ML, bytes=0)}
    finding = libraries(libraries=empty)
    assert (finding.cause, finding.stops) == ("library-empty", True)
    dead = Gpus(
        (),
        (),
        error="nvidia-smi failed",
        libraries={"libnvidia-ml.so.1": empty["libnvidia-ml.so.1"]},
    )
    for check in ("driver-answers", "slots-have-gpus"):
        found = lone_finding(cluster(gpus(), dead), check, "node2")
        assert found.message == "see gpu.driver-libraries-are-whole"


def test_a_missing_cuda_library_blocks():
    finding = libraries(libraries={**WHOLE, "libcuda.so.1": None})
    assert (finding.cause, finding.stops) == ("library-missing", True)


def test_a_node_without_the_driver_needs_no_library():
    assert libraries().outcome.value == "skip"


def devices(**nodes: bool):
    paths = {f"/dev/{name}": may for name, may in nodes.items()}
    return lone_finding(cluster(gpus(), gpus(devices=paths)), "devices-may-be-opened", "node2")


def test_devices_that_may_be_opened_hold():
    assert devices(nvidia0=True, nvidiactl=True).outcome.value == "pass"
    assert devices().outcome.value == "skip"


def test_a_device_that_may_not_be_opened_blocks():
    finding = devices(nvidia0=True, nvidia3=False)
    assert (finding.cause, finding.stops) == ("device-denied", True)
    assert finding.fix and finding.fix.command == "chmod 666 /dev/nvidia3"


def shell(value: str | None, launcher: str = "accelerate", **env):
    snap = cluster(gpus(), launcher=launcher, env=env)
    with_fact(snap, "node1", Environment(shell={"CUDA_VISIBLE_DEVICES": value} if value else {}))
    return lone_finding(snap, "shell-hides-no-gpu", "node1")


@pytest.mark.parametrize("value", ["0,1", "", "-1", "0,1,2,3,-1,5,6,7", "GPU-0"])
def test_a_shell_that_hides_gpus_blocks(value):
    finding = shell(value or "NoDevFiles")
    assert (finding.cause, finding.stops) == ("gpus-hidden", True)


@pytest.mark.parametrize("value", [None, "0,1,2,3,4,5,6,7"])
def test_a_shell_that_shows_all_holds(value):
    assert shell(value).outcome.value == "pass"


def test_deepspeeds_launcher_sets_the_variable_anew():
    assert shell("0,1", "deepspeed").outcome.value == "skip"


def test_what_the_job_sets_counts_before_the_shell():
    assert shell("0,1,2,3,4,5,6,7", CUDA_VISIBLE_DEVICES="0").cause == "gpus-hidden"


def precision(capability: str | None, **config):
    snap = cluster(
        gpus(dataclasses.replace(H100, capability=capability), third={}),
        deepspeed_config="ds.json",
    )
    text = ConfigText("there", "/run/ds.json", json.dumps(config))
    with_fact(snap, "node1", DeepspeedConfig(text))
    return lone_finding(snap, "precision-is-supported", "node1")


ON = {"enabled": True}


@pytest.mark.parametrize(
    ("capability", "config", "cause"),
    [
        ("9.0", {"bf16": ON}, ""),
        ("7.5", {"bf16": ON}, "bf16-emulated"),
        ("7.0", {"fp16": ON}, ""),
        ("6.1", {"fp16": ON}, "fp16-unsupported"),
        ("12.0", {"bf16": ON}, ""),
    ],
)
def test_the_precision_of_the_config_is_held_against_the_gpus(capability, config, cause):
    finding = precision(capability, **config)
    assert finding.cause == cause
    assert finding.outcome.value == ("fail" if cause else "pass")


@pytest.mark.parametrize(
    ("capability", "config"),
    [("6.0", {"bf16": {"enabled": "auto"}}), ("6.0", {}), (None, {"bf16": ON})],
)
def test_what_is_open_or_not_told_accuses_nobody(capability, config):
    assert precision(capability, **config).outcome.value == "skip"


PORT = RdmaPort(1, "4: ACTIVE", "5: LinkUp", "400 Gb/sec (4X NDR)")


def direct(device: str = "mlx5_0", rdma: bool = False, **fields):
    snap = cluster(gpus(**fields))
    with_fact(snap, "node1", Rdma((RdmaDevice(device, ports=(PORT,)),), peermem=rdma))
    return lone_finding(snap, "gpus-reach-adapters", "node1")


def test_no_way_from_gpus_to_adapters_warns():
    finding = direct()
    assert (finding.cause, finding.warned) == ("no-gpudirect", True)
    assert finding.fix and finding.fix.command == "modprobe nvidia-peermem"


def test_either_way_is_enough():
    assert direct(peermem=True).outcome.value == "pass"
    assert direct(dmabuf=True).outcome.value == "pass"
    assert direct(rdma=True).outcome.value == "pass"


def test_other_adapters_have_their_own_ways():
    assert direct("efa_0").outcome.value == "skip"
    snap = cluster(gpus(dataclasses.replace(H100, name="NVIDIA GeForce RTX 4090"), third={}))
    with_fact(snap, "node1", Rdma((RdmaDevice("mlx5_0", ports=(PORT,)),)))
    assert lone_finding(snap, "gpus-reach-adapters", "node1").outcome.value == "skip"
    with_fact(snap, "node1", Rdma())
    assert judged(snap, "gpu.gpus-reach-adapters")[("node1",)].outcome.value == "skip"


LINE = ("/etc/modprobe.d/gdr.conf:1",)


def overridden(third, usual=None):
    """Of three nodes with an active adapter the last one, whose driver is set otherwise."""
    snap = cluster(gpus(**(usual or {})), gpus(**(usual or {})), gpus(**third))
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, Rdma((RdmaDevice("rdmap0", ports=(PORT,)),)))
    return lone_finding(snap, "adapter-topology-is-accepted")


@pytest.mark.parametrize(
    ("third", "usual", "cause"),
    [
        ({}, {}, ""),
        ({"topology_override": False}, {"topology_override": False}, ""),
        ({"topology_override": True, "override_set_in": LINE}, {"topology_override": True}, ""),
        ({"override_set_in": LINE}, {"topology_override": True}, "override-removed"),
        ({"override_set_in": LINE}, {}, "override-removed"),
        (
            {"topology_override": False, "override_set_in": LINE},
            {"topology_override": True},
            "override-not-loaded",
        ),
        ({"topology_override": False}, {"topology_override": True}, "override-differs"),
        ({"topology_override": True}, {"topology_override": True}, ""),
    ],
)
def test_the_drivers_check_of_the_way_to_adapters(third, usual, cause):
    assert overridden(third, usual).cause == cause


def test_without_an_adapter_no_way_to_it_matters():
    snap = cluster(gpus(override_set_in=LINE))
    with_fact(snap, "node1", Rdma())
    assert lone_finding(snap, "adapter-topology-is-accepted", "node1").outcome.value == "skip"
