"""What a fault is: shell lines for the node that it breaks, and lines that undo it."""

from __future__ import annotations

import enum

from checks.quick_dataclass import dataclass


class DefaultTarget(enum.Enum):
    """Which nodes a fault breaks where none are named."""

    HEAD = "the first node"
    LAST = "the last node"


@dataclass(frozen=True)
class Fault:
    """Real damage, done as root on a node.

    The lines see $NAME and $ADDRESS of the node, $HEAD and $HEAD_ADDRESS, $PEER and $PEER_ADDRESS
    of another node (the head if it can be), $MASTER_PORT, $SSH_PORT, $USER and $HOME of who logs
    in, $PYTHON, $BASE_PYTHON and $PREFIX of the training interpreter, and $SAVED, an empty
    directory of this fault's own for what `undo` needs.
    """

    name: str
    title: str
    apply: str
    undo: str
    on: DefaultTarget = DefaultTarget.LAST
