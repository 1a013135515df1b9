"""What tc prints, as the probe takes it apart: iproute2's own words."""

from __future__ import annotations

import pytest

from checks.facts.decode import decode_fact
from checks.facts.traffic_control import Shaper, TrafficControl
from checks.node.probe import traffic_control as probe

QUEUES = """\
qdisc noqueue 0: dev lo root refcnt 2
qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 10ms loss 5%
qdisc mq 0: dev eth1 root
qdisc fq_codel 0: dev eth1 parent :2 limit 10240p flows 1024 quantum 1514
qdisc netem 8002: dev eth1 parent :1 limit 1000 delay 10ms
qdisc tbf 8003: dev eth2 root refcnt 2 rate 100Mbit burst 64Kb lat 50ms
qdisc htb 1: dev eth3 root refcnt 2 r2q 10 default 0x10 direct_packets_stat 7 direct_qlen 1000
qdisc clsact ffff: dev eth4 parent ffff:fff1
"""
FILTERS = """\
filter protocol ip pref 49152 u32 chain 0
filter protocol ip pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0
  match 00000000/00000000 at 0
        police 0x1 rate 10Mbit burst 20Kb mtu 2Kb action drop overhead 0b
"""
POLICE = "police 0x1 rate 10Mbit burst 20Kb mtu 2Kb action drop"
SHAPERS = (
    Shaper("eth0", "netem", "root", "limit 1000 delay 10ms loss 5%"),
    Shaper("eth1", "netem", "parent :1", "limit 1000 delay 10ms"),
    Shaper("eth2", "tbf", "root", "rate 100Mbit burst 64Kb lat 50ms"),
    Shaper("eth3", "htb", "root", "r2q 10 default 0x10 direct_qlen 1000"),
    Shaper("eth4", "ingress", "clsact", f"{POLICE} overhead 0b"),
)


@pytest.fixture
def tc(monkeypatch):
    def answer(*argv):
        if argv[0] == "qdisc":
            return QUEUES.splitlines()
        return [line.strip() for line in FILTERS.splitlines()] if argv[-1] == "ingress" else []

    monkeypatch.setattr(probe, "ask_tc", answer)


def test_what_shapes_is_told_from_what_only_queues(tc):
    assert decode_fact(TrafficControl, probe.traffic_control({})).shapers == SHAPERS


def test_without_tc_there_is_nothing(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(probe, "ask_tc", lambda *argv: [])
    assert probe.traffic_control({}) == {"shapers": []}
