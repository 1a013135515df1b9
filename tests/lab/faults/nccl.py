"""Variables of NCCL that nobody reads, that are misread or left in; adapters apart from others."""

from __future__ import annotations

from typing import Any

from launcher.lab.faults import Fault
from launcher.lab.faults.software import infiniband_script
from launcher.lab.shape import LabShape
from tests.lab.faults.case import ALL, HEAD, NODE3, Case, Subjects, case, custom, warned
from tests.support.lab_preflight import UNFIXABLE

EVERY: Subjects = tuple((name,) for name in ALL)
NAMES, VALUES = "nccl.variable-names-are-known", "nccl.variable-values-are-valid"
EQUAL, SOUND = "nccl.variables-are-equal", "nccl.deepspeed-env-file-is-sound"
PORT = "/sys/class/infiniband/mlx5_0/ports/1"
CARD = {
    f"{PORT}/counters/symbol_error": "0",
    f"{PORT}/counters/link_downed": "3",
    "/sys/class/infiniband/mlx5_0/device/current_link_speed": "32.0 GT/s PCIe",
    "/sys/class/infiniband/mlx5_0/device/max_link_speed": "32.0 GT/s PCIe",
    "/sys/class/infiniband/mlx5_0/device/current_link_width": "16",
    "/sys/class/infiniband/mlx5_0/device/max_link_width": "16",
}
ETHERNET = {
    f"{PORT}/link_layer": "Ethernet",
    f"{PORT}/gids/1": "fe80:0000:0000:0000:0002:c9ff:fe03:0001",
    f"{PORT}/gid_attrs/types/0": "IB/RoCE v1",
    f"{PORT}/gid_attrs/types/1": "RoCE v2",
    f"{PORT}/gid_attrs/ndevs/0": "eth1",
}


def placed(files: dict[str, str]) -> str:
    """Lines that write those files."""
    return "\n".join(
        f"mkdir -p {path.rpartition('/')[0]}; echo '{text}' >{path}" for path, text in files.items()
    )


def adapter(name: str, **files: str) -> Fault:
    """A card that a rank can use, with further files."""
    usable = "touch /usr/lib/libibverbs.so.1; mkdir /dev/infiniband\n"
    usable += "mknod -m 666 /dev/infiniband/uverbs0 c 231 192"
    card = infiniband_script("4: ACTIVE", "5: LinkUp", "200 Gb/sec (4X HDR)")
    return custom(name, f"{card}\n{usable}\n{placed({**CARD, **files})}")


RDMA, ROCE = adapter("card"), adapter("roce-card", **ETHERNET)


def bashrc(name: str, *lines: str) -> Fault:
    """Variables that root's shell exports."""
    edits = [f"sed -i '1i export {line}' $HOME/.bashrc" for line in lines]
    return custom(name, "\n".join(edits))


def written(name: str, path: str, *lines: str) -> Fault:
    """A file of those lines."""
    return custom(name, f"printf '%s\\n' {' '.join(map(repr, lines))} >{path}")


def with_card(fault: Fault, check: str, subjects: Subjects, cause: str, **more: Any) -> Case:
    """One warning on nodes with adapters. Locked memory is the machine's own."""
    fields: dict[str, Any] = {"first": ((RDMA, ALL),), "job": {"allow": (UNFIXABLE,)}, **more}
    return warned(fault, check, subjects, cause, **fields)


GROWING = f"""
setsid sh -c 'n=0; while sleep 0.05; do n=$((n+1)); echo $n >{PORT}/counters/symbol_error; done' \
  >/dev/null 2>&1 </dev/null &
"""
LOWER = "sed -i '1i export nccl_debug=INFO' /etc/bash.bashrc"

CASES = [
    warned(bashrc("nccl-misspelt", "NCCL_SOCKET_IFNAMES=eth0"), NAMES, NODE3, "misspelt"),
    warned(custom("nccl-lower-case", LOWER), NAMES, NODE3, "misspelt"),
    warned(bashrc("nccl-renamed", "NCCL_ASYNC_ERROR_HANDLING=1"), NAMES, EVERY, "renamed", on=ALL),
    warned(
        custom("nccl-timeout-in-env", "true"),
        *(NAMES, EVERY, "ignored"),
        job={"env": {"NCCL_TIMEOUT": "3600"}},
        fixable=False,
    ),
    warned(bashrc("nccl-level-misread", "NCCL_P2P_LEVEL=nvl"), VALUES, NODE3, "malformed"),
    case(bashrc("torch-switch-misread", "TORCH_NCCL_BLOCKING_WAIT=on"), VALUES, NODE3, "malformed"),
    warned(
        written("nccl-conf-with-blanks", "/etc/nccl.conf", "# ours", "NCCL_ALGO = Ring"),
        *("nccl.conf-file-is-read-as-meant", NODE3, "line-misread"),
    ),
    case(
        written("nccl-conf-of-one", "$HOME/.nccl.conf", "NCCL_PROTO=LL"),
        *(EQUAL, NODE3, "variable-differs"),
    ),
    warned(
        written("deepspeed-env-comment", "$HOME/.deepspeed_env", "# A=1", "B=2"),
        *(SOUND, HEAD, "comment-runs"),
        on=("node1",),
    ),
    warned(
        written("deepspeed-env-blank-line", "$HOME/.deepspeed_env", "A=1", "", "B=2"),
        *(SOUND, HEAD, "line-unreadable"),
        on=("node1",),
    ),
    warned(
        written("deepspeed-env-quotes", "$HOME/.deepspeed_env", 'A="b c"'),
        *(SOUND, HEAD, "quotes-cut"),
        on=("node1",),
    ),
    warned(
        written("deepspeed-env-of-nccl", "$HOME/.deepspeed_env", "NCCL_IB_TIMEOUT=22"),
        *(SOUND, HEAD, "not-in-env"),
        on=("node1",),
        fixable=False,
    ),
    warned(
        bashrc("nccl-p2p-disabled", "NCCL_P2P_DISABLE=1"),
        *("nccl.local-transports-are-left-on", EVERY, "switched-off"),
        on=ALL,
        shape=LabShape(nodes=3, slots=2),
    ),
    warned(
        bashrc("torch-errors-off", "TORCH_NCCL_ASYNC_ERROR_HANDLING=0"),
        *("nccl.a-failed-rank-ends-the-others", EVERY, "errors-unhandled"),
        on=ALL,
    ),
    warned(
        bashrc("nccl-plugin-missing", "NCCL_NET_PLUGIN=ofi"),
        *("nccl.plugins-are-there", EVERY, "plugin-missing"),
        on=ALL,
    ),
    warned(
        bashrc("nccl-topology-missing", "NCCL_TOPO_FILE=/opt/microsoft/ndv5-topo.xml"),
        *("nccl.named-files-are-there", NODE3, "file-missing"),
    ),
    warned(
        bashrc("nccl-trace", "NCCL_DEBUG=TRACE"),
        *("nccl.debug-output-is-affordable", NODE3, "debug-trace"),
    ),
    warned(
        bashrc("nccl-log-nowhere", "NCCL_DEBUG=INFO", "NCCL_DEBUG_FILE=/var/log/nccl/%h.%p"),
        *("nccl.debug-output-is-affordable", NODE3, "debug-file-unwritable"),
    ),
    case(
        custom("nccl-net-ib-without", "true"),
        *("nccl.network-named-is-there", EVERY, "network-missing"),
        job={"env": {"NCCL_NET": "IB"}},
        fixable=False,
    ),
    with_card(
        bashrc("nccl-net-socket", "NCCL_NET=Socket"),
        *("nccl.infiniband-is-not-disabled", EVERY, "ib-disabled"),
        on=ALL,
    ),
    with_card(
        bashrc("nccl-hca-misspelt", "NCCL_IB_HCA=mlx5_0,mlx5_9"),
        *("nccl.every-adapter-named-is-there", EVERY, "adapter-missing"),
        on=ALL,
    ),
    with_card(
        custom("card-firmware", "echo 20.28.1002 >/sys/class/infiniband/mlx5_0/fw_ver"),
        *("nccl.adapters-run-one-firmware", NODE3, "firmware-differs"),
        fixable=False,
    ),
    with_card(
        custom("card-slow", f"echo '50 Gb/sec (1X HDR)' >{PORT}/rate"),
        *("nccl.ports-are-as-fast-as-others", NODE3, "port-slow"),
        fixable=False,
    ),
    with_card(
        custom("card-narrow", placed({[*CARD][4]: "8"})),
        *("nccl.adapters-have-their-pcie-lanes", NODE3, "pcie-narrow"),
        fixable=False,
    ),
    with_card(
        custom("card-counts-errors", GROWING),
        *("nccl.port-errors-do-not-grow", NODE3, "errors-grow"),
        fixable=False,
        leaves=("symbol_error",),
    ),
    Case(
        bashrc("nccl-gid-missing", "NCCL_IB_GID_INDEX=3"),
        blocks=(("nccl.gid-index-is-valid", EVERY, "gid-missing"),),
        on=ALL,
        first=((ROCE, ALL),),
        job={"allow": (UNFIXABLE,)},
    ),
    with_card(
        custom("roce-mtu", "ip link set dev eth1 mtu 1000"),
        *("nccl.roce-mtu-is-equal", NODE3, "roce-mtu-differs"),
        first=((ROCE, ALL),),
        shape=LabShape(nodes=3, second_network=True),
    ),
]
