"""What torch's own worker server in a rank says of its collectives, over a socket of the run.

The hook opens it (see hook.py). `/handler/fr_trace_json` is the flight recorder of all backends; it
answers from a thread of its own without the interpreter's lock, so also where the rank hangs.
"""

import contextlib
import json
import os
import socket
import time

from checks.node.runtime.files import read_file
from launcher.agent.flight_recorder import is_completed

ANSWER_S = 5.0
ANSWER_LIMIT = 32 * 1024 * 1024
MAX_GROUPS = 16
REQUEST = "POST /handler/fr_trace_json HTTP/1.0\r\nContent-Length: 0\r\n\r\n"


def recorded_entries(home, pid):
    """The flight recorder's entries in that process; None where no server answers there.

    Each gets the ranks of its group as `members`; see `entries_of`.
    """
    try:
        head, _, body = ask(os.path.join(home, "worker-%d" % pid)).partition(b"\r\n\r\n")
        groups = hook_groups(os.path.join(home, "groups-%d" % pid))
        entries = entries_of(json.loads(body.decode("utf-8")), groups)
        return entries if head.startswith(b"HTTP/1") else None
    except KeyError:
        return []
    except (OSError, ValueError, TypeError):
        return None


def entries_of(record, groups):
    """The entries of a recording, each with the ranks of its group as `members`.

    They are [] where neither the backend nor the hook, in `groups`, has written them down.
    """
    for entry in record["entries"]:
        name = entry["process_group"][0]
        group = record.get("pg_config", {}).get(name, {})
        entry["members"] = json.loads(group.get("ranks", "[]")) or groups.get(name, [])
    return record["entries"]


def hook_groups(path):
    """The ranks of each group by its name, as the hook wrote them."""
    lines = read_file(path, "").splitlines()
    return dict(json.loads(line) for line in lines if line.endswith("]]"))


def ask(path):
    """The whole answer to the request. Raises OSError where none came in time."""
    deadline, answer = time.monotonic() + ANSWER_S, b""
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as server:
        server.settimeout(ANSWER_S)
        server.connect(path)
        server.sendall(REQUEST.encode("ascii"))
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
