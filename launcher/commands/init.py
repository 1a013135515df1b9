"""`python -m launcher init`: ask each node for its GPUs, write hosts.txt and launch.toml."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path

from checks.errors import UsageError
from checks.facts import ClusterView, Login, NodeView
from checks.facts.gpus import Gpus
from checks.folded_names import fold_names
from checks.job.build import build_job
from checks.job.launch_file import KEYS, keys_by_table, read_launch_file
from checks.model import Job
from checks.run import observe

HOSTS, LAUNCH = Path("hosts.txt"), Path("launch.toml")
NO_LAUNCH_FILE = Path(os.devnull)
"""Read in place of a launch.toml that is about to be replaced."""

LAUNCH_INTRODUCTION = """\
# What is checked by `pytest preflight/` and started by `python -m launcher start`.
# Take the # off the keys that you need.
"""
LOGIN_KEYS = [key for key in KEYS.values() if key.table == "ssh"]


def add_options(parser: ArgumentParser) -> None:
    """Who the nodes are, how to log in, and whether files may be replaced."""
    parser.add_argument(
        "--nodes", metavar="NODES", help="node1,node2 or gpu[01-16] (default: Slurm's allocation)"
    )
    for key in (*LOGIN_KEYS, KEYS["python"]):
        key.add_option(parser.add_argument)
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def write_job_files(args: Namespace) -> None:
    """Writes both files; a node that cannot be asked yet is listed too, with the reason.

    A launch.toml that is there, such as an example's, is kept, and its logins are used. Raises
    UsageError where no nodes are given, or hosts.txt is there, and --force is not.
    """
    if HOSTS.exists() and not args.force:
        raise UsageError(f"{HOSTS} exists: nothing was written; --force replaces it")
    kept = LAUNCH.exists() and not args.force
    job = _init_job(args, LAUNCH if kept and args.nodes else NO_LAUNCH_FILE)
    cluster = observe(job, [Gpus])
    HOSTS.write_text(hosts_text(cluster), encoding="utf-8")
    print(f"wrote {HOSTS}:\n{hosts_text(cluster)}")
    if kept:
        print("\n".join((f"kept {LAUNCH}, which was there.", *_missing_lines(job))))
    else:
        LAUNCH.write_text(launch_text(job), encoding="utf-8")
        print(f"wrote {LAUNCH}: edit it.")
    _print_next_step(cluster)


def _missing_lines(job: Job) -> list[str]:
    """What a launch.toml that was kept lacks, as lines to be added to it."""
    file = read_launch_file(LAUNCH)
    hosts = [] if file.get("hosts") == str(HOSTS) else [f"hosts = {json.dumps(str(HOSTS))}"]
    logins = [
        KEYS[name].assignment(json.dumps(value))
        for name, value in _login_values(job).items()
        if name not in file.values
    ]
    lines = [*hosts, *(["[ssh]", *logins] if logins else [])]
    return ["Add to it:", *(f"  {line}" for line in lines)] if lines else []


def _login_values(job: Job) -> dict[str, object]:
    """How to log in, as far as that was given, by the names of keys."""
    values = {key.name: key.value_in(job) for key in LOGIN_KEYS}
    return {name: value for name, value in values.items() if value is not None}


def _init_job(args: Namespace, launch: Path) -> Job:
    if not args.nodes and not os.environ.get("SLURM_JOB_NODELIST"):
        raise UsageError("no nodes given: type --nodes node1,node2, or --nodes 'gpu[01-16]'")
    typed = {key.name: getattr(args, key.name) for key in (*LOGIN_KEYS, KEYS["python"])}
    typed["hosts"] = args.nodes
    return build_job(typed, cwd=Path.cwd(), environ=os.environ, launch_file=str(launch))


def _print_next_step(cluster: ClusterView) -> None:
    away = {node.name: node.read(Login) for node in cluster.nodes if not node.reached}
    if away:
        print(f"not asked, because the login failed: {fold_names(away)}")
        print("next: python -m launcher trust --ask-password")
    else:
        print("next: python -m launcher trust, then pytest preflight/")


def hosts_text(cluster: ClusterView) -> str:
    """A DeepSpeed hostfile; the comment after each line says what was found on the node."""
    lines = [_host_line(node) for node in cluster.nodes]
    width = max(len(line) for line, _ in lines)
    return "".join(f"{line:<{width}}  # {remark}\n" for line, remark in lines)


def _host_line(node: NodeView) -> tuple[str, str]:
    """A node's line and the comment after it."""
    if not node.reached:
        return node.name, f"not asked yet: {node.read(Login).cause}"
    if not node.has(Gpus):
        return node.name, "its GPUs could not be determined"
    gpus = node.read(Gpus)
    models = Counter(gpu.name for gpu in gpus.gpus)
    remark = ", ".join(f"{count} x {name}" for name, count in models.items())
    one_of_several = len(gpus.vendors) == 1 and has_mixed_vendors(node)
    vendor = f" type={gpus.vendors[0]}" if one_of_several else ""
    return f"{node.name} slots={gpus.count or 1}{vendor}", remark or "no GPU: one CPU slot"


def has_mixed_vendors(node: NodeView) -> bool:
    """Whether the cluster has GPUs of more than one vendor, which no one job can span."""
    peers = (peer.read(Gpus) for peer in node.cluster.reached if peer.has(Gpus))
    return len({vendor for gpus in peers for vendor in gpus.vendors}) > 1


def launch_text(job: Job) -> str:
    """A launch.toml that sets the hosts file and the logins; each other key is a comment."""
    given = {"hosts": str(HOSTS), **_login_values(job)}
    likely = {"python": job.python, "workdir": job.workdir, "head": job.head}
    parts = [LAUNCH_INTRODUCTION]
    for table, keys in keys_by_table().items():
        parts.append(f"\n[{table}]\n" if table else "\n")
        for key in keys:
            value = given.get(key.name, likely.get(key.name))
            line = key.assignment(key.example if value is None else json.dumps(value))
            parts.append(f"# {key.plain_help}\n{'' if key.name in given else '#'}{line}\n")
    return "".join(parts)
