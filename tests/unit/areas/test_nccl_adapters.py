"""Adapters, their links and what NCCL is told about them, over hand-made facts."""

import dataclasses

import pytest

from checks.facts import ClusterView, decode_fact
from checks.facts.environment import Environment
from checks.facts.rdma import LaterRdmaCounters, Rdma, RdmaCounters, RdmaDevice
from checks.knowledge.nccl_transport import expected_transport
from checks.model import Outcome
from checks.node.probe import rdma as section
from tests.support.networks import ACTIVE, ROCE, cluster, interfaces, rdma
from tests.support.snapshots import judged, with_fact

NAMES = ("node1", "node2", "node3")
PCIE = ("32.0 GT/s PCIe", "32.0 GT/s PCIe", "16", "16")


def card(**fields):
    defaults = {
        "board_id": "MT_0838",
        "fw_ver": "28.39",
        "driver": ("mlx5_core", "24.04"),
        "pcie": PCIE,
        "ports": (ACTIVE,),
    }
    return RdmaDevice("mlx5_0", **{**defaults, **fields})


def having(*devices):
    return Rdma(devices, "/usr/lib/libibverbs.so.1", {"/dev/infiniband/uverbs0": True})


def with_cards(apart=None, usual=None, **job):
    snap = cluster(**job)
    for name in NAMES:
        with_fact(snap, name, having(apart if apart and name == "node2" else usual or card()))
    return snap


def finding(check, snap, node="node2"):
    return judged(snap, f"nccl.{check}")[(node,)]


def accused(check, snap):
    return [who[0] for who, finding in judged(snap, f"nccl.{check}").items() if finding.cause]


def set_on(snap, node, **variables):
    return with_fact(snap, node, Environment(shell=variables))


def set_everywhere(snap, **variables):
    for name in NAMES:
        set_on(snap, name, **variables)
    return snap


@pytest.mark.parametrize(
    ("check", "apart", "cause"),
    [
        ("adapters-run-one-firmware", {"fw_ver": "20.31"}, "firmware-differs"),
        ("adapters-run-one-firmware", {"driver": ("mlx5_core", "")}, "driver-differs"),
        ("adapters-run-one-firmware", {"fw_ver": "20.31", "board_id": "MT_0223"}, ""),
        ("adapters-run-one-firmware", {"fw_ver": None, "driver": None}, ""),
        ("adapters-have-their-pcie-lanes", {"pcie": (PCIE[0], PCIE[1], "8", "16")}, "pcie-narrow"),
        (
            "adapters-have-their-pcie-lanes",
            {"pcie": ("8.0 GT/s", PCIE[1], "16", "16")},
            "pcie-narrow",
        ),
        ("adapters-have-their-pcie-lanes", {"pcie": ("8.0 GT/s", "8.0 GT/s", "8", "8")}, ""),
        ("adapters-have-their-pcie-lanes", {"pcie": None}, ""),
        ("adapters-have-their-pcie-lanes", {"pcie": ("Unknown", "Unknown", "0", "255")}, ""),
    ],
)
def test_one_adapter_apart(check, apart, cause):
    snap = with_cards(card(**apart))
    assert finding(check, snap).cause == cause
    assert accused(check, snap) == (["node2"] if cause else [])


def test_adapters_that_are_all_in_a_narrow_slot_are_let_be():
    snap = with_cards(usual=card(pcie=(PCIE[0], PCIE[1], "8", "16")))
    assert finding("adapters-have-their-pcie-lanes", snap).outcome is Outcome.PASS


def test_a_port_that_is_slow_or_of_another_kind():
    check = "ports-are-as-fast-as-others"
    slow = dataclasses.replace(ACTIVE, rate="50 Gb/sec (2X EDR)")
    assert accused(check, with_cards(card(ports=(slow,)))) == ["node2"]
    assert finding(check, with_cards(card(ports=(slow,)))).cause == "port-slow"
    assert accused(check, with_cards(usual=card(ports=(slow,)))) == []
    other_card = card(ports=(slow,), board_id="MT_0223")
    assert accused(check, with_cards(other_card)) == []
    two = with_cards()
    ports = (ACTIVE, dataclasses.replace(ACTIVE, number=2))
    for name in NAMES:
        with_fact(two, name, having(card(ports=ports)))
    ethernet = (ACTIVE, dataclasses.replace(ROCE, number=2))
    with_fact(two, "node2", having(card(ports=ethernet)))
    assert finding(check, two).cause == "link-layer-differs"
    assert accused(check, two) == ["node2"]
    silent = (ACTIVE, dataclasses.replace(ACTIVE, number=2, link_layer=None))
    with_fact(two, "node2", having(card(ports=silent)))
    assert accused(check, two) == []


def test_nodes_without_adapters_have_nothing_to_say():
    for check in ("adapters-run-one-firmware", "ports-are-as-fast-as-others",
                  "adapters-have-their-pcie-lanes", "roce-mtu-is-equal",
                  "every-adapter-named-is-there", "gid-index-is-valid"):  # fmt: skip
        assert finding(check, cluster()).outcome is Outcome.SKIP


def rail(mtu):
    return card(ports=(dataclasses.replace(ROCE, netdev="eth1", mtu=mtu),))


def test_packets_of_one_rail():
    check = "roce-mtu-is-equal"
    snap = with_cards(rail(1500), rail(9000))
    assert accused(check, snap) == ["node2"]
    found = finding(check, snap)
    assert (found.cause, found.warned) == ("roce-mtu-differs", True)
    assert "ip link set dev eth1 mtu 9000" in found.fix.command
    assert accused(check, with_cards(rail(4200), rail(9000))) == []
    for name in NAMES:
        with_fact(snap, name, interfaces(("eth1", f"10.0.0.{name[-1]}/24")))
    assert accused(check, snap) == []


def counted(before, after):
    snap = with_cards()
    for name in NAMES:
        grown = after if name == "node2" else before
        with_fact(snap, name, RdmaCounters({"mlx5_0:1": {"symbol_error": before}}))
        with_fact(snap, name, LaterRdmaCounters({"mlx5_0:1": {"symbol_error": grown}}))
    return snap


def test_errors_that_grow_and_errors_that_are_old():
    check = "port-errors-do-not-grow"
    assert accused(check, counted(7, 9)) == ["node2"]
    assert "symbol_error grew by 2" in finding(check, counted(7, 9)).message
    assert finding(check, counted(90000, 90000)).outcome is Outcome.PASS
    assert finding(check, counted(9, 0)).outcome is Outcome.PASS
    none = cluster()
    for name in NAMES:
        with_fact(none, name, RdmaCounters())
        with_fact(none, name, LaterRdmaCounters())
    assert finding(check, none).outcome is Outcome.SKIP


def two_rails():
    snap = cluster()
    for name in NAMES:
        with_fact(snap, name, rdma("mlx5_0", "mlx5_1"))
    return snap


@pytest.mark.parametrize(
    ("value", "cause"),
    [("mlx5_0,mlx5_9", "adapter-missing"), ("=mlx5_0:1,mlx5_1:2", "adapter-missing"),
     ("mlx5", ""), ("^mlx4_0", ""), ("=mlx5_0:1,mlx5_1", ""), ("mlx5_0,mlx5_1:1:0", "")],
)  # fmt: skip
def test_names_in_the_list_of_adapters(value, cause):
    snap = set_everywhere(two_rails(), NCCL_IB_HCA=value)
    assert finding("every-adapter-named-is-there", snap).cause == cause


def test_a_node_that_uses_fewer_rails():
    snap = set_on(two_rails(), "node2", NCCL_IB_HCA="mlx5_0")
    assert finding("every-adapter-named-is-there", snap).cause == "rails-differ"
    assert accused("every-adapter-named-is-there", snap) == ["node2"]
    everywhere = set_everywhere(two_rails(), NCCL_IB_HCA="mlx5_0")
    assert accused("every-adapter-named-is-there", everywhere) == []


def gids(**kinds):
    types = {index.removeprefix("at"): kind for index, kind in kinds.items()}
    return card(ports=(dataclasses.replace(ROCE, gid_types=types),))


FULL = {"at0": "IB/RoCE v1", "at1": "RoCE v2", "at2": "IB/RoCE v1", "at3": "RoCE v2"}


@pytest.mark.parametrize(
    ("value", "cause"),
    [("3", ""), ("1", ""), ("2", "gid-not-v2"), ("5", "gid-missing"), ("-1", ""), ("x", "")],
)
def test_gid_index(value, cause):
    snap = set_everywhere(with_cards(usual=gids(**FULL)), NCCL_IB_GID_INDEX=value)
    found = finding("gid-index-is-valid", snap)
    assert found.cause == cause
    assert found.stops is (cause == "gid-missing")


def test_gid_index_that_fits_one_node_and_not_the_other():
    snap = with_cards(gids(at0="IB/RoCE v1", at1="RoCE v2"), gids(**FULL))
    set_everywhere(snap, NCCL_IB_GID_INDEX="3")
    assert accused("gid-index-is-valid", snap) == ["node2"]
    silent = set_everywhere(with_cards(usual=card(ports=(ROCE,))), NCCL_IB_GID_INDEX="3")
    assert finding("gid-index-is-valid", silent).outcome is Outcome.PASS
    infiniband = set_everywhere(with_cards(), NCCL_IB_GID_INDEX="3")
    assert finding("gid-index-is-valid", infiniband).outcome is Outcome.SKIP


def test_the_network_that_is_named():
    check = "network-named-is-there"
    assert finding(check, set_on(cluster(), "node2", NCCL_NET="IB")).stops
    assert finding(check, set_on(two_rails(), "node2", NCCL_NET="IB")).outcome is Outcome.PASS
    plugin = set_on(cluster(), "node2", NCCL_NET="AWS Libfabric")
    assert finding(check, plugin).outcome is Outcome.SKIP


def test_what_keeps_nccl_from_its_adapters():
    socket = set_everywhere(two_rails(), NCCL_NET="Socket")
    assert finding("infiniband-is-not-disabled", socket).cause == "ib-disabled"
    misread = set_everywhere(two_rails(), NCCL_IB_DISABLE="true")
    assert finding("infiniband-is-not-disabled", misread).outcome is Outcome.PASS
    assert expected_transport(ClusterView(misread)["node2"]).kind == "InfiniBand"


def test_the_section_reads_counters_drivers_and_links(tmp_path, monkeypatch):
    device = tmp_path / "mlx5_0"
    (device / "ports/1/counters").mkdir(parents=True)
    (device / "ports/1/counters/symbol_error").write_text("3\n")
    (device / "ports/1/counters/link_downed").write_text("N/A\n")
    (device / "ports/1/gids").mkdir()
    (device / "ports/1/gids/0").write_text("fe80:0000:0000:0000:0000:0000:0000:0001\n")
    (device / "device").mkdir()
    for name, word in zip(
        ("current_link_speed", "max_link_speed", "current_link_width", "max_link_width"),
        ("16.0 GT/s PCIe", "32.0 GT/s PCIe", "8", "16"),
        strict=True,
    ):
        (device / "device" / name).write_text(word + "\n")
    monkeypatch.setattr(section, "SYSFS", str(tmp_path))
    assert section.rdma_counters({}) == {"ports": {"mlx5_0:1": {"symbol_error": 3}}}
    found = decode_fact(Rdma, section.rdma({})).devices[0]
    assert found.pcie_gbps == (128.0, 512.0)
    assert found.driver is None
    assert found.ports[0].gid_types == {"0": ""}
