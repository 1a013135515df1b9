"""The last collective that NCCL's flight recorder wrote down for a rank."""

import io
import os
import pickle

PREFIX = "TORCH_NCCL_DEBUG_INFO_TEMP_FILE"


class Plain(pickle.Unpickler):
    """Reads numbers, texts, lists and dicts; anything else in the file is refused."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError("%s.%s is no plain data" % (module, name))


def flight(pid, rank):
    """`all_reduce 117, scheduled` from the file of that rank; empty where there is none yet.

    torch writes it when its watchdog times out. A file older than the rank is another run's.
    """
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            words = [word.partition(b"=") for word in file.read().split(b"\0")]
        named = [os.fsdecode(value) for name, _, value in words if name == PREFIX.encode()]
        path = "%s%d" % (named[0], rank) if named else ""
        if not path or os.stat(path).st_mtime < os.stat("/proc/%d" % pid).st_mtime:
            return ""
        with open(path, "rb") as file:
            return last(Plain(io.BytesIO(file.read())).load())
    except (OSError, ValueError, LookupError, TypeError, EOFError, pickle.UnpicklingError):
        return ""


def last(recorded):
    """The first collective that did not complete, or the last of all."""
    entries = recorded["entries"]
    open_ones = [one for one in entries if one["state"] != "completed"]
    one = (open_ones or entries[-1:])[0]
    name = one["profiling_name"].partition(":")[2] or one["profiling_name"]
    return "%s %s, %s" % (name, one["collective_seq_id"], one["state"])
