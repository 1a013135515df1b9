"""The last collective that NCCL's flight recorder wrote down for a rank."""

import contextlib
import io
import os
import pickle
import stat
import time

from checks.node.runtime.files import read_file
from checks.node.runtime.marks import process_environment
from checks.node.runtime.processes import find_process

PREFIX_VARIABLES = ("TORCH_FR_DUMP_TEMP_FILE", "TORCH_NCCL_DEBUG_INFO_TEMP_FILE")
PIPE_VARIABLE = "TORCH_NCCL_DEBUG_INFO_PIPE_FILE"
OLD_PREFIX = "/tmp/nccl_trace_rank_"  # torch before 2.9
DUMP_LIMIT = 256 * 1024 * 1024


class PlainUnpickler(pickle.Unpickler):
    """Reads numbers, texts, lists and dicts; anything else in the file is refused."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError("%s.%s is no plain data" % (module, name))


def request_dump(pid, rank):
    """Have torch write the file now, where the run gave it the pipe that is made for that."""
    pipe = process_environment(pid).get(PIPE_VARIABLE)
    if not pipe:
        return
    with contextlib.suppress(OSError):
        number = os.open("%s%d.pipe" % (pipe, rank), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.write(number, b"1\n")
        finally:
            os.close(number)


def last_collective(pid, rank):
    """`all_reduce 117, scheduled` from the newest file of that rank; empty where there is none.

    torch writes it when its watchdog times out, or when asked. A file older than the rank is
    another run's.
    """
    found = []
    for path in ("%s%d" % (prefix, rank) for prefix in dump_prefixes(process_environment(pid))):
        with contextlib.suppress(OSError):
            seen = os.stat(path)
            own = seen.st_uid == os.getuid()  # others write to /tmp too
            if own and stat.S_ISREG(seen.st_mode) and seen.st_size < DUMP_LIMIT:
                found.append((seen.st_mtime, path))
    try:
        written, path = max(found)
        process = find_process(pid)
        if process is None or written < start_time(process):
            return ""
        with open(path, "rb") as file:
            return describe_last_entry(PlainUnpickler(io.BytesIO(file.read())).load())
    except (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError):
        return ""
    except pickle.UnpicklingError:
        return ""


def start_time(process):
    """When it started, in seconds since the epoch, or a second before: no file of it is older."""
    uptime = float(read_file("/proc/uptime").split()[0])
    return time.time() - uptime + process.born / os.sysconf("SC_CLK_TCK") - 1


def dump_prefixes(env):
    """How the file's name may begin: as the run says, else torch's default, new or old."""
    named = [env[name] for name in PREFIX_VARIABLES if env.get(name)]
    cache = env.get("XDG_CACHE_HOME") or env.get("HOME", "/tmp") + "/.cache"
    return named[:1] or [cache + "/torch/comm_lib_trace_rank_", OLD_PREFIX]


def describe_last_entry(recorded):
    """The first collective that did not complete, or the last of all."""
    entries = recorded["entries"]
    pending = [entry for entry in entries if not is_completed(entry)]
    entry = (pending or entries[-1:])[0]
    name = entry["profiling_name"].partition(":")[2] or entry["profiling_name"]
    number = entry["p2p_seq_id"] if entry.get("is_p2p") else entry["collective_seq_id"]
    return "%s %s, %s" % (name, number, "completed" if entry.get("retired") else entry["state"])


def is_completed(entry):
    """Whether a recorded collective ended; torch retires those that it no longer looks at."""
    return entry["state"] == "completed" or bool(entry.get("retired"))
