"""What is taken from the kernel's log: complaints with their age, from wherever it may be read."""

from __future__ import annotations

import os
import time

import pytest

from checks.facts.decode import decode_fact
from checks.facts.kernel_log import KernelLog
from checks.node.probe import kernel_log as probe

XID = "NVRM: Xid (PCI:0000:3b:00): {}, pid='<unknown>', name=<unknown>, GPU has fallen off the bus."


def record(text: str, age_s: float = 60.0) -> str:
    """As /dev/kmsg gives it, with a line of its dictionary."""
    at = int((time.monotonic() - age_s) * 1e6)
    return f"3,48505,{at},-;{text}\n SUBSYSTEM=pci\n"


@pytest.fixture
def said(tmp_path, monkeypatch):
    def say(*lines: str) -> KernelLog:
        (tmp_path / "kmsg").write_text("".join(lines))
        monkeypatch.setattr(probe, "KMSG", str(tmp_path / "kmsg"))
        monkeypatch.setattr(probe, "by_kmsg", lambda: by_kmsg(str(tmp_path / "kmsg")))
        return decode_fact(KernelLog, probe.kernel_log({}))

    by_kmsg = probe.by_kmsg
    return say


def test_a_complaint_is_told_with_its_age(said):
    log = said(record("eth0: renamed from veth1", 900), record(XID.format(79), 600))
    (message,) = log.messages
    assert (message.kind, log.readable, log.reason) == ("xid", True, "")
    assert 599 < message.age_s < 660
    assert message.text.startswith("NVRM: Xid (PCI:0000:3b:00): 79")
    assert 899 < log.back_s < 960


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("sxid", "nvidia-nvswitch3: SXid (PCI:0000:c1:00.0): 20034, Fatal, Link 32 LTSSM Fault Up"),
        ("nvrm", "NVRM: GPU 0000:3b:00.0: RmInitAdapter failed! (0x62:0x40:2393)"),
        ("hung-task", "INFO: task python:4242 blocked for more than 120 seconds."),
        ("soft-lockup", "watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [python:4242]"),
        ("page-allocation", "python: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL)"),
        ("oom", "Out of memory: Killed process 4242 (python) total-vm:1kB"),
        ("oom", "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/"),
        ("machine-check", "mce: [Hardware Error]: Machine check events logged"),
        ("machine-check", "EDAC MC0: 1 CE memory read error on CPU_SrcID#0"),
        ("pcie", "pcieport 0000:00:01.0: PCIe Bus Error: severity=Uncorrectable (Fatal)"),
        ("nfs", "nfs: server store not responding, still trying"),
        ("io", "blk_update_request: I/O error, dev sda, sector 8"),
        ("mlx5", "mlx5_core 0000:5e:00.0: poll_health:800:(pid 0): Fatal error 1 detected"),
        ("link-down", "mlx5_core 0000:5e:00.0 ens3f0: Link down"),
        ("link-down", "ixgbe 0000:01:00.0 eth0: NIC Link is Down"),
        ("link-down", "eth0: lost carrier"),
    ],
)
def test_each_kind_is_known(said, kind, text):
    assert [message.kind for message in said(record(text)).messages] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "mlx5_core 0000:5e:00.0: firmware version: 20.31.1014",
        "mlx5_core 0000:5e:00.0 ens3f0: Link up",
        "EDAC MC: Ver: 3.0.0",
        "nvidia-nvlink: Nvlink Core is being initialized, major device number 510",
        "nfs: server store OK",
        "br0: port 2(node1) entered disabled state",
    ],
)
def test_ordinary_words_are_no_complaint(said, text):
    log = said(record(text))
    assert log.readable
    assert not log.messages


def test_what_is_older_than_two_hours_is_left_out(said):
    assert not said(record(XID.format(79), 2 * 3600 + 5)).messages


def test_the_flood_of_one_code_does_not_wash_another_away(said):
    log = said(record(XID.format(79), 100), *[record(XID.format(13), 50)] * 2000)
    texts = [message.text for message in log.of("xid")]
    assert sum("): 79," in text for text in texts) == 1
    assert sum("): 13," in text for text in texts) == probe.PER_KEY


def test_a_container_is_not_shown_the_log_of_its_host(tmp_path, monkeypatch):
    def absent():
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(probe, "by_kmsg", absent)
    monkeypatch.setattr(probe, "FIRST_PID_NAMESPACE", 1)
    log = decode_fact(KernelLog, probe.kernel_log({}))
    assert not log.readable
    assert log.reason == "/dev/kmsg: No such file or directory; this is a container"


@pytest.mark.parametrize(
    ("command", "form", "line"),
    [
        ("dmesg", probe.RAW, "<3>[  120.500000] Out of memory: Killed process 1 (x)"),
        ("journalctl", probe.JOURNAL, "[  120.500000] host kernel: Out of memory: Killed process"),
    ],
)
def test_dmesg_and_the_journal_stand_in(tmp_path, monkeypatch, command, form, line):
    (tmp_path / command).write_text(f"#!/bin/sh\necho '{line}'\n")
    (tmp_path / command).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    ((at, text),) = probe.by_command([command], form)
    assert at == 120.5
    assert text.startswith("Out of memory: Killed process")


def test_a_command_that_shows_nothing_is_no_answer(tmp_path, monkeypatch):
    (tmp_path / "dmesg").write_text(
        "#!/bin/sh\necho 'dmesg: read kernel buffer failed: Operation not permitted' >&2; exit 1\n"
    )
    (tmp_path / "dmesg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(probe.Undetermined, match="Operation not permitted"):
        probe.by_command(["dmesg", "-r"], probe.RAW)
