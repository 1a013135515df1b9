"""Ports that are taken, dropped or rejected, for all or for one."""

from __future__ import annotations

import shutil

from launcher.lab.faults import DefaultTarget
from launcher.lab.faults.firewall import firewall_fault
from tests.lab.faults.case import (
    EPHEMERAL,
    HEAD,
    MASTER,
    NODE3,
    SSH,
    TO_3,
    TO_HEAD,
    Case,
    case,
    custom,
)

MANAGED = """nft -f - <<END
table inet filter {
  chain output {
    type filter hook output priority 0; policy accept;
    ip daddr $HEAD_ADDRESS tcp dport $MASTER_PORT drop
  }
}
END"""
EGRESS_DROPPED = custom("egress-dropped", MANAGED)
ONE_SOURCE_DROPPED = firewall_fault(
    "one-source-dropped",
    "a firewall drops the ranks' ports from one node alone",
    "ip saddr $PEER_ADDRESS tcp dport 32768-60999 ct state new drop",
)
IPTABLES_DROPPED = custom(
    "iptables-dropped",
    "iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
    "iptables -A INPUT -i lo -j ACCEPT\n"
    "iptables -A INPUT -p tcp --dport $SSH_PORT -j ACCEPT\n"
    "iptables -P INPUT DROP",
    DefaultTarget.HEAD,
)
LED_ELSEWHERE = """nft -f - <<END
table ip nat {
  chain prerouting {
    type nat hook prerouting priority -100; policy accept;
    tcp dport $MASTER_PORT %s
  }
}
END"""
REDIRECTED = custom(
    "master-port-redirected", LED_ELSEWHERE % "redirect to :9999", DefaultTarget.HEAD
)
PUBLISHED = custom(
    "master-port-published", LED_ELSEWHERE % "dnat to 192.0.2.9:9999", DefaultTarget.HEAD
)
DISGUISED = custom(
    "sender-of-another-network",
    """nft -f - <<END
table ip nat {
  chain postrouting {
    type nat hook postrouting priority 100; policy accept;
    ip daddr $PEER_ADDRESS tcp dport 32768-60999 snat to 172.17.0.1
  }
}
END""",
)
ROUTE_REFUSED = custom("route-refused", "ip route add blackhole $PEER_ADDRESS/32")

ALL_USED = custom(
    "no-port-left",
    "echo '60000 60005' >/proc/sys/net/ipv4/ip_local_port_range\n"
    "cat >/root/holder.py <<'END'\n"
    "import os, socket, time\n"
    "held = [socket.create_server(('', port)) for port in range(60000, 60006)]\n"
    "open('/root/held', 'w').close(); time.sleep(3600)\n"
    "END\n"
    "setsid python3 /root/holder.py </dev/null >/dev/null 2>&1 &\n"
    "until [ -e /root/held ]; do sleep 0.05; done",
)

RESERVED = custom(
    "range-reserved",
    "cat /proc/sys/net/ipv4/ip_local_port_range | tr '\\t' - "
    ">/proc/sys/net/ipv4/ip_local_reserved_ports",
)

CASES = [
    case(RESERVED, "ports.ephemeral-range-is-wide-enough", NODE3, "too-narrow"),
    case(ALL_USED, "ports.ephemeral-range-is-wide-enough", NODE3, "used-up"),
    case("master-port-dropped", MASTER, TO_HEAD, "dropped"),
    case("master-port-rejected", MASTER, TO_HEAD, "rejected"),
    case("master-port-reset", MASTER, TO_HEAD, "rejected"),
    case(REDIRECTED, MASTER, (("node2", "node1"), ("node3", "node1")), "rejected"),
    case(PUBLISHED, MASTER, (("node2", "node1"), ("node3", "node1")), "dropped"),
    case("master-port-taken", "ports.master-port-is-free", HEAD, "in-use"),
    case(EGRESS_DROPPED, MASTER, (("node3", "node1"),), "dropped"),
    case("ephemeral-ports-dropped", EPHEMERAL, TO_3, "dropped"),
    case(DISGUISED, EPHEMERAL, (("node3", "node1"),), "dropped"),
    case(ONE_SOURCE_DROPPED, EPHEMERAL, (("node1", "node3"),), "dropped"),
    Case(
        ROUTE_REFUSED,
        blocks=(
            (SSH, (("node3", "node1"),), "no-route"),
            (SSH, (("node1", "node3"),), "dropped"),
            (MASTER, (("node3", "node1"),), "no-route"),
            (EPHEMERAL, (("node1", "node3"), ("node3", "node1")), "no-route"),
        ),
        warns=(("network.one-network", NODE3, "no-route"),),
    ),
]
if shutil.which("iptables"):
    both = (("node2", "node1"), ("node3", "node1"))
    found = ((MASTER, both, "dropped"), (EPHEMERAL, both, "dropped"))
    CASES.append(Case(IPTABLES_DROPPED, blocks=found))
