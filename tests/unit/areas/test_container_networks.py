"""Containers with networks of their own: who is cut off by that, and what is then not judged."""

from __future__ import annotations

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of, node_check
from checks.facts import ClusterView
from checks.facts.container import Container
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.ports import DialResults, FailedCall, Listeners
from checks.judge import judge_claims
from checks.knowledge.container_network import shared_network_fix
from checks.model import Outcome, block, ok
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "network.peers-reach-the-container"
NODES = ("node1", "node2", "node3")
BRIDGE = "172.17.0.2/16"


def cluster(address, *, reached=(), container="podman exec -i train", **of_container):
    """Three nodes that called one another; node3 has that address inside its container."""
    snap = snapshot(NODES, container=container)
    for number, name in enumerate(NODES, 1):
        own = address if name == "node3" else f"10.0.0.{number}/24"
        links = [Interface("lo", loopback=True, ipv4=("127.0.0.1/8",))]
        links += [Interface("eth0", ipv4=(own,))] if own else []
        with_fact(snap, name, Interfaces(tuple(links)))
        here = of_container if name == "node3" else {}
        with_fact(snap, name, Container(**{"inside": True, **here}))
        if own:
            with_fact(snap, name, Listeners(own.partition("/")[0], (40000,)))
        failed = FailedCall("node3", "172.17.0.2", 40000, "dropped", 2.6)
        fails = name != "node3" and name not in reached
        calls = DialResults({} if fails else {"node3": (40000,)}, failed=(failed,) if fails else ())
        with_fact(snap, name, calls)
    return snap


@pytest.mark.parametrize(
    ("address", "more", "outcome"),
    [
        (BRIDGE, {"own_network": True}, Outcome.FAIL),
        (BRIDGE, {"own_network": True, "reached": ("node1", "node2")}, Outcome.PASS),
        (BRIDGE, {"own_network": True, "reached": ("node1",)}, Outcome.PASS),
        (BRIDGE, {"own_network": False}, Outcome.PASS),
        (BRIDGE, {"inside": False}, Outcome.PASS),
        ("10.0.0.103/24", {"own_network": True}, Outcome.PASS),
        ("", {"own_network": True}, Outcome.FAIL),
        (BRIDGE, {"container": "", "virtual_links": ("eth0",)}, Outcome.FAIL),
        (BRIDGE, {"container": "", "virtual_links": ()}, Outcome.PASS),
        (BRIDGE, {"container": "", "inside": False, "virtual_links": ("eth0",)}, Outcome.PASS),
    ],
)
def test_a_network_of_its_own_is_a_fault_where_peers_do_not_reach_it(address, more, outcome):
    finding = judged(cluster(address, **more), CHECK)["node3",]
    assert finding.outcome is outcome
    assert finding.cause == ("own-network" if outcome is Outcome.FAIL else "")
    assert outcome is Outcome.PASS or "network of its machine, 10.0.0.3" in finding.message


def test_a_single_node_needs_no_peers():
    snap = snapshot(("node1",), container="docker exec -i train")
    with_fact(snap, "node1", Container(inside=True, own_network=True))
    with_fact(snap, "node1", Interfaces((Interface("eth0", ipv4=(BRIDGE,)),)))
    assert judged(snap, CHECK)["node1",].outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("container", "said"),
    [
        ("docker exec -i train", "`docker rm -f train`"),
        ("sudo podman exec -i train", "`sudo podman run` that made it, with `--network host`"),
        ("docker run -i --rm -p 29500:29500 image", 'container = "docker run --network=host -i'),
        ("docker run --network=bridge -i image", 'container = "docker run --network=host -i image'),
        ("docker compose exec -T train", "network_mode: host"),
        ("kubectl exec -i train --", "hostNetwork: true"),
        ("apptainer exec --net image.sif", 'container = "apptainer exec image.sif"'),
        ("ip netns exec train", "enters another network"),
        ("enroot exec 4711", "start it again in the machine's network"),
        ("", "docker inspect -f '{{.HostConfig.NetworkMode}}' CONTAINER"),
    ],
)
def test_the_fix_is_in_the_words_of_what_made_it(container, said):
    fix = shared_network_fix(ClusterView(cluster(BRIDGE, container=container))["node3"])
    assert said in fix.note
    shows = " inspect -f '{{.HostConfig.NetworkMode}}' train"
    assert fix.command in ("", f"docker{shows}", f"sudo podman{shows}")


def test_what_only_that_network_breaks_is_said_once():
    snap = cluster(BRIDGE, own_network=True)

    @node_check("ports.all-are-alike", Interfaces)
    def all_are_alike(node):
        """All.

        Why.

        Measured: So.

        Fix:
            other: so.
        """
        seen = node.cluster.nodes_with(Interfaces)
        firsts = {view.read(Interfaces).interfaces[1].addresses[0][:3] for view in seen}
        if len(firsts) > 1:
            return block("differs", "because of node3", None)
        return ok("alike") if node.name == "node2" else block("own", "of itself", None)

    claims = claims_of([all_are_alike, CATALOGUE[CHECK]], snap.job)
    by_subject = {
        finding.subject: (finding.outcome, finding.cause)
        for finding in judge_claims(claims, ClusterView(snap))
        if finding.check == "ports.all-are-alike"
    }
    assert by_subject == {
        ("node1",): (Outcome.FAIL, "own"),
        ("node2",): (Outcome.SKIP, ""),
        ("node3",): (Outcome.SKIP, ""),
    }
    alone = judge_claims(claims_of([all_are_alike], snap.job), ClusterView(snap))
    assert {finding.outcome for finding in alone} == {Outcome.FAIL}, "nobody says why otherwise"
