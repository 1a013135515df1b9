"""The stage in which the ranks of all nodes meet, with the job's interpreter and environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.errors import FactError
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.decode import decode_fact, decode_record
from checks.facts.rendezvous import Rendezvous
from checks.knowledge.nccl_output import KEPT_OUTPUT
from checks.knowledge.rank_environment import meeting_env, usable_gpus
from checks.knowledge.training_network import training_address
from checks.node.programs import program_text
from checks.stages.ports import ask_filters
from checks.stages.rendezvous_repeats import meet_without_culprits
from checks.stages.training_interpreter import CLOSING_S, IMPORT_S, interpreter_request

LIMIT_S, GPU_LIMIT_S = 20.0, 60.0
"""The first of NCCL takes seconds a node: contexts, adapters, topology."""
WAIT_SHARE = 0.4
"""The share of the limit that torch waits in one place: its store tries twice."""
NCCL_DEBUG_ENV = {
    "NCCL_DEBUG": "INFO",
    "NCCL_DEBUG_SUBSYS": "INIT,NET,ENV,BOOTSTRAP",
    "NCCL_DEBUG_FILE": "",
    "NCCL_DEBUG_TIMESTAMP_LEVELS": "",
}
"""The debug output that is read; none goes to a file that the user or an nccl.conf names."""


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Let the ranks of `names` meet; their `rendezvous` answers are in the snapshot after.

    Their interpreters stay, for `compute`.
    """
    opened = _open_interpreters(contact, snapshot, names)
    ready = [name for name in opened if "torch" in opened[name].fields]
    met = (
        meet_without_culprits(lambda groups: hold_meetings(contact, snapshot, groups), ready)
        if ready
        else {}
    )
    for name, answer in opened.items():
        snapshot.put(name, Rendezvous.section, _merge_answers(answer, met.get(name)))
    accused = [name for name, answer in met.items() if answer.fields.get("shown")]
    if accused:
        ask_filters(contact, snapshot, {*accused, snapshot.job.head} & {*names})


def _open_interpreters(
    contact: Contact, snapshot: Snapshot, names: Sequence[str]
) -> dict[str, Answer]:
    """Torch imported on all of them; where the smoke was, it left it so."""
    cluster = ClusterView(snapshot)
    try:
        for name in names:
            meeting_env(cluster[name])
    except FactError as error:
        return dict.fromkeys(names, Answer(error=str(error)))
    args = {name: interpreter_request(cluster[name]) for name in names}
    return contact.ask("warm_open", args, IMPORT_S + CLOSING_S)


def hold_meetings(
    contact: Contact, snapshot: Snapshot, groups: Sequence[Sequence[str]]
) -> dict[str, Answer]:
    """Groups without a node in common meet side by side; each node's answer of its own meeting."""
    cluster = ClusterView(snapshot)
    shared: dict[str, dict[str, Any]] = {}
    tasks: dict[str, dict[str, Any]] = {}
    for group in groups:
        order = sorted(group, key=lambda name: name != snapshot.job.head)
        place, first = _meeting_place([cluster[name] for name in order]), 0
        for name in order:
            count = cluster[name].slots or 1
            ranks = range(first, first + count)
            tasks[name] = _node_task(place, ranks, meeting_env(cluster[name]))
            shared[name] = {**place, "own": training_address(cluster[name])}
            first += count
    limit = max(task["limit"] for task in tasks.values())
    answers = contact.ask("warm_task", tasks, limit + CLOSING_S)
    return {
        name: _with_rank_numbers(answer, shared[name], tasks[name])
        for name, answer in answers.items()
    }


def _meeting_place(nodes: Sequence[NodeView]) -> dict[str, Any]:
    """Where and how the ranks of those nodes meet: at the first one's address."""
    gpus = all(usable_gpus(node) for node in nodes)
    return {
        "backend": "nccl" if gpus else "gloo",
        "address": training_address(nodes[0]),
        "port": nodes[0].job.master_port,
        "world": sum(node.slots or 1 for node in nodes),
        "limit": GPU_LIMIT_S if gpus else LIMIT_S,
    }


def _node_task(
    shared: Mapping[str, Any], ranks: range, network: Mapping[str, str]
) -> dict[str, Any]:
    """The ranks of one node, with the variables that a launcher gives them."""
    env = {
        **network,
        "MASTER_ADDR": shared["address"],
        "MASTER_PORT": str(shared["port"]),
        "WORLD_SIZE": str(shared["world"]),
        "LOCAL_WORLD_SIZE": str(len(ranks)),
        "TORCHELASTIC_USE_AGENT_STORE": "False",
        "PREFLIGHT_BACKEND": shared["backend"],
        "PREFLIGHT_WAIT": str(shared["limit"] * WAIT_SHARE),
        **NCCL_DEBUG_ENV,
    }
    children = [
        {**env, "RANK": str(rank), "LOCAL_RANK": str(local)} for local, rank in enumerate(ranks)
    ]
    return {
        "program": program_text("rendezvous_rank"),
        "children": children,
        "limit": shared["limit"],
        "keep": KEPT_OUTPUT,
    }


def _with_rank_numbers(
    answer: Answer, shared: Mapping[str, Any], args: Mapping[str, Any]
) -> Answer:
    """The answer of one node with its ranks' numbers and where they were to meet."""
    children = answer.fields.get("children")
    if children is None:
        return answer if answer.data is None else Answer(error="the node named no rank")
    numbers = [int(env["RANK"]) for env in args["children"]]
    try:
        ends = decode_record(tuple[Mapping[str, Any], ...], children, "children")
        ranks = [{**end, "rank": rank} for rank, end in zip(numbers, ends, strict=False)]
        decode_fact(Rendezvous, data := {**shared, "ranks": ranks})
    except FactError as error:
        return Answer(error=str(error))
    if len(ends) != len(numbers):
        return Answer(error=f"the ends of {len(numbers)} ranks were expected, not {len(ends)}")
    return Answer(data)


def _merge_answers(opened: Answer, met: Answer | None) -> Answer:
    if opened.data is None or met is None:
        return opened
    return met if met.data is None else opened.with_fields(**met.data)
