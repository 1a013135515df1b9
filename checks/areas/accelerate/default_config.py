"""What accelerate's own configuration on each node says of machines, ranks, head and port."""

from __future__ import annotations

import functools
import posixpath
import shlex
from collections.abc import Callable
from dataclasses import replace

from checks.areas.accelerate.aliases import node_addresses, node_aliases
from checks.areas.accelerate.edits import set_key_fix, set_nested_key_fix
from checks.areas.accelerate.keys import judge_fsdp, judge_keys
from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.ports import NamedHead
from checks.facts.software import Software
from checks.knowledge.accelerate_config import (
    EACH_NODE_LAUNCHERS,
    ConfigError,
    assign_machine_ranks,
    config_that_is_read,
    config_to_judge,
    head_starts_all,
    node_config,
    parse_config,
    why_not_read,
)
from checks.model import Fix, Outcome, Severity, Verdict, block, ok, skip, warn


def as_far_as_it_matters(judge: Callable[[NodeView], Verdict]) -> Callable[[NodeView], Verdict]:
    """The judge, whose verdict only warns where launch.toml does not start with accelerate."""

    @functools.wraps(judge)
    def judge_by_launcher(node: NodeView) -> Verdict:
        verdict = judge(node)
        if node.job.launcher == "accelerate" or verdict.outcome is not Outcome.FAIL:
            return verdict
        message = f"{verdict.message}; it counts where `accelerate launch` starts the ranks"
        return replace(verdict, message=message, severity=Severity.WARN)

    return judge_by_launcher


def given_by_start(judge: Callable[[NodeView], Verdict]) -> Callable[[NodeView], Verdict]:
    """The judge, in whose warning it stands that `launcher start` gives accelerate that itself."""

    @functools.wraps(judge)
    def judge_for_hand(node: NodeView) -> Verdict:
        verdict = judge(node)
        if verdict.outcome is not Outcome.FAIL:
            return verdict
        message = (
            f"{verdict.message}; our start gives accelerate its own, an `accelerate launch` "
            "that is typed by hand has that of the file"
        )
        return replace(verdict, message=message)

    return judge_for_hand


@node_check("accelerate.config-is-accepted", AccelerateFile, optional=(Software, DeepspeedConfig))
@as_far_as_it_matters
def config_is_accepted(node: NodeView) -> Verdict:
    """accelerate's default_config.yaml exists, and accelerate accepts every key in it.

    Without the file `accelerate launch` trains on one node. It refuses an unknown top-level key,
    and silently ignores a misspelt nested one. It also ignores `rdzv_backend` and `same_network`,
    which only count on its command line. Beside a `deepspeed_config_file` it refuses what that file
    says too: ranks end in ValueError.

    Measured: The keys of the file against those that the accelerate installed there takes, or else
    those of 1.15. Blocks where it is refused for certain; a missing file, a misspelt nested key, a
    rendezvous other than `static`, and a key that 1.15 does not know warn, where it is not known
    what is installed.

    Fix:
        config-missing: run `accelerate config`.
        config-unreadable: corrects the permission.
        not-accepted: names the line.
        unknown-key, misspelt-key: renames or removes it.
        keys-beside-file: takes them out; DeepSpeed's own config has to say what is meant. Warns
            where the script is seen to leave accelerate's part of DeepSpeed alone.
        not-heard: sets `static`, which is what accelerate uses.
    """
    if reason := why_not_read(node):
        return skip(reason)
    file = node.read(AccelerateFile)
    if file.text is None and file.why == "missing":
        note = "run `accelerate config` there, or give all of it as options of `accelerate launch`"
        kind = "DeepSpeed" if node.job.deepspeed_config else "plain data parallel"
        message = (
            f"{node.name} has no {file.path}: `start` gives accelerate machines and ranks, which "
            f"train with {kind}; a bare `accelerate launch` there trains on one node"
        )
        return warn("config-missing", message, node.fix("", note))
    if file.text is None:
        command = shlex.join(["chmod", "u+r", file.path])
        message = f"{file.path} on {node.name} cannot be read: {file.why}"
        return block("config-unreadable", message, node.fix(command, root=True))
    try:
        config = parse_config(file.path, file.text)
    except ConfigError as error:
        fix = node.fix("", f"correct that line of {file.path}")
        return block("not-accepted", f"{file.path} on {node.name}: {error}", fix)
    return judge_keys(node, config)


@node_check("accelerate.machine-ranks-are-whole", AccelerateFile, severity=Severity.WARN)
@given_by_start
def machine_ranks_are_whole(node: NodeView) -> Verdict:
    """The nodes' machine ranks are 0 to n-1, each once, and the head's is 0.

    Two nodes with the same rank wait for each other forever, without a line of log.

    Measured: `machine_rank` of all nodes, where all files count. Any order is right as long as the
    head is 0. Of two with the same rank, the one that is not at its place in the hosts file is
    named.

    Fix:
        rank-twice, rank-out-of-range, head-not-rank-0: sets the rank that is missing.
    """
    config = config_to_judge(node)
    if isinstance(config, Verdict):
        return config
    if head_starts_all(node.cluster):
        return skip(f"{config.launcher} numbers the nodes, not machine_rank")
    configs = {peer.name: node_config(peer) for peer in node.cluster.nodes}
    ranks = {
        name: config_of_node.number("machine_rank", 0)
        for name, config_of_node in configs.items()
        if config_of_node
    }
    rank, expected = (
        ranks[node.name],
        assign_machine_ranks(ranks, node.job.head, node.job.names)[node.name],
    )
    if rank == expected:
        return ok(f"machine_rank {rank}")
    twins = [name for name, peer_rank in ranks.items() if peer_rank == rank and name != node.name]
    cause = "rank-twice" if twins else "rank-out-of-range"
    also = f", the same as {twins[0]}" if twins else ""
    if node.is_head:
        cause = "head-not-rank-0"
    message = (
        f"{node.name} has machine_rank {rank}{also}; expected each of 0 to "
        f"{len(node.job.nodes) - 1} once, 0 on {node.job.head}"
    )
    return warn(cause, message, set_key_fix(node, "machine_rank", expected), ranks=ranks)


@node_check("accelerate.machines-and-processes-fit", AccelerateFile, Gpus, severity=Severity.WARN)
@given_by_start
def machines_and_processes_fit(node: NodeView) -> Verdict:
    """accelerate's file has as many machines as there are nodes, and as many processes as slots.

    With one machine too many all wait until a time-out, with one too few a node is left out
    silently. Processes are divided by machines, and the remainder is dropped: 15 on 2 nodes are 14.

    Measured: Both numbers against the hosts file. Skipped where a filter chooses slots.

    Fix:
        machines-differ, processes-differ: sets the number. accelerate cannot use nodes with
            different numbers of slots; start those with deepspeed.
    """
    config = config_to_judge(node)
    if isinstance(config, Verdict):
        return config
    job = node.job
    chosen = {"deepspeed_inclusion_filter", "deepspeed_exclusion_filter"} & config.part(
        "deepspeed_config"
    ).keys()
    if job.include or job.exclude or chosen:
        return skip("a filter excludes some of the slots")
    machines, processes = config.number("num_machines", 1), config.number("num_processes", -1)
    nodes, slots = len(job.nodes), [peer.slots for peer in node.cluster.nodes]
    if machines != nodes:
        message = f"num_machines is {machines} on {node.name}; {job.where or 'hosts'} has {nodes}"
        return warn("machines-differ", message, set_key_fix(node, "num_machines", nodes))
    if processes == -1:
        return ok(f"{machines} machines; num_processes is left to the command line")
    if None in slots:
        return skip(f"the slots of {job.names[slots.index(None)]} are not known")
    total = sum(slot or 0 for slot in slots)
    per_machine, counts = processes // machines, {"num_processes": processes, "slots": total}
    if per_machine == node.slots and processes == total:
        return ok(f"{processes} processes on {machines} machines", **counts)
    message = (
        f"num_processes is {processes} on {node.name}, {per_machine} for each of "
        f"{machines} machines; expected {total} for all slots, {node.slots} on {node.name}"
    )
    fix = set_key_fix(node, "num_processes", total)
    if len(set(slots)) > 1:
        fix = node.fix(
            "", "accelerate starts equally many on every node; start unequal nodes with deepspeed"
        )
    return warn("processes-differ", message, fix, **counts)


@node_check(
    "accelerate.main-process-is-on-the-head",
    AccelerateFile,
    Interfaces,
    Names,
    severity=Severity.WARN,
    optional=(NamedHead,),
)
@given_by_start
def main_process_is_on_the_head(node: NodeView) -> Verdict:
    """main_process_ip is an address of the head, or its name.

    Ranks that look for rank 0 elsewhere wait until their time-out. Without the key they connect to
    "None".

    Measured: The value against the head's addresses and names, and against those of the others. An
    address that belongs to no node is called from there at the master port, because it may be
    translated on the way. Where DeepSpeed starts the nodes it may be absent.

    Fix:
        no-head-address, not-the-head: sets the head's address.
    """
    config = config_to_judge(node)
    if isinstance(config, Verdict):
        return config
    main_ip, head = str(config.values.get("main_process_ip") or ""), node.job.head
    if not main_ip and head_starts_all(node.cluster):
        return ok("not given: DeepSpeed asks the head for its address")
    addresses = sorted(node_addresses(node.cluster.head), key=lambda address: ":" in address)
    fix = set_key_fix(node, "main_process_ip", next(iter(addresses), head))
    if not main_ip:
        message = f"{node.name} has no main_process_ip, so its ranks look for rank 0 at None"
        return warn("no-head-address", message, fix)
    if main_ip in node_aliases(node.cluster.head):
        return ok(f"{main_ip} is {head}")
    if main_ip == "localhost" or main_ip.startswith("127."):
        message = f"main_process_ip is {main_ip} on {node.name}, which only that node can reach"
        return warn("not-the-head", message, fix)
    owners = [peer.name for peer in node.cluster.reached if main_ip in node_aliases(peer)]
    if owners:
        message = f"main_process_ip is {main_ip} on {node.name}: that is {owners[0]}, not {head}"
        return warn("not-the-head", message, fix)
    return _judge_strange_address(node, main_ip, fix)


def _judge_strange_address(node: NodeView, main_ip: str, fix: Fix) -> Verdict:
    """Of an address that is no node's: whether the head answers there all the same."""
    head = node.job.head
    calls = node.read(NamedHead) if node.has(NamedHead) else None
    if calls and calls.reached.get(head):
        return ok(f"{main_ip} leads from {node.name} to {head}")
    message = f"main_process_ip is {main_ip} on {node.name}, which is not an address of any node"
    if calls:
        outcomes = ", ".join(call.outcome for call in calls.failed)
        message += f"; {head} does not answer there ({outcomes})"
    return warn("not-the-head", message, fix)


@node_check("accelerate.port-is-the-checked-one", AccelerateFile, severity=Severity.WARN)
@given_by_start
def port_is_the_checked_one(node: NodeView) -> Verdict:
    """main_process_port is the same on all nodes, and is the one in launch.toml.

    A node with another port waits alone; [the ports checks](ports.md) did not try a port that
    launch.toml does not name.

    Measured: The value, or 29500 where none is given, against the head's and `[master] port`.

    Fix:
        port-differs: sets the head's.
        port-not-checked: sets the one in launch.toml, or name yours there.
    """
    config = config_to_judge(node)
    if isinstance(config, Verdict):
        return config
    port, wanted = config.number("main_process_port", 29500), node.job.master_port
    head = node_config(node.cluster.head)
    heads = head.number("main_process_port", 29500) if head else port
    if port != heads:
        message = f"main_process_port is {port} on {node.name} and {heads} on {node.job.head}"
        return warn("port-differs", message, set_key_fix(node, "main_process_port", heads))
    if node.is_head and port != wanted:
        message = f"main_process_port is {port}; the checks of ports used {wanted}"
        note = f"or name {port} as `port` of [master] in launch.toml"
        fix = set_key_fix(node, "main_process_port", wanted, note)
        return warn("port-not-checked", message, fix)
    return ok(f"port {port}")


@node_check(
    "accelerate.hostfile-is-there",
    AccelerateFile,
    Names,
    Interfaces,
    over=Over.HEAD,
    severity=Severity.WARN,
    optional=(Gpus,),
)
@given_by_start
def hostfile_is_there(node: NodeView) -> Verdict:
    """Where accelerate lets DeepSpeed start the nodes, the hostfile that it names lists them all.

    Without one the job trains on the head alone, and only one line of warning says so.

    Measured: The file that `deepspeed_hostfile` names, on the head, relative to the working
    directory. Any of a node's addresses may represent it.

    Fix:
        no-hostfile: adds the key.
        hostfile-missing, hostfile-differs: writes the file.
    """
    config = config_to_judge(node)
    if isinstance(config, Verdict):
        return config
    if not config.starts_all_nodes:
        return skip(f"{config.launcher} reads no hostfile")
    file, nodes = node.read(AccelerateFile), node.job.nodes
    lines = [f"{peer.name} slots={peer.slots or 1}" for peer in node.cluster.nodes]
    write = shlex.join(["printf", r"%s\n", *lines])
    if not file.hostfile:
        path = posixpath.join(node.job.workdir, "hostfile")
        message = f"{file.path} names no deepspeed_hostfile; only {node.name} would train"
        fix = set_nested_key_fix(
            node, "deepspeed_config", "deepspeed_hostfile", path, "and write that file"
        )
        return warn("no-hostfile", message, fix)
    fix = node.fix(f"{write} >{shlex.quote(file.hostfile)}")
    if file.hostfile_text is None:
        message = f"the hostfile {file.hostfile} is not on {node.name}; only it would train"
        return warn("hostfile-missing", message, fix)
    rows = [line.split() for line in file.hostfile_text.splitlines()]
    listed = {row[0] for row in rows if row and not row[0].startswith("#")}
    absent = [
        peer.name for peer in node.cluster.nodes if not listed & {peer.name, *node_aliases(peer)}
    ]
    if absent:
        message = f"{file.hostfile} lists {len(listed)} of {len(nodes)} nodes, not {absent[0]}"
        return warn("hostfile-differs", message, fix, absent=absent)
    return ok(f"{file.hostfile} lists all {len(nodes)} nodes")


@node_check(
    "accelerate.launcher-is-the-checked-one", AccelerateFile, over=Over.HEAD, severity=Severity.WARN
)
@given_by_start
def launcher_is_the_checked_one(node: NodeView) -> Verdict:
    """The launcher by which accelerate starts the nodes is the one that launch.toml names.

    The preflight tried that one; another launcher has its own requirements, which were not checked.

    Measured: `deepspeed_multinode_launcher` against `[start] backend`; `standard` and `nossh` fit
    any.

    Fix:
        launcher-differs: sets it, or name the other in launch.toml.
    """
    config = config_to_judge(node)
    if isinstance(config, Verdict):
        return config
    if config.launcher in (*EACH_NODE_LAUNCHERS, node.job.backend):
        return ok(config.launcher)
    message = (
        f"accelerate starts the nodes with {config.launcher}, launch.toml with {node.job.backend}"
    )
    note = "or set the other one as `backend` of [start] in launch.toml"
    key = "deepspeed_multinode_launcher"
    fix = set_nested_key_fix(node, "deepspeed_config", key, node.job.backend, note)
    return warn("launcher-differs", message, fix)


@node_check("accelerate.fsdp-keys-fit", AccelerateFile, severity=Severity.WARN)
def fsdp_keys_fit(node: NodeView) -> Verdict:
    """The FSDP keys fit the version that is used, and a checkpoint can be gathered.

    FSDP 2 ignores what only version 1 has. A full state dict gathered over several nodes with
    parameters in host memory is where saving hangs.

    Measured: `fsdp_config` against `fsdp_version`; `fsdp_state_dict_type` with
    `fsdp_offload_params`.

    Fix:
        fsdp1-key: removes it.
        full-state-dict: saves shards, which `accelerate merge-weights` joins afterwards.
    """
    config = config_that_is_read(node)
    if isinstance(config, Verdict):
        return config
    return judge_fsdp(node, config)
