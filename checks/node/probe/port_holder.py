"""Who holds a port that training wants, and the next one that nobody holds."""

from checks.node.probe.core import section
from checks.node.runtime.processes import (
    command_line,
    find_process,
    open_files,
    process_ids,
    user_name,
)
from checks.node.runtime.sockets import LISTEN, tcp_sockets


def sockets_on_port(port):
    """Every TCP socket whose own port that is, listeners first."""
    found = [sock for sock in tcp_sockets() if sock.port == port]
    return sorted(found, key=lambda sock: sock.state != LISTEN)


def process_of_socket(sock):
    """The process id that has the socket, or None where that may not be seen."""
    return next((pid for pid in process_ids() if sock.link in open_files(pid).values()), None)


def free_port(port):
    """The first of the next 100 ports that no socket has."""
    taken = {sock.port for sock in tcp_sockets()}
    others = range(port + 1, min(port + 101, 65536))
    return next((other for other in others if other not in taken), None)


@section("port_holder")
def port_holder(args):
    """The socket that has the port, whose it is, and a port that is free."""
    holder = next(iter(sockets_on_port(args["port"])), None)
    pid = process_of_socket(holder) if holder else None
    process = find_process(pid) if pid else None
    return {
        "listens": holder is not None and holder.state == LISTEN,
        "user": user_name(holder.uid) if holder else "",
        "uid": holder.uid if holder else -1,
        "pid": pid,
        "command": " ".join(command_line(pid) if pid else [])[:300],
        "stopped": process is not None and process.stopped,
        "free": free_port(args["port"]),
    }
