"""What is read from NCCL's debug output, over what its versions printed at other people's sites."""

from __future__ import annotations

import re

import pytest

from checks.knowledge.nccl_output import KEPT_OUTPUT, NcclUsage, parse_nccl_output
from tests.support.paths import RECORDED

FOLDER = RECORDED / "nccl"
LOGS = sorted(path.stem for path in FOLDER.glob("*.log"))
EIGHT = tuple(f"mlx5_{number}:1" for number in range(8))


def lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.log").read_text(encoding="utf-8").splitlines()


def kept(name: str) -> list[str]:
    """As a node sends them: what matches of each line."""
    found = (re.search(KEPT_OUTPUT, line) for line in lines(name))
    return list(dict.fromkeys(entry[0] for entry in found if entry))


def log(name: str) -> NcclUsage:
    return parse_nccl_output(lines(name))


@pytest.mark.parametrize("name", LOGS)
def test_what_a_node_keeps_says_the_same_as_the_whole_log(name: str):
    assert parse_nccl_output(kept(name)) == log(name) != NcclUsage()


@pytest.mark.parametrize(
    ("name", "version", "cuda", "network", "way"),
    [
        ("2.4.7-infiniband", "2.4.7", "10.0", "IB", "InfiniBand"),
        ("2.7.8-roce-without-gpudirect", "2.7.8", "11.0", "IB", "RoCE"),
        ("2.11.4-told-to-use-sockets", "2.11.4", "11.4", "Socket", "sockets"),
        ("2.17.1-plugin-finds-no-device", "2.17.1", "12.1", "Socket", "sockets"),
        ("2.18.3-no-verbs-library", "2.18.3", "12.2", "Socket", "sockets"),
        ("2.18.5-roce-by-list", "2.18.5", "12.0", "IB", "RoCE"),
        ("2.19.3-roce", "2.19.3", "12.3", "IB", "RoCE"),
        ("2.21.5-no-verbs-library", "2.21.5", "12.4", "Socket", "sockets"),
        ("2.22.3-plugin-with-eight-adapters", "", "", "IBext_v8", "RoCE"),
        ("2.25.1-prefixed-version", "2.25.1", "12.8", "", ""),
        ("2.28-infiniband-assigned", "", "", "IB", "InfiniBand"),
        ("2.28.3-ofi-plugin", "2.28.3", "12.9", "AWS Libfabric", "AWS Libfabric"),
        ("sharp-plugin", "", "", "IBext", "InfiniBand"),
    ],
)
def test_version_and_network(name: str, version: str, cuda: str, network: str, way: str):
    found = log(name)
    assert (found.version, found.cuda, found.network, found.way) == (version, cuda, network, way)


@pytest.mark.parametrize(
    ("name", "adapters"),
    [
        ("2.4.7-infiniband", ("mlx5_0:1",)),
        ("2.19.3-roce", ("mlx5_10:1", "mlx5_11:1")),
        ("2.22.3-plugin-with-eight-adapters", EIGHT),
        ("sharp-plugin", ("mlx5_0:1", "mlx5_1:1", "mlx5_4:1", "mlx5_5:1")),
        ("2.18.3-no-verbs-library", ()),
    ],
)
def test_adapters(name: str, adapters: tuple[str, ...]):
    assert log(name).adapters == adapters


def test_rails_planes_and_data_direct_are_no_part_of_an_adapters_name():
    line = "NCCL INFO NET/IB : Using [0]mlx5_0_dma:1:0:1/IB [1]mlx5_3:2::1/RoCE [RO]; OOB eth0:1<0>"
    found = parse_nccl_output([line])
    assert found.adapters == ("mlx5_0:1", "mlx5_3:2")
    assert found.kinds == {"InfiniBand", "RoCE"}


def test_interfaces_of_sockets():
    assert log("2.18.3-no-verbs-library").interfaces == ("ens4",)
    assert log("2.17.1-plugin-finds-no-device").interfaces[3:] == ("bond0", "virbr0")
    assert log("2.7.8-roce-without-gpudirect").bootstrap == "ens192f1"
    assert log("2.25.1-prefixed-version").bootstrap == "eth0"


def test_gpudirect_is_told_by_each_way_to_another_node():
    assert set(log("gpudirect-between-nodes").direct) == {True}
    assert set(log("2.7.8-roce-without-gpudirect").direct) == {False}
    assert log("2.19.3-roce").direct == ()
    newer = "Channel 00/0 : 8[0] -> 0[0] [receive] via NET/IB/0(8)/GDRDMA(PCI)/Shared"
    assert parse_nccl_output([f"NCCL INFO {newer}"]).direct == (True,)


def test_why_sockets_were_taken():
    assert log("2.18.3-no-verbs-library").no_verbs
    assert parse_nccl_output(["NCCL INFO Count not open libibverbs.so.1"]).no_verbs
    assert log("2.17.1-plugin-finds-no-device").no_device
    assert log("container-may-not-open-the-device").unopened == ("mlx5_bond_0",)
    assert ("NCCL_IB_HCA", "mlx5_4") in log("2.18.5-roce-by-list").obeyed
    assert ("NCCL_IB_DISABLE", "0") in log("2.28-infiniband-assigned").obeyed


def test_plugins_that_serve_and_that_do_not():
    assert log("2.28.3-ofi-plugin").plugin == "OFI"
    assert log("sharp-plugin").plugin == "IBext"
    assert not any(log(name).unloaded for name in LOGS)
    line = "NCCL INFO NET/Plugin: libnccl-net.so: /usr/lib/libnccl-net.so: undefined symbol: fi_x"
    assert parse_nccl_output([line]).unloaded
    assert parse_nccl_output(["NCCL INFO Failed to initialize NET plugin AWS Libfabric"]).unloaded
    assert not parse_nccl_output(["NCCL INFO Failed to initialize NET plugin IB"]).unloaded


def test_warnings_are_kept_with_their_words():
    warned = ("Call to ibv_modify_qp failed with error Network is unreachable",)
    assert log("2.19.3-roce").warnings == warned
    assert log("2.18.5-roce-by-list").driver == "12.2"


def test_silence_is_told_as_such():
    assert parse_nccl_output([]) == NcclUsage()
