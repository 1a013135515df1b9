"""What NCCL says in its debug output: the network it took, and why not a better one. Pure.

Read by message and not by prefix: host, process and thread before it differ with the launcher. The
words are those of NCCL 2.4 to 2.30 and of the plugins in use (HPC-X, aws-ofi-nccl, gIB).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.transport import SOCKETS

KEEP = (
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

USING = re.compile(r"Using network (.+?)\s*$")
VERSION = re.compile(r"NCCL version (\d[\w.]*)(?:\+cuda([\d.]+))?")
DRIVER = re.compile(r"cudaDriverVersion (\d+)")
BOOTSTRAP = re.compile(r"Bootstrap ?: Using (?:\[0\])?([^:\s]+):")
LISTED = re.compile(r"\[\d+\](\S+)")
LISTS = re.compile(r"NET/(IB|Socket) : Using (.*?)(?:;|$)")
VIA = re.compile(r"\[(?:send|receive)\] via NET/([^/]+)/(\d+)\S*")
LOADED = re.compile(
    r"Loaded net plugin (.+?) \(v\d+\)|P2P plugin (\S+)|NET/OFI (Selected) Provider"
)
UNLOADED = re.compile(
    r"(NET/Plugin ?: (?!.*No such file).*(?:cannot open|undefined symbol|version `).*"
    r"|External network plugin .* is unsupported"
    r"|Failed to initialize NET plugin (?!IB\b|Socket\b).*"
    r"|NET/OFI .*(?:[Ff]ail|[Cc]ould ?n.t|not found).*)"
)
NO_VERBS = re.compile(r"(?:Failed to open|Count not open) libibverbs")
NO_DEVICE = re.compile(r"NET/IB : No device found")
UNOPENED = re.compile(r"NET/IB : Unable to (?:open|query) device (\S+)")
TOLD = re.compile(r"(NCCL_(?:IB|NET|SOCKET)\w*) set (?:by environment )?to (.*?)\.?\s*$")
WARNED = re.compile(r"NCCL WARN (.*)")
KINDS = {"IB": "InfiniBand", "RoCE": "RoCE"}


@dataclass(frozen=True)
class Used:
    """What one rank said.

    `network` is NCCL's word: IB, Socket, or a plugin's name. `adapters` are `mlx5_0:1`, of the
    `kinds` InfiniBand and RoCE; `interfaces` those of its sockets. `direct` tells for each of its
    ways to another node whether it is GPUDirect RDMA. `told` are the variables it obeyed.
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
    told: tuple[tuple[str, str], ...] = ()
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
        """In words that people and `checks.transport` use."""
        if self.sockets:
            return SOCKETS
        return " and ".join(sorted(self.kinds)) or self.network


def used(lines: Iterable[str]) -> Used:
    """What those lines of one rank say; an empty `network` where they do not tell."""
    text = tuple(lines)
    lists = {found[0]: found[1] for found in _all(LISTS, text)}
    named = [_adapter(item) for item in LISTED.findall(lists.get("IB", ""))]
    sockets = [item.partition(":")[0] for item in LISTED.findall(lists.get("Socket", ""))]
    version, cuda = _last(VERSION, text, "", "")
    return Used(
        network=_network(text, "IB" if named else ""),
        version=version,
        cuda=cuda,
        driver=_driver(text),
        bootstrap=_last(BOOTSTRAP, text, "")[0],
        adapters=tuple(name for name, _ in named),
        kinds=frozenset(kind for _, kind in named),
        interfaces=tuple(sockets),
        direct=tuple("/GDRDMA" in line for line in text if VIA.search(line)),
        plugin="".join(_last(LOADED, text)).replace("Selected", "OFI"),
        told=tuple({found[0]: found[1] for found in _all(TOLD, text)}.items()),
        no_verbs=any(NO_VERBS.search(line) for line in text),
        no_device=any(NO_DEVICE.search(line) for line in text),
        unopened=tuple(name for (name,) in _all(UNOPENED, text)),
        unloaded=tuple(words for (words,) in _all(UNLOADED, text)),
        warnings=tuple(words.strip() for (words,) in _all(WARNED, text)),
    )


def _all(pattern: re.Pattern[str], lines: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The groups of that pattern in each line that has it; '' for a group that took no part."""
    for line in lines:
        if found := pattern.search(line):
            yield tuple(group or "" for group in found.groups())


def _last(pattern: re.Pattern[str], lines: Iterable[str], *default: str) -> tuple[str, ...]:
    """The groups where the pattern was last found."""
    return (default, *_all(pattern, lines))[-1]


def _network(lines: Iterable[str], listed: str) -> str:
    """NCCL's word; before 2.5 it said none, and listed its adapters if it had any."""
    if found := _last(USING, lines):
        return found[0]
    return listed or ("Socket" if _last(LISTS, lines) else "")


def _adapter(item: str) -> tuple[str, str]:
    """`mlx5_0:1` and its kind, of `mlx5_0:1/IB/SHARP` and `mlx5_0_dma:1:0:1/RoCE`."""
    name, _, kind = item.partition("/")
    device, _, port = name.partition(":")
    device = device.removesuffix("_dma")
    return f"{device}:{port.partition(':')[0] or '1'}", KINDS.get(kind.partition("/")[0], kind)


def _driver(lines: Iterable[str]) -> str:
    """`12.4` of cudaDriverVersion 12040."""
    number = int(_last(DRIVER, lines, "0")[0])
    if not number:
        return ""
    return f"{number // 1000}.{number % 1000 // 10}"
