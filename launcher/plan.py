"""What a start will be: pure, printable and complete before anything is touched."""

from __future__ import annotations

import base64
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.cluster.filter import select
from checks.errors import UsageError
from checks.model import Job
from launcher import backends
from launcher.agent.marks import MARK
from launcher.backends import Carrier
from launcher.masking import masked_argv, masked_env

HOME = "/tmp/deepspeed-preflight-"
"""What the name of a run's directory on the nodes begins with; the run's token ends it."""


@dataclass(frozen=True)
class Ground:
    """What was found on the nodes, as far as a plan stands on it.

    `gpus` counts those that ranks can use, `env` is what each node's ranks need to meet on the
    interface that was checked.
    """

    gpus: Mapping[str, int]
    master_address: str
    env: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Rank:
    """One training process: `rank` in the world, `local` on its node, on device `slot`."""

    rank: int
    node: str
    local: int
    slot: int


@dataclass(frozen=True)
class NodePlan:
    """What one node is to run. `launch` is DeepSpeed's own launcher of that node."""

    name: str
    node_rank: int
    total_slots: int
    slots: tuple[int, ...]
    env: Mapping[str, str]
    launch: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """A whole run. Nodes stand in the order of their ranks, the head first.

    `home` is the run's directory on every node; `train` is what each rank runs, with
    `--local_rank=N` put in at `local_rank_at` unless that is None.
    """

    token: str
    home: str
    head: str
    master_address: str
    master_port: int
    workdir: str
    python: str
    nodes: tuple[NodePlan, ...]
    ranks: tuple[Rank, ...]
    train: tuple[str, ...]
    local_rank_at: int | None
    before: tuple[tuple[str, ...], ...]
    carrier: Carrier

    def ranks_of(self, node: str) -> list[int]:
        """The global ranks on that node."""
        return [rank.rank for rank in self.ranks if rank.node == node]


def make_plan(job: Job, ground: Ground, token: str, *, local_rank: bool = True) -> Plan:
    """The plan for `job` on what was found. Raises UsageError for what cannot be started.

    `token` names the run on the nodes: unguessable, letters and digits. `local_rank` is whether
    the script is given `--local_rank=N`, as plain `deepspeed` does.
    """
    backends.require_supported(job)
    require_command(job)
    total = total_slots(job, ground.gpus)
    slots = _head_first(select(total, job.include, job.exclude), job.head)
    ranks = rank_map(slots)
    home = HOME + token
    nodes = tuple(
        NodePlan(
            name=name,
            node_rank=at,
            total_slots=total[name],
            slots=tuple(slots[name]),
            env=_environment(job, ground, name),
            launch=_launch(job, ground, slots, at, home),
        )
        for at, name in enumerate(slots)
    )
    train, local_rank_at = _train(job)
    remote = backends.agent_argv(job.python, home, f"{MARK}={token}", "node")
    return Plan(
        token=token,
        home=home,
        head=job.head,
        master_address=ground.master_address,
        master_port=job.master_port,
        workdir=job.workdir,
        python=job.python,
        nodes=nodes,
        ranks=ranks,
        train=train,
        local_rank_at=local_rank_at if local_rank else None,
        before=tuple((job.python, "-u", *words) for words in job.before),
        carrier=backends.pdsh(job, list(slots), home, remote),
    )


def require_command(job: Job) -> None:
    """Raises UsageError where there is nothing to train."""
    if not job.command:
        raise UsageError(
            "nothing to train: type -- train.py ARGS after the options, "
            'or write command = ["train.py"] under [start] into launch.toml'
        )


def total_slots(job: Job, gpus: Mapping[str, int]) -> dict[str, int]:
    """Slots of every node: those of hosts.txt, else its GPUs, else one on its CPUs."""
    return {node.name: node.slots or gpus.get(node.name, 0) or 1 for node in job.nodes}


def _head_first(slots: Mapping[str, list[int]], head: str) -> dict[str, list[int]]:
    if head not in slots:
        raise UsageError(f"--head {head}: no slot of it takes part; choose another head")
    return {head: slots[head], **slots}


def rank_map(slots: Mapping[str, Sequence[int]]) -> tuple[Rank, ...]:
    """Ranks as deepspeed.launcher.launch numbers them: local rank = rank modulo slots there."""
    ranks: list[Rank] = []
    for node, own in slots.items():
        for slot in own:
            ranks.append(Rank(len(ranks), node, len(ranks) % len(own), slot))
    return tuple(ranks)


def _environment(job: Job, ground: Ground, node: str) -> dict[str, str]:
    """What the ranks get over what their login shell gives; [env] wins."""
    path = job.env.get("PYTHONPATH")
    accelerator = {} if ground.gpus.get(node) else {"DS_ACCELERATOR": "cpu"}
    found = {**ground.env.get(node, {}), **accelerator, **job.env}
    return {**found, "PYTHONPATH": f"{job.workdir}:{path}" if path else job.workdir}


def _launch(
    job: Job, ground: Ground, slots: Mapping[str, list[int]], node_rank: int, home: str
) -> tuple[str, ...]:
    world = base64.urlsafe_b64encode(json.dumps(slots).encode()).decode()
    return (
        *(job.python, "-u", "-m", "deepspeed.launcher.launch"),
        *(f"--world_info={world}", f"--node_rank={node_rank}"),
        *(f"--master_addr={ground.master_address}", f"--master_port={job.master_port}"),
        *("--no_python", "--no_local_rank"),
        *(job.python, "-I", "-S", f"{home}/agent.py", "rank"),
    )


def _train(job: Job) -> tuple[tuple[str, ...], int]:
    """The training command, and where `--local_rank=N` goes: first after the script or module."""
    script = 2 if job.command[0] == "-m" else 1
    return (job.python, "-u", *job.command), 2 + script


def node_file(plan: Plan, node: NodePlan) -> dict[str, Any]:
    """What the agent on that node reads. It holds secrets: for a 0600 file only."""
    return {
        "run": plan.token,
        "launch": list(node.launch),
        "train": list(plan.train),
        "local_rank_at": plan.local_rank_at,
        "env": dict(node.env),
        "cwd": plan.workdir,
    }


def hostfile(plan: Plan) -> str:
    """The nodes that take part as a DeepSpeed hostfile, rank 0's first."""
    return "".join(f"{node.name} slots={node.total_slots}\n" for node in plan.nodes)


def shared_env(plan: Plan) -> dict[str, str]:
    """The variables that have the same value on every node: what .deepspeed_env can say."""
    first = plan.nodes[0].env
    return {
        name: value
        for name, value in first.items()
        if all(node.env.get(name) == value for node in plan.nodes)
    }


def environment_file(plan: Plan) -> str:
    """`shared_env` as .deepspeed_env, secrets masked; that file's grammar has no comments."""
    return "".join(f"{name}={value}\n" for name, value in masked_env(shared_env(plan)).items())


def plain_command(plan: Plan, hostfile_path: str) -> str:
    """The `deepspeed` command, typed on the head, that would start the same ranks."""
    whole = all(len(node.slots) == node.total_slots for node in plan.nodes)
    chosen = "@".join(f"{node.name}:{','.join(map(str, node.slots))}" for node in plan.nodes)
    words = plan.train[2:]
    module = words[0] == "-m"
    argv = [
        *("deepspeed", "--hostfile", hostfile_path),
        *([] if whole else ["--include", chosen]),
        *(["--force_multi"] if len(plan.nodes) == 1 else []),
        *("--master_addr", plan.master_address, "--master_port", str(plan.master_port)),
        *(["--no_local_rank"] if plan.local_rank_at is None else []),
        *(["--module"] if module else []),
        *masked_argv(words[1:] if module else words),
    ]
    return f"cd {shlex.quote(plan.workdir)} && {shlex.join(argv)}"
