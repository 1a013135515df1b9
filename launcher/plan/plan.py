"""What a start will be: pure, printable and complete before anything is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from checks.errors import UsageError
from checks.job.node_filter import select_slots
from checks.knowledge.rank_environment import compose_rank_env
from checks.masking import mask_env
from checks.model import Job
from checks.next_line import next_line
from checks.quick_dataclass import dataclass
from launcher.agent.marks import RUN_MARK
from launcher.agent.nccl_ras import ADDRESS_VARIABLE, address_of_run
from launcher.plan.backends import BACKENDS, AgentLauncher, LaunchRequest, agent_argv
from launcher.plan.programs import PROGRAMS, NodeLaunch, Program
from launcher.plan.ranks import Rank, rank_map

BEFORE_SOURCE, LAUNCHER_SOURCE = "before", "launcher"
RUN_HOME_PREFIX = "/tmp/deepspeed-preflight-"
"""What the name of a run's directory on the nodes begins with; the run's token ends it."""


@dataclass(frozen=True)
class PlanInputs:
    """What was found on the nodes and a plan is made from.

    `gpus` counts those that ranks can use, `env` is what each node's ranks need to meet on the
    interface that was checked, `accelerate` the distributed_type of accelerate's configuration on
    each node that has one, `slurm_job` the allocation that the controller is in, `pdsh_ssh_args`
    PDSH_SSH_ARGS_APPEND in the head's shell, `added` the options that the command lacks on them.
    """

    gpus: Mapping[str, int]
    master_address: str
    env: Mapping[str, Mapping[str, str]]
    accelerate: Mapping[str, str] = field(default_factory=dict)
    slurm_job: str = ""
    pdsh_ssh_args: str = ""
    added: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodePlan:
    """What one node is to run.

    `launch` is that node's own launcher, `equivalent` what a person would type there for the same,
    empty where one command on the head starts all.
    """

    name: str
    node_rank: int
    total_slots: int
    slots: tuple[int, ...]
    env: Mapping[str, str]
    launch: tuple[str, ...]
    equivalent: tuple[str, ...]


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
    agent_launcher: AgentLauncher
    launcher: str
    """What the node's launcher is called."""
    deepspeed_config: str = ""
    """The one that the job names, or empty."""

    def ranks_of(self, node: str) -> list[int]:
        """The global ranks on that node."""
        return [rank.rank for rank in self.ranks if rank.node == node]

    def outputs_on(self, node: str) -> tuple[str, ...]:
        """The node's launcher and the ranks there, as what they print is called."""
        return (LAUNCHER_SOURCE, *(f"rank{rank}" for rank in self.ranks_of(node)))

    def sources_on(self, node: str) -> frozenset[str]:
        """The same, and the commands that run on that node."""
        before = [f"{BEFORE_SOURCE}{number}" for number in range(1, len(self.before) + 1)]
        return frozenset(
            (
                *self.outputs_on(node),
                *(before if node == self.nodes[0].name else ()),
                *([self.agent_launcher.name] if node in self.agent_launcher.on else ()),
            )
        )


def make_plan(job: Job, inputs: PlanInputs, token: str) -> Plan:
    """The plan for `job` on what was found. Raises UsageError for what cannot be started.

    `token` names the run on the nodes: unguessable, letters and digits.
    """
    require_command(job)
    program = PROGRAMS[job.launcher]
    total = total_slots(job, inputs.gpus)
    slots = _head_first(select_slots(total, job.include, job.exclude), job.head)
    home = RUN_HOME_PREFIX + token
    train, local_rank_at = _train_command(job, inputs.added)
    remote = agent_argv(job.python, home, f"{RUN_MARK}={token}", "node")
    request = LaunchRequest(job, list(slots), home, remote, inputs.slurm_job, inputs.pdsh_ssh_args)
    return Plan(
        token=token,
        home=home,
        head=job.head,
        master_address=inputs.master_address,
        master_port=job.master_port,
        workdir=job.workdir,
        python=job.python,
        nodes=tuple(
            _node_plan(program, node, total[node.name], inputs.env.get(node.name, {}))
            for node in node_launches(job, inputs, slots, token, home)
        ),
        ranks=rank_map(slots, rotated=program.rotated),
        train=train,
        local_rank_at=local_rank_at if program.local_rank and not job.no_local_rank else None,
        before=tuple((job.python, "-u", *words) for words in job.before),
        agent_launcher=BACKENDS[job.backend](request),
        launcher=program.title,
        deepspeed_config=job.deepspeed_config or "",
    )


def node_launches(
    job: Job, inputs: PlanInputs, slots: Mapping[str, list[int]], token: str, home: str
) -> tuple[NodeLaunch, ...]:
    """What each node's launcher gets."""
    return tuple(
        NodeLaunch(
            job=job,
            name=name,
            slots=slots,
            gpus=inputs.gpus.get(name, 0),
            master_address=inputs.master_address,
            token=token,
            home=home,
            accelerate=inputs.accelerate.get(name, ""),
        )
        for name in slots
    )


def _node_plan(
    program: Program, node: NodeLaunch, total: int, network: Mapping[str, str]
) -> NodePlan:
    rank = (node.job.python, "-I", "-S", f"{node.home}/agent.py", "rank")
    return NodePlan(
        name=node.name,
        node_rank=node.node_rank,
        total_slots=total,
        slots=tuple(node.slots[node.name]),
        env=compose_rank_env(node.job, node.gpus, {**network, **program.env(node)}),
        launch=program.argv(node, rank),
        equivalent=program.equivalent(node) if program.equivalent else (),
    )


def require_command(job: Job) -> None:
    """Raises UsageError where there is nothing to train."""
    if not job.command:
        raise UsageError(
            "nothing to train: type, with your own script in place of train.py, "
            f"{next_line('start', job, '--', 'train.py')}, "
            'or write command = ["train.py"] under [start] into launch.toml'
        )


def total_slots(job: Job, gpus: Mapping[str, int]) -> dict[str, int]:
    """Slots of every node: those of hosts.txt, else its GPUs, else one on its CPUs."""
    return {node.name: node.slots or gpus.get(node.name, 0) or 1 for node in job.nodes}


def _head_first(slots: Mapping[str, list[int]], head: str) -> dict[str, list[int]]:
    if head not in slots:
        raise UsageError(f"--head {head}: no slot of it takes part; choose another head")
    return {head: slots[head], **slots}


def _train_command(job: Job, added: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """The training command with what is added, and where `--local_rank=N` goes: first after the
    script or module.
    """
    script = 2 if job.command[0] == "-m" else 1
    return (job.python, "-u", *job.command, *added), 2 + script


def agent_plan(plan: Plan, node: NodePlan) -> dict[str, Any]:
    """What the agent on that node reads. It holds secrets: for a 0600 file only."""
    return {
        "run": plan.token,
        "launch": list(node.launch),
        "train": list(plan.train),
        "local_rank_at": plan.local_rank_at,
        "env": dict(node.env),
        "unless_set": {ADDRESS_VARIABLE: address_of_run(plan.token)},  # type: ignore[no-untyped-call]
        "cwd": plan.workdir,
    }


def hostfile_text(plan: Plan) -> str:
    """The nodes that take part as a DeepSpeed hostfile, rank 0's first."""
    return "".join(f"{node.name} slots={node.total_slots}\n" for node in plan.nodes)


def shared_env(plan: Plan) -> dict[str, str]:
    """The variables that have the same value on every node: what .deepspeed_env can say."""
    first, *others = (node.env for node in plan.nodes)
    same = {
        name: value
        for name, value in first.items()
        if all(env.get(name) == value for env in others)
    }
    paths = (plan.workdir, same.get("PYTHONPATH"))
    return {**same, "PYTHONPATH": ":".join(path for path in paths if path)}


def deepspeed_env_text(plan: Plan) -> str:
    """`shared_env` as .deepspeed_env, secrets masked; that file's grammar has no comments."""
    return "".join(f"{name}={value}\n" for name, value in mask_env(shared_env(plan)).items())
