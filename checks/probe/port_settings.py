"""Kernel settings that bound how many connections and peers a node can have."""

from checks.probe.core import read, section

SETTINGS = "/proc/sys/net/ipv4/"


@section("port_settings")
def port_settings(args):
    low, high = (int(word) for word in read(SETTINGS + "ip_local_port_range").split())
    # absent in a network namespace of its own: only the machine's first one shows it
    limit = read(SETTINGS + "neigh/default/gc_thresh3")
    return {
        "low": low,
        "high": high,
        "reserved": read(SETTINGS + "ip_local_reserved_ports", ""),
        "neighbours": int(limit) if limit else None,
    }
