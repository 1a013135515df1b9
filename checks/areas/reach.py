"""The controller must log in to each node before it can learn anything else about it.

A node that is not reached is one finding here; its other claims are skipped.
"""

from __future__ import annotations

from checks.check import node_check
from checks.facts import Login, NodeView
from checks.facts.interfaces import Interfaces
from checks.facts.pressure import Pressure
from checks.knowledge.logins.causes import CAUSE_MEANING
from checks.knowledge.logins.controller_fixes import controller_fix
from checks.knowledge.logins.ended_shell import ending, is_taken
from checks.knowledge.logins.taken_address import (
    TakenAddress,
    find_old_neighbour,
    find_taken_address,
)
from checks.model import Verdict, block, ok, skip, unknown

UNANSWERED = ("dropped", "refused", "no-route", "timeout", "stalls")
"""Causes that a wrong machine makes too, which gets what is for the node."""
BUSY_LOAD = 2.0
"""Processes for each processor, from which on a machine makes others wait."""


@node_check("reach.controller-logs-in", Login, optional=(Interfaces,))
def controller_logs_in(node: NodeView) -> Verdict:
    """The controller logs in to the node and finds a python there.

    Every other answer comes through this login. `start` uses the same one.

    Measured: One login over Fabric with the user, port, key and `ssh_config` that OpenSSH would
    use. Host keys are verified; an unknown or a changed one is refused. Then `python3` (3.6 or
    newer), or else the training interpreter, is started. All nodes at once; time-outs of dead nodes
    overlap.

    Fix: The causes are those of [ssh](ssh.md#causes), seen from the controller. Each fix is a
    command for the controller, or for the node's console where no login can work. A node that has
    the address of another one, and answers in its name, is to give it up; where this machine still
    sends to it afterwards, what this machine remembers is deleted.
    """
    login = node.read(Login)
    where = f"{login.user}@{node.name}" if login.user else node.name
    if login.reached:
        return ok(f"logged in as {where} in {login.seconds:.2f} s", seconds=login.seconds)
    if taken := _taken_address(node, login):
        cause, message = "wrong-host", f"{taken} and answers in the name of {node.name}"
        return block(cause, message, taken.fix, address=login.address)
    meaning = CAUSE_MEANING.get(login.cause, CAUSE_MEANING["ssh-failed"])
    old = find_old_neighbour(node, login) if login.cause in UNANSWERED else None
    meaning = str(old) if old else meaning
    if login.cause == "shell-refuses" and (why := ending(login)):
        meaning = f"{meaning}: {why}"
    if login.cause == "shell-hangs" and login.blamed:
        meaning = f"{meaning}: {login.blamed}, which acts before each command, waits"
    told = login.cause == "shell-refuses" and is_taken(login)
    detail = f" ({login.detail})" if login.detail and not told else ""
    return block(
        login.cause or "ssh-failed",
        f"this machine cannot log in as {where}, port {login.port}: {meaning}{detail}",
        old.fix if old else controller_fix(node, login),
        seconds=login.seconds,
        address=login.address,
    )


def _taken_address(node: NodeView, login: Login) -> TakenAddress | None:
    """Who else has the node's address, where another host key than the node's was presented."""
    changed = login.cause == "host-key-changed"
    return find_taken_address(node, login.address or login.host_name) if changed else None


@node_check("reach.node-answers-in-time", Login, optional=(Pressure,))
def node_answers_in_time(node: NodeView) -> Verdict:
    """The node's probe answers while the controller waits for it.

    A machine that is overloaded, or whose disk hangs, is no fault of each of its parts: what cannot
    be determined for it is said here once, and its other checks are skipped.

    Measured: Whether at least half of what the node was asked got no answer within its limits, or a
    rank that hung there was ready to run for most of that time and had no processor
    (`/proc/PID/schedstat`). The load of that node, where it still tells it, and of this machine.

    Fix: Try again when that machine, or this one, is less busy: `uptime` and `top` show by what.
    """
    if not node.reached:
        return skip("see reach.controller-logs-in")
    if node.name not in node.cluster.late_nodes:
        return ok(f"{node.name} answers")
    seen = node.read(Pressure) if node.has(Pressure) else Pressure()
    loads = [f"load {seen.load:g} on {seen.cpus} cores"] if seen.cpus else []
    loads += filter(None, [node.cluster.late_nodes[node.name]])
    if seen.here_cpus and seen.here_load > BUSY_LOAD * seen.here_cpus:
        loads.append(f"this machine has load {seen.here_load:g} on {seen.here_cpus} cores")
    why = "; ".join(loads) or "nothing is known of its load"
    return unknown(f"{node.name} did not answer in time: {why}", load=seen.load, cpus=seen.cpus)
