"""Whether this is a container, and what it keeps from its ranks that its machine has.

The command that enters it says what there is outside: the network and the mounts of the login, and
the devices of GPUs and adapters. A login that lands in a container knows nothing of the outside.
"""

import os
import sys

from checks.node.probe.core import section
from checks.node.runtime.files import read_file

COMMANDS = ("reads what the entering command says of its machine; looks for devices",)

CONTAINER_MARKS = (
    "/.dockerenv", "/run/.containerenv", "/.singularity.d", "/run/secrets/kubernetes.io",
)  # fmt: skip
"""What docker, podman, Apptainer and Kubernetes put into the containers that they start."""


def namespace(kind):
    """The kernel's name of the own one of that kind, `net:[4026531840]`; "" where it is hidden."""
    try:
        return os.readlink("/proc/self/ns/" + kind)
    except OSError:
        return ""


def from_outside():
    """(network, mounts, devices) as the entering command found them; empty where none was."""
    words = sys.argv[1:4] if sys.argv[:1] == ["-c"] else []
    network, mounts, devices = words + [""] * (3 - len(words))
    return network, mounts, devices.split()


def differs(outside, kind):
    own = namespace(kind)
    return bool(outside and own) and outside != own


def in_container():
    """Whether something was entered that has other files than the login, or is marked as one."""
    return differs(from_outside()[1], "mnt") or any(map(os.path.exists, CONTAINER_MARKS))


def ends_elsewhere(name):
    """Whether an interface's other end, or what carries it, is in another network namespace."""
    sysfs = "/sys/class/net/%s/" % name
    own, other = read_file(sysfs + "ifindex", ""), read_file(sysfs + "iflink", "")
    if not (own and other) or own == other or other == "0":
        return False
    return other not in [read_file("/sys/class/net/%s/ifindex" % each, "") for each in links()]


def links():
    try:
        return sorted(os.listdir("/sys/class/net"))
    except OSError:
        return []


@section("container")
def container(args):
    """What is apart from the machine here."""
    network, _, devices = from_outside()
    return {
        "inside": in_container(),
        "own_network": differs(network, "net"),
        "virtual_links": [name for name in links() if ends_elsewhere(name)],
        "devices_outside": devices,
        "devices_missing": [path for path in devices if not os.path.exists(path)],
    }
