"""A queue or filter of the kernel's that a measured fault comes from: whose it is, and its end.

A site may shape on purpose. So none is named unless its node was measured to be slow, far or lossy
that way, and what most nodes have explains no difference between them.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from checks.errors import FactError
from checks.facts import NodeView
from checks.facts.interfaces import Interfaces
from checks.facts.traffic_control import Shaper, TrafficControl
from checks.knowledge.training_network import training_interface
from checks.model import Fix

LOSING = re.compile(r"\b(loss|corrupt|police|drop|shot)\b")
DELAYING = re.compile(r"\b(delay|mirred)\b")
LIMITING = re.compile(r"\b(rate|bandwidth|police)\b|^(htb|hfsc|cbq) ")


def losing_shaper(node: NodeView, *, inbound: bool) -> Shaper | None:
    """What drops some of what the node receives, or else sends."""
    return _own_shaper(node, LOSING, inbound=inbound)


def delaying_shaper(node: NodeView) -> Shaper | None:
    """What holds back what the node sends."""
    return _own_shaper(node, DELAYING, inbound=False)


def limiting_shaper(node: NodeView, *, inbound: bool, common: bool = False) -> Shaper | None:
    """What limits how fast it receives, or else sends; with `common` what most nodes have, too."""
    return _own_shaper(node, LIMITING, inbound=inbound, common=common)


def _own_shaper(
    node: NodeView, pattern: re.Pattern[str], *, inbound: bool, common: bool = False
) -> Shaper | None:
    usual = [] if common else _common_words(node)
    return next(
        (
            shaper
            for shaper in _on_training_links(node)
            if shaper.inbound is inbound
            and pattern.search(_words(shaper))
            and _words(shaper) not in usual
        ),
        None,
    )


def _words(shaper: Shaper) -> str:
    return f"{shaper.kind} {shaper.text}"


def _on_training_links(node: NodeView) -> Sequence[Shaper]:
    """Those of the training interface and of what carries it."""
    if not node.has(TrafficControl):
        return ()
    try:
        own = training_interface(node)
    except FactError:
        return ()
    carriers = node.read(Interfaces).lower_interfaces(own)
    devices = {own.name, *(carrier.name for carrier in carriers)}
    return [shaper for shaper in node.read(TrafficControl).shapers if shaper.device in devices]


def _common_words(node: NodeView) -> list[str]:
    """What more than half of all nodes have on some device."""
    answered = node.cluster.nodes_with(TrafficControl)
    lists = [{_words(shaper) for shaper in peer.read(TrafficControl).shapers} for peer in answered]
    everything: set[str] = set().union(*lists)
    return [
        words for words in everything if 2 * sum(words in each for each in lists) > len(answered)
    ]


def removing_fix(node: NodeView, shaper: Shaper) -> Fix:
    """Takes it out of the kernel."""
    note = (
        "until it is set again: take it out of what does that too (a unit or script with `tc`, "
        "wondershaper, tcset)"
    )
    words = ("tc", "qdisc", "del", "dev", shaper.device, *shaper.place.split())
    return node.fix(shlex.join(words), note, root=True)
