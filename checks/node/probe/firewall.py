"""What of a node may stop packets: its filters as their own tools list them, routes, neighbours.

Asked only where a connection failed.
"""

import os
import re

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.names import source_address
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import command_line, process_ids

COMMANDS = (
    "nft -j list ruleset",
    "iptables-save",
    "ip6tables-save",
    "iptables-legacy-save",
    "ip6tables-legacy-save",
    "ip route",
    "ip rule",
    "ip route get fibmatch ADDRESS from OWN, for each other node",
)

LISTINGS = {
    "nft": ["nft", "-j", "list", "ruleset"],
    "iptables": ["iptables-save"],
    "ip6tables": ["ip6tables-save"],
    "iptables-legacy": ["iptables-legacy-save"],
    "ip6tables-legacy": ["ip6tables-legacy-save"],
}
ETHERNET = "0x1"
COMPLETE, PERMANENT = 0x2, 0x4  # ATF_COM and ATF_PERM of linux/if_arp.h
REFUSING = ("unreachable", "prohibit", "blackhole")
MOST_ADDRESSES = 512
REFUSED = re.compile(r"RTNETLINK answers: (.*)\n(?:.*\n)*?Command failed -:(\d+)")
USUAL_RULES = ("0", "32766", "32767")
"""What the kernel itself has: the tables local, main and default."""


def list_ruleset(argv):
    """What the tool lists, or why it does not. Without a -t option it loads no kernel module."""
    if os.geteuid() != 0:
        return {"text": "", "why": "needs root"}
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    try:
        done = run_command(argv, 5.0, dict(os.environ, PATH=path))
    except Undetermined as error:
        return {"text": "", "why": str(error)}
    if done.timed_out or done.code:
        return {"text": "", "why": "no answer in 5 s" if done.timed_out else done.err.strip()[:200]}
    return {"text": done.out, "why": ""}


def ufw_enabled():
    lines = (read_file("/etc/ufw/ufw.conf", "") or "").splitlines()
    return any(line.strip().lower() == "enabled=yes" for line in lines)


def firewalld_runs():
    """Whether the daemon runs, seen without its slow client."""
    return any(word.endswith("/firewalld") for pid in process_ids() for word in command_line(pid))


def refusing_routes():
    """IPv4 destinations that a route of this node refuses, as address/prefix length."""
    rows = [line.split() for line in list_lines(["ip", "-4", "route"])]
    nets = [row[1] for row in rows if len(row) > 1 and row[0] in REFUSING]
    nets = ["0.0.0.0/0" if net == "default" else net for net in nets]
    return [net if "/" in net else net + "/32" for net in nets]


def list_lines(argv):
    """The lines that a command prints; none where it is not there."""
    try:
        return run_command(argv, 5.0).out.splitlines()
    except Undetermined:
        return []


def batch_answers(family, requests):
    """One line of `ip` for each request; for one that it refuses, its reason."""
    text = "".join("%s\n" % request for request in requests)
    argv = ["ip", "-o", family, "-force", "-batch", "-"]
    try:
        done = run_command(argv, 5.0, stdin=text.encode("utf-8"))
    except Undetermined:
        return []
    refused = {int(number): why.strip() for why, number in REFUSED.findall(done.err)}
    lines = iter(done.out.splitlines())
    numbers = range(1, len(requests) + 1)
    answers = [refused.get(number) or next(lines, "") for number in numbers]
    return answers if next(lines, None) is None and all(answers) else []


def routes_to(addresses):
    """{address: the route that the kernel takes to it}, as `ip` words it, or why it takes none.

    Without `fibmatch`, which iproute2 has since 4.18, nothing.
    """
    found = {}
    for family, colon in (("-4", False), ("-6", True)):
        asked = [text for text in addresses if (":" in text) is colon][:MOST_ADDRESSES]
        requests = [route_request(address) for address in asked]
        answers = batch_answers(family, requests) if requests else []
        found.update((text, " ".join(line.split())) for text, line in zip(asked, answers))
    return found


def route_request(address):
    """From the node's own address, where the kernel has one for it."""
    own = source_address(address)
    return "route get fibmatch %s%s" % (address, " from %s" % own if own else "")


def routing_rules():
    """What `ip rule` has beside the usual: `100: from all lookup 51820`."""
    lines = list_lines(["ip", "-4", "rule"]) + list_lines(["ip", "-6", "rule"])
    return [" ".join(line.split()) for line in lines if line.partition(":")[0] not in USUAL_RULES]


def arp_neighbours():
    """What the kernel takes for the hardware addresses of IPv4 neighbours on Ethernet."""
    rows = [line.split() for line in (read_file("/proc/net/arp", "") or "").splitlines()[1:]]
    return [
        {
            "address": row[0],
            "mac": row[3],
            "interface": row[5],
            "permanent": int(row[2], 16) & PERMANENT != 0,
        }
        for row in rows
        if len(row) == 6 and row[1] == ETHERNET and int(row[2], 16) & COMPLETE
    ]


@section("firewall")
def firewall(args):
    """Args: `addresses` of other nodes, to which routes are asked."""
    return {
        "listings": {tool: list_ruleset(argv) for tool, argv in LISTINGS.items()},
        "ufw": ufw_enabled(),
        "firewalld": firewalld_runs(),
        "refusing_routes": refusing_routes(),
        "routes": routes_to(args.get("addresses", [])),
        "rules": routing_rules(),
        "neighbours": arp_neighbours(),
    }
