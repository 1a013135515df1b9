"""Mounted network file systems: whether they answer, how Lustre says it is; what is not mounted."""

import os

from checks.node.probe.core import section
from checks.node.probe.files import is_remote, look_side_by_side
from checks.node.runtime.files import read_file

LIMIT = 3.0
MOST_MOUNTS = 64


def mount_state(path):
    """Whatever the file system says of its own root; OSError where it is dead."""
    os.statvfs(path)
    return {"state": "there"}


def remote_mounts(mounts):
    """{mount point: (kind, source)} of those whose files are on another machine."""
    found = {}
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) > 2 and is_remote(fields[2]) and len(found) < MOST_MOUNTS:
            found[fields[1].replace("\\040", " ")] = (fields[2], fields[0])
    return found


def unmounted_places(fstab, mounts):
    """Where /etc/fstab has a file system at the start of the machine, and nothing is mounted."""
    mounted = {line.split()[1] for line in mounts.splitlines() if len(line.split()) > 1}
    rows = [line.split() for line in fstab.splitlines() if not line.lstrip().startswith("#")]
    return [
        row[1].replace("\\040", " ")
        for row in rows
        if len(row) > 3
        and row[1].startswith("/")
        and row[1] not in mounted
        and "noauto" not in row[3].split(",")
    ][:MOST_MOUNTS]


@section("network_mounts")
def network_mounts(args):
    """Each network mount with its state, the health that Lustre's client reports, and fstab."""
    mounts = read_file("/proc/self/mounts", "") or ""
    mounted = remote_mounts(mounts)
    seen = look_side_by_side({path: (mount_state, path) for path in mounted}, LIMIT)
    return {
        "mounts": {
            path: dict(mount, filesystem=mounted[path][0], source=mounted[path][1])
            for path, mount in seen.items()
        },
        "lustre": read_file("/sys/fs/lustre/health_check", "") or "",
        "unmounted": unmounted_places(read_file("/etc/fstab", "") or "", mounts),
    }
