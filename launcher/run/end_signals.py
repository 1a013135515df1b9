"""What asks for the end of a start: Ctrl-C, `stop`, a closed terminal where that is not ignored."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

STOP_REASONS = {
    signal.SIGINT: "stopped by Ctrl-C",
    signal.SIGTERM: "stopped on request",
    signal.SIGHUP: "stopped because its terminal closed; start --detach runs on without one",
}


@contextmanager
def on_end_signals(handle: Callable[[int, object], object]) -> Iterator[None]:
    """Have each of them handled so, and as before afterwards."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    numbers = STOP_REASONS.keys() - ({signal.SIGHUP} if ignored else set())
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held_end_signals() -> Iterator[list[int]]:
    """Keep them: yields those that came. A mask would not: threads without it get them."""
    held: list[int] = []
    with on_end_signals(lambda number, _: held.append(number)):
        yield held
