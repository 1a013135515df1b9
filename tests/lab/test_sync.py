"""The files of the working directory on real nodes: copied, compared, and run as they are here."""

from __future__ import annotations

import os
import re
import sys

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.launched_runs import run_launcher, wait_until_clean
from tests.support.passed_preflight import pass_preflight

SCRIPT = "from lib import model\nprint('this is', model.VERSION, flush=True)\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with Lab.up(
        LabShape(nodes=2), tmp_path_factory.mktemp("sync"), f"sync-{os.getpid()}", {sys.prefix}
    ) as up:
        yield up


@pytest.fixture
def place(lab, tmp_path):
    """A folder of this machine that no node sees."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/model.py").write_text("VERSION = 1\n")
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "a.log").touch()
    (tmp_path / "launch.toml").write_text(
        f'hosts = "{lab.hosts}"\n[sync]\nexclude = ["/data/"]\n[env]\nOMP_NUM_THREADS = 1\n'
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data/x").touch()
    return tmp_path


def listed(node, place):
    return sorted(node.run(f"cd {place} && find . -type f -o -type l").stdout.split())


def test_files_are_copied_once_and_again_after_an_edit(lab, place):
    copied = ["./.gitignore", "./launch.toml", "./lib/model.py", "./train.py"]
    dry = run_launcher(place, "sync", "--dry-run")
    assert "node[1-2]: 4 files to be copied" in dry.stdout, dry.stderr
    assert "\n  lib/model.py  new\n" in dry.stdout
    assert not listed(lab.node("node1"), place)
    said = run_launcher(place, "sync").stdout
    assert "node[1-2]: 4 files copied" in said
    assert said.endswith(" -m launcher start -- train.py\n")
    assert [listed(node, place) for node in lab.nodes] == [copied, copied]
    assert "node[1-2]: the same files already" in run_launcher(place, "sync").stdout
    lab.node("node2").run(f"echo old >{place}/old.py; echo 1 >{place}/b.log", check=True)
    (place / "lib/model.py").write_text("VERSION = 2\n")
    assert "node[1-2]: 1 file copied" in run_launcher(place, "sync").stdout
    assert "./old.py" in listed(lab.node("node2"), place)
    deleted = run_launcher(place, "sync", "--delete").stdout
    assert "node1: the same files already\nnode2: 1 file deleted" in deleted
    assert listed(lab.node("node2"), place) == sorted([*copied, "./b.log"])


def test_a_node_that_cannot_take_them_is_named_and_nothing_is_copied(lab, place):
    node = lab.node("node2")
    node.run(f"mkdir -p {place}; mount -t tmpfs -o size=8k none {place}", check=True)
    (place / "large").write_bytes(os.urandom(100_000))
    done = run_launcher(place, "sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"node2: {place} has 8192 bytes free, and the files take 100" in done.stderr
    assert "nothing was copied" in done.stderr
    assert not listed(lab.node("node1"), place)
    node.run(f"mount -o remount,ro {place}", check=True)
    assert f"node2: {place} is mounted read-only" in run_launcher(place, "sync").stderr
    node.run(f"umount {place}", check=True)


def test_an_edit_here_stops_the_start_until_the_nodes_have_it(lab, place):
    run_launcher(place, "sync")
    pass_preflight(place)
    (place / "lib/model.py").write_text("VERSION = 3\n")
    stopped = run_launcher(place, "start", "--", "train.py")
    assert stopped.returncode == 3, stopped.stderr
    said = " ".join(stopped.stderr.split())
    assert f"{place}/lib/model.py differs between this machine and node[1-2]" in said
    assert "-m launcher sync" in said
    dry = run_launcher(place, "start", "--sync", "--dry-run", "--", "train.py")
    assert dry.returncode == 0, dry.stderr
    assert "node[1-2]: 1 file to be copied" in dry.stdout
    assert "a dry run copies nothing" in dry.stderr
    assert f"cd {place} && deepspeed " in dry.stdout, "the plan"
    assert lab.node("node1").run(f"cat {place}/lib/model.py").stdout == "VERSION = 1\n"
    done = run_launcher(place, "start", "--sync", "--", "train.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^node[12] [01]: this is 3$", done.stdout, re.M)
    assert re.search(r"^the same on rank [01]: this is 3$", done.stdout, re.M)
    wait_until_clean(lab)


def test_rsync_brings_what_differs_where_it_is_and_the_tar_does_elsewhere(lab, place):
    used = f"{place}-rsync"
    wrapper = f'#!/bin/sh\necho $* >>{used}\nexec /usr/bin/rsync.own "$@"\n'
    node1, node2 = lab.nodes
    node1.run("mv /usr/bin/rsync /usr/bin/rsync.own", check=True)
    node1.run("cat >/usr/bin/rsync; chmod 755 /usr/bin/rsync", input=wrapper, check=True)
    node2.run("mv /usr/bin/rsync /usr/bin/rsync.own", check=True)
    try:
        (place / "odd #1").write_text("a name")
        (place / "train.py").chmod(0o755)
        assert "node[1-2]: 5 files copied" in run_launcher(place, "sync").stdout
        for node in lab.nodes:
            node.run(f"cd {place}; mv lib own; ln -s own lib", check=True)
        node1.run(
            f"echo edited >{place}/train.py; touch -d 2099-01-01 {place}/train.py", check=True
        )
        (place / "lib/model.py").write_text("VERSION = 4\n")
        done = run_launcher(place, "sync")
        assert "node1: 2 files copied" in done.stdout, done.stderr
        assert "node2: 1 file copied" in done.stdout
        assert "kept as .old: train.py" in done.stdout
        for node in lab.nodes:
            read = node.run(
                f"cd {place}; cat own/model.py train.py 'odd #1'; ls own; stat -c %a train.py"
            )
            assert read.stdout == f"VERSION = 4\n{SCRIPT}a namemodel.py\n755\n"
        assert node1.run(f"cat {place}/train.py.old").stdout == "edited\n"
        assert node1.run(f"grep -c -e --server {used}").stdout == "2\n"
    finally:
        for node in lab.nodes:
            node.run("mv /usr/bin/rsync.own /usr/bin/rsync", check=True)


def test_what_rsync_cannot_do_is_said_as_the_tar_says_it(lab, place):
    run_launcher(place, "sync")
    node = lab.node("node2")
    node.run(f"cd {place}; rm train.py; mkdir -p train.py/x; echo 2 >old.py", check=True)
    (place / "lib/model.py").write_text("VERSION = 5\n")
    done = run_launcher(place, "sync", "--delete")
    assert done.returncode == 1
    assert "node2: train.py: Is a directory" in done.stderr
    assert node.run(f"cat {place}/old.py").stdout == "2\n"
    assert lab.node("node1").run(f"cat {place}/lib/model.py").stdout == "VERSION = 5\n"


def test_without_trust_the_line_that_makes_it_is_named(tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    shape = LabShape(nodes=2, trust=False)
    with Lab.up(shape, tmp_path / ".lab", f"untrusted-{os.getpid()}", {sys.prefix}) as lab:
        done = run_launcher(tmp_path, "sync", "--hosts", str(lab.hosts))
    assert done.returncode == 1
    assert "cannot log in to node[1-2]: host-key-unknown; nothing was copied" in done.stderr
    assert f"-m launcher trust --hosts {lab.hosts} --ask-password" in done.stderr
