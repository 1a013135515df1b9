"""The RDMA section over sysfs trees of Mellanox and Omni-Path adapters, whole and broken."""

import json

import pytest

from checks.facts import decode_fact
from checks.facts.rdma import Rdma
from checks.knowledge.nccl_transport import port_kind
from checks.node.probe import rdma as section
from tests.support.paths import RECORDED

DATA = RECORDED / "infiniband"


def put(root, path, content):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content + "\n")


def lines(text, root):
    """One `path content` a line."""
    for line in text.splitlines():
        put(root, *line.split(" ", 1))


@pytest.fixture
def seen(tmp_path, monkeypatch):
    monkeypatch.setattr(section, "SYSFS", str(tmp_path))
    monkeypatch.setattr(section, "VERBS_NODES", str(tmp_path / "dev"))
    return lambda: decode_fact(Rdma, json.loads(json.dumps(section.rdma({}))))


def test_connectx(seen, tmp_path):
    lines((DATA / "connectx7.txt").read_text(), tmp_path)
    found = seen()
    assert [device.name for device in found.devices] == ["mlx5_0", "mlx5_2", "mlx5_10"]
    assert set(found.active) == {"mlx5_0:1", "mlx5_2:1"}
    infiniband, roce = found.ports["mlx5_0:1"], found.ports["mlx5_2:1"]
    assert (infiniband.gids, infiniband.roce_gid, port_kind(infiniband)) == (1, None, "InfiniBand")
    assert roce.roce_gid == "1: fe80:0000:0000:0000:a288:c2ff:fe46:1bd2"
    assert (roce.netdev, roce.gids, port_kind(roce)) == ("ens1f0np0", 4, "RoCE")
    assert found.devices[2].fw_ver == "28.39.2048"


def test_omnipath_without_a_fabric_manager(seen, tmp_path):
    lines((DATA / "omnipath.txt").read_text(), tmp_path)
    found = seen()
    assert found.devices[0].hca_type is None
    assert found.ports["hfi1_0:1"].phys_state == "5: LinkUp"
    assert found.active == {}


def test_missing_files_are_unknown_and_no_tree_is_no_device(seen, tmp_path):
    assert seen().devices == ()
    (tmp_path / "mlx5_0/ports/1").mkdir(parents=True)
    (tmp_path / "mlx5_1").mkdir()
    found = seen()
    port = found.ports["mlx5_0:1"]
    assert (port.state, port.rate, port.link_layer, port.active) == (None, None, None, False)
    assert found.devices[1].ports == ()


def test_device_nodes(seen, tmp_path):
    put(tmp_path / "dev", "uverbs0", "")
    put(tmp_path / "dev", "rdma_cm", "")
    assert dict(seen().uverbs) == {str(tmp_path / "dev/uverbs0"): True}


def test_a_port_that_manages_nvswitches_is_no_adapter(seen, tmp_path):
    """Its vital product data says SMDL=SW_MNG: Fabric Manager User Guide, HGX B200 and B300."""
    lines((DATA / "connectx7.txt").read_text(), tmp_path)
    put(tmp_path, "mlx5_0/device/vpd", "PN P3740 SMDL=SW_MNG")
    found = seen()
    assert found.devices[0].switch_port
    assert "mlx5_0:1" not in found.ports and "mlx5_2:1" in found.active
