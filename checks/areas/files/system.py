"""Devices, system files and accounts that every program takes for granted: one table of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.areas.files.fixes import copy_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.surroundings import Surroundings
from checks.model import Fix, Verdict, block, ok, warn
from checks.outliers.consensus import majority_value
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Expectation:
    """What must hold of one thing, and the command of root that makes it so.

    `relative`: it counts only where most nodes have it otherwise. `covers` are things that are
    wrong because of this one.
    """

    cause: str
    what: str
    command: str
    note: str = ""
    blocks: bool = False
    relative: bool = False
    covers: tuple[str, ...] = ()


LINKS = ("/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr")
"""They lead to /proc/self/fd."""


def _device(path: str, numbers: str, *, blocks: bool = False) -> Expectation:
    make = f"[ -c {path} ] || {{ rm -rf {path}; mknod {path} c {numbers}; }}; chmod 666 {path}"
    return Expectation("device-unusable", path, make, blocks=blocks)


def _link(path: str, target: str) -> Expectation:
    return Expectation("device-unusable", path, f"ln -sfn {target} {path}")


def _readable(path: str, *, blocks: bool = False, covers: tuple[str, ...] = ()) -> Expectation:
    return Expectation(
        "system-file-unreadable",
        path,
        f"chmod a+r {path}",
        blocks=blocks,
        relative=not blocks,
        covers=covers,
    )


def _kernel_files(path: str, kind: str) -> Expectation:
    mount = f"mount -t {kind} {kind} {path}"
    note, links = "what covers it hides the machine", LINKS if path == "/proc" else ()
    return Expectation("kernel-files-hidden", path, mount, note, covers=links)


def _shared_folder(path: str) -> Expectation:
    command = f"mkdir -p {path}; chmod 1777 {path}"
    return Expectation("shared-folder-mode", path, command)


EXPECTATIONS: Mapping[str, Expectation] = {
    "/dev/null": _device("/dev/null", "1 3", blocks=True),
    "/dev/zero": _device("/dev/zero", "1 5"),
    "/dev/random": _device("/dev/random", "1 8"),
    "/dev/urandom": _device("/dev/urandom", "1 9", blocks=True),
    "/dev/tty": _device("/dev/tty", "5 0"),
    "/dev/pts": Expectation(
        "device-unusable",
        "/dev/pts",
        "mkdir -p /dev/pts; mount -t devpts -o ptmxmode=666,mode=620,gid=5 devpts /dev/pts",
        covers=("/dev/ptmx",),
    ),
    "/dev/ptmx": _link("/dev/ptmx", "pts/ptmx"),
    "/dev/fd": _link("/dev/fd", "/proc/self/fd"),
    "/dev/stdin": _link("/dev/stdin", "/proc/self/fd/0"),
    "/dev/stdout": _link("/dev/stdout", "/proc/self/fd/1"),
    "/dev/stderr": _link("/dev/stderr", "/proc/self/fd/2"),
    "/etc/passwd": _readable("/etc/passwd", blocks=True, covers=("account",)),
    "/etc/group": _readable("/etc/group"),
    "/etc/hosts": _readable("/etc/hosts", blocks=True),
    "/etc/nsswitch.conf": _readable("/etc/nsswitch.conf"),
    "/etc/resolv.conf": _readable("/etc/resolv.conf"),
    "/proc/meminfo": _kernel_files("/proc", "proc"),
    "/proc/cpuinfo": _kernel_files("/proc", "proc"),
    "/sys/class/net": _kernel_files("/sys", "sysfs"),
    "/sys/devices/system/cpu": _kernel_files("/sys", "sysfs"),
    "/tmp": _shared_folder("/tmp"),
    "/var/tmp": _shared_folder("/var/tmp"),
    "account": Expectation("account-unknown", "the login's user id", "", blocks=True),
    "HOME": Expectation("home-missing", "HOME", "", "make that folder, or correct what sets HOME"),
    "umask": Expectation(
        "umask-excludes-owner", "the umask", "", "set umask 022 where a start-up file sets it"
    ),
    "/etc/shells": Expectation(
        "shell-unlisted", "/etc/shells", "echo $SHELL >>/etc/shells", relative=True
    ),
    "/etc/ld.so.preload": Expectation(
        "loader-complains",
        "the dynamic loader's /etc/ld.so.preload",
        "mv /etc/ld.so.preload /etc/ld.so.preload.off",
    ),
    "LD_PRELOAD": Expectation(
        "loader-complains",
        "the dynamic loader's LD_PRELOAD",
        "",
        "take LD_PRELOAD out of the login's start-up files, or correct what it names",
    ),
}


@node_check("files.system-is-as-programs-expect", Surroundings)
def system_is_as_programs_expect(node: NodeView) -> Verdict:
    """Devices, system files, shared folders and the login's account are as every program expects.

    No program looks whether /dev/null is a device or /etc/passwd can be read: it fails in its own
    way, each in another, and no message names the file.

    Measured: Each is used as a program would use it, by the login: devices are opened, files read,
    `/tmp` and `/var/tmp` asked for their modes, the account looked up, a program started. What is
    the same on most nodes is not reported for `/etc/shells` and the files of the resolver. Blocks
    for `/dev/null`, `/dev/urandom`, `/etc/passwd`, `/etc/hosts` and an unknown account.

    Fix:
        device-unusable: makes the device or the link again.
        system-file-unreadable: `chmod a+r`, or copies it from a node that has it.
        kernel-files-hidden: mounts `/proc` or `/sys` again.
        shared-folder-mode: `chmod 1777`.
        account-unknown, home-missing, umask-excludes-owner: what to correct.
        shell-unlisted: adds the shell.
        loader-complains: takes `/etc/ld.so.preload` away; or says which variable to correct.
    """
    wrong = dict(_unmet_expectations(node))
    if not wrong:
        return ok(
            f"{len(node.read(Surroundings).seen)} things are as programs expect on {node.name}"
        )
    serious = [expectation for expectation in wrong.values() if expectation.blocks]
    first = (*serious, *wrong.values())[0]
    seen = node.read(Surroundings).seen
    found = [f"{expectation.what} {seen[key]}" for key, expectation in wrong.items()]
    words = list(dict.fromkeys(found))
    message = f"on {node.name}: {'; '.join(words)}"
    verdict = block if serious else warn
    return verdict(first.cause, message, _fix_all(node, wrong), seen=words)


def _unmet_expectations(node: NodeView) -> Iterator[tuple[str, Expectation]]:
    """(thing, what must hold of it) of those for which the node has a complaint that counts."""
    own = node.read(Surroundings).seen
    peers = _peers(node)
    explained = {thing for key, at in EXPECTATIONS.items() if own.get(key) for thing in at.covers}
    for key, expectation in EXPECTATIONS.items():
        if not own.get(key) or key in explained:
            continue
        complaints = {name: peer.seen.get(key, "") for name, peer in peers.items()}
        if expectation.relative and majority_value(complaints, node.job.head) == own[key]:
            continue
        yield key, expectation


def _fix_all(node: NodeView, wrong: Mapping[str, Expectation]) -> Fix:
    """Every command in one line, each once."""
    commands = dict.fromkeys(_command(node, key, at) for key, at in wrong.items() if at.command)
    notes = dict.fromkeys(expectation.note for expectation in wrong.values() if expectation.note)
    lines = list(commands)
    line = lines[0] if len(lines) == 1 else " && ".join(f"{{ {line}; }}" for line in lines)
    return node.fix(line, "; ".join(notes), root=True) if lines else node.fix("", "; ".join(notes))


def _command(node: NodeView, key: str, expectation: Expectation) -> str:
    """What makes it right; a file that is missing comes from a node that has it."""
    if expectation.cause != "system-file-unreadable":
        return expectation.command
    seen = {name: peer.seen.get(key, "") for name, peer in _peers(node).items()}
    having = next((name for name, complaint in seen.items() if not complaint), "")
    missing = seen.get(node.name) == "is missing"
    return copy_command(node, having, key) if missing and having else expectation.command


def _peers(node: NodeView) -> Mapping[str, Surroundings]:
    return node.cluster.facts_by_node(Surroundings)
