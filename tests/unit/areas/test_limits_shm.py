"""/dev/shm that takes no files of ranks: mounted read-only, or not open to the login."""

import dataclasses
import os

import pytest

from checks.areas.training.smoke import why_cannot_train
from checks.facts import ClusterView, decode_fact
from checks.facts.limits import Limits
from checks.model import Outcome
from checks.node.probe.limits import limits as limits_section
from tests.support.networks import HEALTHY_LIMITS, cluster, nth_account
from tests.support.snapshots import judged, with_fact

CHECK = "limits.shm-is-writable"
READ_ONLY = {"shm_read_only": True, "shm_writable": False, "shm_mode": "1777"}
CLOSED = {"shm_writable": False, "shm_mode": "0755"}


def shared(user=0, **changes):
    snap = cluster()
    with_fact(snap, "node1", nth_account(1, uid=user, user="root" if user == 0 else "ann"))
    return with_fact(snap, "node1", dataclasses.replace(HEALTHY_LIMITS, **changes))


def found(**changes):
    return judged(shared(**changes), CHECK)["node1",]


def test_read_only():
    one = found(**READ_ONLY)
    assert (one.stops, one.cause) == (True, "shm-read-only")
    assert one.fix.command == "mount -o remount,rw /dev/shm"
    assert "fstab" in one.fix.note
    assert "container" in found(container=True, **READ_ONLY).fix.note


def test_not_open_to_the_login():
    one = found(user=1000, **CLOSED)
    assert (one.stops, one.cause) == (True, "shm-not-writable")
    assert "0755; expected 1777" in one.message
    assert one.fix.command == "sudo chmod 1777 /dev/shm"


def test_writable_or_not_there():
    assert found().outcome is Outcome.PASS
    missing = found(shm_bytes=0, shm_free_bytes=0, shm_writable=False)
    assert missing.outcome is Outcome.SKIP
    assert "limits.shm-is-large-enough" in missing.message


@pytest.mark.parametrize("changes", [READ_ONLY, CLOSED])
def test_ranks_that_cannot_share_are_not_started_to_see_it(changes):
    views = {node.name: node for node in ClusterView(shared(**changes)).nodes}
    assert CHECK in why_cannot_train(views["node1"])
    assert not why_cannot_train(views["node2"])


def test_section_asks_the_file_system():
    reported = decode_fact(Limits, limits_section({}))
    assert reported.shm_writable == os.access("/dev/shm", os.W_OK | os.X_OK)
    assert reported.shm_mode == f"{os.stat('/dev/shm').st_mode & 0o7777:04o}"
    assert not reported.shm_read_only
