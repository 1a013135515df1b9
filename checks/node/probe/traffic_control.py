"""What delays, drops or slows packets by the kernel's traffic control: queues and their filters."""

import os
import re

from checks.node.probe.core import CommandResult, Undetermined, run_command, section

COMMANDS = (
    "tc qdisc show",
    "tc filter show dev DEVICE ingress",
    "tc filter show dev DEVICE egress",
)

SHAPING = ("netem", "tbf", "htb", "hfsc", "cbq", "cake")
FILTERED = ("ingress", "clsact")
LINE = re.compile(r"qdisc (?P<kind>\S+) (?P<handle>\S+) dev (?P<device>\S+) (?P<rest>.*)")
COUNTED = r"^(root|parent \S+)( refcnt \d+)?|direct_packets_stat \d+ ?"
ACTION = re.compile(r"\b(police .*|mirred .*|gact action (drop|shot).*|pedit .*)")
MOST = 64


def ask_tc(*argv):
    """Lines of what it shows; none where it is not there. Root is not needed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    try:
        done = run_command(["tc", *argv], 5.0, dict(os.environ, PATH=path))
    except Undetermined:
        done = CommandResult(127, "", "", False, 0.0)
    return [line.strip() for line in done.out.splitlines()]


def queues():
    """Of each queue that shapes: {"device", "kind", "place", "text"}, in the kernel's order.

    `place` is what `tc qdisc del dev DEVICE` needs to remove it: `root` or `parent 1:10`.
    """
    found = []
    for line in ask_tc("qdisc", "show"):
        match = LINE.match(line)
        if match is None:
            continue
        words = match.group("rest").split()
        where = "root" if words[:1] == ["root"] else " ".join(words[:2])
        settings = re.sub(COUNTED, "", match.group("rest"))
        found.append(dict(match.groupdict(), place=where, text=settings.strip()))
    return found


def filter_actions(device):
    """What filters on that device do with packets: police and redirect; the way they are on."""
    found = []
    for way in ("ingress", "egress"):
        text = " ".join(ask_tc("filter", "show", "dev", device, way))
        found += [(way, " ".join(match.group(1).split())[:200]) for match in ACTION.finditer(text)]
    return found


@section("traffic_control")
def traffic_control(args):
    """All that shapes."""
    seen = queues()
    shapers = [
        {key: queue[key] for key in ("device", "kind", "place", "text")}
        for queue in seen
        if queue["kind"] in SHAPING
    ]
    for queue in seen:
        if queue["kind"] in FILTERED:
            shapers += [
                {"device": queue["device"], "kind": way, "place": queue["kind"], "text": text}
                for way, text in filter_actions(queue["device"])
            ]
    return {"shapers": shapers[:MOST]}
