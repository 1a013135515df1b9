"""The stage that measures how far each node's clock is from the controller's."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Sequence

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.facts.clock import ClockOffset
from checks.facts.snapshot import Snapshot

LIMIT_S = 5.0
TRIES = 3
GOOD_S = 0.1
"""An uncertainty that needs no second try."""
AT_ONCE = 16


def measure_clocks(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill the section `clock_offset` of `names`.

    Each is asked in a thread of its own: an answer read late would look like a long way. The
    controller's own clock is read once: one that is set meanwhile would accuse some of the nodes.
    """
    epoch = time.time() - time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda name: _best_offset(contact, name, epoch), names)
        for name, answer in zip(names, answers, strict=True):
            snapshot.put(name, ClockOffset.section, answer)


def _best_offset(contact: Contact, name: str, epoch: float) -> Answer:
    """The answer of the shortest round trip, of a few at most."""
    best = _ask_offset(contact, name, epoch)
    for _ in range(TRIES - 1):
        if best.data is None or _uncertainty_s(best) <= GOOD_S:
            break
        answer = _ask_offset(contact, name, epoch)
        if answer.data is None:
            break
        best = min(best, answer, key=_uncertainty_s)
    return best


def _uncertainty_s(answer: Answer) -> float:
    return float(answer.fields["uncertainty_s"])


def _ask_offset(contact: Contact, name: str, epoch: float) -> Answer:
    """One question, timed by a clock that nobody sets; `epoch` is when that was zero."""
    before = time.monotonic()
    answer = contact.ask("time_now", {name: {}}, LIMIT_S)[name]
    half = (time.monotonic() - before) / 2
    if answer.data is None:
        return answer
    shown = answer.data.get("time")
    if not isinstance(shown, float):
        return Answer(error=f"expected the time, got {shown!r}")
    ahead = round(shown - (epoch + before + half), 6)
    offset = {"offset_s": ahead, "uncertainty_s": round(half, 6), "reading": answer.data}
    return Answer(offset)
