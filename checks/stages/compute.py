"""The stage that measures every accelerator, all nodes at once, and again alone where one lags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.compute import Compute
from checks.facts.gpus import Gpus
from checks.facts.rendezvous import Rendezvous
from checks.knowledge.rank_environment import usable_gpus
from checks.node.programs import program_text
from checks.outliers.stragglers import find_stragglers, reference_nodes
from checks.stages.training_interpreter import CLOSING_S

LIMIT_S = 20.0
MOST_ALONE = 8
"""With more suspects the cluster is uneven, and nobody is a straggler."""


def measure_compute(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill the section `compute` of `names`, by the interpreters that the meeting left."""
    cluster = ClusterView(snapshot)
    ready = [name for name in names if _has_interpreter(cluster[name])]
    for name in names:
        snapshot.put(name, Compute.section, Answer(error="torch was not imported"))
    for wave in apart_by_gpu([cluster[name] for name in ready]):
        for name, answer in _measure_nodes(contact, wave).items():
            snapshot.put(name, Compute.section, _first_result(answer))
    _measure_suspects_alone(contact, snapshot, ready)


def _has_interpreter(node: NodeView) -> bool:
    return node.has(Rendezvous) and node.read(Rendezvous).torch_imported


def apart_by_gpu(nodes: Iterable[NodeView]) -> list[list[NodeView]]:
    """Nodes in groups, of which no two have a GPU in common, as those of a lab on one machine have.

    There are so many groups at most: more nodes on one GPU are measured together.
    """
    waves: list[list[NodeView]] = [[] for _ in range(MOST_ALONE)]
    taken: list[set[str]] = [set() for _ in waves]
    for node in nodes:
        own = _gpu_uuids(node)
        free = (at for at, others in enumerate(taken) if not own & others)
        place = next(free, MOST_ALONE - 1)
        waves[place].append(node)
        taken[place] |= own
    return [wave for wave in waves if wave]


def _gpu_uuids(node: NodeView) -> set[str]:
    gpus = node.read(Gpus).gpus if node.has(Gpus) else ()
    return {gpu.uuid for gpu in gpus or () if gpu.uuid.startswith("GPU-")}


def _measure_nodes(contact: Contact, nodes: Sequence[NodeView]) -> dict[str, Answer]:
    """One child for each accelerator; a node without any has its CPU measured."""
    program = program_text("device_speed")
    shared: dict[str, Any] = {"program": program, "limit": LIMIT_S, "keep": ""}
    args = {node.name: {**shared, "children": _device_variables(node)} for node in nodes}
    return contact.ask("warm_task", args, LIMIT_S + CLOSING_S) if args else {}


def _device_variables(node: NodeView) -> list[dict[str, str]]:
    gpus = min(usable_gpus(node), node.slots or 1)
    return [{"PREFLIGHT_DEVICE": str(slot)} for slot in range(gpus)] or [{"PREFLIGHT_DEVICE": ""}]


def _first_result(answer: Answer) -> Answer:
    children = answer.fields.get("children")
    if children is None:
        return answer if answer.data is None else Answer(error="nothing was measured")
    return Answer({"limit": LIMIT_S, "first": children})


def _measure_suspects_alone(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Suspects once more, one after the other, and their yardsticks: nobody else computes then."""
    cluster = ClusterView(snapshot)
    found = {name: cluster[name].read(Compute) for name in names if cluster[name].has(Compute)}
    slow = find_stragglers(found)
    suspects = list(dict.fromkeys(name for name, _ in slow))
    models = {found[name].first[slot].said.name for name, slot in slow}
    good = [name for model, name in reference_nodes(found).items() if model in models]
    if not suspects or len(suspects) > MOST_ALONE:
        return
    for name in (*good, *suspects):
        alone = _measure_nodes(contact, [cluster[name]])[name].fields.get("children", [])
        together = snapshot.sections[name][Compute.section]
        snapshot.put(name, Compute.section, together.with_fields(alone=alone))
