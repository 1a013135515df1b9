"""A node's disk: all that is installed on the machine, seen through; what it writes, its own.

An overlay has one file system below it, so the root is not enough where the checkout or the
interpreter lie on another one, or under a /tmp that every node has for itself.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterable
from pathlib import Path

from checks.quick_dataclass import dataclass

DISK_TYPES = frozenset(("ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs"))
"""File systems that are shown on the nodes wherever they are mounted."""

WRITABLE_TYPES = DISK_TYPES | {"tmpfs"}
"""File systems that can hold what an overlay writes."""

NODE_PRIVATE = ("/proc", "/sys", "/dev", "/run", "/tmp", "/root")
"""What every node has for itself."""


@dataclass(frozen=True)
class Mount:
    """One line of the machine's mount table."""

    point: str
    type: str


def read_mounts(table: str = "/proc/self/mountinfo") -> list[Mount]:
    """The machine's mounts, in the order in which they were made."""
    return [parse_mount(line) for line in Path(table).read_text().splitlines()]


def parse_mount(line: str) -> Mount:
    """One line of mountinfo: see proc(5)."""
    left, right = line.split(" - ", 1)
    return Mount(unescape_path(left.split()[4]), right.split()[0])


def unescape_path(path: str) -> str:
    r"""Turns \040 and the like back, see proc(5)."""
    for octal, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        path = path.replace(octal, plain)
    return path


def is_within(path: str, top: str) -> bool:
    """Whether a path is that directory or under it."""
    return top == "/" or path == top or path.startswith(top + "/")


def find_mount(path: str, table: Iterable[Mount]) -> Mount:
    """The mount that a path lies on."""
    return max((m for m in table if is_within(path, m.point)), key=lambda m: len(m.point))


def required_paths() -> tuple[str, ...]:
    """Paths of the machine that every node must have: the checkout, here, the interpreter."""
    checkout = Path(__file__).resolve().parents[2]
    paths = (checkout, os.getcwd(), sys.prefix, sys.base_prefix, site.getusersitepackages())
    real = dict.fromkeys(os.path.realpath(path) for path in paths)
    return tuple(path for path in real if os.path.isdir(path))


def overlay_tops(table: list[Mount], paths: Iterable[str]) -> tuple[str, ...]:
    """Directories that get an overlay of their own, beside /, outermost first."""
    found = {
        m.point
        for m in table
        if m.type in DISK_TYPES and not is_node_private(m.point) and os.path.isdir(m.point)
    }
    for path in paths:
        found.add(path if is_node_private(path) else find_mount(path, table).point)
    found.discard("/")
    return tuple(sorted(top for top in found if not is_covered(top, found, table)))


def is_covered(top: str, tops: Iterable[str], table: list[Mount]) -> bool:
    """Whether another top shows that directory too, being on the same mount."""
    here = find_mount(top, table)
    above = (other for other in tops if other != top and is_within(top, other))
    return any(find_mount(other, table) == here for other in above)


def is_node_private(path: str) -> bool:
    """Whether a node has something else at that path than the machine."""
    return any(is_within(path, top) for top in NODE_PRIVATE)


def escape_option(path: str) -> str:
    """A path as an overlay option takes it."""
    for special in ("\\", ":", ","):
        path = path.replace(special, "\\" + special)
    return path
