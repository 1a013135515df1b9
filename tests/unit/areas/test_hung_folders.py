"""An interpreter that does not answer: the folder that keeps it, and how it is let go."""

from __future__ import annotations

import pytest

from checks.facts import ClusterView
from checks.facts.environment import Environment
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.network_mounts import Mount, NetworkMounts
from checks.facts.software import HungFolder, Software
from checks.stages.training_interpreter import HUNG_S, IMPORT_S, interpreter_request
from tests.support.installed import PYTHON, cluster, software
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "software.python-is-there"
NFS = {"mount": "/mnt/s", "filesystem": "nfs4", "source": "nas:/x"}
OF_PATH = HungFolder("/mnt/s/lib", "PYTHONPATH", **NFS)
SET = Environment({"PYTHONPATH": "/mnt/s/lib"}, {"PYTHONPATH": ("/root/.bashrc:1",)})
UNSET = Environment()
UNMOUNT = "umount -l /mnt/s"


def finding(*hung, here=SET, others=UNSET, **job):
    snap = cluster(software=software())
    for name, answer in (("node1", others), ("node2", here)):
        with_fact(snap, name, answer)
    with_fact(snap, "node2", Software(PYTHON, "hangs", hung=hung))
    snap.job = snapshot(("node1", "node2"), **job).job
    return judged(snap, CHECK)["node2",]


@pytest.mark.parametrize(
    ("hung", "more", "words", "fix"),
    [
        (OF_PATH, {}, "PYTHONPATH (/root/.bashrc:1) leads to /mnt/s/lib", "sed -i"),
        (OF_PATH, {"others": SET}, "PYTHONPATH (/root/.bashrc:1) leads to", UNMOUNT),
        (OF_PATH, {"env": {"PYTHONPATH": "/mnt/s/lib"}}, "([env] of launch.toml)", UNMOUNT),
        (HungFolder("/mnt/s/l", "/v/own.pth:3", **NFS), {}, "/v/own.pth:3 leads to", UNMOUNT),
        (HungFolder("/mnt/s/v", **NFS), {}, "it looks into /mnt/s/v, which does not", UNMOUNT),
        (HungFolder("/data"), {}, "it looks into /data, which does not answer", "stat /data"),
    ],
)
def test_the_folder_and_its_mount_are_named(hung, more, words, fix):
    found = finding(hung, **more)
    assert found.cause == "python-hangs" and words in found.message and fix in found.fix.command
    assert ("nfs4 of nas:/x" in found.message) is (hung.mount == "/mnt/s")


def test_where_no_folder_hangs_the_place_is_looked_for():
    assert "strace" in finding().fix.command


def test_the_mount_is_told_once():
    snap = snapshot(("node1",))
    with_fact(snap, "node1", NetworkMounts({"/mnt/s": Mount("hangs", "nfs4", "nas:/x")}))
    with_fact(snap, "node1", JobPaths(JobPath("there", "/run")))
    with_fact(snap, "node1", Software(PYTHON, "hangs", hung=(OF_PATH,)))
    assert judged(snap, "files.network-mounts-answer")["node1",].outcome.value == "skip"
    with_fact(snap, "node1", Software(PYTHON, "ok"))
    assert judged(snap, "files.network-mounts-answer")["node1",].cause == "dead-mount"


@pytest.mark.parametrize(("state", "limit"), [("hangs", HUNG_S), ("ok", IMPORT_S)])
def test_one_that_hangs_is_not_waited_for_again(state, limit):
    snap = with_fact(snapshot(("node1",)), "node1", Software(PYTHON, state))
    assert interpreter_request(ClusterView(snap)["node1"])["limit"] == limit
    assert interpreter_request(ClusterView(snapshot(("node1",)))["node1"])["limit"] == IMPORT_S
