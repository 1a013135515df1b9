"""Training itself does not depend on the clock, but whatever compares times of two machines does.

Ninja and make, certificates and tokens, and whoever reads the logs of several nodes need clocks
that agree. All of these checks only warn. The clock belongs to the machine: a container has that of
its host, and is fixed there. The nodes of a [lab](../lab.md) share one clock, so a clock fault
cannot be made there. The time zone is part of the evidence and never a fault.
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

    A node whose clock differs builds DeepSpeed's ops again and again ("modification time in the
    future"), finds tokens and certificates "not yet valid", and makes the order of events in the
    logs meaningless.

    Measured: The controller asks each node for its time and notes when it asked and when the answer
    came. The node read its clock at some moment between the two, so half the round trip is the
    uncertainty; a slow answer is repeated, at most three times. The reference is the median clock,
    of two nodes the head's. Only a difference of more than a second beyond the uncertainty of both
    warns; a difference that the uncertainty could explain could not be determined.

    Fix:
        clock-apart: the daemon that runs sets the clock at once (`chronyc makestep`); where none
            does, the command that starts or installs one.
    """
    own, offsets = node.read(ClockOffset), node.cluster.facts_by_node(ClockOffset)
    if len(offsets) == 1:
        return skip("no other node answered, so there is nothing to compare with")
    reference = _reference_offset(offsets, node.job.head)
    ahead = own.offset_s - reference.offset_s
    unsure = own.uncertainty_s + reference.uncertainty_s
    evidence = {"ahead_s": round(ahead, 3), "uncertainty_s": round(unsure, 3)}
    if abs(ahead) <= TOLERANCE_S:
        return ok(f"{node.name} is within {abs(ahead) + unsure:.2g} s of the others", **evidence)
    way = "ahead of" if ahead > 0 else "behind"
    where = f"{abs(ahead):.4g} s {way} the others (measured to {unsure:.2g} s)"
    if not _clocks_differ(own, reference):
        return unknown(
            f"the clock of {node.name} seems {where}: the answers took too long", **evidence
        )
    if node.has(Clock) and _clock_jump_s(node):
        return skip("something is setting it; see time.clock-runs-steadily")
    message = f"the clock of {node.name} is {where}; expected within {TOLERANCE_S:g} s"
    return warn("clock-apart", message, _clock_fix(node), **evidence)


@node_check("time.clock-is-synchronised", Clock, ClockOffset, Limits, severity=Severity.WARN)
def clock_is_synchronised(node: NodeView) -> Verdict:
    """The node's clock follows a time source where those of other nodes do.

    A clock without a source drifts by seconds a week, away from the others.

    Measured: What the kernel reports (a read-only `adjtimex`), and which of chronyd, ntpd,
    systemd-timesyncd, ptp4l, phc2sys and timemaster run. Some daemons do not inform the kernel, so
    a running daemon passes, except systemd-timesyncd, which always informs it. Where no node
    follows a source and all agree, as on a closed network, it passes and says so. Where the kernel
    reports nothing the check is skipped.

    Fix:
        not-synchronised: the command that starts a daemon, or installs chrony; a firewall must let
            UDP port 123 through.
    """
    clock, offsets = node.read(Clock), node.cluster.facts_by_node(ClockOffset)
    evidence = {"zone": clock.zone, "daemons": list(clock.daemons or ())}
    if clock.synchronised:
        return ok(f"the clock of {node.name} is synchronised", **evidence)
    if clock.synchronised is None:
        return skip(f"the kernel of {node.name} does not say")
    if node.name in offsets and _clocks_differ(
        offsets[node.name], _reference_offset(offsets, node.job.head)
    ):
        return skip("it differs from the others; see time.clocks-agree")
    others = [peer.name for peer in node.cluster.reached if _is_synchronised(peer)]
    if not others:
        return ok(
            f"the clock of {node.name} follows no source, and neither does any other", **evidence
        )
    if clock.daemons is None:
        return skip(f"the login to {node.name} may not see whether a time daemon runs")
    if clock.daemons and clock.daemons != (TIMESYNCD,):
        runs = ", ".join(clock.daemons)
        return ok(
            f"{runs} runs on {node.name}, though the kernel does not report a source", **evidence
        )
    runs = "systemd-timesyncd cannot reach a server" if clock.daemons else "no time daemon runs"
    message = (
        f"the clock of {node.name} follows no time source ({runs}), while that of {others[0]} "
        "does; expected a daemon in sync on every node"
    )
    return warn("not-synchronised", message, _clock_fix(node), **evidence)


@node_check("time.clock-runs-steadily", Clock, ClockOffset, Limits, severity=Severity.WARN)
def clock_runs_steadily(node: NodeView) -> Verdict:
    """The node's clock did not jump while the preflight ran.

    Two daemons that disagree, or a hypervisor's tools beside chrony, set the clock again and again:
    time-outs end early or never, and logs show events in the wrong order.

    Measured: Two readings of the clock and of the monotonic clock, with the facts and after the
    stages. They may differ by half a second, or by a tenth of the time between them, which is the
    most that chrony slews a clock. A step that the only daemon made, and after which the node
    agrees with the others, passes.

    Fix:
        clock-jumped: let only one program set the clock.
    """
    clock = node.read(Clock)
    before, after = clock.reading, node.read(ClockOffset).reading
    if before is None or after is None:
        return skip(f"{node.name} reported its time only once, so there is nothing to compare with")
    passed, jump = after.steady - before.steady, _clock_jump_s(node)
    evidence = {"jump_s": round(jump, 3), "passed_s": round(passed, 3)}
    if not jump:
        return ok(f"the clock of {node.name} ran steadily for {passed:.1f} s", **evidence)
    if len(clock.daemons or ()) == 1 and _agrees_with_others(node):
        return ok(f"{(clock.daemons or ())[0]} set the clock of {node.name} right", **evidence)
    way = "forward" if jump > 0 else "back"
    message = f"the clock of {node.name} was set {way} by {abs(jump):.4g} s within {passed:.1f} s"
    setters = ", ".join(clock.daemons or ()) or "nothing that this login sees"
    fix = node.fix("", f"only one program may set the clock; now it is {setters}: stop the others")
    return warn("clock-jumped", message, fix, **evidence)


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
    return offsets[middle_node({name: offset.offset_s for name, offset in offsets.items()}, head)]


def _clocks_differ(own: ClockOffset, reference: ClockOffset) -> bool:
    """Whether they differ by more than a second whatever the answers' ways took."""
    unsure = own.uncertainty_s + reference.uncertainty_s
    return abs(own.offset_s - reference.offset_s) - unsure > TOLERANCE_S


def _is_synchronised(node: NodeView) -> bool:
    return node.has(Clock) and bool(node.read(Clock).synchronised)


def _clock_fix(node: NodeView) -> Fix:
    """Set by what runs, else by what is installed, else by chrony."""
    if node.has(Limits) and node.read(Limits).container:
        return node.fix("", "a container has its host's clock: run chrony on the host")
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
