"""What a value of NCCL's and PyTorch's variables may be, as those that read it read it.

NCCL takes `true` for 0 and passes over a level that it does not know, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.areas.nccl.known_variables import (
    CHOICE_VARIABLES,
    COUNT_VARIABLES,
    LEVEL_VARIABLES,
    NUMBER_VARIABLES,
    SWITCH_VARIABLES,
)
from checks.knowledge.nccl_variables import LEADING_NUMBER, leading_number

DISTANCES = ("LOC", "NVL", "NVB", "C2C", "PIX", "PXB", "P2C", "PXN", "PHB", "SYS")
COLLECTIVES = ("broadcast", "reduce", "allgather", "reducescatter", "allreduce")
ALGORITHMS = ("tree", "ring", "collnet", "collnetdirect", "collnetchain", "nvls", "nvlstree", "pat")
PROTOCOLS = ("ll", "ll128", "simple")
SUBSYSTEMS = (
    "INIT", "COLL", "P2P", "SHM", "NET", "GRAPH", "TUNING", "ENV", "ALLOC", "ALLOC_HOST", "CALL",
    "PROXY", "NVLS", "BOOTSTRAP", "REG", "PROFILE", "RAS", "DESTROY", "DIAG", "CFT",
    "ALL",
)  # fmt: skip
TRUE_WORDS, FALSE_WORDS = ("y", "yes", "1", "t", "true"), ("n", "no", "0", "f", "false")
LIST_FORMATS: Mapping[str, str] = {
    "NCCL_IB_HCA": "mlx5_0:1,mlx5_1 with = or ^ before all of it",
    "NCCL_SOCKET_IFNAME": "eth0,ib with = or ^ before all of it",
    "NCCL_OOB_NET_IFNAME": "eth0,ib with = or ^ before all of it",
    "GLOO_SOCKET_IFNAME": "whole names, eth0,eth1",
}
_LISTED_NAME = re.compile(r"[A-Za-z0-9_.@-]+(:[0-9]*){0,3}")


def value_fault(name: str, value: str) -> str:
    """What is wrong with that value, as words after "is"; '' where it is read as it is meant.

    An empty value is an unset variable to all who read it.
    """
    if not value:
        return ""
    if name in NUMBER_VARIABLES and not LEADING_NUMBER.fullmatch(value):
        return f"no number, and NCCL reads it as {leading_number(value)}"
    if name in COUNT_VARIABLES and not re.fullmatch(r"\s*-?[0-9]+", value):
        return "not a whole number, and PyTorch raises an error at the start"
    if name in SWITCH_VARIABLES and value.lower() not in (*TRUE_WORDS, *FALSE_WORDS):
        return "neither 1 nor 0, and PyTorch raises an error at the start"
    if name in LEVEL_VARIABLES and value not in DISTANCES and not value[0].isdigit():
        return f"ignored by NCCL, which knows {', '.join(DISTANCES)}"
    written = value if "AF_INET" in CHOICE_VARIABLES.get(name, ()) else value.upper()
    if name in CHOICE_VARIABLES and written not in CHOICE_VARIABLES[name]:
        return f"none of {', '.join(CHOICE_VARIABLES[name])}"
    return _list_fault(name, value)


def malformed_ends_start(name: str) -> bool:
    """Whether a malformed value of it ends the run at its start, and is not just passed over."""
    return name in SWITCH_VARIABLES | COUNT_VARIABLES or name in ("NCCL_ALGO", "NCCL_PROTO")


def is_switched_on(value: str) -> bool:
    """As PyTorch reads a switch."""
    return value.lower() in TRUE_WORDS


def _list_fault(name: str, value: str) -> str:
    if name in LIST_FORMATS:
        marked = not name.startswith("GLOO_")
        words = (value.removeprefix("^").removeprefix("=") if marked else value).split(",")
        invalid = [word for word in words if word and not _LISTED_NAME.fullmatch(word)]
        if not invalid:
            return ""
        return f"not a list of names ({invalid[0]!r}); expected {LIST_FORMATS[name]}"
    if name == "NCCL_DEBUG_SUBSYS":
        words = value.upper().removeprefix("^").split(",")
        invalid = [word for word in words if word and word not in SUBSYSTEMS]
        if not invalid:
            return ""
        return f"not a list of subsystems ({invalid[0]!r}); NCCL has {', '.join(SUBSYSTEMS)}"
    if name in ("NCCL_ALGO", "NCCL_PROTO"):
        choices = ALGORITHMS if name == "NCCL_ALGO" else PROTOCOLS
        return _choice_fault(value, choices)
    return ""


def _choice_fault(value: str, choices: tuple[str, ...]) -> str:
    """`ring,tree` or `^ll128;allreduce:ll128`: a collective before the colon, names after it."""
    for part in filter(None, value.lower().split(";")):
        collective, colon, names = part.rpartition(":")
        invalid = [
            part for part in names.removeprefix("^").split(",") if part and part not in choices
        ]
        if invalid or (colon and collective not in COLLECTIVES):
            return (
                f"not known to NCCL ({invalid[0] if invalid else collective}): {', '.join(choices)}"
            )
    return ""
