"""`launcher lab`: the lab from the command line."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from argparse import REMAINDER, ArgumentParser, Namespace
from argparse import _SubParsersAction as Commands
from collections.abc import Callable
from pathlib import Path

from checks.errors import UsageError
from checks.folded_names import fold_names
from checks.next_line import next_line
from launcher.command_line import add_command, complete_with
from launcher.lab import requirements as machine
from launcher.lab.cluster import Lab, default_name
from launcher.lab.faults import FAULTS
from launcher.lab.shape import PASSWORD, LabShape

_LAB_OPTION = re.compile(r"--(dir|name)(?:=(.*))?", re.DOTALL)
FEW_NODES = 8
"""Up to so many nodes are listed one a line."""


def add_commands(lab: ArgumentParser) -> None:
    """Adds the commands of `lab`. Each sets `run`: Namespace in, exit code out."""
    lab.description = "A cluster of real nodes on this machine, to try things on and to break."
    commands = lab.add_subparsers(required=True, metavar="COMMAND")
    text = "bring a cluster up and write its hosts file"
    up = add_lab_command(commands, "up", bring_up, text, "lab up -n 4", "lab up --gpus")
    up.add_argument("-n", "--nodes", type=int, default=3, help="how many (default: 3)")
    up.add_argument(
        "--gpus",
        action="store_true",
        help="give this machine's GPUs to every node; several nodes share them",
    )
    up.add_argument(
        "--no-trust",
        action="store_true",
        help=f"let in the password {PASSWORD!r} and no key, as new machines do",
    )
    text = "take the cluster away, all of it"
    add_lab_command(commands, "down", take_down, text, "lab down")
    text = "its nodes, and the faults in force"
    add_lab_command(commands, "status", print_status, text, "lab status")
    text = "a root shell, or a command, on one node"
    examples: tuple[str, ...] = ("lab shell node2", "lab shell node2 -- ip -brief address")
    shell = add_lab_command(commands, "shell", open_shell, text, *examples)
    shell.add_argument("node", metavar="NODE")
    shell.add_argument("argv", nargs=REMAINDER, metavar="-- CMD", help="run this instead")
    text = "break a node for real; without NAME: list"
    examples = ("lab fault", "lab fault master-port-dropped", "lab fault pubkey-off --on node2")
    fault = add_lab_command(commands, "fault", inject_fault, text, *examples)
    name = fault.add_argument("fault", nargs="?", metavar="NAME")
    complete_with(name, lambda _: FAULTS)
    fault.add_argument("--on", nargs="+", default=[], metavar="NODE", help="break these")
    text = "undo all faults that are in force"
    add_lab_command(commands, "heal", heal_faults, text, "lab heal")


def add_lab_command(
    commands: Commands[ArgumentParser],
    name: str,
    run: Callable[[Namespace], int | None],
    text: str,
    *examples: str,
) -> ArgumentParser:
    """One command with the options that say which lab is meant."""
    parser = add_command(commands, name, text, *examples)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--dir", type=Path, default=Path(".lab"), help="where its files are (default: .lab)"
    )
    parser.add_argument("--name", help="which lab, where it is not the one of --dir")
    return parser


def find_running_lab(args: Namespace) -> Lab:
    """The running lab that is meant. Raises UsageError."""
    machine.require_root()
    lab = Lab.find(args.dir, args.name)
    if lab is None:
        where = args.name or args.dir
        raise UsageError(f"no lab at {where}: {next_line('lab', None, 'up')}")
    if not lab.runs:
        raise UsageError(
            f"the lab {lab.record.name} is not running any more: {lab_line(lab, 'down')}"
        )
    return lab


def bring_up(args: Namespace) -> None:
    """Brings a lab up, after removing one that runs no more. One that is up already is kept."""
    machine.require_lab_machine()
    lab = Lab.find(args.dir, args.name)
    if lab and lab.runs:
        reuse_lab(lab, args.nodes, gpus=args.gpus)
        return
    if lab:
        lab.down()
    shape = LabShape(nodes=args.nodes, trust=not args.no_trust, gpus=args.gpus)
    lab = Lab.up(shape, args.dir, args.name)
    print_next_steps(lab, trust=not args.no_trust)


def reuse_lab(lab: Lab, nodes: int, *, gpus: bool) -> None:
    """Accepts a lab of the size that was asked for, and with GPUs. Raises UsageError otherwise."""
    size = len(lab.nodes)
    if size != nodes or (gpus and not lab.record.gpus):
        of = "" if lab.record.gpus else " without GPUs" if gpus else ""
        raise UsageError(
            f"the lab {lab.record.name} is up with {size} nodes{of}, not {nodes}"
            f"{' with GPUs' if gpus else ''}.\nTake it down first: {lab_line(lab, 'down')}"
        )
    print(f"The lab {lab.record.name} is already up.")
    print_next_steps(lab)


def print_next_steps(lab: Lab, *, trust: bool = True) -> None:
    """What to do with it."""
    if len(lab.nodes) > FEW_NODES:
        names, addresses = zip(*((node.name, node.address) for node in lab.nodes), strict=True)
        print(f"{fold_names(names)} at {fold_names(addresses)}")
    else:
        print("\n".join(f"{node.name:8} {node.address}" for node in lab.nodes))
    if not trust:
        words = ("--hosts", short_path(lab.hosts), "--ask-password")
        print(f"Trust first:  {next_line('trust', None, *words)}   (the password is {PASSWORD})")
    print(f"Check it:     {next_line('preflight', None, '--hosts', short_path(lab.hosts))}")
    print(f"Break it:     {lab_line(lab, 'fault')}")
    print(f"Log in:       ssh -F {shlex.quote(short_path(lab.ssh_config))} {lab.nodes[0].name}")
    print(f"Take it down: {lab_line(lab, 'down')}")


def lab_line(lab: Lab, command: str, *words: str) -> str:
    """The line to type for a command on this lab: its name where it was given one, else its
    directory where that is not `.lab`.
    """
    name, directory = lab.record.name, Path(lab.record.directory)
    which = () if directory == Path(".lab").resolve() else ("--dir", short_path(directory))
    if name != default_name(directory):
        which = ("--name", name)
    return next_line("lab", None, command, *words, *which)


def short_path(path: Path) -> str:
    """From the current directory where that is above it."""
    here = os.path.relpath(path)
    return str(path) if here.startswith("..") else here


def take_down(args: Namespace) -> None:
    """Nothing of the lab is left, also where there was none."""
    machine.require_root()
    lab = Lab.find(args.dir, args.name)
    if lab is None:
        print("No lab is up.")
        return
    lab.down()
    print(f"The lab {lab.record.name} is gone.")


def print_status(args: Namespace) -> None:
    """Prints nodes and faults. Raises UsageError where the lab does not run."""
    lab = find_running_lab(args)
    print(f"lab {lab.record.name}: {len(lab.nodes)} nodes, hosts file {lab.hosts}")
    for node in lab.nodes:
        faults = [fault for fault, on in lab.record.faults if on == node.name]
        print(f"{node.name:8} {node.address:15} {', '.join(faults) or 'no fault'}")


def take_lab_options(args: Namespace) -> list[str]:
    """The command; which lab is meant may stand before it, behind the node. Raises UsageError."""
    words = list(args.argv)
    while words and (found := _LAB_OPTION.fullmatch(words[0])):
        name, value = found[1], found[2]
        del words[0]
        if value is None and not words:
            raise UsageError(f"argument --{name}: expected one argument")
        value = words.pop(0) if value is None else value
        setattr(args, name, Path(value) if name == "dir" else value)
    return words[1:] if words[:1] == ["--"] else words


def open_shell(args: Namespace) -> int:
    """Becomes a login shell, or the command, on the node."""
    words = take_lab_options(args)
    node = find_running_lab(args).node(args.node)
    terminal = {"TERM": os.environ.get("TERM", "dumb")}
    argv = node.argv(words or ["/bin/bash", "--login"], env=terminal)
    os.execv(shutil.which(argv[0]) or argv[0], argv)


def inject_fault(args: Namespace) -> None:
    """Breaks nodes, or lists what can be broken."""
    if args.fault is None:
        for fault in FAULTS.values():
            print(f"{fault.name:26} {fault.title} (on {fault.on.value})")
        return
    lab = find_running_lab(args)
    nodes = ", ".join(lab.fault(args.fault, args.on))
    print(f"{nodes}: {FAULTS[args.fault].title}. Undo it: {lab_line(lab, 'heal')}")


def heal_faults(args: Namespace) -> None:
    """Undoes all faults."""
    lab = find_running_lab(args)
    faults = lab.record.faults
    lab.heal()
    print("\n".join(f"{node}: {name} undone" for name, node in faults) or "No fault is in force.")
