"""Who holds a port that training wants, and the next one that nobody holds."""

from checks.node.probe.core import section
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import command_line, open_files, process_ids, user_name

LISTENS = "0A"


def sockets_on_port(port):
    """(state, uid, inode) of every TCP socket whose own port that is, listeners first."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in (read_file(table, "") or "").splitlines()[1:]:
            row = line.split()
            if int(row[1].rpartition(":")[2], 16) == port:
                found.append((row[3], int(row[7]), row[9]))
    return sorted(found, key=lambda row: row[0] != LISTENS)


def process_of_socket(inode):
    """The process id that has the socket, or None where that may not be seen."""
    link = "socket:[%s]" % inode
    return next((pid for pid in process_ids() if link in open_files(pid).values()), None)


def free_port(port):
    """The first of the next 100 ports that no socket has."""
    taken = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        rows = [line.split() for line in (read_file(table, "") or "").splitlines()[1:]]
        taken.update(int(row[1].rpartition(":")[2], 16) for row in rows)
    wanted = [other for other in range(port + 1, min(port + 101, 65536)) if other not in taken]
    return wanted[0] if wanted else None


@section("port_holder")
def port_holder(args):
    found = sockets_on_port(args["port"])
    state, uid, inode = found[0] if found else ("", -1, "")
    pid = process_of_socket(inode) if found else None
    words = command_line(pid) if pid else []
    return {
        "listens": state == LISTENS,
        "user": user_name(uid) if found else "",
        "uid": uid,
        "pid": pid,
        "command": " ".join(words)[:300],
        "free": free_port(args["port"]),
    }
