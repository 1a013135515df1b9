"""The machine's GPUs, for every node of a lab: device nodes, and what the driver brought.

Its libraries and tools lie on the machine's own root, where nodes see them anyway, or are mounted:
file by file, as a container runtime does it, or as a folder, /usr/local/nvidia. Such mounts are
found by their name, or by what PATH, LD_LIBRARY_PATH and the linker's cache have there.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from checks.errors import UsageError
from checks.quick_dataclass import dataclass
from launcher.lab.filesystem import Mount, find_mount, is_node_private, is_within
from launcher.lab.requirements import SYSTEM_PATH

GPU_DEVICES = ("nvidia[0-9]*", "kfd")
"""What is there of a GPU: of NVIDIA's one for each, of AMD's one for all."""
DRIVER_DEVICES = (*GPU_DEVICES, "nvidiactl", "nvidia-uvm*", "nvidia-modeset", "nvidia-caps", "dri")
AMD_CARDS = "dri/renderD*"
TOOLS = ("nvidia-smi", "rocm-smi", "amd-smi")
LIBRARIES = ("libcuda.so.1", "libnvidia-ml.so.1", "libamdhip64.so")
DRIVER_NAME = re.compile(r"nvidia|^libcuda\.so|^libcudadebugger\.so|^libnv|^rocm|^amdgpu")
"""How a file or folder of a driver is called."""


@dataclass(frozen=True)
class MachineGpus:
    """`devices` are names below /dev, `mounts` what nodes would not see of the driver.

    `path` and `libraries` are folders of PATH and LD_LIBRARY_PATH, beyond those of any login.
    """

    count: int
    devices: tuple[str, ...]
    mounts: tuple[str, ...]
    path: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    @property
    def exports(self) -> str:
        """Lines for a login's shell, by which it finds the driver."""
        named = (("PATH", self.path), ("LD_LIBRARY_PATH", self.libraries))
        return "".join(
            f'export {name}={shlex.quote(":".join(folders))}"${{{name}:+:${name}}}"\n'
            for name, folders in named
            if folders
        )

    @property
    def device_commands(self) -> list[str]:
        """Make the device nodes, in the folder that a node's first process is in."""
        return [f"cp -a {shlex.quote(f'/dev/{name}')} dev/" for name in self.devices]

    @property
    def mount_commands(self) -> list[str]:
        """Show those mounts at their own paths, where nobody can write to them."""
        return [line for point in self.mounts for line in _bind_commands(point)]


def _bind_commands(point: str) -> list[str]:
    there = shlex.quote("." + point)
    folder = shlex.quote("." + (point if os.path.isdir(point) else os.path.dirname(point)))
    make = [f"mkdir -p {folder}"]
    if not os.path.isdir(point):
        make.append(f"[ -e {there} ] || : >{there}")
    return [
        *make,
        f"mount --bind {shlex.quote(point)} {there}",
        f"mount -o remount,bind,ro {there}",
    ]


NO_GPUS = MachineGpus(0, (), ())


def find_gpus(table: Sequence[Mount], shown: Iterable[str]) -> MachineGpus:
    """This machine's; `shown` are the mounts that nodes have anyway. Raises UsageError."""
    devices = _devices(DRIVER_DEVICES)
    if not _devices(GPU_DEVICES):
        raise UsageError(
            "this machine has no GPU that the lab could give to its nodes: there is no "
            "/dev/nvidia0 and no /dev/kfd"
        )
    files = [*_tools(), *_libraries()]
    mounts = driver_mounts(table, {"/", *shown}, files)
    cards = _devices(("nvidia[0-9]*",)) or _devices((AMD_CARDS,))
    own = [mount for mount in mounts if os.path.isdir(mount)]
    found = {os.path.dirname(path) for path in files}
    return MachineGpus(
        max(1, len(cards)),
        devices,
        mounts,
        _folders("PATH", own, found),
        _folders("LD_LIBRARY_PATH", own, found),
    )


def driver_mounts(
    table: Sequence[Mount], shown: Iterable[str], files: Iterable[str]
) -> tuple[str, ...]:
    """The mounts that are a driver's by name, or that those files lie on, outermost first."""
    seen = set(shown)
    by_file = {find_mount(os.path.realpath(path), table).point for path in files}
    found = {
        mount.point
        for mount in table
        if mount.point in by_file or any(map(DRIVER_NAME.search, mount.point.split("/")))
    }
    own = (point for point in found - seen if not is_node_private(point))
    return tuple(sorted(own))


def _devices(patterns: Iterable[str]) -> tuple[str, ...]:
    found = {path for pattern in patterns for path in Path("/dev").glob(pattern)}
    return tuple(sorted(str(path.relative_to("/dev")) for path in found))


def _tools() -> list[str]:
    return [path for tool in TOOLS if (path := shutil.which(tool))]


def _libraries() -> list[str]:
    """Where the linker would have the driver's libraries from."""
    folders = os.environ.get("LD_LIBRARY_PATH", "").split(":")
    paths = [os.path.join(folder, name) for folder in filter(None, folders) for name in LIBRARIES]
    cache = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=False).stdout
    for line in cache.splitlines():
        name, _, path = line.strip().partition(" => ")
        if name.split(" ")[0] in LIBRARIES:
            paths.append(path)
    return list(filter(os.path.exists, paths))


def _folders(variable: str, mounts: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    """Those that the variable names and that lie on these mounts, or in which a file was found."""
    usual = SYSTEM_PATH.split(":")
    folders = [folder for folder in os.environ.get(variable, "").split(":") if folder]
    return tuple(
        folder
        for folder in folders
        if folder not in usual
        and (folder in found or any(is_within(folder, mount) for mount in mounts))
    )
