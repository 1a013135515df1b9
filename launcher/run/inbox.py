"""Where the messages of all supervisors wait for the controller, bounded for each node."""

from __future__ import annotations

import queue
import threading
from collections import Counter, deque

from launcher.run.messages import Message

SHARE = 1 << 20
"""Bytes of one node's messages that may wait; further ones wait on the node, in its pipes."""
MESSAGE_SIZE = 512
"""Bytes that a message takes beside those that came."""


class Inbox:
    """Messages of each node in their order, each with the node's name; nodes take turns.

    A node that sends faster than the controller works is read no further meanwhile: neither memory
    nor another node's messages pay for it.
    """

    def __init__(self) -> None:
        self._messages: dict[str, deque[tuple[Message, int]]] = {}
        """Of the nodes of which one waits, the next turn first."""
        self._waiting: Counter[str] = Counter()
        self._changed = threading.Condition()

    def put(self, node: str, message: Message, size: int = 0) -> None:
        """Add a message that came as `size` bytes; waits while too much of that node waits."""
        with self._changed:
            self._changed.wait_for(lambda: not size or self._waiting[node] < SHARE)
            taken = size and size + MESSAGE_SIZE
            self._waiting[node] += taken
            self._messages.setdefault(node, deque()).append((message, taken))
            self._changed.notify_all()

    def get(self, timeout_s: float) -> tuple[str, Message]:
        """The next message. Raises queue.Empty where none comes in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._messages, timeout_s):
                raise queue.Empty
            node = next(iter(self._messages))
            own = self._messages.pop(node)
            message, taken = own.popleft()
            if own:
                self._messages[node] = own
            self._waiting[node] -= taken
            self._changed.notify_all()
        return node, message
