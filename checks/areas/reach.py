"""The controller must be able to log in to each node: nothing else can be known of it before.

A node that is not reached is one finding here, and its other claims are skipped.
"""

from __future__ import annotations

from checks.check import node_check
from checks.facts import Login, NodeView
from checks.knowledge.logins.causes import CAUSE_MEANING
from checks.knowledge.logins.controller_fixes import controller_fix
from checks.model import Verdict, block, ok


@node_check("reach.controller-logs-in", Login)
def controller_logs_in(node: NodeView) -> Verdict:
    """The controller logs in to the node and finds a python there.

    Host keys are verified as OpenSSH does; an unknown or a changed one is refused.
    """
    login = node.read(Login)
    where = f"{login.user}@{node.name}" if login.user else node.name
    if login.reached:
        return ok(f"logged in as {where} in {login.seconds:.2f} s", seconds=login.seconds)
    meaning = CAUSE_MEANING.get(login.cause, CAUSE_MEANING["ssh-failed"])
    detail = f" ({login.detail})" if login.detail else ""
    return block(
        login.cause or "ssh-failed",
        f"this machine cannot log in as {where}, port {login.port}: {meaning}{detail}",
        controller_fix(node, login),
        seconds=login.seconds,
        address=login.address,
    )
