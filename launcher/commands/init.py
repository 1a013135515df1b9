"""`python -m launcher init`: ask each node for its GPUs, write hosts.txt and launch.toml."""

from __future__ import annotations

import dataclasses
import json
import os
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.errors import UsageError
from checks.facts import ClusterView, Login, NodeView
from checks.facts.gpus import Gpus
from checks.folded_names import fold_names
from checks.job.build import build_job
from checks.job.launch_file import KEYS, keys_by_table, read_launch_file
from checks.judge import judge_claims
from checks.model import Job, Outcome
from checks.next_line import next_line
from checks.reports.missing_trust import MESH_CHECK, TRUST_CAUSES
from checks.run import observe
from launcher.commands.live_runs import next_start
from launcher.commands.trust.node_logins import WITHOUT_TRUST

HOSTS, LAUNCH = Path("hosts.txt"), Path("launch.toml")
FEW_NODES = 8
"""Up to so many the screen shows the file as it is."""
NO_LAUNCH_FILE = Path(os.devnull)
"""Read in place of a launch.toml that is about to be replaced."""

LAUNCH_INTRODUCTION = """\
# What is checked by `python -m preflight` and started by `python -m launcher start`.
# Take the # off the keys that you need.
"""
LOGIN_KEYS = [key for key in KEYS.values() if key.table == "ssh"]
EVERY_LOGIN = CATALOGUE[MESH_CHECK]


def add_options(parser: ArgumentParser) -> None:
    """Who the nodes are, how to log in, and whether files may be replaced."""
    parser.add_argument(
        "--nodes", "--hosts", metavar="NODES",
        help="node1,node2, gpu[01-16] or another hosts file, whose nodes are taken (default: those "
        "of ./hosts.txt, else Slurm's allocation)",
    )  # fmt: skip
    for key in (*LOGIN_KEYS, KEYS["python"]):
        key.add_option(parser.add_argument)
    parser.add_argument("--force", action="store_true", help="replace files that are there")


def write_job_files(args: Namespace) -> None:
    """Writes the files that are not there; a node that cannot be asked yet is listed too, and why
    is printed.

    A launch.toml that is there, such as an example's, is kept, and its logins are used; without
    --nodes so is a hosts.txt. Raises UsageError where no nodes are given, a name has no address, or
    hosts.txt is there beside --nodes, and --force is not.
    """
    if args.nodes and HOSTS.exists() and Path(args.nodes).resolve() == HOSTS.resolve():
        args.nodes = None
    if HOSTS.exists() and args.nodes and not args.force:
        raise UsageError(
            f"{HOSTS} exists: nothing was written; --force replaces it, and without --nodes "
            "its nodes are taken",
            right=("--force",),
        )
    keeps_launch = LAUNCH.exists() and not args.force
    job = _init_job(args, keeps_launch=keeps_launch)
    cluster = observe(job, [Gpus, *EVERY_LOGIN.needs])
    _require_addresses(cluster)
    if HOSTS.exists() and not args.force:
        print("\n".join((f"kept {HOSTS}, which was there, as it is.", *found_lines(cluster))))
    else:
        HOSTS.write_text(hosts_text(cluster), encoding="utf-8")
        print("\n".join((f"wrote {HOSTS}:", *shown_lines(cluster), "")))
    given = _given_values(job, python=bool(args.python))
    missing = _missing_values(given) if keeps_launch else {}
    if keeps_launch:
        print("\n".join((f"kept {LAUNCH}, which was there.", *_lines_to_add(missing))))
    else:
        LAUNCH.write_text(launch_text(job, python=bool(args.python)), encoding="utf-8")
        print(f"wrote {LAUNCH}, which keeps these options; each line there says what it does.")
    typed = tuple((KEYS[name].flag, str(value)) for name, value in missing.items())
    print(next_step(dataclasses.replace(job, typed=typed), cluster))


def _given_values(job: Job, *, python: bool) -> dict[str, object]:
    """The hosts file, how to log in and the interpreter as far as that was given, by key."""
    values = {key.name: key.value_in(job) for key in LOGIN_KEYS}
    values |= {"hosts": str(HOSTS), "python": job.python if python else None}
    return {name: value for name, value in values.items() if value is not None}


def _missing_values(given: Mapping[str, object]) -> dict[str, object]:
    """What a launch.toml that was kept lacks of it."""
    there = read_launch_file(LAUNCH).values
    return {
        name: value
        for name, value in given.items()
        if (there.get(name) != value if name == "hosts" else name not in there)
    }


def _lines_to_add(missing: Mapping[str, object]) -> list[str]:
    """The same as lines of that file."""
    lines: list[str] = []
    for table, keys in keys_by_table().items():
        own = [key.assignment(json.dumps(missing[key.name])) for key in keys if key.name in missing]
        lines += [f"[{table}]", *own] if own and table else own
    return ["Add to it:", *(f"  {line}" for line in lines)] if lines else []


def _init_job(args: Namespace, *, keeps_launch: bool) -> Job:
    """The nodes and the logins: those that a launch.toml that is kept has count too."""
    typed = {key.name: getattr(args, key.name) for key in (*LOGIN_KEYS, KEYS["python"])}
    typed["hosts"] = args.nodes or (str(HOSTS) if HOSTS.exists() else None)
    if not typed["hosts"] and not os.environ.get("SLURM_JOB_NODELIST"):
        raise UsageError(
            "no nodes given: type --nodes node1,node2, or --nodes 'gpu[01-16]'",
            right=("--nodes", "node1,node2"),
        )
    launch = LAUNCH if keeps_launch and typed["hosts"] else NO_LAUNCH_FILE
    return build_job(typed, cwd=Path.cwd(), environ=os.environ, launch_file=str(launch))


def _require_addresses(cluster: ClusterView) -> None:
    """Returns where each name has an address; else UsageError, because a typed name is wrong."""
    logins = {node.name: node.read(Login) for node in cluster.nodes}
    unknown = [name for name, login in logins.items() if login.cause == "name-unresolved"]
    if unknown:
        raise UsageError(
            f"this machine finds no address for {fold_names(unknown)}; nothing was written. "
            "Correct the name, add it to /etc/hosts or ~/.ssh/config here, or name the file that "
            "has it with --ssh-config, and type this again"
        )


def next_step(job: Job, cluster: ClusterView) -> str:
    """Whom this machine cannot log in to, and the line to type next."""
    away = {node.name: node.read(Login).cause for node in cluster.nodes if not node.reached}
    if not away:
        return _next_step_of_reached(job, cluster)
    causes = sorted({*away.values()})
    counted = "its GPUs are" if len(away) == 1 else "their GPUs are"
    why = (
        f"this machine cannot log in to {fold_names(away)} yet ({', '.join(causes)}); {counted} "
        "counted at the start"
    )
    if set(causes) <= {*WITHOUT_TRUST}:
        line = next_line("trust", job, "--ask-password")
        return f"{why}\nnext (logins between all nodes and from here, by their password): {line}"
    line = next_line("preflight", job, "-k", "controller-logs-in")
    return f"{why}\nnext (says why, and what to type): {line}"


def _next_step_of_reached(job: Job, cluster: ClusterView) -> str:
    """The line to type where this machine logs in to all nodes: who of them does not to others."""
    findings = judge_claims(claims_of([EVERY_LOGIN], job), cluster)
    failed = [finding for finding in findings if finding.stops or finding.outcome is Outcome.SKIP]
    if not failed:
        return next_start(job)
    if any(finding.cause in TRUST_CAUSES for finding in failed):
        return f"next: {next_line('trust', job)}"
    source, target = failed[0].subject
    why = failed[0].cause or failed[0].message
    return f"{source} does not log in to {target}: {why}\nnext: {next_line('preflight', job)}"


def hosts_text(cluster: ClusterView) -> str:
    """A DeepSpeed hostfile; the comment after each line says what was found on the node."""
    lines = [_host_line(node) for node in cluster.nodes]
    width = max(len(line) for line, _ in lines)
    return "".join(
        f"{line:<{width}}  # {remark}\n" if remark else f"{line}\n" for line, remark in lines
    )


def shown_lines(cluster: ClusterView) -> list[str]:
    """The same for a screen: of many nodes, those alike on one line."""
    if len(cluster.nodes) <= FEW_NODES:
        return hosts_text(cluster).splitlines()
    alike: dict[tuple[str, str], list[str]] = {}
    for node in cluster.nodes:
        line, remark = _host_line(node)
        alike.setdefault((line.removeprefix(node.name), remark), []).append(node.name)
    return [
        f"  {fold_names(names)}{words}  # {remark}".rstrip(" #")
        for (words, remark), names in alike.items()
    ]


def found_lines(cluster: ClusterView) -> list[str]:
    """What was found on the nodes that answer, those alike on one line."""
    alike: dict[str, list[str]] = {}
    for node in cluster.reached:
        alike.setdefault(_describe_gpus(node), []).append(node.name)
    return [f"  {fold_names(names)}: {found}" for found, names in alike.items()]


def _host_line(node: NodeView) -> tuple[str, str]:
    """A node's line, with all that was said of it before, and the comment after it."""
    known, gpus = node.node, node.read(Gpus) if node.has(Gpus) else None
    slots = known.slots or (gpus and (gpus.count or 1))
    one_of_several = gpus and len(gpus.vendors) == 1 and has_mixed_vendors(node)
    vendor = known.type or (gpus.vendors[0] if gpus and one_of_several else None)
    values = {"slots": slots, "user": known.user, "port": known.port, "type": vendor}
    words = [f"{key}={value}" for key, value in values.items() if value is not None]
    remark = _describe_gpus(node) if node.reached else ""
    return " ".join([node.name, *words]), remark or (
        "" if slots else "slots: counted at each start"
    )


def _describe_gpus(node: NodeView) -> str:
    """The GPUs of a node that answered, and where the hosts file has other slots."""
    if not node.has(Gpus):
        return "its GPUs could not be determined"
    gpus, slots = node.read(Gpus), node.node.slots
    models = Counter(gpu.name for gpu in gpus.gpus)
    found = ", ".join(f"{count} x {name}" for name, count in models.items())
    if not found:
        return "no GPU" if slots else "no GPU: one CPU slot"
    return found if slots in (None, gpus.count) else f"{found}, and slots={slots}"


def has_mixed_vendors(node: NodeView) -> bool:
    """Whether the cluster has GPUs of more than one vendor, which no one job can span."""
    peers = (peer.read(Gpus) for peer in node.cluster.reached if peer.has(Gpus))
    return len({vendor for gpus in peers for vendor in gpus.vendors}) > 1


def launch_text(job: Job, *, python: bool = False) -> str:
    """A launch.toml that sets the hosts file, the logins and, where it was named, the interpreter;
    each other key is a comment.
    """
    given = _given_values(job, python=python)
    likely = {"python": job.python, "workdir": job.workdir, "head": job.head}
    parts = [LAUNCH_INTRODUCTION]
    for table, keys in keys_by_table().items():
        parts.append(f"\n[{table}]\n" if table else "\n")
        for key in keys:
            value = given.get(key.name, likely.get(key.name))
            line = key.assignment(key.example if value is None else json.dumps(value))
            parts.append(f"# {key.plain_help}\n{'' if key.name in given else '#'}{line}\n")
    return "".join(parts)
