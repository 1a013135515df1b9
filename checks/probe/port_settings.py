"""Kernel settings that bound how many connections and peers a node can have."""

from checks.probe.core import read, section

SETTINGS = "/proc/sys/net/ipv4/"
TRACKING = "/proc/sys/net/netfilter/nf_conntrack_"


def number(path):
    """None where there is no such setting, or none in this network namespace."""
    told = read(path)
    return int(told) if told else None


def used():
    """TCP sockets of both families, in TIME_WAIT too."""
    count = 0
    for table in ("sockstat", "sockstat6"):
        for line in (read("/proc/net/" + table, "") or "").splitlines():
            words = line.split()
            if words[0] in ("TCP:", "TCP6:"):
                told = dict(zip(words[1::2], words[2::2]))
                count += int(told.get("inuse", 0)) + int(told.get("tw", 0))
    return count


@section("port_settings")
def port_settings(args):
    low, high = (int(word) for word in read(SETTINGS + "ip_local_port_range").split())
    return {
        "low": low,
        "high": high,
        "reserved": read(SETTINGS + "ip_local_reserved_ports", ""),
        # absent in a network namespace of its own: only the machine's first one shows it
        "neighbours": number(SETTINGS + "neigh/default/gc_thresh3"),
        "used": used(),
        "tracked": number(TRACKING + "count"),
        "most_tracked": number(TRACKING + "max"),
    }
