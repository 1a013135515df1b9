"""Where the messages of all supervisors wait for the controller, bounded for each node."""

from __future__ import annotations

import queue
import threading
from collections import Counter

from launcher.run.messages import Message

SHARE = 8 << 20
"""Bytes of one node's messages that may wait; further ones wait on the node, in its pipes."""


class Inbox:
    """Messages in their order, each with the name of the node that it came from.

    A node that sends faster than the controller works is read no further meanwhile: neither memory
    nor another node's messages pay for it.
    """

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[tuple[str, Message, int]] = queue.SimpleQueue()
        self._waiting: Counter[str] = Counter()
        self._taken = threading.Condition()

    def put(self, node: str, message: Message, size: int = 0) -> None:
        """Add a message that came as `size` bytes; waits while too much of that node waits."""
        with self._taken:
            self._taken.wait_for(lambda: not size or self._waiting[node] < SHARE)
            self._waiting[node] += size
        self._messages.put((node, message, size))

    def get(self, timeout_s: float) -> tuple[str, Message]:
        """The next message. Raises queue.Empty where none comes in time."""
        node, message, size = self._messages.get(timeout=timeout_s)
        with self._taken:
            self._waiting[node] -= size
            self._taken.notify_all()
        return node, message
