"""What each interface counted so far, to be asked twice: only growth is news."""

from checks.node.probe.core import section
from checks.node.runtime.files import list_folder, read_file

COUNTED = ("rx_packets", "tx_packets", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped")
MOST_INTERFACES = 64
"""Interfaces: nodes of container clusters have hundreds that no training uses."""


def read_counter(path):
    """None where the driver does not say."""
    count = read_file(path, "")
    return int(count) if count.isdigit() else None


@section("counters")
def counters(args):
    found = {}
    folders = sorted(list_folder("/sys/class/net"), key=lambda name: name.startswith("veth"))
    for name in folders[:MOST_INTERFACES]:
        folder = "/sys/class/net/%s/" % name
        counted = {what: read_counter(folder + "statistics/" + what) for what in COUNTED}
        found[name] = dict(counted, carrier_changes=read_counter(folder + "carrier_changes"))
    return {
        "interfaces": found,
        "uptime_s": float((read_file("/proc/uptime", "") or "0").split()[0]),
    }
