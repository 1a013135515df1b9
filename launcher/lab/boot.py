"""The two shell scripts that are a lab: its own first process, and that of each node.

Shell, because each step is a command that an administrator can read and repeat, and because 64
Python interpreters would take longer to start than 64 nodes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from launcher.lab import network
from launcher.lab.disk import Disk
from launcher.lab.filesystem import escape_option, is_node_private
from launcher.lab.gpus import MachineGpus
from launcher.lab.record import LAB_MARK, LabRecord, Place
from launcher.lab.requirements import SYSTEM_PATH

NAMESPACES = ("--net", "--mount", "--uts", "--ipc", "--pid", "--fork")

START_SSHD = "/usr/sbin/sshd -E /var/log/sshd.log"
"""Starts a node's sshd in the background; its pid is then in /run/sshd.pid."""

LAB_SCRIPT = """\
# First process of the lab. When it dies the kernel kills all nodes with it.
set -e
read -r pid rest </proc/self/stat
echo "$pid"
# Nothing is started until `up` has claimed the network; if `up` dies before, so does this.
read -r go
# The machine has one clock: a node that set it would set it here
for node in "$@"; do
  unshare {namespaces} setpriv --bounding-set=-sys_time \\
    /bin/sh "{disks}/$node/boot" </dev/null 2>"{disks}/$node/log" &
done
exec >/dev/null
sleep infinity &
while :; do wait; done
"""

NODE_SCRIPT = """\
set -e
trap 'echo failed {name}' EXIT
{cables}
read -r pid rest </proc/self/stat
echo "$pid" >{home}/pid
hostname {name}
mount -t overlay overlay -o {overlay} {root}
cd {root}
mkdir -p dev proc sys run tmp
mount -t tmpfs -o mode=755,nosuid dev dev
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty dev/
mkdir dev/pts dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
{devices}
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm dev/shm
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755,nosuid,nodev run run
mount -t tmpfs -o mode=1777,nosuid,nodev tmp tmp
mkdir run/sshd run/lock run/machine
{mounts}
ip -batch - <<END
{addresses}
END
pivot_root . run/machine
cd /
umount -l /run/machine
rmdir /run/machine
sleep infinity >/dev/null 2>&1 &
{sshd}
trap - EXIT
echo ready {name}
exec >/dev/null 2>&1
while :; do wait; done
"""


def lab_script(record: LabRecord) -> str:
    """Prints its pid, waits for a line, then becomes the nodes whose names are its arguments."""
    return LAB_SCRIPT.format(namespaces=" ".join(NAMESPACES), disks=record.disks)


def node_script(
    place: Place, disk: Disk, peers: Iterable[str], gpus: MachineGpus, *, switch: int, second: bool
) -> str:
    """Makes a node of the process that runs it, and says `ready NAME` or `failed NAME`."""
    overlays = [line for top in disk.tops for line in mount_commands(top, disk)]
    return NODE_SCRIPT.format(
        name=place.name,
        home=shlex.quote(str(disk.home)),
        root=shlex.quote(str(disk.home / "root")),
        cables="\n".join(cable_commands(place, switch, second=second)),
        overlay=overlay_options("/", disk),
        devices="\n".join(gpus.device_commands),
        mounts="\n".join([*overlays, *gpus.mount_commands]),
        addresses="\n".join(network.node_commands(place.address, peers, second=second)),
        sshd=START_SSHD,
    )


def cable_commands(place: Place, switch: int, *, second: bool) -> list[str]:
    """The node's ends of its cables; the other ends, called as the node, come out at the switch."""
    far = f"netns /proc/{switch}/ns/net"
    mac = network.mac_address(place.address)
    lines = [f"ip link add eth0 address {mac} type veth peer name {place.name} {far}"]
    if second:
        lines.append(f"ip link add eth1 type veth peer name {place.name}.1 {far}")
    return lines


def overlay_options(top: str, disk: Disk) -> str:
    """The overlay's mount options for one top, quoted for the shell."""
    options = (("lowerdir", top), ("upperdir", disk.upper(top)), ("workdir", disk.work(top)))
    return shlex.quote(",".join(f"{key}={escape_option(str(path))}" for key, path in options))


def mount_commands(top: str, disk: Disk) -> list[str]:
    """Shows one more directory of the machine at its own path."""
    there = shlex.quote("." + top)
    make = [f"mkdir -p {there}"] if is_node_private(top) else []
    return [*make, f"mount -t overlay overlay -o {overlay_options(top, disk)} {there}"]


def start_argv(record: LabRecord, script: Path, names: Iterable[str]) -> list[str]:
    """Starts the lab's first process in the background, marked, with nothing of our environment."""
    return [
        *("setsid", "--fork", "env", "-i", f"PATH={SYSTEM_PATH}", f"{LAB_MARK}={record.token}"),
        *("unshare", "--net", "--mount", "--pid", "--fork", "/bin/sh", str(script), *names),
    ]
