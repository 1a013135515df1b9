"""hosts.txt: which nodes there are.

A line that DeepSpeed or pdsh would understand differently than its author is refused here, with
its place: DeepSpeed itself takes `n1 slots=8garbage`, `n1,n2 slots=4` and `node[0-1] slots=1`, and
then starts the wrong ranks.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from checks.errors import UsageError
from checks.folded_names import MAX_NAMES, expand_names
from checks.job.user_files import quote_text, read_text, suggest_word
from checks.job.value_readers import login_name
from checks.model import Node

EXPECTED = "expected: NAME [slots=N] [user=NAME] [port=N] [type=NAME]"
MAX_SLOTS = 1024
MAX_LINE_LENGTH = 4096

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,252}")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_FILE_NAMES = re.compile(
    r"((hosts?|machine|node)[-_]?(file|list)s?[-_.]?\w{0,12}|hosts([-_.]\w{1,12}|\d{1,3}|~)?"
    r"|(my|all|our|new|old|test|lab|gpu|cluster)[-_.]?hosts"
    r"|.+\.(txt|lst|list|cfg|conf|ini|csv|toml|ya?ml|json|hosts))",
    re.IGNORECASE,
)
"""What only a file is called: a host of such a name can stand in a hosts file."""


def read_hosts(text: str, where: str) -> tuple[Node, ...]:
    """The nodes of a hosts file, in its order, ranges unfolded; at least one, no name twice.

    `where` is the file's name in messages. Raises UsageError with `where:line`.
    """
    placed: list[tuple[str, str, Node]] = []
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        at = f"{where}:{number}"
        try:
            placed += ((at, line, node) for node in _nodes_in(line))
        except ValueError as error:
            raise UsageError(f"{at}: {quote_text(line)}: {error}; {EXPECTED}") from None
        if len(placed) > MAX_NAMES:
            raise UsageError(f"{at}: {quote_text(line)}: more than {MAX_NAMES} nodes in all")
    if not placed:
        raise UsageError(
            f"{where}:1: no node in it; expected one node per line, such as: node1 slots=8"
        )
    _refuse_duplicates(placed)
    return tuple(node for _, _, node in placed)


def _refuse_duplicates(placed: Iterable[tuple[str, str, Node]]) -> None:
    """Names that differ only in case or in a trailing dot are the same host."""
    first: dict[str, str] = {}
    for at, line, node in placed:
        key = node.name.lower().rstrip(".")
        if key in first:
            raise UsageError(
                f"{at}: {quote_text(line)}: {node.name!r} is given twice (first at {first[key]}); "
                "expected each node once"
            )
        first[key] = at


def _nodes_in(line: str) -> list[Node]:
    """The nodes of one line. Raises ValueError that says what is wrong with it."""
    if len(line) > MAX_LINE_LENGTH:
        raise ValueError(f"a line of more than {MAX_LINE_LENGTH} characters")
    names, *rest = line.split(None, 1)
    fields = _node_fields(rest[0].partition("#")[0].split() if rest else ())
    if "," in re.sub(r"\[[^\]]*\]", "", names):
        raise ValueError(
            "',' in a node name; write one node per line, or a range such as gpu[01-16]"
        )
    return [Node(name, **fields) for name in _expand_names(names)]


def _expand_names(words: str) -> list[str]:
    """Node names out of comma-joined, folded ones. Raises ValueError."""
    if "@" in words:
        user, _, host = words.partition("@")
        raise ValueError(
            f"'@' in a node name; in a hosts file write {quote_text(f'{host} user={user}')}"
        )
    if ":" in words:
        raise ValueError(_explain_colon(words))
    return [checked_name(name) for name in expand_names(words)]


def _explain_colon(word: str) -> str:
    """Why a name with ':' is refused: MPICH's host:8, or an IPv6 address."""
    host, _, number = word.partition(":")
    if number.isdecimal():
        return (
            f"':' in a node name; write {quote_text(f'{host} slots={number}')}, or port= for ssh's"
        )
    return (
        "':' in a node name; DeepSpeed's --include cannot take an IPv6 address: "
        "give the node a name in /etc/hosts and write that"
    )


def checked_name(name: str) -> str:
    """`name`, if it is a host name or an IPv4 address; else ValueError says why not."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{quote_text(name, 60)} is not a node name (letters, digits, '.', '_', '-'; "
            "no other characters, no '-' or '.' first)"
        )
    if re.fullmatch(r"[0-9.]+", name):
        ipaddress.IPv4Address(name)
    return name


def _node_fields(words: Iterable[str]) -> dict[str, Any]:
    """The Node fields that `key=value` words give. Raises ValueError."""
    fields: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not (key and equals and value):
            raise ValueError(f"{quote_text(word, 60)}: write key=value with no space around '='")
        if key not in _KEYS:
            raise ValueError(f"unknown key {quote_text(key, 60)}{suggest_word(key, _KEYS)}")
        if key in fields:
            raise ValueError(f"{key}= is given twice")
        fields[key] = _KEYS[key](value)
    fields.pop("max_slots", None)
    return fields


def _whole_number(text: str, what: str, maximum: int) -> int:
    """`text` as a whole number from 1 to `maximum`; else ValueError with `what` and the bounds."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= maximum:
        raise ValueError(
            f"{what} takes a whole number from 1 to {maximum}, not {quote_text(text, 60)}"
        )
    return int(text)


def _node_type(text: str) -> str:
    if not _WORD.fullmatch(text):
        raise ValueError(f"type= takes a word such as NVIDIA, not {quote_text(text, 60)}")
    return text


# max_slots= is Open MPI's: DeepSpeed ignores it, and so do we
_KEYS: Mapping[str, Callable[[str], Any]] = {
    "slots": lambda text: _whole_number(text, "slots=", MAX_SLOTS),
    "max_slots": lambda text: _whole_number(text, "max_slots=", 999_999_999),
    "user": login_name,
    "port": lambda text: _whole_number(text, "port=", 65535),
    "type": _node_type,
}


def hosts_path(value: str, base: Path) -> Path | None:
    """The file that `--hosts VALUE` means, seen from `base`; None where it means node names.

    What is there, or a word that only a path can be, is a path: a mistyped path must never be taken
    for a node.
    """
    path = base / os.path.expanduser(value)
    wanted = "/" in value or bool(_FILE_NAMES.fullmatch(value))
    return path if wanted or (value and os.path.lexists(path)) else None


def hosts_from_option(value: str, base: Path = Path(), source: str = "--hosts") -> tuple[Node, ...]:
    """The nodes of `--hosts VALUE`: a path, `node1,node2` or `gpu[01-16]`. Raises UsageError."""
    path = hosts_path(value, base)
    if path is not None:
        if not os.path.lexists(path):
            raise absent_hosts_file(value, path, source)
        return read_hosts(read_text(path, "hosts file"), str(path))
    return _nodes_from_names(value, source)


def absent_hosts_file(value: str, path: Path, source: str) -> UsageError:
    """What is said of a file that is not there, and the one that is likely meant."""
    said = f"{source}: no file {path.name} in {path.parent}"
    if not (near := near_hosts_file(path)):
        return UsageError(f"{said}; check the path, or name nodes: node1,node2")
    whole = str(path.with_name(near))
    right = min(os.path.relpath(whole), whole, key=len)
    return UsageError(f"{said}; did you mean {right}?", typed=(value,), right=(right,))


def near_hosts_file(path: Path) -> str:
    """The file beside it that is likely meant: called almost so, and with nodes in it; else ''."""
    try:
        names = [entry.name for entry in os.scandir(path.parent) if entry.is_file()]
    except OSError:
        return ""
    usual = [name for name in names if _FILE_NAMES.fullmatch(name)]
    near = difflib.get_close_matches(path.name, names, cutoff=0.7)
    beside = usual if _FILE_NAMES.fullmatch(path.name) else []
    return next(
        (name for name in (*near, *sorted(beside)) if _lists_nodes(path.with_name(name))), ""
    )


def _lists_nodes(path: Path) -> bool:
    try:
        return bool(read_hosts(read_text(path, "hosts file"), path.name))
    except UsageError:
        return False


def hosts_from_slurm(environ: Mapping[str, str]) -> tuple[Node, ...]:
    """The nodes of the Slurm allocation that this process is in; () outside of one.

    Slots are SLURM_GPUS_ON_NODE where Slurm says it, else left to detection.
    """
    nodelist = environ.get("SLURM_JOB_NODELIST", "").strip()
    if nodelist in {"", "(null)"}:
        return ()
    gpus = environ.get("SLURM_GPUS_ON_NODE", "")
    slots = int(gpus) if re.fullmatch(r"0*[1-9][0-9]{0,2}", gpus) else None
    return tuple(
        replace(node, slots=slots) for node in _nodes_from_names(nodelist, "SLURM_JOB_NODELIST")
    )


def _nodes_from_names(value: str, where: str) -> tuple[Node, ...]:
    """Nodes given by name on the command line or by Slurm."""
    try:
        nodes = tuple(Node(name) for name in _expand_names(value.strip()))
    except ValueError as error:
        raise UsageError(
            f"{where} {quote_text(value)}: {error}; expected a hosts file, or names such as "
            "node1,node2 or gpu[01-16]"
        ) from None
    _refuse_duplicates((where, value, node) for node in nodes)
    return nodes
