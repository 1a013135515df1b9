"""What a fix makes of accelerate's configuration is accepted."""

from __future__ import annotations

import dataclasses
import subprocess

import pytest

from checks.facts import decode_fact
from checks.facts.accelerate_config import AccelerateFile
from checks.model import Outcome
from tests.support.accelerate_files import (
    BESIDE,
    EVERY_NODE,
    FSDP,
    HOSTFILE,
    PDSH,
    STANDARD,
    finding_of,
    snapshot,
)
from tests.support.snapshots import with_fact

MENDED = [
    ("config-is-accepted", STANDARD.replace("num_machines", "num_machnes")),
    ("config-is-accepted", STANDARD + "cloud_of_mine: 1\n"),
    ("config-is-accepted", STANDARD.replace("config_file", "config_fle")),
    ("config-is-accepted", STANDARD + "same_network: true\nrdzv_backend: c10d\n"),
    *(("config-is-accepted", STANDARD.replace(*edit)) for edit, refused in BESIDE if refused),
    ("machine-ranks-are-whole", STANDARD.replace("{rank}", "0")),
    ("machines-and-processes-fit", STANDARD.replace("machines: 3", "machines: 1")),
    ("machines-and-processes-fit", STANDARD.replace("num_machines: 3\n", "").rstrip()),
    ("machines-and-processes-fit", STANDARD.replace("24", "23")),
    ("main-process-is-on-the-head", STANDARD.replace("main_process_ip: 10.0.0.1\n", "")),
    ("port-is-the-checked-one", STANDARD.replace("29500", "1337")),
    ("fsdp-keys-fit", FSDP.replace("fsdp_reshard_after_forward", "fsdp_forward_prefetch")),
    ("hostfile-is-there", PDSH.replace("  deepspeed_hostfile: /run/hostfile\n", "")),
    ("launcher-is-the-checked-one", PDSH.replace("launcher: pdsh", "launcher: slurm")),
]


@pytest.mark.parametrize(("claim", "text"), MENDED, ids=[f"{c}-{i}" for i, (c, _) in enumerate(MENDED)])  # fmt: skip  # noqa: E501
def test_the_fix_fixes_the_file(claim, text, tmp_path):
    every_node = claim in (*EVERY_NODE, "fsdp-keys-fit")
    good = FSDP if claim.startswith("fsdp") else STANDARD
    node = "node2" if every_node else "node1"
    texts = (good, text, good) if every_node else (text,)
    file = tmp_path / "default_config.yaml"
    file.write_text(text.format(rank=1))
    before = snapshot(*texts)
    bad = finding_of(claim, with_fact(before, node, _file(before, node, path=str(file))), node)
    assert bad.outcome is Outcome.FAIL
    subprocess.run(["sh", "-c", bad.fix.command], check=True)
    after = with_fact(before, node, _file(before, node, text=file.read_text(), **_hostfile(file)))
    assert finding_of(claim, after, node).outcome is Outcome.PASS


def _file(snap, node, **changes):
    answer = snap.answer(node, AccelerateFile.section)
    return dataclasses.replace(decode_fact(AccelerateFile, answer.data), **changes)


def _hostfile(file):
    named = "deepspeed_hostfile" in file.read_text()
    return {"hostfile": "/run/hostfile", "hostfile_text": HOSTFILE} if named else {}


def test_the_hostfile_that_the_fix_writes_is_accepted(tmp_path):
    path = tmp_path / "hostfile"
    snap = snapshot(PDSH)
    missing = finding_of("hostfile-is-there", with_fact(snap, "node1", _file(snap, "node1", hostfile=str(path))), "node1")  # fmt: skip  # noqa: E501
    subprocess.run(["sh", "-c", missing.fix.command], check=True)
    snap = snapshot(PDSH, hostfile=path.read_text())
    assert finding_of("hostfile-is-there", snap, "node1").outcome is Outcome.PASS
