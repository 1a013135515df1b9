"""What names mean on this node: its own, and those of all nodes of the hosts file.

Gloo advertises what the own host name resolves to, c10d what the peers resolve; a DNS server that
hangs must cost an error text for the names it hangs on, not the whole answer.
"""

import functools
import socket
import threading
import time

from checks.node.probe.core import section
from checks.node.runtime.files import read_file
from checks.node.runtime.threads import start_thread

COMMANDS = ("looks up every node's name; sends nothing to them",)

LIMIT = 7.0
"""Longer than a resolver waits for a dead name server before it asks the next, 5 s."""
FQDN_LIMIT = 1.0
LOOKUPS_AT_ONCE = 32
SWITCH = "/etc/nsswitch.conf"


def resolve_addresses(name):
    """Addresses of `name` in the resolver's order, without repeats. Raises OSError."""
    found = []
    for _, _, _, _, where in socket.getaddrinfo(name, None, 0, socket.SOCK_STREAM):
        if where[0] not in found:
            found.append(where[0])
    return found


def source_address(address):
    """The local address from which the kernel would send to `address`; '' where no route is."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, 9))
            return sock.getsockname()[0]
    except OSError:
        return ""


def resolve_peer(name):
    """What `name` resolves to here, why not, and the address used towards it."""
    began = time.monotonic()
    try:
        found = resolve_addresses(name)
    except (OSError, UnicodeError) as error:
        return {"addresses": [], "error": getattr(error, "strerror", "") or str(error)}
    seconds = round(time.monotonic() - began, 3)
    return {
        "addresses": found,
        "source": source_address(found[0]) if found else "",
        "seconds": seconds,
    }


def lookup_sources(text):
    """Where the resolver looks names up, in its order; none where the file does not say."""
    lines = [line.partition(":")[2] for line in text.splitlines() if line.startswith("hosts:")]
    words = lines[-1].partition("#")[0].split() if lines else []
    return [word for word in words if word[0] not in "[!" and word[-1] != "]"]


def listed_addresses(text, names):
    """{name: [addresses]} of those names in a hosts file."""
    found = {name: [] for name in names}
    for line in text.splitlines():
        address, *words = line.partition("#")[0].split() or [""]
        for name in set(words) & set(found):
            found[name] += [address] if address not in found[name] else []
    return {name: addresses for name, addresses in found.items() if addresses}


def call_side_by_side(jobs, limit):
    """Call every function of {key: function} in a few threads; {key: result} after `limit`."""
    results, waiting, lock = {}, list(jobs), threading.Lock()

    def work():
        while True:
            with lock:
                if not waiting:
                    return
                key = waiting.pop(0)
            results[key] = jobs[key]()

    until = time.monotonic() + limit
    threads = [start_thread(work) for _ in range(min(LOOKUPS_AT_ONCE, len(jobs)))]
    for thread in threads:  # a resolver that hangs cannot be interrupted, only left behind
        if thread.is_alive():
            thread.join(max(0.0, until - time.monotonic()))
    return dict(results)


@section("names")
def names(args):
    """Own name and peers, all looked up side by side within one limit."""
    hostname = socket.gethostname()
    looked_up = {("peer", name): name for name in args.get("names", [])}
    looked_up["own", ""] = hostname
    jobs = {key: functools.partial(resolve_peer, name) for key, name in looked_up.items()}
    found = call_side_by_side(jobs, LIMIT)
    found.update(call_side_by_side({"fqdn": socket.getfqdn}, FQDN_LIMIT))
    overdue = {"addresses": [], "error": "no answer from the resolver within %g s" % LIMIT}
    return {
        "hostname": hostname,
        "fqdn": found.get("fqdn"),
        "own": found.get(("own", ""), overdue)["addresses"],
        "sources": lookup_sources(read_file(SWITCH, "")),
        "listed": listed_addresses(
            read_file("/etc/hosts", "") or "", [hostname, "localhost", *args.get("names", [])]
        ),
        "peers": {name: found.get(("peer", name), overdue) for name in args.get("names", [])},
    }
