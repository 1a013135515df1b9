"""The GPUs that a check is about, and how they are named, compared and fixed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

from checks.facts import NodeView
from checks.facts.gpus import Gpu, Gpus
from checks.model import Fix, Verdict, skip

NO_ANSWER = "the driver does not answer; see gpu.driver-answers"


def with_gpus(judge: Callable[[NodeView, Gpus], Verdict]) -> Callable[[NodeView], Verdict]:
    """Gives the judge the node's GPUs; skips where there are none, or none that answer."""

    @functools.wraps(judge)
    def judge_node(node: NodeView) -> Verdict:
        gpus = node.read(Gpus)
        if gpus.broken:
            return skip(NO_ANSWER)
        return judge(node, gpus) if gpus.count else skip(f"{node.name} has no GPU that answers")

    return judge_node


def describe_gpus(cards: Iterable[Gpu]) -> str:
    """`GPU 3`, `GPUs 0-2,5`."""
    numbers = [card.index for card in cards]
    return f"GPU{'s' if len(numbers) > 1 else ''} {index_ranges(numbers)}"


def index_ranges(numbers: Sequence[int]) -> str:
    """`0-2,5` of 0, 1, 2 and 5."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in parts)


def gpus_of_model(node: NodeView, name: str) -> list[Gpu]:
    """All GPUs of that name in the cluster, those of the node itself too."""
    answers = node.cluster.facts_by_node(Gpus).values()
    return [card for gpus in answers for card in gpus.gpus if card.name == name]


def nvidia_smi_fix(node: NodeView, cards: Sequence[Gpu], words: str, note: str = "") -> Fix:
    """`nvidia-smi` with these words for those cards, or for all where it is all of the node's."""
    if len(cards) == node.read(Gpus).count:
        return node.fix(f"nvidia-smi {words}", note, root=True)
    if len(cards) == 1:
        return node.fix(f"nvidia-smi -i {cards[0].index} {words}", note, root=True)
    numbers = " ".join(str(card.index) for card in cards)
    command = f"for gpu in {numbers}; do nvidia-smi -i $gpu {words}; done"
    return node.fix(command, note, root=True)
