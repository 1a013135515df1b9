"""The stage in which all_reduce_perf of nccl-tests measures, where the nodes have it.

By the job's own launcher where that is MPI's or Slurm's: all ranks as one. Else, and where its
build knows no MPI, each node by itself, all at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from checks.answer import Answer
from checks.contact.pool import Contact
from checks.errors import FactError
from checks.facts import ClusterView, NodeView, Snapshot
from checks.facts.nccl_tests import NcclTests
from checks.facts.nccl_tests_output import parse_perf_output
from checks.knowledge.rank_environment import compose_rank_env, rank_env, usable_gpus
from checks.knowledge.ssh_from_head import ssh_config

SIZES = ("-b", "4M", "-e", "256M", "-f", "4", "-n", "5", "-w", "2", "-c", "1")
"""Four sizes, five times each after two to warm up; values are checked."""
FIND_S, LIMIT_S, CLOSING_S = 10.0, 60.0, 25.0
HOSTS, SSH_CONFIG = "mpi_hosts", "ssh_config"
AS_ROOT = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:
    """Fill the section `nccl_tests` of `names`; without GPUs nothing is asked of a node."""
    cluster = ClusterView(snapshot)
    for name in names:
        _put_data(snapshot, name, skipped="no GPUs: nccl-tests measures GPUs only")
    paths = _find_programs(
        contact, snapshot, [cluster[name] for name in names if usable_gpus(cluster[name])]
    )
    if not paths:
        return
    why = _run_as_one(contact, snapshot, names, paths)
    if why:
        _run_per_node(contact, snapshot, paths, why)


def _put_data(snapshot: Snapshot, name: str, **data: Any) -> None:
    snapshot.put(name, NcclTests.section, Answer(data))


def _find_programs(
    contact: Contact, snapshot: Snapshot, nodes: Sequence[NodeView]
) -> dict[str, str]:
    """The nodes that have it, with its path; of the others it is said that they do not."""
    asked = {
        node.name: {**_common_request(node), "given": node.job.nccl_tests or ""} for node in nodes
    }
    answers = contact.ask("nccl_tests_find", asked, FIND_S) if asked else {}
    for name, answer in answers.items():
        _put_data(snapshot, name, skipped="all_reduce_perf is not there")
        if answer.data is None:
            snapshot.put(name, NcclTests.section, answer)
    found = {name: answer.fields.get("path", "") for name, answer in answers.items()}
    return {name: path for name, path in found.items() if path}


def _common_request(node: NodeView) -> dict[str, Any]:
    """What each request says; the environment is what `start` gives the ranks, but less loud."""
    try:
        env = rank_env(node)
    except FactError:
        env = compose_rank_env(node.job, usable_gpus(node), {})
    env["NCCL_DEBUG"] = "WARN"
    return {"python": node.job.python, "workdir": node.job.workdir, "env": env}


def _gpu_slots(node: NodeView) -> int:
    return min(node.slots or 1, usable_gpus(node))


def _timed_argv(path: str, gpus: int) -> list[str]:
    """Ended on the node itself, whatever becomes of who started it there."""
    return ["timeout", "-k", "5", f"{LIMIT_S:.0f}", path, *SIZES, "-g", str(gpus)]


def _run_tasks(contact: Contact, tasks: Mapping[str, Mapping[str, Any]]) -> dict[str, Answer]:
    args = {name: {"files": {}, "limit": LIMIT_S, **task} for name, task in tasks.items()}
    return contact.ask("nccl_tests_run", args, LIMIT_S + CLOSING_S) if args else {}


def _run_as_one(
    contact: Contact, snapshot: Snapshot, names: Sequence[str], paths: Mapping[str, str]
) -> str:
    """All ranks as one, reported on the head; else why they could not run so."""
    cluster = ClusterView(snapshot)
    order = sorted(names, key=lambda name: name != snapshot.job.head)
    task, why = _launcher_task(cluster, order, paths)
    if task is None:
        return why
    head, world = order[0], sum(_gpu_slots(cluster[name]) for name in order)
    by = task["argv"][0]
    answer = _run_tasks(contact, {head: task})[head]
    data = answer.fields
    perf = parse_perf_output(f"{data.get('out', '')}\n{data.get('err', '')}")
    if not perf.ran_together(world):
        last = (data.get("err", "").strip().splitlines() or [""])[-1][:200]
        alone = "each rank ran by itself: a build without MPI?" if perf.rows else ""
        said = perf.failure or alone or answer.error or last or "no table"
        return f"{by} gave no table of {world} ranks: {said}"
    for name in names:
        _put_data(snapshot, name, path=paths[name], by=by, ranks=world)
    _put_data(snapshot, head, path=paths[head], by=by, ranks=world, **data)
    return ""


def _launcher_task(
    cluster: ClusterView, order: Sequence[str], paths: Mapping[str, str]
) -> tuple[dict[str, Any] | None, str]:
    """The task for the head, or why the job's launcher cannot start it."""
    job, shared = cluster.job, {name: _common_request(cluster[name]) for name in order}
    if job.backend not in ("openmpi", "slurm"):
        return None, f'backend = "{job.backend}" starts no MPI processes'
    if {paths.get(name) for name in order} != {paths.get(order[0])}:
        return None, "not all nodes have it at the same path"
    env = shared[order[0]]["env"]
    if any(test["env"] != env for test in shared.values()):
        return None, "not all nodes have the same environment: their interfaces differ"
    slots = {name: _gpu_slots(cluster[name]) for name in order}
    if job.backend == "openmpi":
        return {**shared[order[0]], **_mpirun_task(cluster, slots, paths[order[0]], env)}, ""
    allocation = os.environ.get("SLURM_JOB_ID", "")
    if not allocation or len(set(slots.values())) > 1:
        return None, "no allocation of Slurm, or nodes with unequal slots"
    return {**shared[order[0]], "argv": _srun_argv(allocation, slots, paths[order[0]])}, ""


def _mpirun_task(
    cluster: ClusterView, slots: Mapping[str, int], path: str, env: Mapping[str, str]
) -> dict[str, Any]:
    """As the start calls it, but with one process a slot; [env] in no command line."""
    config = ssh_config(cluster.job, list(slots), users=True)
    files = {HOSTS: "".join(f"{name} slots={count}\n" for name, count in slots.items())}
    files |= {SSH_CONFIG: config} if config else {}
    argv = [
        *("mpirun", "--hostfile", f"{{folder}}/{HOSTS}", "-np", str(sum(slots.values()))),
        *("--map-by", "slot", "--bind-to", "none", "--timeout", f"{LIMIT_S + 8:.0f}"),
        *("--mca", "plm", "rsh", "--mca", "plm_rsh_agent", "ssh"),
        *("--mca", "plm_rsh_no_tree_spawn", "1"),
        *(("--mca", "plm_rsh_args", f"-F {{folder}}/{SSH_CONFIG}") if config else ()),
        *(word for name in env for word in ("-x", name)),
        *_timed_argv(path, 1),
    ]
    return {"argv": argv, "files": files, "env": {**env, **AS_ROOT}}


def _srun_argv(allocation: str, slots: Mapping[str, int], path: str) -> list[str]:
    """A step of the allocation, by the MPI that the site's Slurm is set to."""
    count, each = len(slots), next(iter(slots.values()))
    return [
        *("srun", f"--jobid={allocation}", "--overlap", f"--nodes={count}"),
        *(f"--ntasks={count * each}", f"--ntasks-per-node={each}"),
        *(f"--nodelist={','.join(slots)}", "--cpu-bind=none", "--mem=0", "--input=none"),
        *("--overcommit", "--kill-on-bad-exit=1", "--chdir=/", *_timed_argv(path, 1)),
    ]


def _run_per_node(contact: Contact, snapshot: Snapshot, paths: Mapping[str, str], why: str) -> None:
    """Each node by itself, on all of its slots; one GPU alone has nobody to add up with."""
    cluster, tasks = ClusterView(snapshot), dict[str, dict[str, Any]]()
    for name, path in paths.items():
        slots = _gpu_slots(cluster[name])
        known = {"path": path, "ranks": slots, "apart": why}
        if slots > 1:
            tasks[name] = {**_common_request(cluster[name]), "argv": _timed_argv(path, slots)}
        _put_data(snapshot, name, skipped="one GPU alone adds nothing up", **known)
    for name, answer in _run_tasks(contact, tasks).items():
        known = {"path": paths[name], "ranks": _gpu_slots(cluster[name]), "apart": why}
        whole = answer if answer.data is None else Answer({**known, **answer.data})
        snapshot.put(name, NcclTests.section, whole)
