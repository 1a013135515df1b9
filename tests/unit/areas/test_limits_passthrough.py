"""Ways between devices: an IOMMU that translates, switch ports that redirect."""

from __future__ import annotations

import dataclasses
import os
import struct

from checks.facts.passthrough import Passthrough, PciDevice
from checks.model import Outcome
from checks.node.probe import passthrough as passthrough_probe
from tests.support.machines import accused, machine, nodes
from tests.support.snapshots import judged

GPU, NIC = PciDevice("0000:13:00.0", "gpu", "DMA"), PciDevice("0000:14:00.0", "adapter", "DMA-FQ")
PASSED = dataclasses.replace(NIC, domain="identity")


def test_a_translating_iommu():
    check = "iommu-passes-through"
    found = {"node2": "iommu-translates"}
    assert accused(nodes(("node2", Passthrough((NIC,)))), check) == found
    assert accused(nodes(("node2", Passthrough((PASSED,)))), check) == {}
    assert accused(nodes(("node2", Passthrough((GPU,)))), check) == {}, "one GPU meets nobody"
    virtual = (("node2", Passthrough((NIC,))), ("node2", machine(virtual=True)))
    assert accused(nodes(*virtual), check) == {}
    grace = (("node2", Passthrough((NIC,))), ("node2", machine(architecture="aarch64")))
    assert accused(nodes(*grace), check) == {}


def test_an_iommu_of_an_old_kernel_is_judged_by_its_command_line():
    silent = dataclasses.replace(NIC, domain=None)
    on = Passthrough((silent,), options=("intel_iommu=on",))
    assert accused(nodes(("node2", on)), "iommu-passes-through") == {"node2": "iommu-translates"}
    passing = Passthrough((silent,), options=("intel_iommu=on", "iommu=pt"))
    assert accused(nodes(("node2", passing)), "iommu-passes-through") == {}


def test_acs():
    port = "0000:12:00.0"
    snap = nodes(("node2", Passthrough((PASSED,), {port: True, "0000:12:01.0": False})))
    assert accused(snap, "acs-is-off") == {"node2": "acs-on"}
    fix = judged(snap, "limits.acs-is-off")["node2",].fix
    assert f"for p in {port}; do setpci" in fix.command
    assert accused(nodes(("node2", Passthrough((PASSED,), {port: False}))), "acs-is-off") == {}
    hidden = nodes(("node2", Passthrough((PASSED,), {port: None})))
    assert judged(hidden, "limits.acs-is-off")["node2",].outcome is Outcome.SKIP


def test_acs_is_read_from_the_extended_capabilities(tmp_path):
    space = bytearray(4096)
    struct.pack_into("<I", space, 0x100, 0x0001 | (1 << 16) | (0x148 << 20))
    struct.pack_into("<IHH", space, 0x148, 0x000D | (1 << 16), 0x1F, 0x1D)
    (tmp_path / "config").write_bytes(space)
    assert passthrough_probe.redirects_to_root(str(tmp_path)) is True
    struct.pack_into("<H", space, 0x14E, 0x0001)
    (tmp_path / "config").write_bytes(space)
    assert passthrough_probe.redirects_to_root(str(tmp_path)) is False
    (tmp_path / "config").write_bytes(space[:64])
    assert passthrough_probe.redirects_to_root(str(tmp_path)) is None, (
        "what other logins than root's read"
    )
    (tmp_path / "config").write_bytes(b"\xff" * 4096)
    assert passthrough_probe.redirects_to_root(str(tmp_path)) is False, (
        "a device that fell off the bus"
    )


def test_switch_ports_are_those_between_root_port_and_device(tmp_path):
    device = tmp_path / "pci0000:10/0000:10:00.0/0000:11:00.0/0000:12:00.0/0000:13:00.0"
    device.mkdir(parents=True)
    ports = passthrough_probe.switch_ports(str(device))
    assert [os.path.basename(port) for port in ports] == ["0000:11:00.0", "0000:12:00.0"]
