"""What the preflight says of releases that are known not to work."""

from __future__ import annotations

import pytest

from checks.facts.machine import Machine
from checks.facts.rdma import Rdma, RdmaDevice
from checks.facts.software import Software
from tests.support.installed import cluster, node2_outcome, outcomes, software
from tests.support.snapshots import judged

CLAIM = "releases-work-together"


def packages(**versions: str) -> dict[str, str]:
    given = {"torch": "2.9.1+cu128", "deepspeed": "0.19.8", "nvidia-nccl-cu12": "2.27.5"}
    return {**given, **{name.replace("_", "-"): version for name, version in versions.items()}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "pass"),
        ({"packages": packages()}, "pass"),
        ({"packages": packages(deepspeed="0.14.0")}, "releases-do-not-fit!"),
        ({"packages": packages(deepspeed="0.15.4")}, "releases-do-not-fit"),
        ({"packages": packages(torch="2.11.0"), "version": "3.13.8"}, "releases-do-not-fit!"),
        ({"packages": packages(torch="2.11.0"), "version": "3.13.9"}, "pass"),
        ({"packages": packages(nvidia_nccl_cu12="2.28.7")}, "broken-release"),
        ({"packages": packages(nvidia_nccl_cu12="2.29.2")}, "pass"),
        (
            {
                "packages": packages(nvidia_nccl_cu12="2.29.2"),
                "abi": "cpython-311-aarch64-linux-gnu",
            },
            "broken-release",
        ),
        ({"packages": packages(peft="0.17.1", transformers="5.1.0")}, "releases-do-not-fit"),
        ({"packages": packages(peft="0.18.0", transformers="5.1.0")}, "pass"),
        ({"packages": packages(nvidia_nccl_cu13="2.28.9"), "cuda": "12.8"}, "cuda-wheels-mixed"),
        ({"packages": packages(), "cuda": "13.0"}, "cuda-wheels-mixed"),
        ({"packages": packages(), "cuda": "12.8"}, "pass"),
    ],
)
def test_known_releases_are_reported_before_the_start(fields, expected):
    everywhere = {"software": software(**{"packages": {}, **fields})}
    assert set(outcomes(CLAIM, cluster(base=everywhere)).values()) == {expected}


def test_rocm_and_the_kernel_are_known_beside_the_packages():
    rocm = {
        "software": software(packages=packages(), hip="6.2.41134"),
        "machine": Machine(kernel="6.8.0-45-generic"),
        "rdma": Rdma((RdmaDevice("mlx5_0", driver=("mlx5_core", "")),)),
    }
    finding = judged(cluster(base=rocm), f"software.{CLAIM}")["node2",]
    assert finding.cause == "releases-do-not-fit" and "GPUDirect" in finding.message
    assert outcomes(CLAIM, cluster(base={**rocm, "rdma": Rdma()}))["node2"] == "pass"


def test_versions_of_one_node_alone_are_left_to_the_comparison_with_the_others():
    old = software(packages=packages(deepspeed="0.14.0"))
    usual = {"software": software(packages=packages())}
    snap = cluster(base=usual, software=old)
    assert outcomes(CLAIM, snap) == {"node1": "pass", "node2": "skip"}
    assert outcomes("versions-are-equal", snap)["node2"] == "versions-differ!"


def test_nothing_is_said_of_an_interpreter_that_does_not_run():
    assert node2_outcome(CLAIM, software=Software("/venv/bin/python", "missing")) == "skip"


def test_the_fix_installs_what_works_and_names_every_row():
    old = software(packages=packages(deepspeed="0.14.0", numpy="2.0.1"))
    finding = judged(cluster(base={"software": old}), f"software.{CLAIM}")["node2",]
    assert "node2 has deepspeed 0.14.0 and torch 2.9.1+cu128" in finding.message
    assert "numpy 2" in finding.message
    assert "-m pip install -U 'deepspeed>=0.16'" in finding.fix.command
    assert set(finding.evidence) >= {"deepspeed-elastic-log", "deepspeed-numpy-2"}


def test_nccl_is_installed_as_the_package_of_its_cuda():
    old = software(packages=packages(nvidia_nccl_cu12="2.28.3"))
    finding = judged(cluster(base={"software": old}), f"software.{CLAIM}")["node2",]
    assert "nvidia-nccl-cu12>=2.28.9" in finding.fix.command


def test_of_two_nccl_packages_the_one_of_another_cuda_goes():
    mixed = software(packages=packages(nvidia_nccl_cu13="2.28.9"), cuda="12.8")
    finding = judged(cluster(base={"software": mixed}), f"software.{CLAIM}")["node2",]
    assert "uninstall -y nvidia-nccl-cu13" in finding.fix.command
    assert "--force-reinstall --no-deps nvidia-nccl-cu12==2.27.5" in finding.fix.command


def test_healthy_nodes_pass():
    assert outcomes(CLAIM, cluster()) == {"node1": "pass", "node2": "pass"}
