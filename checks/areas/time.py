"""Clocks that differ break what compares times of two machines.

Training itself waits for nobody's clock. But a file that comes from the future is built again at
each start, a token or certificate is "not yet valid", and logs of several nodes no longer tell
which rank failed first.
"""

from __future__ import annotations

from collections.abc import Mapping

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.clock import Clock, ClockOffset
from checks.facts.limits import Limits
from checks.model import Fix, Severity, Verdict, ok, skip, unknown, warn
from checks.outliers.consensus import middle_node

TOLERANCE_S = 1.0
JUMP_S, JUMP_SHARE = 0.5, 0.1
"""Daemons turn a clock by no more than a tenth of the time that passes: chrony's maxslewrate."""
TIMESYNCD = "systemd-timesyn"
STEP_COMMANDS = {
    "chronyd": "chronyc makestep",
    TIMESYNCD: "systemctl restart systemd-timesyncd",
    "ntpd": "systemctl try-restart ntp ntpd ntpsec",
}
"""What makes a daemon that runs set the clock now."""


@node_check("time.clocks-agree", ClockOffset, Clock, Limits, severity=Severity.WARN)
def clocks_agree(node: NodeView) -> Verdict:
    """The node's clock shows the time of the others, within a second.

    One that is apart makes ninja build DeepSpeed's ops again and again ("modification time in the
    future"), tokens and certificates "not yet valid", and the order of events in logs a fiction.
    """
    own, offsets = node.read(ClockOffset), node.cluster.facts_by_node(ClockOffset)
    if len(offsets) == 1:
        return skip("no other node answered, so there is nothing to compare with")
    reference = _reference_offset(offsets, node.job.head)
    ahead = own.offset_s - reference.offset_s
    unsure = own.uncertainty_s + reference.uncertainty_s
    seen = {"ahead_s": round(ahead, 3), "uncertainty_s": round(unsure, 3)}
    if abs(ahead) <= TOLERANCE_S:
        return ok(f"{node.name} is within {abs(ahead) + unsure:.2g} s of the others", **seen)
    way = "ahead of" if ahead > 0 else "behind"
    where = f"{abs(ahead):.4g} s {way} the others (measured to {unsure:.2g} s)"
    if not _clocks_differ(own, reference):
        return unknown(f"the clock of {node.name} seems {where}: the answers took too long", **seen)
    if node.has(Clock) and _clock_jump_s(node):
        return skip("something sets it meanwhile; see time.clock-runs-steadily")
    message = f"the clock of {node.name} is {where}; expected within {TOLERANCE_S:g} s"
    return warn("clock-apart", message, _clock_fix(node), **seen)


@node_check("time.clock-is-synchronised", Clock, ClockOffset, Limits, severity=Severity.WARN)
def clock_is_synchronised(node: NodeView) -> Verdict:
    """The node's clock follows a time source where those of other nodes do.

    Left alone it drifts by seconds a week, away from the others. Where no node follows one and all
    agree, as on a closed network, training is none the worse.
    """
    clock, offsets = node.read(Clock), node.cluster.facts_by_node(ClockOffset)
    seen = {"zone": clock.zone, "daemons": list(clock.daemons or ())}
    if clock.synchronised:
        return ok(f"the clock of {node.name} is synchronised", **seen)
    if clock.synchronised is None:
        return skip(f"the kernel of {node.name} does not say")
    if node.name in offsets and _clocks_differ(
        offsets[node.name], _reference_offset(offsets, node.job.head)
    ):
        return skip("it is apart from the others; see time.clocks-agree")
    others = [one.name for one in node.cluster.reached if _is_synchronised(one)]
    if not others:
        return ok(f"the clock of {node.name} follows no source, and neither does any other", **seen)
    if clock.daemons is None:
        return skip(f"the login to {node.name} may not see whether a time daemon runs")
    if clock.daemons and clock.daemons != (TIMESYNCD,):
        runs = ", ".join(clock.daemons)
        return ok(f"{runs} runs on {node.name}, though the kernel is not told of a source", **seen)
    runs = "systemd-timesyncd reaches no server" if clock.daemons else "no time daemon runs"
    message = (
        f"the clock of {node.name} follows no time source ({runs}), that of {others[0]} does; "
        "expected a daemon in sync on every node"
    )
    return warn("not-synchronised", message, _clock_fix(node), **seen)


@node_check("time.clock-runs-steadily", Clock, ClockOffset, Limits, severity=Severity.WARN)
def clock_runs_steadily(node: NodeView) -> Verdict:
    """Nothing set the node's clock forward or back while the preflight ran.

    Two daemons that do not agree, a hypervisor's tools beside chrony, or a clock that runs wild:
    time-outs end early or never, and the logs of the node tell its events in a wrong order.
    """
    clock = node.read(Clock)
    before, after = clock.reading, node.read(ClockOffset).reading
    if before is None or after is None:
        return skip(f"{node.name} told its time once, so there is nothing to compare with")
    passed, jump = after.steady - before.steady, _clock_jump_s(node)
    seen = {"jump_s": round(jump, 3), "passed_s": round(passed, 3)}
    if not jump:
        return ok(f"the clock of {node.name} ran steadily for {passed:.1f} s", **seen)
    if len(clock.daemons or ()) == 1 and _agrees_with_others(node):
        return ok(f"{(clock.daemons or ())[0]} set the clock of {node.name} right", **seen)
    way = "forward" if jump > 0 else "back"
    message = f"the clock of {node.name} was set {way} by {abs(jump):.4g} s within {passed:.1f} s"
    keepers = ", ".join(clock.daemons or ()) or "nothing that this login sees"
    fix = node.fix("", f"one alone may keep the clock, and now it is {keepers}: stop the others")
    return warn("clock-jumped", message, fix, **seen)


def _clock_jump_s(node: NodeView) -> float:
    """By how much the clock was set between its two readings; 0 where it only was turned."""
    before, after = node.read(Clock).reading, node.read(ClockOffset).reading
    if before is None or after is None:
        return 0.0
    passed = after.steady - before.steady
    jump = after.time - before.time - passed
    return jump if abs(jump) > max(JUMP_S, JUMP_SHARE * passed) else 0.0


def _agrees_with_others(node: NodeView) -> bool:
    """Whether it agrees with the others after all."""
    offsets = node.cluster.facts_by_node(ClockOffset)
    return not _clocks_differ(offsets[node.name], _reference_offset(offsets, node.job.head))


def _reference_offset(offsets: Mapping[str, ClockOffset], head: str) -> ClockOffset:
    """The middle clock; of two in the middle, the one that is closer to the head's."""
    return offsets[middle_node({name: one.offset_s for name, one in offsets.items()}, head)]


def _clocks_differ(own: ClockOffset, reference: ClockOffset) -> bool:
    """Whether they differ by more than a second whatever the answers' ways took."""
    unsure = own.uncertainty_s + reference.uncertainty_s
    return abs(own.offset_s - reference.offset_s) - unsure > TOLERANCE_S


def _is_synchronised(node: NodeView) -> bool:
    return node.has(Clock) and bool(node.read(Clock).synchronised)


def _clock_fix(node: NodeView) -> Fix:
    """Set by what runs, else by what is installed, else by chrony."""
    if node.has(Limits) and node.read(Limits).container:
        return node.fix("", "a container has its host's clock: let chrony keep that of the host")
    clock = node.read(Clock) if node.has(Clock) else Clock(synchronised=None)
    for daemon in clock.daemons or ():
        note = f"and look at what {daemon} follows; UDP port 123 to its server must be open"
        return node.fix(STEP_COMMANDS.get(daemon, ""), note, root=daemon in STEP_COMMANDS)
    note = "UDP port 123 to a time server must be open"
    if clock.has_ntp_unit:
        return node.fix("timedatectl set-ntp true", note, root=True)
    if not clock.package_manager:
        return node.fix("", f"install chrony and start it; {note}")
    service = "chrony" if clock.package_manager == "apt-get" else "chronyd"
    install = f"{clock.package_manager} install -y chrony"
    return node.fix(f"{install} && systemctl enable --now {service}", note, root=True)
