"""What NCCL says in its debug output: the network it took, and why not a better one. Pure.

Read by message and not by prefix: host, process and thread before it differ with the launcher. The
words are those of NCCL 2.4 to 2.30 and of the plugins in use (HPC-X, aws-ofi-nccl, gIB).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from checks.knowledge.nccl_transport import SOCKETS
from checks.quick_dataclass import dataclass

KEPT_OUTPUT = (
    r"NCCL WARN .*"
    r"|NCCL version \d\S*"
    r"|cudaDriverVersion \d+"
    r"|(Initialized NET plugin|Failed to initialize NET plugin|External network plugin|"
    r"Successfully loaded external network plugin|Using network|P2P plugin|Plugin Path) .*"
    r"|Bootstrap ?: Using.*"
    r"|(NET/(IB|Socket|gIB) : (Using|No )|NET/Plugin|NET/OFI (Selected|Initializing)).*"
    r"|(Failed to open|Count not open) libibverbs.*"
    r"|NCCL_(IB_|NET|SOCKET_|CROSS_NIC|P2P_)\w* set .*"
    r"|\[(send|receive)\] via NET/[^/]+/\S+"
)
"""What a node keeps of the output: what matches, once; channels and addresses in memory are cut."""

USED_NETWORK = re.compile(r"Using network (.+?)\s*$")
VERSION = re.compile(r"NCCL version (\d[\w.]*)(?:\+cuda([\d.]+))?")
DRIVER = re.compile(r"cudaDriverVersion (\d+)")
BOOTSTRAP = re.compile(r"Bootstrap ?: Using (?:\[0\])?([^:\s]+):")
LISTED_ITEM = re.compile(r"\[\d+\](\S+)")
LISTED_DEVICES = re.compile(r"NET/(IB|Socket) : Using (.*?)(?:;|$)")
SEND_PATH = re.compile(r"\[(?:send|receive)\] via NET/([^/]+)/(\d+)\S*")
LOADED_PLUGIN = re.compile(
    r"Loaded net plugin (.+?) \(v\d+\)|P2P plugin (\S+)|NET/OFI (Selected) Provider"
)
FAILED_PLUGIN = re.compile(
    r"(NET/Plugin ?: (?!.*No such file).*(?:cannot open|undefined symbol|version `).*"
    r"|External network plugin .* is unsupported"
    r"|Failed to initialize NET plugin (?!IB\b|Socket\b).*"
    r"|NET/OFI .*(?:[Ff]ail|[Cc]ould ?n.t|not found).*)"
)
NO_VERBS = re.compile(r"(?:Failed to open|Count not open) libibverbs")
NO_DEVICE = re.compile(r"NET/IB : No device found")
UNOPENED_DEVICE = re.compile(r"NET/IB : Unable to (?:open|query) device (\S+)")
VARIABLE_SET = re.compile(r"(NCCL_(?:IB|NET|SOCKET)\w*) set (?:by environment )?to (.*?)\.?\s*$")
WARNING_LINE = re.compile(r"NCCL WARN (.*)")
ADAPTER_KINDS = {"IB": "InfiniBand", "RoCE": "RoCE"}


@dataclass(frozen=True)
class NcclUsage:
    """What one rank said.

    `network` is NCCL's word: IB, Socket, or a plugin's name. `adapters` are `mlx5_0:1`, of the
    `kinds` InfiniBand and RoCE; `interfaces` those of its sockets. `direct` says for each of its
    ways to another node whether it is GPUDirect RDMA. `obeyed` are the variables it took.
    """

    network: str = ""
    version: str = ""
    cuda: str = ""
    driver: str = ""
    bootstrap: str = ""
    adapters: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    interfaces: tuple[str, ...] = ()
    direct: tuple[bool, ...] = ()
    plugin: str = ""
    obeyed: tuple[tuple[str, str], ...] = ()
    no_verbs: bool = False
    no_device: bool = False
    unopened: tuple[str, ...] = ()
    unloaded: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def sockets(self) -> bool:
        """Whether data goes over TCP."""
        return self.network == "Socket"

    @property
    def way(self) -> str:
        """In words that people and `checks.knowledge.nccl_transport` use."""
        if self.sockets:
            return SOCKETS
        return " and ".join(sorted(self.kinds)) or self.network


def parse_nccl_output(lines: Iterable[str]) -> NcclUsage:
    """What those lines of one rank say; an empty `network` where they do not say."""
    text = tuple(lines)
    lists = {groups[0]: groups[1] for groups in _all_matches(LISTED_DEVICES, text)}
    named = [_parse_adapter(item) for item in LISTED_ITEM.findall(lists.get("IB", ""))]
    sockets = [item.partition(":")[0] for item in LISTED_ITEM.findall(lists.get("Socket", ""))]
    version, cuda = _last_match(VERSION, text, "", "")
    return NcclUsage(
        network=_network_name(text, "IB" if named else ""),
        version=version,
        cuda=cuda,
        driver=_driver_version(text),
        bootstrap=_last_match(BOOTSTRAP, text, "")[0],
        adapters=tuple(name for name, _ in named),
        kinds=frozenset(kind for _, kind in named),
        interfaces=tuple(sockets),
        direct=tuple("/GDRDMA" in line for line in text if SEND_PATH.search(line)),
        plugin="".join(_last_match(LOADED_PLUGIN, text)).replace("Selected", "OFI"),
        obeyed=tuple({groups[0]: groups[1] for groups in _all_matches(VARIABLE_SET, text)}.items()),
        no_verbs=any(NO_VERBS.search(line) for line in text),
        no_device=any(NO_DEVICE.search(line) for line in text),
        unopened=tuple(name for (name,) in _all_matches(UNOPENED_DEVICE, text)),
        unloaded=tuple(words for (words,) in _all_matches(FAILED_PLUGIN, text)),
        warnings=tuple(words.strip() for (words,) in _all_matches(WARNING_LINE, text)),
    )


def _all_matches(pattern: re.Pattern[str], lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The groups of that pattern in each line that has it; '' for a group that took no part."""
    for line in lines:
        if match := pattern.search(line):
            yield tuple(group or "" for group in match.groups())


def _last_match(pattern: re.Pattern[str], lines: Iterable[str], *default: str) -> tuple[str, ...]:
    """The groups where the pattern was last found."""
    return (default, *_all_matches(pattern, lines))[-1]


def _network_name(lines: Iterable[str], listed: str) -> str:
    """NCCL's word; before 2.5 it said none, and listed its adapters if it had any."""
    if groups := _last_match(USED_NETWORK, lines):
        return groups[0]
    return listed or ("Socket" if _last_match(LISTED_DEVICES, lines) else "")


def _parse_adapter(item: str) -> tuple[str, str]:
    """`mlx5_0:1` and its kind, of `mlx5_0:1/IB/SHARP` and `mlx5_0_dma:1:0:1/RoCE`."""
    name, _, kind = item.partition("/")
    device, _, port = name.partition(":")
    device = device.removesuffix("_dma")
    return f"{device}:{port.partition(':')[0] or '1'}", ADAPTER_KINDS.get(
        kind.partition("/")[0], kind
    )


def _driver_version(lines: Iterable[str]) -> str:
    """`12.4` of cudaDriverVersion 12040."""
    number = int(_last_match(DRIVER, lines, "0")[0])
    if not number:
        return ""
    return f"{number // 1000}.{number % 1000 // 10}"
