"""all_reduce_perf of nccl-tests: where this node has it, and one bounded run of it."""

import os
import shutil

from checks.node.probe.core import run_command, section
from checks.node.probe.scratch_folder import COMMANDS as CLEANING_COMMANDS
from checks.node.probe.scratch_folder import ScratchFolder
from checks.node.runtime.environment import rank_environment

COMMANDS = (
    "timeout -k 5 SECONDS all_reduce_perf -b 4M -e 256M -f 4 -n 5 -w 2 -c 1 -g SLOTS, where it is",
    "mpirun or srun of the same with one process a slot, from the head (backend openmpi, slurm)",
    *CLEANING_COMMANDS,
)

NAME = "all_reduce_perf"
GRACE = 15.0  # seconds beyond the run's own limit, in which a launcher ends what it started
TAIL = 20000


def nccl_environment(args):
    """What `launcher start` gives every rank, with NCCL's output on standard output."""
    env = rank_environment(os.environ, args["env"], args["python"], args["workdir"])
    env.pop("NCCL_DEBUG_FILE", None)
    return env


@section("nccl_tests_find")
def nccl_tests_find(args):
    """Its path: in the folder or at the path that was named, else on the PATH; empty without."""
    given = args["given"] and os.path.join(args["workdir"], os.path.expanduser(args["given"]))
    places = [given, os.path.join(given, NAME), os.path.join(given, "build", NAME)]
    for place in (
        places if given else [shutil.which(NAME, path=nccl_environment(args)["PATH"]) or ""]
    ):
        if os.path.isfile(place) and os.access(place, os.X_OK):
            return {"path": os.path.abspath(place)}
    return {"path": ""}


@section("nccl_tests_run")
def nccl_tests_run(args):
    """Run `argv`, in which {folder} is a private folder that holds `files`."""
    with ScratchFolder() as scratch:
        for name, words in args["files"].items():
            with open(os.path.join(scratch.path, name), "w") as file:
                file.write(words)
        argv = [word.replace("{folder}", scratch.path) for word in args["argv"]]
        ran = run_command(argv, args["limit"] + GRACE, nccl_environment(args))
    code = None if ran.timed_out or ran.code == 124 else ran.code
    return {"code": code, "out": ran.out[-TAIL:], "err": ran.err[-TAIL:]}
