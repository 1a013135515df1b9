"""What NCCL's own service of a run (RAS) says: how far its ranks are, and which do not answer.

Every process with a communicator listens on the address in NCCL_RAS_ADDR (NCCL 2.24 on) and answers
for all processes of the job. The protocol is lines of text, as NCCL's src/ras/client_support.cc
reads them; the answer ends with the connection. JSON is known from 2.28.7 on, text before.
"""

import contextlib
import hashlib
import json
import re
import socket
import time

ADDRESS_VARIABLE = "NCCL_RAS_ADDR"
DEFAULT_ADDRESS = "localhost:28028"
FIRST_PORT, PORTS = 28100, 4000
"""Below the ports that Linux gives to callers."""
HANDSHAKE_S = 1.0
"""Processes share the socket: one that is stopped may be the one to take a call."""
ANSWER_LIMIT = 32 * 1024 * 1024
MAX_COMMUNICATORS, MAX_NAMED = 16, 64
REQUESTS = ("CLIENT PROTOCOL 2\n", "TIMEOUT 1\n", "SET FORMAT json\n")
DEAD, LOST = "considered_dead", "unresponsive"

COMMUNICATOR = re.compile(r"#(\d+)-\d+ \(([0-9a-f]+)\) (\w+)")
SECTION = re.compile(r"(INCOMPLETE|DEAD|TIMEOUT)$")
PROCESS = re.compile(r"  Process (\d+) on node (\S+) managing")
GROUP = re.compile(r" +(\d+) +\d+ +\d+ +[\d-]+ +(\d+) +\d+ +[A-Z]+ +[A-Z,]+$")
OPERATION = re.compile(r"  Communicator ranks have different (\w+)(?: operation)? counts$")
STATUS = re.compile(r"  Communicator ranks have different status$")
COUNT = re.compile(
    r"  (?:Rank (?P<rank>\d+) has|(?P<ranks>\d+) ranks have) "
    r"(?:launched up to operation (?P<number>\d+)|not launched any operations)"
)
RANK = re.compile(r"  Rank (\d+) -- (?:GPU .* managed by process (\d+) on node (\S+))?")
MISSING = re.compile(r"  The missing ranks?: ([\d, -]+)$")


def address_of_run(run):
    """An address of the run's own, so that two runs on a node do not answer for each other."""
    number = int(hashlib.sha256(run.encode("utf-8")).hexdigest()[:8], 16)
    return "localhost:%d" % (FIRST_PORT + number % PORTS)


def ask_ras(address, deadline):
    """The whole answer of a process that listens there, JSON or text; empty where none does."""
    host, _, port = address.rpartition(":")
    while time.monotonic() < deadline:
        try:
            with contextlib.closing(
                socket.create_connection((host.strip("[]"), int(port)), HANDSHAKE_S)
            ) as server:
                for request in REQUESTS:
                    send_request(server, request)
                return read_answer(server, deadline)
        except socket.timeout:
            continue
        except (OSError, ValueError, OverflowError):
            return ""
    return ""


def observe_ras(address, span_s, deadline):
    """What it says now and said before; None where nobody answers there.

    It is asked `span_s` seconds after it was asked first, yet at least half of that after its
    answer, which waits for processes that give none.
    """
    asked = time.monotonic()
    first = ask_ras(address, deadline)
    if not first:
        return None
    time.sleep(max(span_s / 2, asked + span_s - time.monotonic()))
    return {"communicators": read_ras(ask_ras(address, deadline)), "before": read_ras(first)}


def send_request(server, request):
    """Send a line, and read the line that answers it, which may be an error."""
    server.sendall(request.encode("ascii"))
    answer = b""
    while not answer.endswith(b"\n"):
        data = server.recv(256)
        if not data or len(answer) > 4096:
            raise OSError("no line in answer to " + request)
        answer += data


def read_answer(server, deadline):
    """What comes until the other end closes. Raises OSError where that is too late or too much."""
    server.sendall(b"VERBOSE STATUS\n")
    answer = b""
    while len(answer) < ANSWER_LIMIT:
        left = deadline - time.monotonic()
        if left <= 0:
            raise OSError("no whole answer")
        server.settimeout(left)
        data = server.recv(1 << 16)
        if not data:
            return answer.decode("utf-8", "replace")
        answer += data
    raise OSError("too long an answer")


def read_ras(answer):
    """The communicators in an answer of either format, those with anything to say first.

    Of each how many operations its ranks have launched, in text only where that differs, and the
    ranks that do not answer. Ranks count in the communicator.
    """
    try:
        seen = read_json(json.loads(answer)) if answer.startswith("{") else read_text(answer)
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
    return sorted(seen, key=lambda own: (is_well(own), -own["size"]))[:MAX_COMMUNICATORS]


def is_well(own):
    """Whether all its ranks answer and have launched the same."""
    operations = {count["operation"] for count in own["counts"]}
    return not own["missing"] and len(operations) == len(own["counts"])


def read_json(answer):
    """The communicators of an answer in JSON."""
    return [
        {
            "name": own["hash"],
            "size": own["size"],
            "counts": launched_counts(own["ranks"]),
            "missing": [missing_rank(rank) for rank in own["missing_ranks"] if is_lost(rank)],
        }
        for own in answer["communicators"]
    ]


def launched_counts(ranks):
    """Of each operation how many ranks have launched how many, most ranks first."""
    found = []
    for operation in ranks[0]["collective_counts"] if ranks else ():
        numbers = {}
        for rank in ranks:
            numbers.setdefault(rank["collective_counts"][operation], []).append(rank["rank"])
        by_size = sorted(numbers.items(), key=lambda pair: -len(pair[1]))
        found += [
            new_count(operation, number, len(own), own if place else [])
            for place, (number, own) in enumerate(by_size)
        ]
    return found


def new_count(operation, number, ranks, named):
    """So many ranks have launched `number` operations; `named` has them where they are known."""
    known = sorted(named)[:MAX_NAMED]
    return {"operation": operation, "number": number, "ranks": ranks, "named": known}


def is_lost(rank):
    """Whether it does not answer; others have left the communicator, or do not know it yet."""
    return rank["status"][LOST] or rank["status"][DEAD]


def missing_rank(rank):
    """A rank that does not answer; `dead` is one that NCCL has given up for good."""
    place = {"pid": rank["pid"], "host": rank["host"]}
    return dict(place, rank=rank["rank"], dead=rank["status"][DEAD])


class TextReader(object):
    """Reads an answer in text, line by line: what is said of a communicator stands under its name.

    Communicators of which nothing is said are not named there.
    """

    def __init__(self):
        self.sizes, self.found, self.dead = {}, {}, set()
        self.own, self.section, self.operation = {}, "", ""

    def take(self, line):
        """One line, which belongs to the headings above it."""
        for pattern, act in (
            (GROUP, self.take_group),
            (COMMUNICATOR, self.take_communicator),
            (SECTION, self.take_section),
            (PROCESS, self.take_process),
            (OPERATION, self.take_operation),
            (STATUS, self.take_status),
            (COUNT, self.take_count),
            (RANK, self.take_rank),
            (MISSING, self.take_missing),
        ):
            match = pattern.match(line)
            if match:
                act(match)
                return

    def take_group(self, match):
        self.sizes[match.group(1)] = int(match.group(2))

    def take_communicator(self, match):
        group, name, self.section = match.groups()
        new = {"name": "0x" + name, "size": self.sizes.get(group, 0), "counts": [], "missing": []}
        self.own, self.operation = self.found.setdefault(name, new), ""

    def take_section(self, match):
        self.own, self.section, self.operation = {}, match.group(1), ""

    def take_process(self, match):
        if self.section == "DEAD":
            self.dead.add((int(match.group(1)), match.group(2)))

    def take_operation(self, match):
        self.operation = match.group(1)

    def take_status(self, _):
        self.operation = ""

    def take_count(self, match):
        if self.own and self.operation:
            named = [int(match.group("rank"))] if match.group("rank") else []
            count, number = int(match.group("ranks") or 1), int(match.group("number") or 0)
            self.own["counts"].append(new_count(self.operation, number, count, named))

    def take_rank(self, match):
        rank, pid, host = match.groups()
        if self.own and self.section == "INCOMPLETE":
            self.add_missing(int(rank), int(pid or 0), host or "")
        elif self.own and self.operation and self.own["counts"]:
            self.own["counts"][-1]["named"].append(int(rank))

    def take_missing(self, match):
        if self.own:
            for rank in re.findall(r"\d+", match.group(1)):
                self.add_missing(int(rank), 0, "")

    def add_missing(self, rank, pid, host):
        lost = {"rank": rank, "pid": pid, "host": host, "dead": (pid, host) in self.dead}
        self.own["missing"].append(lost)


def read_text(answer):
    """The communicators of which an answer in text says anything."""
    reader = TextReader()
    for line in answer.splitlines():
        reader.take(line)
    return list(reader.found.values())
