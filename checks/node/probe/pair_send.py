"""Sends to one other node for a moment over several streams, after some round trips of one byte."""

import binascii
import json
import os
import socket
import threading
import time

from checks.node.probe.core import Undetermined, section
from checks.node.probe.pair_receive import (
    BUFFER,
    NO_MORE,
    NONCE,
    PATIENCE_S,
    PING,
    receive_exactly,
)

COMMANDS = (
    "sends for half a second to each other node, one at a time, and 20 to 100 single bytes",
)

PINGS, MOST_PINGS, PINGS_S = 20, 100, 0.5
"""At least so many round trips, and up to so many while this lasts: a lost one takes 0.2 s."""
STREAMS = 4
"""One core copies some 20 Gbit/s, clouds and bonds give one stream less than all the link has."""


class StreamSender(threading.Thread):
    """Sends until the receiver, whose clock counts, hangs up."""

    def __init__(self, sock):
        threading.Thread.__init__(self)
        self.daemon = True
        self.sock = sock

    def run(self):
        data = memoryview(bytearray(BUFFER))
        try:
            while True:
                self.sock.send(data)
        except OSError:
            pass  # the receiver has counted enough, or the link is dead


def connect_to_listener(where, hello, patience):
    """A connection on which we have shown the id that the listener knows."""
    sock = socket.socket(socket.AF_INET6 if ":" in where[0] else socket.AF_INET)
    sock.settimeout(patience)
    try:
        sock.connect(where)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(hello)
    except OSError:
        sock.close()
        raise
    return sock


def round_trips(sock):
    """The least of some round trips, in seconds."""
    least, count, until = PATIENCE_S, 0, time.monotonic() + PINGS_S
    while count < PINGS or (count < MOST_PINGS and time.monotonic() < until):
        began = time.monotonic()
        sock.sendall(PING)
        receive_exactly(sock, 1)
        least, count = min(least, time.monotonic() - began), count + 1
    sock.sendall(NO_MORE)
    return least


def receive_line(sock):
    """What comes until a line's end."""
    text = b""
    while not text.endswith(b"\n"):
        text += receive_exactly(sock, 1)
    return text.decode()


def require_identity(sock, hello):
    """Returns once the other end has answered with the id that was called."""
    if receive_exactly(sock, len(hello)) != hello:
        raise OSError("something else answers there")


def send_request(sock, wanted):
    """The least round trip, in seconds, once the receiver knows what is wanted."""
    words = json.dumps(wanted).encode()
    sock.sendall(b"%04d" % len(words) + words)
    return round_trips(sock)


def send_streams(socks, seconds):
    """What the receiver counted, as it says on the first connection; the others carry streams."""
    control = socks[0]
    receive_exactly(control, 1)
    for sock in socks[1:]:
        StreamSender(sock).start()
    control.settimeout(PATIENCE_S + seconds)
    return json.loads(receive_line(control))


@section("pair_send")
def pair_send(args):
    """Speed and latency towards {address, port, id}: as received, and there and back.

    `skip` seconds are not counted, `seconds` are.
    """
    hello = args["id"].encode() + binascii.hexlify(os.urandom(NONCE // 2))
    where, whole = (args["address"], args["port"]), args["skip"] + args["seconds"]
    wanted = {"streams": STREAMS, "skip": args["skip"], "seconds": args["seconds"]}
    socks = []
    try:
        socks.append(connect_to_listener(where, hello, PATIENCE_S))
        require_identity(socks[0], hello)
        least = send_request(socks[0], wanted)
        socks.extend(connect_to_listener(where, hello, PATIENCE_S + whole) for _ in range(STREAMS))
        counted = send_streams(socks, whole)
    except (OSError, ValueError) as error:
        raise Undetermined(getattr(error, "strerror", "") or str(error)) from None
    finally:
        for sock in socks:
            sock.close()
    return {
        "gbit_s": round(counted["bytes"] * 8 / counted["seconds"] / 1e9, 6),
        "best_gbit_s": round(counted["best"] * 8 / 1e9, 6),
        "latency_us": round(least * 1e6, 1),
    }
