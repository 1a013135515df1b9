"""Connections of a run that get no answer: which link is named, and which is not."""

from __future__ import annotations

import dataclasses

import pytest

from launcher.run.stall.connections import lost_link_lines
from launcher.run.stall.judge import StallKind, judge_stall
from launcher.run.stall.observation import TcpSocket
from tests.support.observations import IN_BARRIER, observations, rank, rendezvous


def link(port, peer, peer_port, retries=0):
    return TcpSocket("ESTABLISHED", port, f"10.0.0.{peer}", peer_port, retries)


def ring(retries):
    """Three ranks, each connected to the next; `retries` by the rank that sends."""
    return [
        rank(
            at,
            stack=IN_BARRIER,
            sockets=(
                link(5000 + at, (at + 1) % 3 + 1, 6000 + at, retries.get(at, 0)),
                link(6000 + (at - 1) % 3, (at - 1) % 3 + 1, 5000 + (at - 1) % 3),
            ),
        )
        for at in range(3)
    ]


@pytest.mark.parametrize(
    ("retries", "said"),
    [
        ({}, []),
        ({0: 2}, []),
        ({0: 5}, ["no packet passes between node1 and node2"]),
        ({0: 5, 1: 4}, ["no packet passes between node2 and node[1,3]"]),
        ({1: 4, 2: 3}, ["no packet passes between node3 and node[1-2]"]),
    ],
    ids=["healthy", "a little loss", "one link", "one node", "another node"],
)
def test_the_node_that_all_lost_links_share_is_named(retries, said):
    lines = list(lost_link_lines(rendezvous(3), observations(*ring(retries))))
    assert [line.partition(":")[0] for line in lines] == said


def test_a_peer_that_cannot_be_seen_is_named_by_its_address():
    first = ring({0: 5})[0]
    (line,) = lost_link_lines(rendezvous(3), observations(first))
    assert line.startswith("no packet passes between node1 and 10.0.0.2: ")


def test_a_link_that_is_lost_is_no_ranks_fault():
    stall = judge_stall(rendezvous(3), observations(*ring({0: 9})))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, ())
    assert "no packet passes between node1 and node2" in stall.lines[1]


def test_a_call_is_no_lost_link():
    calls = dataclasses.replace(link(5000, 2, 29500, 6), state="SYN_SENT")
    assert list(lost_link_lines(rendezvous(1), observations(rank(0, sockets=(calls,))))) == []
