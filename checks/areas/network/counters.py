"""What the training interface counted during the preflight: errors, drops, and lost carriers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.counters import Counters, InterfaceCounters, LaterCounters
from checks.facts.environment import Environment
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.knowledge.training_network import training_interface
from checks.model import Severity, Verdict, ok, skip, warn

ERRORS_LIMIT, ERROR_SHARE = 10, 0.001
DROPS_LIMIT, DROPS_A_SECOND, DROP_SHARE = 100, 20, 0.01
"""And of all packets in the same time. A kernel also counts as dropped what no protocol wants:
what switches send each other, once in a second or two."""
CHANGES_LIMIT, CHANGES_A_DAY = 20, 5
DAY_S = 86400


@node_check(
    "network.packets-are-not-lost",
    *(Counters, LaterCounters, Interfaces, Names, Environment),
    severity=Severity.WARN,
)
def packets_are_not_lost(node: NodeView) -> Verdict:
    """The training interface counts neither errors nor drops while the nodes talk.

    A bad cable, transceiver or port damages some packets: each is sent again after a pause, and all
    ranks wait for that one.

    Measured: The kernel's counters at the start of the preflight and at its end; of bonds, those of
    the members too. Ten errors and 1 in 1000 packets are too many, or a hundred drops, 20 a second
    and 1 in 100: kernels also count packets of unknown protocols as dropped. Old errors do not
    count.

    Fix:
        errors-grow: shows what the driver counts; try cable, transceiver and port.
        drops-grow: shows the rings; enlarge them, or find what keeps the processors busy.
    """
    counted = [(name, grown) for name, grown in _counter_growth(node) if _packet_count(grown)]
    if not counted:
        return skip(f"the driver on {node.name} counts no packets")
    seconds = node.read(LaterCounters).uptime_s - node.read(Counters).uptime_s
    for name, grown in counted:
        errors, drops = _sum_directions(grown, "errors"), _sum_directions(grown, "dropped")
        packets = _packet_count(grown)
        if errors >= max(ERRORS_LIMIT, ERROR_SHARE * packets):
            message = (
                f"{name} of {node.name} counted {errors} errors in {packets} packets during the "
                "preflight"
            )
            fix = node.fix(
                f"ethtool -S {name}", "shows which errors; try another cable, transceiver and port"
            )
            return warn("errors-grow", message, fix, errors=errors, packets=packets)
        if drops >= max(DROPS_LIMIT, DROPS_A_SECOND * seconds, DROP_SHARE * packets):
            message = (
                f"{name} of {node.name} dropped {drops} of {packets} packets during the preflight"
            )
            fix = node.fix(
                f"ethtool -g {name}", "enlarge its rings, or find what uses the processors"
            )
            return warn("drops-grow", message, fix, drops=drops, packets=packets)
    return ok(f"{counted[0][0]} of {node.name} lost none of {_packet_count(counted[0][1])} packets")


@node_check(
    "network.carrier-is-steady",
    *(Counters, LaterCounters, Interfaces, Names, Environment),
    severity=Severity.WARN,
)
def carrier_is_steady(node: NodeView) -> Verdict:
    """The link of the training interface does not come and go.

    Each loss of the carrier costs seconds in which nothing arrives; NCCL gives up on some.

    Measured: The kernel's count of carrier changes: any change during the preflight, or at least
    twenty since boot at a rate of five a day.

    Fix:
        flapping, flapped: shows what the kernel said; try cable, transceiver and port.
    """
    days = max(node.read(Counters).uptime_s / DAY_S, 1.0)
    now = node.read(LaterCounters).interfaces
    for name, grown in _counter_growth(node):
        total = now[name].carrier_changes or 0
        fix = node.fix(f"dmesg | grep -i {name}", "try cable, transceiver and port", root=True)
        if grown.carrier_changes:
            message = f"{name} of {node.name} lost or regained its link during the preflight"
            return warn("flapping", message, fix, changes=grown.carrier_changes)
        if total >= max(CHANGES_LIMIT, CHANGES_A_DAY * days):
            message = f"{name} of {node.name} lost or regained its link {total} times since boot"
            return warn("flapped", message, fix, changes=total)
    return ok(f"the link of {node.name} is steady")


def _counter_growth(node: NodeView) -> Iterator[tuple[str, InterfaceCounters]]:
    """(name, what came since the first count) of the training interface and what carries it."""
    before, after = node.read(Counters).interfaces, node.read(LaterCounters).interfaces
    own = training_interface(node)
    members = [
        interface
        for interface in node.read(Interfaces).lower_interfaces(own)
        if not interface.is_local_only
    ]
    for interface in (own, *members):
        if interface.name in before and interface.name in after:
            yield interface.name, _counter_difference(before[interface.name], after[interface.name])


def _counter_difference(before: InterfaceCounters, after: InterfaceCounters) -> InterfaceCounters:
    """A counter that is smaller now was set back, and says nothing."""
    grown = {}
    for name, was in vars(before).items():
        now = vars(after)[name]
        grown[name] = None if was is None or now is None else max(now - was, 0)
    return InterfaceCounters(**grown)


def _packet_count(grown: InterfaceCounters) -> int:
    return _sum_counted((grown.rx_packets, grown.tx_packets))


def _sum_directions(grown: InterfaceCounters, what: str) -> int:
    return _sum_counted((getattr(grown, f"rx_{what}"), getattr(grown, f"tx_{what}")))


def _sum_counted(counts: Iterable[int | None]) -> int:
    return sum(count or 0 for count in counts)
