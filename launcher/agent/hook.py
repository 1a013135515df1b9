"""What the Python of each rank runs first: it shows the rank's stack, and the world it is in.

It lies as `sitecustomize.py` in a folder of its own, first on the rank's PYTHONPATH. It takes that
folder out of the program's sight, then hands over to the sitecustomize that the program would have
had. The file that takes the stack is called PID.DESCRIPTOR.SIGNAL: whoever asks sees that it is
still open there. The signal is one that no program is known to use, and a program that was started
with it ignored is left alone.

Once the program imports torch.distributed, torch's own worker server is opened on a socket of the
run, `worker-PID`, where it serves what collectives the rank is in. Nothing is imported for it.

The ranks of each process group go to `groups-PID` there, one line a group: the record of
collectives has them of NCCL only.

Which world the rank is in is what torch.distributed and accelerate themselves hold: once the
program imports them, a line goes to the supervisor whenever that changes. Nothing is imported for
it; a program without them never notices, and children of the rank report nothing. A line also says
that DeepSpeed has made an engine, or that accelerate leaves out the DeepSpeed that it was given.
"""

import contextlib
import faulthandler
import functools
import importlib
import importlib.machinery
import os
import signal
import sys
import time

HOOK_DIRECTORY = os.path.dirname(os.path.abspath(__file__))
STACK_SIGNAL = signal.SIGRTMAX
RANK_PID = os.getpid()
REPORTED = {}
"""What each library held when it was last reported."""
RECORDER_SIZES = ("TORCH_FR_BUFFER_SIZE", "TORCH_NCCL_TRACE_BUFFER_SIZE")


def remove_hook_traces():
    """Leave path and environment as they are without this hook."""
    sys.path[:] = [path for path in sys.path if path != HOOK_DIRECTORY]
    first, _, rest = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if first == HOOK_DIRECTORY:
        del os.environ["PYTHONPATH"]
        if rest:
            os.environ["PYTHONPATH"] = rest


def register_stack_signal():
    """Have the main thread's calls written to the file on the signal."""
    if signal.getsignal(STACK_SIGNAL) != signal.SIG_DFL:
        return
    made = os.path.join(HOOK_DIRECTORY, "%d.new" % os.getpid())
    number = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    faulthandler.register(STACK_SIGNAL, file=number, all_threads=False, chain=False)
    os.rename(made, os.path.join(HOOK_DIRECTORY, "%d.%d.%d" % (os.getpid(), number, STACK_SIGNAL)))


def open_worker_server(_module):
    """Open it, where torch has one, without the line that it prints.

    It is never ended, since its end may wait for a client, and aborts a child that was forked.
    """
    import ctypes

    c10d = sys.modules["torch._C._distributed_c10d"]
    home = os.path.dirname(HOOK_DIRECTORY)
    with without_line(b"WorkerServer"):
        server = c10d._WorkerServer(os.path.join(home, "worker-%d" % os.getpid()))
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(server))


def turn_recorder_on(_module):
    """Have torch before 2.7 record collectives, which later ones do by themselves."""
    release = tuple(int(part) for part in sys.modules["torch"].__version__.split(".")[:2])
    if release < (2, 7) and not any(name in os.environ for name in RECORDER_SIZES):
        os.environ[RECORDER_SIZES[-1]] = "2000"


def record_groups(c10d):
    """From now on write down the ranks of each group that the rank is in."""
    path = os.path.join(os.path.dirname(HOOK_DIRECTORY), "groups-%d" % os.getpid())

    def set_ranks(groups, group, ranks):
        dict.__setitem__(groups, group, ranks)
        if os.getpid() == RANK_PID:
            with contextlib.suppress(Exception):
                append_group(path, c10d._pg_names[group], sorted(ranks))

    if type(c10d._pg_group_ranks) is dict and not c10d._pg_group_ranks:
        c10d._pg_group_ranks = type("GroupRanks", (dict,), {"__setitem__": set_ranks})()


def append_group(path, name, ranks):
    """A line with the group's name and its ranks."""
    import json

    with open(path, "a") as file:
        file.write(json.dumps([name, ranks]) + "\n")


@contextlib.contextmanager
def without_line(marker):
    """Leave out of standard error what is written there meanwhile in lines with `marker`."""
    import tempfile

    own = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(own, 2)
            os.close(own)
            written.seek(0)
            os.write(2, b"".join(line for line in written if marker not in line))


def send_world(seen_by, size, place, backend):
    """Report the world that the rank is in now, 0 ranks where in none; never waits."""
    if os.getpid() != RANK_PID or REPORTED.get(seen_by) == (size, place, backend):
        return
    import json

    REPORTED[seen_by] = (size, place, backend)
    rank = int(os.environ.get("RANK", "0"))
    seen = {"rank": rank, "seen_by": seen_by, "size": size, "place": place, "backend": backend}
    line = json.dumps(dict(seen, kind="rank-world", at=time.time())) + "\n"
    records = os.path.join(os.path.dirname(HOOK_DIRECTORY), "records")
    number = os.open(records, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        os.write(number, line.encode("utf-8"))
    finally:
        os.close(number)


def watch_default_group(c10d):
    """Report that torch.distributed is there, and each default process group from now on."""
    # every way to a group goes through the first, which shows in no stack; it is no public name
    names = ("_update_default_pg", "init_process_group")
    name = next(name for name in names if hasattr(c10d, name))
    set_group = getattr(c10d, name)

    @functools.wraps(set_group)
    def set_group_and_report(*args, **kwargs):
        result = set_group(*args, **kwargs)
        with contextlib.suppress(Exception):
            send_default_group(c10d)
        return result

    setattr(c10d, name, set_group_and_report)
    send_world("torch.distributed", 0, 0, "")


def send_default_group(c10d):
    """Report the default process group as it is."""
    if c10d.is_initialized():
        size, place, backend = c10d.get_world_size(), c10d.get_rank(), c10d.get_backend()
        send_world("torch.distributed", size, place, str(backend))
    else:
        send_world("torch.distributed", 0, 0, "")


def watch_accelerator_state(module):
    """Report how many processes an Accelerator divides the work among."""
    initialise = module.AcceleratorState.__init__

    @functools.wraps(initialise)
    def initialise_and_report(state, *args, **kwargs):
        initialise(state, *args, **kwargs)
        with contextlib.suppress(Exception):
            send_world("accelerate", state.num_processes, state.process_index, state.backend or "")
            if kwargs.get("deepspeed_plugin") and "DEEPSPEED" not in str(state.distributed_type):
                send_world("deepspeed", 0, 0, "accelerate")

    module.AcceleratorState.__init__ = initialise_and_report


def watch_deepspeed_engine(module):
    """Report that DeepSpeed has made an engine, and how many ranks its model is spread over."""
    initialise = module.DeepSpeedEngine.__init__

    @functools.wraps(initialise)
    def initialise_and_report(engine, *args, **kwargs):
        initialise(engine, *args, **kwargs)
        with contextlib.suppress(Exception):
            c10d = sys.modules["torch.distributed.distributed_c10d"]
            size, place = c10d.get_world_size(), c10d.get_rank()
            send_world("deepspeed", size, place, "ZeRO-%d" % engine.zero_optimization_stage())

    module.DeepSpeedEngine.__init__ = initialise_and_report


WATCHED_MODULES = {
    "torch.distributed.distributed_c10d": (
        watch_default_group,
        turn_recorder_on,
        record_groups,
        open_worker_server,
    ),
    "accelerate.state": (watch_accelerator_state,),
    "deepspeed.runtime.engine": (watch_deepspeed_engine,),
}


class ImportWatch(object):
    """Finds these modules as Python itself does, and has each watched once it is there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in WATCHED_MODULES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and hasattr(spec.loader, "exec_module"):
            with contextlib.suppress(AttributeError, TypeError):
                run_after_import(spec.loader, WATCHED_MODULES[name])
        return spec


def run_after_import(loader, watches):
    """Have each called with the module that the loader is about to make, then be as before."""
    exec_module = loader.exec_module

    def exec_and_watch(module):
        del loader.exec_module
        exec_module(module)
        for watch in watches:
            with contextlib.suppress(Exception):
                watch(module)

    loader.exec_module = exec_and_watch


def run_own_sitecustomize():
    """Run the program's own sitecustomize, which then is what the name stands for.

    Where there is none, the import ends as it does without this hook; site passes over that.
    """
    del sys.modules[__name__]
    importlib.import_module(__name__)


if __name__ == "sitecustomize":
    remove_hook_traces()
    with contextlib.suppress(OSError, ValueError, RuntimeError, AttributeError):
        register_stack_signal()
    sys.meta_path.insert(0, ImportWatch)
    run_own_sitecustomize()
