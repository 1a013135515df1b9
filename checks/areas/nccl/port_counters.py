"""Whether ports counted errors while the nodes met: a cable shows itself before it fails."""

from __future__ import annotations

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.rdma import LaterRdmaCounters, Rdma, RdmaCounters
from checks.model import Fix, Severity, Verdict, ok, skip, warn

COUNTER_MEANINGS = {
    "link_downed": "the link went down",
    "link_error_recovery": "the link had to recover",
    "local_link_integrity_errors": "the link is not clean",
    "port_rcv_errors": "packets arrived broken",
    "symbol_error": "symbols arrived broken",
    "local_ack_timeout_err": "packets were not acknowledged in time",
    "packet_seq_err": "packets were lost on the way",
}
LOST = ("local_ack_timeout_err", "packet_seq_err")
"""Counters of mlx5 that grow without a broken link: a switch dropped packets."""


@node_check(
    "nccl.port-errors-do-not-grow",
    *(RdmaCounters, LaterRdmaCounters, Rdma),
    severity=Severity.WARN,
)
def port_errors_do_not_grow(node: NodeView) -> Verdict:
    """No active InfiniBand or RoCE port counts errors during the preflight.

    Counts since the last boot mean little. A counter that grows within seconds means a cable, a
    transceiver or a switch port that will end the run with "error 12".

    Measured: link_downed, link_error_recovery, local_link_integrity_errors, port_rcv_errors,
    symbol_error, and of mlx5 local_ack_timeout_err and packet_seq_err, read with the other facts
    and once more at the end.

    Fix:
        errors-grow: shows the counter; then clean or change cable and transceiver; where packets
            were lost, compare PFC, DSCP trust and NCCL_IB_TC on adapters and switches.
    """
    before, after = node.read(RdmaCounters).ports, node.read(LaterRdmaCounters).ports
    if not after:
        return skip(f"{node.name} has no RDMA port")
    active = node.read(Rdma).active
    for name in (name for name in after if name in active):
        grown = {
            counter: count - before.get(name, {}).get(counter, count)
            for counter, count in after[name].items()
        }
        for counter, growth in grown.items():
            if growth > 0:
                message = (
                    f"{name} of {node.name}: {COUNTER_MEANINGS.get(counter, counter)}, "
                    f"{counter} grew by {growth}"
                )
                return warn(
                    "errors-grow", message, _look_fix(node, name, counter), **{counter: growth}
                )
    return ok(f"no port of {node.name} counted errors")


def _look_fix(node: NodeView, port: str, counter: str) -> Fix:
    device = port.partition(":")[0]
    folder = "hw_counters" if counter in LOST else "counters"
    look = f"grep . /sys/class/infiniband/{device}/ports/*/{folder}/{counter}"
    remedy = (
        "compare PFC and DSCP trust (`mlnx_qos -i INTERFACE`) and NCCL_IB_TC on all nodes and the "
        "switches between them"
        if counter in LOST
        else "clean or replace cable and transceiver"
    )
    return node.fix(look, f"run it twice; if the count grows, {remedy}")
