"""What torch's own worker server in a rank says of its collectives, over a socket of the run.

The hook opens it (see hook.py). It answers from a thread of its own without the interpreter's lock,
so also where the rank hangs. NCCL has a flight recorder of its own (torch's NCCLUtils and
FlightRecorderCuda), which the builds of torch without NCCL lack; the other serves all other
backends. Both write the same, and number what they recorded by themselves.
"""

import contextlib
import json
import os
import socket
import time

from checks.node.runtime.files import read_file
from checks.node.runtime.processes import find_process
from launcher.agent.flight_recorder import is_completed

ANSWER_S = 5.0
STOPPED = "Tt"
ANSWER_LIMIT, HEAD_LIMIT = 32 * 1024 * 1024, 200
MAX_GROUPS = 16
HANDLERS = ("fr_trace_json", "dump_nccl_trace_json")
REQUEST = "POST /handler/%s HTTP/1.0\r\nContent-Length: 0\r\n\r\n"


def recorded_entries(home, pid):
    """What the recorders in that process have, oldest first; None where its server does not answer.

    Each gets the ranks of its group as `members`; see `entries_of`. A stopped process, whose kernel
    would take the call for it, is not asked.
    """
    process = find_process(pid)
    if process and process.state in STOPPED:
        return None
    groups = hook_groups(os.path.join(home, "groups-%d" % pid))
    try:
        records = [ask(os.path.join(home, "worker-%d" % pid), name) for name in HANDLERS]
        entries = [entry for record in records for entry in entries_of(record, groups)]
        return sorted(entries, key=lambda entry: entry["time_created_ns"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def entries_of(record, groups):
    """The entries of a recording, none before the first, each with its group's ranks as `members`.

    They are [] where neither the backend nor the hook, in `groups`, has written them down.
    """
    entries = record.get("entries", [])
    for entry in entries:
        name = entry["process_group"][0]
        group = record.get("pg_config", {}).get(name, {})
        entry["members"] = json.loads(group.get("ranks", "[]")) or groups.get(name, [])
    return entries


def hook_groups(path):
    """The ranks of each group by its name, as the hook wrote them."""
    lines = read_file(path, "").splitlines()
    return dict(json.loads(line) for line in lines if line.endswith("]]"))


def ask(path, handler):
    """The JSON that the handler answers, {} where the server has no such handler.

    Raises OSError where no whole answer came in time, ValueError where it is another.
    """
    head, _, body = exchange(path, REQUEST % handler).partition(b"\r\n\r\n")
    status = head[:HEAD_LIMIT].split()[1:2]
    if status == [b"404"]:
        return {}
    if status != [b"200"]:
        raise ValueError("no answer of a worker server")
    return json.loads(body.decode("utf-8"))


def exchange(path, request):
    """All that the server sends for the request. Raises OSError where that does not end in time."""
    deadline, answer = time.monotonic() + ANSWER_S, b""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
        server.settimeout(ANSWER_S)
        server.connect(path)
        server.sendall(request.encode("ascii"))
        while len(answer) < ANSWER_LIMIT and time.monotonic() < deadline:
            data = server.recv(1 << 20)
            if not data:
                return answer
            answer += data
    raise OSError("no whole answer")


def pending_collectives(entries, now=None):
    """Of each process group the first collective that has not ended, else the last of all.

    None where there is no recording. `now` is when it was made, in seconds since the epoch.
    """
    groups = {}
    if entries is None:
        return None
    for entry in entries:
        groups.setdefault(group_name(entry), []).append(entry)
    found = []
    for name, own in groups.items():
        pending = [entry for entry in own if not is_completed(entry)]
        found.append(describe_entry(name, (pending or own[-1:])[0], own[-1], now))
    return sorted(found, key=lambda seen: not seen["pending"])[:MAX_GROUPS]


def group_name(entry):
    """A group's number with its description, and whether it is about point-to-point operations."""
    words = [str(word) for word in entry["process_group"] if word not in ("", "undefined")]
    return " ".join(words + (["p2p"] if entry.get("is_p2p") else []))


def describe_entry(group, entry, last, now):
    """One collective: its number in the group, what it is, and since when it waits."""
    number = "p2p_seq_id" if entry.get("is_p2p") else "collective_seq_id"
    return {
        "group": group,
        "members": entry.get("members", []),
        "number": entry[number],
        "entered": last[number],
        "name": entry["profiling_name"].partition(":")[2] or entry["profiling_name"],
        "sizes": json.dumps(entry.get("input_sizes", [])),
        "dtypes": ", ".join(entry.get("input_dtypes", [])),
        "pending": not is_completed(entry),
        "stage": entry["state"] if entry["profiling_name"].startswith("nccl") else "",
        "age_s": round(max(0.0, (now or time.time()) - entry["time_created_ns"] / 1e9), 1),
    }


def has_advanced(first, second):
    """Whether a collective was entered or ended between two recordings; None where unknown."""
    if first is None or second is None:
        return None
    return state_of_record(first) != state_of_record(second)


def state_of_record(entries):
    """How far a recording is."""
    return [(entry["record_id"], is_completed(entry)) for entry in entries[-64:]]
