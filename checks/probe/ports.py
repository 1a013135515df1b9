"""Opens the ports that training uses, the master port and a sample of the ephemeral ones; dials."""

import errno
import os
import socket

# the file that answers "hangup", which is sent wherever this one is
from checks.probe.calls import Call, Calls, Listener, family_of, hangup, loop
from checks.probe.core import Undetermined, read, section

COMMANDS = (
    "listens for seconds on three ephemeral ports, on the head on the master port too",
    "connects to the ports that the other nodes opened for this run",
)


def listening(address, port):
    """A non-blocking listening socket. `::` takes IPv4 callers too."""
    sock = socket.socket(family_of(address), socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address == "::":
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((address, port))
        sock.listen(1024)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


def listening_as_master(port):
    """As torch's TCPStore: on all addresses of both families, or of IPv4 where that fails."""
    try:
        return listening("::", port)
    except OSError:
        return listening("0.0.0.0", port)


def sampled(address, count):
    """Listening sockets on `count` free ports spread over the range that the kernel hands out."""
    low, high = (int(word) for word in read("/proc/sys/net/ipv4/ip_local_port_range").split())
    width = max((high - low + 1) // count, 1)
    found = []
    for start in range(low, low + width * count, width):
        for _ in range(20):
            try:
                port = start + int.from_bytes(os.urandom(4), "big") % width
                found.append(listening(address, port))
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise Undetermined(
                        "cannot listen on %s: %s" % (address, error.strerror)
                    ) from None
    return found


@section("listen")
def listen(args):
    """Open the sampled ports, and the master port on all addresses where one is given."""
    hangup({})
    identity = args["id"].encode()
    socks = sampled(args["address"], args["sample"])
    answer = {"address": args["address"], "ports": [sock.getsockname()[1] for sock in socks]}
    if args.get("master_port"):
        try:
            socks.append(listening_as_master(args["master_port"]))
            answer["master_error"] = ""
        except OSError as error:
            answer["master_error"] = errno.errorcode.get(error.errno, str(error))
    serving = loop()
    for sock in socks:
        Listener(serving, sock, identity)
    return answer


@section("dial")
def dial(args):
    """Call every [target, address, port, id]; all that did not answer are in `failed`."""
    targets = args["targets"]
    calls = Calls(len(targets), args["timeout"])
    serving = loop()
    serving.queue.extend(Call(calls, *target) for target in targets)
    serving.wake()
    while targets and not calls.done.wait(1.0):
        if not serving.is_alive():
            raise Undetermined("the loop that dials has ended")
    reached, failed = {}, []
    for call, outcome, seconds in calls.results:
        if outcome == "ok":
            reached.setdefault(call.target, []).append(call.port)
        else:
            item = {"target": call.target, "address": call.address, "port": call.port}
            failed.append(dict(item, outcome=outcome, seconds=round(seconds, 3)))
    return {"reached": reached, "failed": failed, "timeout_s": args["timeout"]}
