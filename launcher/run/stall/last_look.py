"""A run without progress that is to end: one quick observation, so that it is known why it hung."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from launcher.run.stall.stall_monitor import StallMonitor

LAST_LOOK_S = 2.5
"""Somebody waits for the end: what has not answered by then is not seen."""
LAST_SPAN_S = 0.5
"""Over which the use of processors and networks is sampled."""
POLL_S = 0.1


def observe_last(
    monitor: StallMonitor,
    keep: Callable[[dict[str, Any]], None],
    receive: Callable[[float], None],
    goes_on: Callable[[], bool],
) -> None:
    """Observe the ranks once, as long as it `goes_on`; `receive` takes messages for some seconds.

    What was seen is reported as at any time before the first step; after it `keep` is given it.
    """
    began = time.monotonic()
    monitor.observe_now(keep, began)
    while monitor.is_observing and goes_on() and time.monotonic() < began + LAST_LOOK_S:
        receive(POLL_S)
        monitor.check_progress(time.monotonic())
    monitor.conclude_early(time.monotonic())
