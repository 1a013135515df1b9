"""From a shape to running nodes, in the order that leaves a trail for `down` at every moment."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from checks.errors import UsageError
from checks.next_line import next_line
from checks.quick_dataclass import dataclass
from launcher.lab import boot, filesystem, network
from launcher.lab import ssh_files as trust
from launcher.lab.boot_pipes import BOOT_LIMIT_S, BootPipes
from launcher.lab.disk import Disk
from launcher.lab.gpus import NO_GPUS, MachineGpus, find_gpus
from launcher.lab.node_files import NodeFiles, key_names
from launcher.lab.record import LABS, LabRecord, Place
from launcher.lab.shape import LabShape


def reserve_lab(name: str, directory: Path, shape: LabShape) -> LabRecord:
    """Writes down the lab's name and token: the first thing that is made. Raises UsageError."""
    token = secrets.token_hex(8)
    record = LabRecord(name, token, str(directory), shape.user, shape.nodes, gpus=shape.gpus)
    LABS.mkdir(parents=True, exist_ok=True)
    try:
        record.home.mkdir(mode=0o700)
    except FileExistsError:
        raise UsageError(
            f"something is left of a lab named {name}: "
            + next_line("lab", None, "down", "--name", name)
        ) from None
    record.save()
    record.disks.mkdir()
    if (
        filesystem.find_mount(str(record.disks), filesystem.read_mounts()).type
        not in filesystem.WRITABLE_TYPES
    ):
        tmpfs = ["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", str(record.disks)]
        subprocess.run(tmpfs, check=True)
    return record


def start_nodes(record: LabRecord, shape: LabShape, visible: Iterable[str]) -> LabRecord:
    """All nodes are up and listen after this. Raises UsageError with what a failed node printed."""
    view = view_of_machine(shape, visible)
    script = record.home / "switch"
    script.write_text(boot.lab_script(record))
    names = [f"node{number}" for number in range(1, shape.nodes + 1)]
    with BootPipes(boot.start_argv(record, script, names)) as pipes:
        switch = pipes.line()
        if not switch:
            raise UsageError("the lab's first process did not start: see dmesg")
        record = assign_addresses(record, shape, names, int(switch), view.gpus.count)
        write_node_disks(record, shape, int(switch), view)
        pipes.say("go")
        for _ in names:
            require_ready(record, pipes.line())
        commands = network.switch_commands(names, second=shape.second_network)
        network.run_ip_batch(commands, inside=int(switch))
    wait_listening(record)
    return record


@dataclass(frozen=True)
class MachineView:
    """What nodes see of the machine: `tops` are overlays for that, in which `paths` lie."""

    paths: tuple[str, ...]
    tops: tuple[str, ...]
    gpus: MachineGpus


def view_of_machine(shape: LabShape, visible: Iterable[str]) -> MachineView:
    """As it is now. Raises UsageError where GPUs are asked for and there is none."""
    paths, table = (*filesystem.required_paths(), *visible), filesystem.read_mounts()
    tops = filesystem.overlay_tops(table, paths)
    return MachineView(paths, tops, find_gpus(table, tops) if shape.gpus else NO_GPUS)


def assign_addresses(
    record: LabRecord, shape: LabShape, names: Iterable[str], switch: int, gpus: int
) -> LabRecord:
    """Claims a network for the lab and gives every node its address, and a slot for each GPU."""
    interface, subnet = network.claim_network(switch)
    places = tuple(
        Place(name, str(subnet[number]), shape.of(name).port, gpus or shape.slots)
        for number, name in enumerate(names, start=1)
    )
    return record.changed(interface=interface, nodes=places)


def write_node_disks(record: LabRecord, shape: LabShape, switch: int, view: MachineView) -> None:
    """Writes every node's disk and boot script, and the user's files."""
    keys = record.home / "keys"
    trust.make_keys(keys, key_names(shape, record.nodes))
    files = NodeFiles(shape, record.nodes, keys, view.gpus)
    peers = [place.address for place in record.nodes]
    for place in record.nodes:
        disk = Disk(record.disk(place.name), view.tops)
        files.write(place, disk)
        if shape.user != "root":
            for path in view.paths:
                disk.pass_through(path)
        second = shape.second_network
        text = boot.node_script(place, disk, peers, view.gpus, switch=switch, second=second)
        (disk.home / "boot").write_text(text)
    write_user_files(record, shape, keys)


def write_user_files(record: LabRecord, shape: LabShape, keys: Path) -> None:
    """The files in the user's directory: what any cluster's owner has, keys only with trust."""
    directory = Path(record.directory)
    directory.mkdir(parents=True, exist_ok=True)
    hosts = trust.hosts_file(record.nodes, shape.user, by_address=shape.by_address)
    (directory / "hosts.txt").write_text(hosts)
    config = trust.ssh_config(record.nodes, directory, shape.user)
    (directory / "ssh_config").write_text(config)
    if not shape.trust:
        return
    (directory / "known_hosts").write_text(trust.known_hosts(record.nodes, keys))
    key = directory / "id_ed25519"
    key.touch(mode=0o600)
    key.write_text(trust.private_key(keys, "controller"))


def require_ready(record: LabRecord, line: str) -> None:
    """Raises UsageError with what the node's start printed, unless the line says it is ready."""
    word, _, name = line.partition(" ")
    if word == "ready":
        return
    log = record.disk(name or record.nodes[0].name) / "log"
    printed = log.read_text(errors="replace").strip() if log.exists() else ""
    raise UsageError(
        f"{name or 'the lab'} did not come up: {printed or 'it ended without a message'}\n"
        "In a container: start it with --privileged; else use a real or virtual machine."
    )


def wait_listening(record: LabRecord) -> None:
    """Returns once every node's sshd listens. Raises UsageError."""
    deadline = time.monotonic() + BOOT_LIMIT_S
    for place in record.nodes:
        while not network.is_listening(record.pid(place.name), place.port):
            if time.monotonic() > deadline:
                raise UsageError(f"sshd of {place.name} does not listen on port {place.port}")
            time.sleep(0.005)
