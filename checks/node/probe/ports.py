"""Opens the ports that training uses, the master port and a sample of the ephemeral ones; dials."""

import errno
import os
import socket

from checks.node.probe.call_listener import Listener

# the file that answers "hangup", which is sent wherever this one is
from checks.node.probe.call_loop import hangup, running_loop
from checks.node.probe.core import Undetermined, section
from checks.node.probe.port_calls import Call, CallBatch, address_family
from checks.node.runtime.files import read_file

COMMANDS = (
    "listens for seconds on three ephemeral ports, on the head on the master port too",
    "connects to the ports that the other nodes opened for this run",
    "sends two packets of full size and up to 300 small ones to each other node",
)


def listening_socket(address, port):
    """A non-blocking listening socket. `::` takes IPv4 callers too."""
    sock = socket.socket(address_family(address), socket.SOCK_STREAM)
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


def master_listener(port):
    """As torch's TCPStore: on all addresses of both families, or of IPv4 where that fails."""
    try:
        return listening_socket("::", port)
    except OSError:
        return listening_socket("0.0.0.0", port)


def ephemeral_ports():
    """The ports that the kernel hands out here, without those that it is set to spare."""
    settings = "/proc/sys/net/ipv4/ip_local_"
    low, high = (int(word) for word in read_file(settings + "port_range").split())
    spared = set()
    for span in filter(None, read_file(settings + "reserved_ports", "").split(",")):
        first, _, last = span.partition("-")
        spared.update(range(int(first), int(last or first) + 1))
    return [port for port in range(low, high + 1) if port not in spared]


def sample_listeners(address, count):
    """Listening sockets on `count` free ports spread over the range that the kernel hands out."""
    ports = ephemeral_ports()
    width = max(len(ports) // count, 1)
    found = []
    for start in range(0, min(width * count, len(ports)), width):
        for _ in range(20):
            try:
                port = ports[start + int.from_bytes(os.urandom(4), "big") % width]
                found.append(listening_socket(address, port))
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise Undetermined(
                        "cannot listen on %s: %s" % (address, error.strerror)
                    ) from None
    if not found:
        raise Undetermined("no free port on %s to listen on" % address)
    return found


def port_numbers(socks):
    return [sock.getsockname()[1] for sock in socks]


@section("listen")
def listen(args):
    """Open the sampled ports, and the master port on all addresses where one is given."""
    hangup({})
    master, socks = {}, []
    if args.get("master_port"):
        # first of all, lest the sample draws it
        try:
            socks.append(master_listener(args["master_port"]))
            master["master_error"] = ""
        except OSError as error:
            master["master_error"] = errno.errorcode.get(error.errno or 0, str(error))
    own = sample_listeners(args["address"], args["sample"])
    further = {address: sample_listeners(address, 1) for address in args.get("further", ())}
    identity, serving = args["id"].encode(), running_loop()
    for sock in sum(further.values(), socks + own):
        Listener(serving, sock, identity)
    return {
        **master,
        "address": args["address"],
        "ports": port_numbers(own),
        "further": {address: port_numbers(more) for address, more in further.items()},
    }


@section("dial")
def dial(args):
    """Call every [target, address, port, id, packet]; all that did not answer are in `failed`.

    Where packets of that size were asked for, `whole` has those that arrived, `lost` the others.
    `small` has how many small packets followed the full ones, and how many were lost.
    """
    targets = args["targets"]
    calls = CallBatch(len(targets), args["timeout"], args.get("small", 0))
    serving = running_loop()
    serving.queue.extend(Call(calls, *target) for target in targets)
    serving.wake_up()
    while targets and not calls.done.wait(1.0):
        if not serving.is_alive():
            raise Undetermined("the loop that dials has ended")
    answer = {"reached": {}, "sources": {}, "whole": {}, "small": {}, "lost": [], "failed": []}
    for call, outcome, seconds in calls.results:
        add_outcome(answer, call, outcome, seconds)
    return dict(answer, timeout_s=args["timeout"])


def add_outcome(answer, call, outcome, seconds):
    """Add what came of one call to the answer."""
    where = {"target": call.target, "address": call.address, "port": call.port}
    if outcome not in ("ok", "lost"):
        failed = dict(where, outcome=outcome, seconds=round(seconds, 3), packet=call.asked)
        answer["failed"].append(failed)
        return
    answer["reached"].setdefault(call.target, []).append(call.port)
    answer["sources"].setdefault(call.target, {})[call.address] = call.source
    if call.counts:
        counted = answer["small"].setdefault(call.target, {"sent": 0, "lost": 0})
        counted["sent"] += call.counts[0]
        counted["lost"] += call.counts[1]
    if outcome == "lost":
        answer["lost"].append(dict(where, packet=call.packet))
    elif call.packet:
        answer["whole"].setdefault(call.target, []).append(call.packet)
