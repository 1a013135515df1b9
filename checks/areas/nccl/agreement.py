"""Whether what NCCL and gloo are set to leads somewhere, and all nodes take the same way."""

from __future__ import annotations

from collections.abc import Mapping

from checks.areas.nccl.fixes import ifname_fix, port_fix, rdma_fix, unset_fix
from checks.areas.nccl.value_rules import value_fault
from checks.areas.nccl.variable_names import is_read_name
from checks.check import node_check
from checks.facts import ClusterView, NodeView
from checks.facts.environment import Environment
from checks.facts.interfaces import Interface, Interfaces
from checks.facts.names import Names
from checks.facts.rdma import Rdma
from checks.facts.view_cache import cached_per_view
from checks.knowledge.nccl_transport import (
    NCCL_IB_DISABLE,
    SOCKETS,
    agreed_kind,
    expected_transport,
    known_transports,
    rdma_disabled_by,
)
from checks.knowledge.nccl_variables import (
    Setting,
    collective_settings,
    interface_settings,
    leaves_loopback,
    parts_of,
    selected_interfaces,
    setting_in_force,
)
from checks.knowledge.training_network import (
    leads_to_peers,
    network_env,
    routed_interfaces,
    training_interface,
)
from checks.model import Fix, Severity, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value, most_common_value

PER_NODE_VARIABLES = (
    *("SOCKET_IFNAME", "OOB_NET_IFNAME", "GLOO_SOCKET_IFNAME", "IB_HCA", "HOSTID", "DEBUG"),
    *("CONF_FILE", "TOPO_FILE", "TOPO_DUMP_FILE", "GRAPH_DUMP_FILE", "IBVERBS_LIB", "VERSION"),
    *("HOME", "ROOT", "INCLUDE_DIR", "LIB", "PATH", "TORCH_NCCL_DEBUG_INFO"),
)
"""Variables that may rightly differ from node to node."""
FATAL_VARIABLES = (
    "IB_DISABLE",
    "ALGO",
    "PROTO",
    "NET",
    "NET_PLUGIN",
    "CROSS_NIC",
    "BUFFSIZE",
    "COMM_ID",
)
ROOT_CAUSES = {
    "no-active-port": "nccl.infiniband-ports-are-active",
    "no-library": "nccl.infiniband-is-usable",
    "no-uverbs": "nccl.infiniband-is-usable",
    "no-access": "nccl.infiniband-is-usable",
    "hca-unknown": "nccl.infiniband-is-usable",
    "disabled": "nccl.variables-are-equal",
}


@node_check("nccl.socket-interface-exists", Environment, Interfaces, Names)
def socket_interface_exists(node: NodeView) -> Verdict:
    """NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME name an interface that this node has and can use.

    A name that does not exist on the node ends in "no socket interface found" or "Unable to find
    address for". One that is down, loopback or docker's ends in a hang.

    Measured: The variables as a rank has them, after the login, `[env]` and what Python runs at its
    start (`sitecustomize`, `.pth`), as NCCL and gloo read them, against interfaces and routes:
    gloo uses each interface of its list, and NCCL's processes meet on the first that is left to
    them, which is the loopback where `^docker0` does not exclude it too.

    Fix: Names the line of launch.toml, or the file, that sets it. Without the variable, `start`
    sets it to the interface that was checked.
        interface-missing: names none of the interfaces.
        interface-down: names one that is down or has no address.
        interface-local: names one that leads to no other node.
        interface-loopback: leaves NCCL the loopback beside others; warns outside [env], which
            `start` sets to one interface.
        interface-astray: another interface leads to the peers.
    """
    settings = interface_settings(node)
    if not settings:
        return ok(
            f"neither variable is set on {node.name}, which trains over {_interface_name(node)}"
        )
    faults = [
        verdict
        for setting in settings
        for part in parts_of(setting)
        if (verdict := _judge_interface(node, setting, part))
    ]
    if faults:
        return max(faults, key=lambda verdict: verdict.severity is not Severity.WARN)
    return ok(f"{', '.join(map(str, settings))}: {_interface_name(node)} on {node.name}")


@node_check("nccl.infiniband-ports-are-active", Rdma)
def infiniband_ports_are_active(node: NodeView) -> Verdict:
    """Every InfiniBand or RoCE port that is active on the other nodes is active here.

    One rail that is down slows the run or ends it with "mixed local Net device counts".

    Measured: State and physical state of each port; a port that is unused on most nodes is ignored.

    Fix:
        port-down, port-missing: shows the port; then check cable, switch port and subnet manager.
        no-subnet-manager: the port is linked but not configured; warns.
    """
    rdma = node.read(Rdma)
    if not rdma.devices:
        return skip(f"{node.name} has no RDMA device")
    peers = [
        peer.read(Rdma) for peer in node.cluster.reached if peer is not node and peer.has(Rdma)
    ]
    for name, port in rdma.ports.items():
        having = [peer_rdma for peer_rdma in peers if name in peer_rdma.ports]
        active = sum(name in peer_rdma.active for peer_rdma in having)
        if not port.active and having and 2 * active >= len(having):
            states = (port.state or "no state", port.phys_state or "no physical state")
            listed = ", ".join(state.rpartition(": ")[2] for state in states)
            message = f"{name} of {node.name} is {listed}; it is active on {active} other nodes"
            return block("port-down", message, port_fix(node, name), state=port.state or "")
        if (port.state or "").startswith("2:") and port.link_layer == "InfiniBand":
            message = f"{name} of {node.name} is linked but {port.state}: no subnet manager answers"
            fix = node.fix(
                "systemctl enable --now opensm", "on one node, or the switch's", root=True
            )
            return warn("no-subnet-manager", message, fix)
    usual = most_common_value(len(peer_rdma.active) for peer_rdma in peers if peer_rdma.active)
    if len(rdma.active) < usual:
        message = f"{node.name} has {len(rdma.active)} active ports, most other nodes {usual}"
        return block("port-missing", message, port_fix(node, next(iter(rdma.ports))))
    return ok(f"{len(rdma.active)} of {len(rdma.ports)} ports of {node.name} are active")


@node_check("nccl.infiniband-is-usable", Rdma, Environment)
def infiniband_is_usable(node: NodeView) -> Verdict:
    """Where there are active adapters, a rank can open them: library, device nodes, NCCL_IB_HCA.

    Without one of them NCCL says at most "NET/IB : No device found", and uses sockets. Blocks where
    other nodes do use RDMA; warns where none does.

    Measured: `libibverbs.so.1`, `/dev/infiniband/uverbs*` and whether this login may open them, and
    which ports `NCCL_IB_HCA` leaves.

    Fix:
        no-library: installs it.
        no-uverbs: loads the module, or gives the devices to the container.
        no-access: opens them.
        hca-unknown: shows the file and line that sets it.
    """
    transport = expected_transport(node)
    if transport.cause in ("no-device", "disabled", "no-active-port"):
        return skip(f"no RDMA on {node.name}: {transport.reason}")
    if transport.rdma:
        return ok(f"{transport.kind} on {node.name}: {transport.reason}")
    message = (
        f"{node.name} has active RDMA ports, but {transport.reason}, so NCCL would use sockets"
    )
    verdict = warn if agreed_kind(node.cluster) == SOCKETS else block
    return verdict(transport.cause, message, rdma_fix(node, transport.cause))


@node_check("nccl.all-nodes-agree-on-transport", Rdma, Environment, Interfaces, Names)
def all_nodes_agree_on_transport(node: NodeView) -> Verdict:
    """All nodes use the same transport: InfiniBand, RoCE or sockets.

    A rank that offers a socket to one that offers a queue pair waits forever, or NCCL says
    "Attempted to connect incompatible devices".

    Measured: What NCCL would use on each node, from adapters and variables. The finding names the
    `[env]` lines that cause it.

    Fix:
        transport-differs: fix the node, or set `NCCL_IB_DISABLE = "1"` in `[env]`, which makes all
            nodes use sockets. Where another check names the cause, this one is skipped.
    """
    transport, agreed = expected_transport(node), agreed_kind(node.cluster)
    lines = ", ".join(f'{name} = "{value}"' for name, value in network_env(node).items())
    if transport.kind == agreed:
        return ok(f"{node.name} uses {transport.kind} ({transport.reason}); [env] {lines}")
    root = ROOT_CAUSES.get(transport.cause or _usual_cause(node))
    if root:
        return skip(f"{node.name} uses {transport.kind}: {transport.reason}; see {root}")
    message = (
        f"{node.name} uses {transport.kind} ({transport.reason}), and {node.most_nodes} {agreed}"
    )
    note = f'until it is fixed, {NCCL_IB_DISABLE} = "1" in [env] lets all nodes use sockets'
    return block("transport-differs", message, Fix("", node.name, note), kind=transport.kind)


@node_check("nccl.variables-are-equal", Environment, severity=Severity.WARN)
def variables_are_equal(node: NodeView) -> Verdict:
    """Every node gives its ranks the same variables for NCCL, gloo and PyTorch.

    A line in one node's `.bashrc` or `/etc/nccl.conf` that the others lack makes ranks disagree on
    transport, algorithm or buffer size, and the first collective hangs.

    Measured: Each variable against most nodes. Those that decide the transport or the algorithm
    block, others warn; interface, adapter and debug variables may differ. Unknown names and invalid
    values are reported by `nccl.variable-names-are-known` and `nccl.variable-values-are-valid`
    instead.

    Fix:
        variable-differs: shows the file and line that sets it; or set one value for all in
            `[env]`.
    """
    variables = _nccl_variables(node)
    for name, usual in _usual_variables(node.cluster).items():
        if variables.get(name, "") != usual:
            return _judge_difference(node, name, variables.get(name, ""), usual)
    return ok(f"{len(variables)} NCCL variables on {node.name}, as on the others")


@node_check("nccl.infiniband-is-not-disabled", Rdma, Environment, severity=Severity.WARN)
def infiniband_is_not_disabled(node: NodeView) -> Verdict:
    """Nothing keeps NCCL from InfiniBand or RoCE ports that are active.

    NCCL_IB_DISABLE or NCCL_NET=Socket, left over from debugging, costs most of the bandwidth
    silently.

    Measured: The variables, and the ports that are active. NCCL reads a number, so `true` means 0.

    Fix:
        ib-disabled: shows the file and line that sets it.
    """
    active, setting = node.read(Rdma).active, rdma_disabled_by(node)
    if not active:
        return skip(f"{node.name} has no active RDMA port")
    if setting is None:
        return ok(f"neither {NCCL_IB_DISABLE} nor NCCL_NET keeps {node.name} from its adapters")
    if _usual_cause(node) != "disabled" and "launch.toml" not in setting.where:
        return skip(f"{setting}, unlike {node.most_nodes}; see nccl.variables-are-equal")
    message = f"{setting} on {node.name}, whose {', '.join(active)} are active"
    return warn("ib-disabled", message, unset_fix(node, setting.name))


def _usual_cause(node: NodeView) -> str:
    """`disabled` where most nodes were set to leave their adapters; else ''."""
    causes = {peer: transport.cause for peer, transport in known_transports(node.cluster).items()}
    return "disabled" if majority_value(causes, node.job.head) == "disabled" else ""


def _interface_name(node: NodeView) -> str:
    return training_interface(node).name


def _judge_interface(node: NodeView, setting: Setting, part: Setting) -> Verdict | None:
    """What is wrong with that part; a launch sets what [env] does not to one interface."""
    fault = _interface_fault(node, part)
    if fault is None:
        return None
    cause, description = fault
    judge = warn if cause == "interface-loopback" and not _is_of_job(setting) else block
    return judge(cause, f"{setting} {description} on {node.name}", ifname_fix(node, part))


def _is_of_job(setting: Setting) -> bool:
    return "launch.toml" in setting.where


def _interface_fault(node: NodeView, setting: Setting) -> tuple[str, str] | None:
    """Cause and words where the variable leads nowhere on that node."""
    interfaces = node.read(Interfaces).interfaces
    selected = selected_interfaces(setting, interfaces)
    names = ", ".join(interface.name for interface in selected)
    if not selected:
        existing = ", ".join(interface.name for interface in interfaces)
        return "interface-missing", f"matches none of the interfaces ({existing})"
    if len(node.job.nodes) > 1 and all(interface.is_local_only for interface in selected):
        return "interface-local", f"names {names}, which leads to no other node"
    if len(node.job.nodes) > 1 and leaves_loopback(setting, interfaces):
        return "interface-loopback", f"leaves NCCL {names}: its processes meet on the loopback"
    usable = [interface for interface in selected if interface.is_usable]
    if not usable:
        return "interface-down", f"names {names}, which is down or has no address"
    return _routing_fault(node, usable)


def _routing_fault(node: NodeView, usable: list[Interface]) -> tuple[str, str] | None:
    """Where peers are reached through another interface and the named one shares no network."""
    if any(leads_to_peers(node, interface) for interface in usable):
        return None
    names = ", ".join(interface.name for interface in usable)
    leading = ", ".join(interface.name for interface in routed_interfaces(node)) or "none of them"
    return "interface-astray", f"names {names}, but {leading} leads to the peers"


@cached_per_view
def _nccl_variables(node: NodeView) -> Mapping[str, str]:
    """What ranks on that node would have, without what [env] sets for all or may differ.

    Names that nobody reads and values that cannot be read are reported by checks of their own.
    """
    return {
        name: setting.value
        for name, setting in collective_settings(node).items()
        if name not in node.job.env
        and not name.removeprefix("NCCL_").startswith(PER_NODE_VARIABLES)
        and is_read_name(name)
    }


@cached_per_view
def _usual_variables(cluster: ClusterView) -> Mapping[str, str]:
    """What most nodes have, '' for unset, of all names that can be read on every node."""
    by_node = {node.name: _nccl_variables(node) for node in cluster.nodes_with(Environment)}
    usual = {}
    for name in sorted({name for values in by_node.values() for name in values}):
        values = {node_name: variables.get(name, "") for node_name, variables in by_node.items()}
        if not any(value_fault(name, value) for value in values.values()):
            usual[name] = majority_value(values, cluster.job.head)
    return usual


def _judge_difference(node: NodeView, name: str, value: str, usual: str) -> Verdict:
    most = f"{usual or 'not set'} on {node.most_nodes}"
    message = f"{name} is {value or 'not set'} on {node.name}, {most}"
    setting = setting_in_force(node, name) if value else None
    message += f": {setting.where}" if setting and ":" in setting.where else ""
    fatal = name.removeprefix("NCCL_") in FATAL_VARIABLES
    note = f'or hold all nodes to one value: {name} = "…" in [env] of launch.toml'
    return (block if fatal else warn)("variable-differs", message, unset_fix(node, name, note))
