"""Sends to one other node for a moment over several streams, after some round trips of one byte."""

import binascii
import json
import os
import socket
import threading
import time

from checks.probe.core import Undetermined, section
from checks.probe.pair_receive import BUFFER, NONCE, PATIENCE_S, exactly

COMMANDS = (
    "sends for half a second to each other node, one at a time, and 20 round trips of one byte",
)

PINGS = 20
STREAMS = 4
"""One core copies some 20 Gbit/s, clouds and bonds give one stream less than all the link has."""


class Sender(threading.Thread):
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


def called(where, hello, patience):
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


def round_trip(sock):
    """The least of some round trips, in seconds: what the network takes when no one waits."""
    least = PATIENCE_S
    for _ in range(PINGS):
        began = time.monotonic()
        sock.sendall(b".")
        exactly(sock, 1)
        least = min(least, time.monotonic() - began)
    return least


def line(sock):
    """What comes until a line's end."""
    text = b""
    while not text.endswith(b"\n"):
        text += exactly(sock, 1)
    return text.decode()


def proven(sock, hello):
    """Returns once the other end has answered with the id that was called."""
    if exactly(sock, len(hello)) != hello:
        raise OSError("something else answers there")


def told(sock, wanted):
    """The round trip, once the receiver knows what is wanted."""
    words = json.dumps(wanted).encode()
    sock.sendall(b"%04d" % len(words) + words)
    return round_trip(sock)


def sent(socks, seconds):
    """What the receiver counted, as it says on the first connection; the others carry streams."""
    control = socks[0]
    exactly(control, 1)
    for sock in socks[1:]:
        Sender(sock).start()
    control.settimeout(PATIENCE_S + seconds)
    return json.loads(line(control))


@section("pair_send")
def pair_send(args):
    """Speed and latency towards {address, port, id}: as received, and there and back.

    `skip` seconds are not counted, `seconds` are.
    """
    hello = args["id"].encode() + binascii.hexlify(os.urandom(NONCE // 2))
    where, whole = (args["address"], args["port"]), args["skip"] + args["seconds"]
    wanted = {"pings": PINGS, "streams": STREAMS, "skip": args["skip"], "seconds": args["seconds"]}
    socks = []
    try:
        socks.append(called(where, hello, PATIENCE_S))
        proven(socks[0], hello)
        least = told(socks[0], wanted)
        socks.extend(called(where, hello, PATIENCE_S + whole) for _ in range(STREAMS))
        counted = sent(socks, whole)
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
