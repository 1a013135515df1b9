"""What treats RoCE's packets, and the software of EFA, on nodes of which the third is different."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.facts.environment import Environment
from checks.facts.rdma import Rdma, RdmaDevice, RdmaPort
from checks.node.probe import rdma as probe
from tests.support.snapshots import judged, snapshot, with_fact

NODES = ("node1", "node2", "node3")
WELL = {"trust": "dscp", "pfc": "0,0,0,1,0,0,0,0", "traffic-class": "106"}
EFA = {"installer": "1.43.2", "libfabric": "2.1.0", "plugin": "1.16.2", "driver": "2.17.2"}


def judged_alike(check: str, usual: Rdma, third: Rdma):
    snap = snapshot(NODES)
    for name in NODES:
        with_fact(snap, name, usual if name != "node3" else third)
        with_fact(snap, name, Environment())
    found = judged(snap, check)
    assert not found["node1",].cause or found["node3",].cause
    return found["node3",]


def roce(quality, device="mlx5_0") -> Rdma:
    port = RdmaPort(
        *(1, "4: ACTIVE", "5: LinkUp", "400 Gb/sec", "Ethernet"),
        netdev="ens1",
        mtu=9000,
        quality=quality,
        gids=4,
    )
    return Rdma((RdmaDevice(device, ports=(port,)),), "/lib/libibverbs.so.1", {"/dev/u": True})


@pytest.mark.parametrize(
    ("changes", "cause", "command"),
    [
        ({}, "", ""),
        ({"trust": "pcp"}, "quality-differs", "mlnx_qos -i ens1 --trust dscp"),
        ({"pfc": "0,0,0,0,0,0,0,0"}, "quality-differs", "--pfc 0,0,0,1,0,0,0,0"),
        (
            {"traffic-class": "0"},
            "quality-differs",
            "echo 106 > /sys/class/infiniband/mlx5_0/tc/1/traffic_class",
        ),
    ],
)
def test_one_node_treats_roce_otherwise(changes, cause, command):
    found = judged_alike("nccl.roce-quality-is-equal", roce(WELL), roce({**WELL, **changes}))
    assert found.cause == cause and not found.stops
    assert command in (found.fix.command if found.fix else "")


def test_a_driver_that_shows_nothing_is_not_judged():
    found = judged_alike("nccl.roce-quality-is-equal", roce(WELL), roce({}))
    assert found.outcome.value == "skip"


def efa(**changes) -> Rdma:
    versions = {part: version for part, version in {**EFA, **changes}.items() if version}
    return Rdma((RdmaDevice("rdmap0s6", driver=("efa", versions.get("driver", ""))),), efa=versions)


@pytest.mark.parametrize(
    ("usual", "third", "cause"),
    [
        ({}, {}, ""),
        ({}, {"plugin": "1.14.0"}, "efa-differs"),
        ({}, {"libfabric": "1.22.0"}, "efa-differs"),
        ({}, {"driver": "2.13.0"}, "efa-differs"),
        ({}, {"plugin": ""}, ""),
        ({"libfabric": "1.19.0"}, {"libfabric": "1.19.0"}, "efa-too-old"),
        ({"installer": "1.28.0"}, {"installer": "1.28.0"}, "efa-too-old"),
    ],
)
def test_the_software_of_efa(usual, third, cause):
    assert judged_alike("nccl.efa-software-is-equal", efa(**usual), efa(**third)).cause == cause


def test_the_fix_installs_what_most_nodes_have():
    found = judged_alike("nccl.efa-software-is-equal", efa(), efa(installer="1.40.0"))
    assert "aws-efa-installer-1.43.2.tar.gz" in found.fix.command


def test_a_node_without_efa_has_none_of_its_software():
    assert judged_alike("nccl.efa-software-is-equal", efa(), Rdma()).outcome.value == "skip"


def test_what_the_driver_shows_of_a_port(monkeypatch: pytest.MonkeyPatch):
    files = {
        "/sys/class/net/ens1/qos/trust": "dscp",
        "/sys/class/net/ens1/qos/pfc": "0 0 0 1 0 0 0 0",
        "/sys/class/infiniband/mlx5_0/tc/1/traffic_class": "Global tclass=106\n1: tclass=5",
    }
    monkeypatch.setattr(probe, "read_file", lambda path, other=None: files.get(path, other))
    assert probe.port_quality("mlx5_0", "1", "ens1") == WELL
    assert probe.port_quality("mlx5_1", "1", None) == {}


def test_the_file_that_the_installer_writes_is_read(tmp_path: Path):
    packages, module = tmp_path / "packages", tmp_path / "version"
    packages.write_text(
        "# EFA installer version: 1.43.2\n# Debug packages installed: no\n# Packages installed:\n"
        "efa-config_1.18_all libfabric-aws-bin_2.1.0amzn5.0_amd64 "
        "libfabric1-aws_2.1.0amzn5.0_amd64 "
        "libnccl-ofi-ngc_1.16.2-1_amd64 openmpi40-aws_4.1.7-2_amd64\n"
    )
    module.write_text("2.17.2g\n")
    assert probe.efa_software(str(packages), str(module)) == EFA
    assert probe.efa_software(str(tmp_path / "none"), str(tmp_path / "none")) == {}
