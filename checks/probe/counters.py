"""What each interface counted so far, to be asked twice: only growth is news."""

import os

from checks.probe.core import read, section

COUNTED = ("rx_packets", "tx_packets", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped")
MOST = 64
"""Interfaces: nodes of container clusters have hundreds that no training uses."""


def number(path):
    """None where the driver does not tell."""
    told = read(path, "")
    return int(told) if told.isdigit() else None


@section("counters")
def counters(args):
    found = {}
    folders = sorted(os.listdir("/sys/class/net"), key=lambda name: name.startswith("veth"))
    for name in folders[:MOST]:
        folder = "/sys/class/net/%s/" % name
        counted = {what: number(folder + "statistics/" + what) for what in COUNTED}
        found[name] = dict(counted, carrier_changes=number(folder + "carrier_changes"))
    return {
        "interfaces": found,
        "uptime_s": float((read("/proc/uptime", "") or "0").split()[0]),
    }
