"""`python -m launcher init`: ask each node for its GPUs, write hosts.txt and launch.toml."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from checks.errors import UsageError
from checks.facts import ClusterView, Login, NodeView
from checks.facts.gpus import Gpus
from checks.folded_names import fold_names
from checks.job.build import Options, build_job
from checks.job.launch_file import read_launch_file
from checks.model import Job
from checks.run import observe

HOSTS, LAUNCH = Path("hosts.txt"), Path("launch.toml")
NO_LAUNCH_FILE = Path(os.devnull)
"""Read in place of a launch.toml: what is to be written anew must not decide."""

LAUNCH_TEMPLATE = """\
# What is checked by `pytest preflight/` and started by `python -m launcher start`.
# Only `hosts` is set; take the # off what you need.

hosts = "hosts.txt"
# python  = {python}           # training interpreter, same path on every node
# workdir = {workdir}          # where the training runs, same path on every node
# same    = ["train.py", "ds_config.json"]   # must have the same content on every node
# exist   = ["/data/models/llama-7b"]        # must be on every node
# output  = "/data/out"                      # must be writable, with room, on every node

[ssh]
{ssh}

[master]
# host = {head}
# port = 29500

[start]
# with    = "deepspeed"        # or accelerate, torchrun
# backend = "pdsh"             # or ssh, openmpi, slurm
# before  = [["-m", "axolotl.cli.preprocess", "cfg.yml"]]   # once, on the head
# command = ["train.py", "--steps", "200"]                  # or ["-m", "module", "args"]
# deepspeed_config = "ds_config.json"

[env]                            # what every rank gets
# NCCL_DEBUG = "INFO"

[preflight]
# allow   = []                   # checks or areas that may fail
# max_age = "30m"                # how old a passed preflight may be for `start` to trust it
# nccl_tests = "/opt/nccl-tests"  # where all_reduce_perf is, if not on the nodes' PATH
"""


def add_options(parser: ArgumentParser) -> None:
    """Who the nodes are, how to log in, and whether files may be replaced."""
    parser.add_argument(
        "--nodes", metavar="NODES", help="node1,node2 or gpu[01-16] (default: Slurm's allocation)"
    )
    for flag, text in (
        ("--ssh-user", "login on every node"),
        ("--ssh-key", "private key"),
        ("--ssh-config", "instead of ~/.ssh/config"),
        ("--python", "training interpreter, to ask for GPUs"),
    ):
        parser.add_argument(flag, help=text)
    parser.add_argument("--ssh-port", type=int, metavar="PORT", help="of every sshd")
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def write_job_files(args: Namespace) -> int:
    """Writes both files; a node that cannot be asked yet is listed too, and said.

    A launch.toml that is there, such as an example's, is kept and asked how to log in. Raises
    UsageError where no nodes are given, or hosts.txt is there, and --force is not.
    """
    if HOSTS.exists() and not args.force:
        raise UsageError(f"{HOSTS} is there already: --force replaces it; nothing was written")
    kept = LAUNCH.exists() and not args.force
    job = _init_job(args, LAUNCH if kept and args.nodes else NO_LAUNCH_FILE)
    cluster = observe(job, [Gpus])
    HOSTS.write_text(hosts_text(cluster), encoding="utf-8")
    print(f"wrote {HOSTS}:\n{hosts_text(cluster)}")
    if kept:
        print("\n".join((f"kept {LAUNCH}, which was there.", *_missing_lines(job))))
    else:
        LAUNCH.write_text(launch_text(job), encoding="utf-8")
        print(f"wrote {LAUNCH}, to be edited.")
    _print_next_step(cluster)
    return 0


def _missing_lines(job: Job) -> list[str]:
    """What a launch.toml that was kept has to say too, as lines to be put into it."""
    file = read_launch_file(LAUNCH)
    hosts = [] if file.hosts == str(HOSTS) else [f"hosts = {json.dumps(str(HOSTS))}"]
    asked = {"user": job.ssh.user, "port": job.ssh.port, "key": job.ssh.key}
    asked["config"] = job.ssh.config
    given = {key: value for key, value in asked.items() if value is not None}
    ssh = [
        f"{key} = {json.dumps(value)}"
        for key, value in given.items()
        if getattr(file, f"ssh_{key}") is None
    ]
    lines = [*hosts, *(["[ssh]", *ssh] if ssh else [])]
    return ["It has to say too:", *(f"  {line}" for line in lines)] if lines else []


def _init_job(args: Namespace, launch: Path) -> Job:
    given = {"hosts": args.nodes, "python": args.python}
    ssh = {name: getattr(args, name) for name in ("ssh_user", "ssh_port", "ssh_key", "ssh_config")}
    if not args.nodes and not os.environ.get("SLURM_JOB_NODELIST"):
        raise UsageError("no nodes given: type --nodes node1,node2, or --nodes 'gpu[01-16]'")
    options = Options(launch_file=str(launch), **given, **ssh)
    return build_job(options, cwd=Path.cwd(), environ=os.environ)


def _print_next_step(cluster: ClusterView) -> None:
    away = {node.name: node.read(Login) for node in cluster.nodes if not node.reached}
    if away:
        print(f"not asked, because they cannot be logged in to: {fold_names(away)}")
        print("next: python -m launcher trust --ask-password")
    else:
        print("next: python -m launcher trust, then pytest preflight/")


def hosts_text(cluster: ClusterView) -> str:
    """A DeepSpeed hostfile; what was seen stands behind each line as a comment."""
    lines = {node.name: _host_line(node) for node in cluster.nodes}
    width = max(map(len, (line for line, _ in lines.values())))
    return "".join(f"{line:<{width}}  # {seen}\n" for line, seen in lines.values())


def _host_line(node: NodeView) -> tuple[str, str]:
    if not node.reached:
        return node.name, f"not asked yet: {node.read(Login).cause}"
    if not node.has(Gpus):
        return node.name, "its GPUs could not be determined"
    seen = node.read(Gpus)
    kinds = Counter(gpu.name for gpu in seen.gpus)
    what = ", ".join(f"{count} x {name}" for name, count in kinds.items())
    vendor = (
        f" type={seen.vendors[0]}" if len(seen.vendors) == 1 and has_mixed_vendors(node) else ""
    )
    return f"{node.name} slots={seen.count or 1}{vendor}", what or "no GPU: one CPU slot"


def has_mixed_vendors(node: NodeView) -> bool:
    """Whether the cluster has GPUs of more than one vendor, which no one job can span."""
    asked = [one.read(Gpus) for one in node.cluster.reached if one.has(Gpus)]
    return len({vendor for gpus in asked for vendor in gpus.vendors}) > 1


def launch_text(job: Job) -> str:
    """A launch.toml that sets no more than was typed; all else is there to be uncommented."""
    ssh: Mapping[str, object] = {
        "user": job.ssh.user,
        "port": job.ssh.port,
        "key": job.ssh.key,
        "config": job.ssh.config,
    }
    return LAUNCH_TEMPLATE.format(
        python=json.dumps(job.python),
        workdir=json.dumps(job.workdir),
        head=json.dumps(job.head),
        ssh="\n".join(_assignment_lines(ssh)),
    )


def _assignment_lines(values: Mapping[str, object]) -> Sequence[str]:
    example = {
        "user": '"ubuntu"',
        "port": "22",
        "key": '"~/.ssh/id_ed25519"',
        "config": '"ssh_config"',
    }
    return [
        f"# {key} = {example[key]}" if value is None else f"{key} = {json.dumps(value)}"
        for key, value in values.items()
    ]
