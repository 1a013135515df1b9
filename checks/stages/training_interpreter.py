"""The training interpreter of a node: torch is imported once, by the first stage that needs it."""

from __future__ import annotations

from typing import Any

from checks.contact.pool import Contact
from checks.facts import NodeView
from checks.facts.software import Software
from checks.knowledge.rank_environment import compose_rank_env, usable_gpus
from checks.node.programs import program_text

IMPORT_S = 120.0
HUNG_S = 10.0
"""For one that gave no answer to a plain question before."""
CLOSING_S = 15.0
CLOSING_SECTION = "warm_close"


def interpreter_request(node: NodeView) -> dict[str, Any]:
    """The arguments that open it, the same for each stage. No network is chosen yet."""
    gpus = usable_gpus(node)
    hangs = node.has(Software) and node.read(Software).state == "hangs"
    return {
        "python": node.job.python,
        "workdir": node.job.workdir,
        "env": compose_rank_env(node.job, gpus, {}),
        "slots": node.slots or 1,
        "gpus": gpus,
        "limit": HUNG_S if hangs else IMPORT_S,
        "program": program_text("warm_interpreter"),
    }


def close_interpreters(contact: Contact) -> None:
    """End those of all nodes that were reached."""
    contact.ask(CLOSING_SECTION, {name: {} for name in contact.reached}, CLOSING_S)
