"""What the ranks used against what the nodes have: NCCL's recorded words on hand-made hardware."""

from __future__ import annotations

import dataclasses

import pytest

from checks.facts.environment import Environment
from checks.facts.rendezvous import Rendezvous, RendezvousRank, RendezvousReport
from checks.facts.snapshot import Snapshot
from tests.support.networks import ACTIVE, ROCE, cluster, interfaces, rdma
from tests.support.paths import RECORDED
from tests.support.snapshots import judged, with_fact

CHECK = "collective.ranks-use-the-fastest-transport"
FOLDER = RECORDED / "nccl"
NAMES = ("node1", "node2", "node3")
OVER_IB = (
    "NCCL INFO NET/IB : Using [0]mlx5_0:1/IB [RO]; OOB eth0:10.0.0.1<0>",
    "NCCL INFO Using network IB",
    "NCCL INFO NCCL version 2.27.3+cuda12.9",
)
SOCKETS = ("NCCL INFO NET/Socket : Using [0]eth0:10.0.0.1<0>", "NCCL INFO Using network Socket")
DIRECT = "NCCL INFO Channel 00/0 : 0[0] -> 1[0] [send] via NET/IB/0/GDRDMA"
HOST = "NCCL INFO Channel 00/0 : 0[0] -> 1[0] [send] via NET/IB/0"


def log(name: str) -> tuple[str, ...]:
    return tuple((FOLDER / f"{name}.log").read_text(encoding="utf-8").splitlines())


def ranks(*lines: str, backend: str = "nccl", addresses: tuple[str, ...] = ()) -> Rendezvous:
    one = RendezvousRank(0, 0, 1.0, RendezvousReport("done", addresses=addresses), lines)
    return Rendezvous(torch="2.5", backend=backend, world=3, ranks=(one,))


def having(device: str = "", *last: str, usual: tuple[str, ...] = OVER_IB, **job) -> Snapshot:
    """Three nodes with such an adapter, the last of which said `last`."""
    snap = cluster(**job)
    for name in NAMES:
        if device:
            with_fact(snap, name, rdma(device))
        with_fact(snap, name, ranks(*(last if last and name == "node3" else usual)))
    return snap


def outcomes(snap: Snapshot) -> list[str]:
    return [finding.cause or finding.outcome.value for finding in judged(snap, CHECK).values()]


def message(snap: Snapshot, name: str = "node3") -> str:
    return judged(snap, CHECK)[(name,)].message


def fix_note(snap: Snapshot) -> str:
    return judged(snap, CHECK)[("node3",)].fix.note


def test_what_was_used_is_told():
    snap = having("mlx5_0")
    assert outcomes(snap) == ["pass"] * 3
    assert message(snap) == "1 ranks of node3 over InfiniBand: mlx5_0:1; NCCL 2.27.3"


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("2.18.3-no-verbs-library", "no-library"),
        ("2.21.5-no-verbs-library", "no-library"),
        ("2.17.1-plugin-finds-no-device", "no-device"),
        ("container-may-not-open-the-device", "no-access"),
        ("2.11.4-told-to-use-sockets", "unexplained"),
    ],
)
def test_a_node_on_sockets_beside_its_adapter_is_told_with_what_nccl_said(name: str, cause: str):
    snap = having("mlx5_0", *log(name))
    assert outcomes(snap) == ["pass", "pass", cause]
    assert "uses sockets" in message(snap)
    assert "although InfiniBand is available (mlx5_0:1 active)" in message(snap)
    assert not judged(snap, CHECK)[("node3",)].stops


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("NCCL INFO NCCL_IB_DISABLE set by environment to 1.", "disabled"),
        ("NCCL INFO NCCL_NET set by environment to Socket", "disabled"),
        ("NCCL INFO NET/Plugin: /opt/libnccl-net.so: undefined symbol: fi_x", "plugin-broken"),
        ("NCCL INFO External network plugin /opt/libnccl-net.so is unsupported", "plugin-broken"),
    ],
)
def test_other_reasons_for_sockets(line: str, cause: str):
    assert outcomes(having("mlx5_0", *SOCKETS, line))[2] == cause


def test_a_list_that_names_no_adapter_there():
    lines = ("NCCL INFO NCCL_IB_HCA set to mlx5_9", "NCCL INFO NET/IB : No device found.")
    assert outcomes(having("mlx5_0", *SOCKETS, *lines))[2] == "hca-unknown"


def test_what_only_a_plugin_can_use_needs_one():
    snap = having("", usual=SOCKETS)
    for name in NAMES:
        port = dataclasses.replace(ACTIVE, link_layer="Unspecified")
        with_fact(snap, name, rdma("rdmap0s6", rdmap0s6=port))
    assert outcomes(snap) == ["plugin-missing"] * 3
    for name in NAMES:
        with_fact(snap, name, ranks(*log("2.28.3-ofi-plugin")))
    assert outcomes(snap) == ["pass"] * 3
    assert "over AWS Libfabric: a plugin" in message(snap)


def test_sockets_are_right_where_there_is_nothing_else():
    snap = having("", usual=SOCKETS)
    assert outcomes(snap) == ["pass"] * 3
    assert message(snap) == "1 ranks of node3 over sockets: eth0"


def test_sockets_that_another_check_explains_are_skipped():
    asked = having("mlx5_0", usual=SOCKETS, env={"NCCL_IB_DISABLE": "1"})
    assert outcomes(asked) == ["skip"] * 3
    assert "nccl.infiniband-is-not-disabled" in message(asked)
    own = having("mlx5_0", usual=SOCKETS)
    with_fact(own, "node3", Environment(shell={"NCCL_IB_HCA": "mlx5_9"}))
    assert outcomes(own) == ["skip"] * 3
    assert "nccl.infiniband-is-usable" in message(own)
    assert "nothing else on node3" in message(own, "node1")


def test_ports_that_nccl_leaves_out():
    snap = having()
    for name in NAMES:
        with_fact(snap, name, rdma("mlx5_0", "mlx5_1"))
    assert outcomes(snap) == ["adapters-left-out"] * 3
    assert "uses 1 of 2 active ports of node3, not mlx5_1:1" in message(snap)
    for name in NAMES:
        with_fact(snap, name, rdma("mlx5_0", "mlx5_1", mlx5_1=ROCE))
    assert outcomes(snap) == ["pass"] * 3


def test_sockets_on_another_interface():
    other = ("NCCL INFO NET/Socket : Using [0]ib9:10.9.0.1<0>", SOCKETS[1])
    snap = having("", *other, usual=SOCKETS)
    assert outcomes(snap) == ["pass", "pass", "other-interface"]
    assert "use ib9; expected eth0" in message(snap)
    assert 'NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME = "eth0"' in fix_note(snap)
    with_fact(snap, "node2", interfaces(("ens5", "10.0.0.2/24")))
    assert "leave NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME out" in fix_note(snap)
    wanted = having("", *other, usual=SOCKETS, env={"NCCL_SOCKET_IFNAME": "eth0,ib9"})
    assert outcomes(wanted) == ["pass"] * 3


def test_one_node_without_gpudirect_among_nodes_that_have_it():
    snap = having("mlx5_0", *OVER_IB, HOST, usual=(*OVER_IB, DIRECT))
    assert outcomes(snap) == ["pass", "pass", "no-gpudirect"]
    assert ", GPUDirect" in message(snap, "node1")
    nowhere = having("mlx5_0", usual=(*OVER_IB, HOST))
    assert outcomes(nowhere) == ["pass"] * 3
    assert "without GPUDirect" in message(nowhere)


def test_gloo_is_held_to_the_addresses_of_its_connections():
    snap = having()
    for number, name in enumerate(NAMES, 1):
        with_fact(snap, name, ranks(backend="gloo", addresses=(f"10.0.0.{number}",)))
    assert outcomes(snap) == ["pass"] * 3
    assert message(snap) == "gloo over eth0"
    with_fact(snap, "node3", ranks(backend="gloo", addresses=("127.0.0.1",)))
    assert outcomes(snap)[2] == "other-interface"
    with_fact(snap, "node3", ranks(backend="gloo"))
    assert outcomes(snap)[2] == "unknown"


def test_silence_of_nccl_is_no_pass():
    assert outcomes(having("mlx5_0", "NCCL INFO cudaDriverVersion 12080"))[2] == "unknown"


def test_where_nobody_met_another_check_speaks():
    snap = having("mlx5_0")
    with_fact(snap, "node3", Rendezvous(error="ImportError"))
    assert outcomes(snap) == ["pass", "pass", "skip"]
    failed = Rendezvous(
        torch="2.5",
        backend="nccl",
        world=3,
        ranks=(RendezvousRank(0, 1, 9.0, RendezvousReport("group")),),
    )
    assert outcomes(with_fact(snap, "node3", failed))[2] == "skip"
