"""What a value of NCCL's and PyTorch's variables may be, as those that read it read it.

NCCL takes `true` for 0 and passes over a level that it does not know, without a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checks.nccl.known import CHOICES, COUNTS, LEVELS, NUMBERS, SWITCHES
from checks.variables import NUMBER, leading_number

DISTANCES = ("LOC", "NVL", "NVB", "C2C", "PIX", "PXB", "P2C", "PXN", "PHB", "SYS")
COLLECTIVES = ("broadcast", "reduce", "allgather", "reducescatter", "allreduce")
ALGORITHMS = ("tree", "ring", "collnet", "collnetdirect", "collnetchain", "nvls", "nvlstree", "pat")
PROTOCOLS = ("ll", "ll128", "simple")
SUBSYSTEMS = (
    "INIT", "COLL", "P2P", "SHM", "NET", "GRAPH", "TUNING", "ENV", "ALLOC", "ALLOC_HOST", "CALL",
    "PROXY", "NVLS", "BOOTSTRAP", "REG", "PROFILE", "RAS", "DESTROY", "ALL",
)  # fmt: skip
YES, NO = ("y", "yes", "1", "t", "true"), ("n", "no", "0", "f", "false")
LISTS: Mapping[str, str] = {
    "NCCL_IB_HCA": "mlx5_0:1,mlx5_1 with = or ^ before all of it",
    "NCCL_SOCKET_IFNAME": "eth0,ib with = or ^ before all of it",
    "NCCL_OOB_NET_IFNAME": "eth0,ib with = or ^ before all of it",
    "GLOO_SOCKET_IFNAME": "whole names, eth0,eth1",
}
_NAME = re.compile(r"[A-Za-z0-9_.@-]+(:[0-9]*){0,3}")


def malformed(name: str, value: str) -> str:
    """What is wrong with that value, as words after "is"; '' where it is read as it is meant.

    An empty value is an unset variable to all who read it.
    """
    if not value:
        return ""
    if name in NUMBERS and not NUMBER.fullmatch(value):
        return f"no number, and NCCL reads it as {leading_number(value)}"
    if name in COUNTS and not re.fullmatch(r"\s*-?[0-9]+", value):
        return "no whole number, and PyTorch raises an error at the start"
    if name in SWITCHES and value.lower() not in (*YES, *NO):
        return "neither 1 nor 0, and PyTorch raises an error at the start"
    if name in LEVELS and value not in DISTANCES and not value[0].isdigit():
        return f"passed over by NCCL, which knows {', '.join(DISTANCES)}"
    written = value if "AF_INET" in CHOICES.get(name, ()) else value.upper()
    if name in CHOICES and written not in CHOICES[name]:
        return f"none of {', '.join(CHOICES[name])}"
    return _malformed_list(name, value)


def ends_the_start(name: str) -> bool:
    """Whether a malformed value of it ends the run at its start, and is not just passed over."""
    return name in SWITCHES | COUNTS or name in ("NCCL_ALGO", "NCCL_PROTO")


def switched_on(value: str) -> bool:
    """As PyTorch reads a switch."""
    return value.lower() in YES


def _malformed_list(name: str, value: str) -> str:
    if name in LISTS:
        marked = not name.startswith("GLOO_")
        words = (value.removeprefix("^").removeprefix("=") if marked else value).split(",")
        wrong = [word for word in words if word and not _NAME.fullmatch(word)]
        return f"no list of names ({wrong[0]!r}); expected {LISTS[name]}" if wrong else ""
    if name == "NCCL_DEBUG_SUBSYS":
        words = value.upper().removeprefix("^").split(",")
        wrong = [word for word in words if word and word not in SUBSYSTEMS]
        return f"of no subsystem {wrong[0]!r}; there are {', '.join(SUBSYSTEMS)}" if wrong else ""
    if name in ("NCCL_ALGO", "NCCL_PROTO"):
        known = ALGORITHMS if name == "NCCL_ALGO" else PROTOCOLS
        return _unknown_choice(value, known)
    return ""


def _unknown_choice(value: str, known: tuple[str, ...]) -> str:
    """`ring,tree` or `^ll128;allreduce:ll128`: a collective before the colon, names after it."""
    for part in filter(None, value.lower().split(";")):
        collective, colon, names = part.rpartition(":")
        wrong = [one for one in names.removeprefix("^").split(",") if one and one not in known]
        if wrong or (colon and collective not in COLLECTIVES):
            return f"not known to NCCL ({wrong[0] if wrong else collective}): {', '.join(known)}"
    return ""
