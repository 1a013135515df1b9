"""What all_reduce_perf says of each node alone: whether its GPUs add up right, and how fast."""

from __future__ import annotations

import shlex
from typing import Any

from checks.areas.gpu.speed import nothing_slows_it_down, nvlinks_are_active
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.gpus import Gpus
from checks.facts.nccl_tests import NcclTests
from checks.facts.nccl_tests_output import PerfResult
from checks.facts.smoke import Smoke
from checks.model import Severity, Verdict, block, ok, skip, warn
from checks.outliers.comparable import comparable_nodes
from checks.outliers.consensus import median_of_enough

LEAST_SHARE = 1 / 2
"""Of the median of its like: a bridge that is gone, or PCIe in NVLink's place, costs more."""
MIB = 2**20


@node_check(
    "collective.node-bandwidth-is-alike", NcclTests, Gpus, severity=Severity.WARN, optional=(Smoke,)
)
def node_bandwidth_is_alike(node: NodeView) -> Verdict:
    """The GPUs of each node compute correct sums among themselves, about as fast as in similar
    nodes.

    Slow NVLink or PCIe inside one node delays all others at every step, and no network test shows
    it. Warns; wrong values block.

    Measured: Where the nodes have all_reduce_perf of nccl-tests, and no MPI or Slurm [runs all as
    one](#collectivebus-bandwidth-is-in-line): all nodes at once, each on its slots (`-g`), 4 MiB to
    256 MiB, values checked, 60 s at most. From three nodes with as many GPUs of the same model on,
    the best bus bandwidth is compared with half of their median. Skipped without GPUs, without the
    tool, and with one GPU.

    Fix:
        slow: GPUs are connected differently than in the other nodes; the fix shows how. Links that
            are down and reduced clocks are reported by their own checks.
        wrong-values: sums are wrong: GPU memory, NVLink, or PCIe with an IOMMU in between.
        failed: it runs on other nodes and not there; where it runs on none, nobody is named.
    """
    tests = node.read(NcclTests)
    if tests.skipped:
        return skip(tests.skipped)
    if tests.by:
        return skip(f"{tests.by} ran all nodes as one; see collective.bus-bandwidth-is-in-line")
    perf = tests.perf_table
    if perf.wrong:
        return wrong_values_verdict(perf, f"the {tests.ranks} GPUs of {node.name}", node)
    if perf.best is None:
        return _failed_verdict(node, tests, perf)
    like = _comparable_bandwidths(node)
    median = median_of_enough(like) or 0.0
    description = f"{tests.ranks} GPUs of {node.name}: bus bandwidth {perf.best.busbw:.4g} GB/s"
    if perf.best.busbw < median * LEAST_SHARE:
        return _slow_verdict(node, f"{description}; {median:.4g} in the {len(like)} like it", perf)
    against = f"{median:.4g} in the {len(like)} like it" if median else "too few are like it"
    return ok(f"{description}; {against}", table=table_rows(perf), apart=tests.apart)


def wrong_values_verdict(perf: PerfResult, ranks: str, node: NodeView) -> Verdict:
    """Values that a sum changed: nothing that is trained there can be trusted."""
    message = f"all_reduce_perf: {perf.wrong} values that {ranks} added up are wrong"
    note = "GPU memory, NVLink or PCIe: NCCL_P2P_DISABLE=1 shows whether it is the way between GPUs"
    fix = node.fix("nvidia-smi -q -d ECC,ROW_REMAPPER,PAGE_RETIREMENT", note)
    return block("wrong-values", message, fix, table=table_rows(perf))


def table_rows(perf: PerfResult) -> list[dict[str, Any]]:
    """The table, as other measurements have it: size in B, time in µs, GB/s."""
    return [
        {"size": row.size, "time": row.time, "algbw": row.algbw, "busbw": row.busbw}
        for row in perf.rows
    ]


def _failed_verdict(node: NodeView, tests: NcclTests, perf: PerfResult) -> Verdict:
    """It ran and measured nothing: the tool's own fault where it does so everywhere."""
    last = (tests.err.strip().splitlines() or tests.out.strip().splitlines() or ["no word"])[-1]
    ended = "no end in its time" if tests.code is None else f"code {tests.code}"
    reason = f"{ended}: {perf.failure or last[:300]}"
    if not any(run.perf_table.best for run in _single_node_runs(node.cluster).values()):
        return skip(f"all_reduce_perf runs on no node ({reason}); torch measures in its place")
    if node.has(Smoke) and node.read(Smoke).failed is not None:
        return skip("it does not train alone either; see training.smoke-trains")
    message = f"all_reduce_perf fails on {node.name} and runs on others: {reason}"
    fix = node.fix(
        f"{shlex.quote(tests.path)} -b 4M -e 256M -f 4 -g {tests.ranks}", "shows all of its words"
    )
    return warn("failed", message, fix, stdout=tests.out[-2000:], stderr=tests.err[-2000:])


def _slow_verdict(node: NodeView, message: str, perf: PerfResult) -> Verdict:
    if node.has(Gpus) and nothing_slows_it_down.judge(node).cause:
        return skip("its GPUs are slowed down; see gpu.nothing-slows-it-down")
    if node.has(Gpus) and nvlinks_are_active.judge(node).cause:
        return skip("links between its GPUs are down; see gpu.nvlinks-are-active")
    note = "compare with a node that is quick: NVLinks that are down, other ways between GPUs"
    return warn("slow", message, node.fix("nvidia-smi topo -m", note), table=table_rows(perf))


def _single_node_runs(cluster: ClusterView) -> dict[str, NcclTests]:
    """What ran on single nodes."""
    answers = cluster.facts_by_node(NcclTests)
    return {name: tests for name, tests in answers.items() if not tests.skipped and not tests.by}


def _comparable_bandwidths(node: NodeView) -> list[float]:
    """Bus bandwidth of the nodes like this one, its own included."""
    runs = _single_node_runs(node.cluster)
    tables = [runs[peer.name].perf_table for peer in comparable_nodes(node) if peer.name in runs]
    return [table.best.busbw for table in tables if table.best is not None]
