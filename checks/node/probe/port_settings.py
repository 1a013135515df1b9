"""Kernel settings that bound how many connections and peers a node can have."""

from checks.node.probe.core import section
from checks.node.runtime.files import read_file

SETTINGS = "/proc/sys/net/ipv4/"
TRACKING = "/proc/sys/net/netfilter/nf_conntrack_"


def read_number(path):
    """None where there is no such setting, or none in this network namespace."""
    text = read_file(path)
    return int(text) if text else None


def sockets_in_use():
    """TCP sockets of both families, in TIME_WAIT too."""
    count = 0
    for table in ("sockstat", "sockstat6"):
        for line in (read_file("/proc/net/" + table, "") or "").splitlines():
            words = line.split()
            if words[0] in ("TCP:", "TCP6:"):
                text = dict(zip(words[1::2], words[2::2]))
                count += int(text.get("inuse", 0)) + int(text.get("tw", 0))
    return count


@section("port_settings")
def port_settings(args):
    low, high = (int(word) for word in read_file(SETTINGS + "ip_local_port_range").split())
    return {
        "low": low,
        "high": high,
        "reserved": read_file(SETTINGS + "ip_local_reserved_ports", ""),
        # absent in a network namespace of its own: only the machine's first one shows it
        "neighbours": read_number(SETTINGS + "neigh/default/gc_thresh3"),
        "used": sockets_in_use(),
        "tracked": read_number(TRACKING + "count"),
        "most_tracked": read_number(TRACKING + "max"),
        "idle_s": read_number(TRACKING + "tcp_timeout_established"),
        "loose": read_number(TRACKING + "tcp_loose") != 0,
    }
