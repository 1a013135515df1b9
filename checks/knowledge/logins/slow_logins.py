"""How long logins to each node take, and what sshd does there before it lets anybody in."""

from __future__ import annotations

import shlex
import statistics
from collections import defaultdict

from checks.facts import ClusterView
from checks.facts.ssh import SshRow
from checks.facts.sshd import SshdSetting
from checks.facts.view_cache import cached_per_view

SLOW_S = 5.0
"""A login takes a tenth of it; on busy machines those to all nodes take longer alike."""
TIMES_SLOWER = 4


@cached_per_view
def quickest_logins(cluster: ClusterView) -> dict[str, float]:
    """Seconds of the quickest login to each node by another one, those that were let in."""
    taken: dict[str, list[float]] = defaultdict(list)
    for source, row in cluster.facts_by_node(SshRow).items():
        for target, attempt in row.targets.items():
            if target != source and attempt.authenticated:
                taken[target].append(attempt.seconds)
    return {name: min(seconds) for name, seconds in taken.items()}


def usual_seconds(quickest: dict[str, float], name: str) -> float | None:
    """The median of those to the other nodes; None where the one to `name` is no slower by far."""
    others = [seconds for other, seconds in quickest.items() if other != name]
    if name not in quickest or not others:
        return None
    usual = statistics.median(others)
    return usual if quickest[name] >= max(SLOW_S, TIMES_SLOWER * usual) else None


def keys_program(setting: SshdSetting | None, user: str) -> list[str]:
    """The words by which sshd asks a program for the keys of `user`; none where it asks none."""
    words = shlex.split(setting.value) if setting else []
    if not words or words[0].lower() == "none":
        return []
    return [word.replace("%u", user) for word in words] if words[1:] else [*words, user]
