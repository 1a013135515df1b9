"""What a backend starts on a node, and what the node's launcher starts as each rank.

`agent.py node` runs that launcher in a session of its own: DeepSpeed's, accelerate, or for torchrun
`agent.py ranks`, which starts the ranks as torchrun does without importing torch once more.
`agent.py rank` runs the training command of one rank, as each child of `ranks` does. They take argv
and environment from plan.json beside this file, so that no argument and no secret is ever on a
command line that somebody else can read or a shell can change.
What they and the ranks say goes through the named pipes that the supervisor made beside them.
"""

import argparse
import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None)
RUN_MARK = "DEEPSPEED_PREFLIGHT_RUN"
RUN_DIRECTORY = os.path.dirname(os.path.abspath(__file__))
FORWARDED_SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2")
MPI_PREFIXES = ("OMPI_", "OPAL_", "ORTE_", "PMIX_", "PMI_")
SLURM_STEP_NAMES = ("PROCID", "LOCALID", "GTIDS", "NPROCS", "NTASKS", "STEP", "TASK")
BACKEND_PREFIXES = MPI_PREFIXES + tuple("SLURM_" + name for name in SLURM_STEP_NAMES)
"""What mpirun and srun set for the one process that they start here: true of no rank."""
NOT_STARTED = 127
LEASE_CHECK_S = 2.0
GRACE_S = 5.0


def read_plan():
    """The node's part of the plan, which only this login may read or have written."""
    path = os.path.join(RUN_DIRECTORY, "plan.json")
    with open(path) as file:
        seen = os.fstat(file.fileno())
        if seen.st_uid != os.getuid() or seen.st_mode & 0o077:
            sys.exit("%s: expected to be mine alone, 0600" % path)
        return json.load(file)


def open_pipe(name):
    """A pipe to the supervisor, for writing. Ends this process where no supervisor reads it."""
    try:
        number = os.open(
            os.path.join(RUN_DIRECTORY, name), os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC
        )
    except OSError as error:
        sys.exit("%s: no supervisor reads %s: %s" % (RUN_DIRECTORY, name, error.strerror))
    os.set_blocking(number, True)
    return number


def send_record(**said):
    """One line to the supervisor; shorter than PIPE_BUF, so lines of many processes never mix."""
    said["at"] = time.time()
    number = open_pipe("records")
    with contextlib.suppress(OSError):
        os.write(number, (json.dumps(said) + "\n").encode("utf-8")[:4096])
    os.close(number)


def die_with_parent(parent):
    """What a child runs before its program: to be killed when `parent`, its parent, dies."""

    def bind():
        LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(NOT_STARTED)

    return bind


def start_child(argv, out, **options):
    """A child that dies with this process, its output going to the supervisor."""
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out,
        preexec_fn=die_with_parent(os.getpid()),
        **options,
    )


def is_supervised():
    """Whether the run's supervisor still reads here; it ends with the run, or was killed."""
    try:
        os.close(os.open(os.path.join(RUN_DIRECTORY, "records"), os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def end_abandoned_run(child):
    """End the node's launcher and remove the directory, since the supervisor was killed."""
    for number, patience in ((signal.SIGTERM, GRACE_S), (signal.SIGKILL, None)):
        with contextlib.suppress(OSError):
            os.killpg(child.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    shutil.rmtree(RUN_DIRECTORY, ignore_errors=True)


def wait_for_child(child, number_to_child, lease=None):
    """The child's return code; signals that arrive here are handed on by `number_to_child`.

    `lease` is looked at now and then; where it is not kept any more, the child is ended.
    """

    def hand_on(number, _):
        if child.poll() is None:
            with contextlib.suppress(OSError):
                number_to_child(number)

    for name in FORWARDED_SIGNALS:
        signal.signal(getattr(signal, name), hand_on)
    while True:
        try:
            return child.wait(LEASE_CHECK_S if lease else None)
        except subprocess.TimeoutExpired:
            if not lease():
                end_abandoned_run(child)


def exit_like_child(code):
    """Exit as the child did: with its code, or by its signal."""
    if code < 0:
        signal.signal(-code, signal.SIG_DFL) if -code not in (9, 19) else None
        os.kill(os.getpid(), -code)
        code = 128 - code
    os._exit(code)


def run_node_launcher():
    """Run the launcher of this node, to its end."""
    sys.path.insert(0, RUN_DIRECTORY)
    from checks.node.runtime.environment import rank_environment  # it lies beside this

    own = read_plan()
    login = {
        name: value for name, value in os.environ.items() if not name.startswith(BACKEND_PREFIXES)
    }
    env = rank_environment(login, own["env"], own["launch"][0], own["cwd"])
    env[RUN_MARK] = own["run"]
    env = dict(own["unless_set"], **env)
    out = open_pipe("launcher.out")
    try:
        child = start_child(own["launch"], out, env=env, cwd=own["cwd"], start_new_session=True)
    except OSError as error:
        send_record(kind="node-ended", code=NOT_STARTED, error=str(error))
        sys.exit("%s: %s" % (own["launch"][0], error))
    send_record(kind="node-started", pid=os.getpid(), session=child.pid)
    code = wait_for_child(child, lambda number: os.killpg(child.pid, number), is_supervised)
    send_record(kind="node-ended", code=code)
    exit_like_child(code)


def torchrun_environments(place, run):
    """What torchrun's static rendezvous gives each rank of a node, by local rank.

    `place.slots` are the ranks of each node, `place.node_rank` says which is this one. The store is
    rank 0's own, as with DeepSpeed's launcher, where torchrun's outlives rank 0.
    """
    count, world = place.slots[place.node_rank], sum(place.slots)
    before = sum(place.slots[: place.node_rank])
    same = {
        "LOCAL_WORLD_SIZE": count,
        "WORLD_SIZE": world,
        "GROUP_RANK": place.node_rank,
        "GROUP_WORLD_SIZE": len(place.slots),
        "ROLE_NAME": "default",
        "ROLE_WORLD_SIZE": world,
        "MASTER_ADDR": place.master_addr,
        "MASTER_PORT": place.master_port,
        "TORCHELASTIC_RESTART_COUNT": 0,
        "TORCHELASTIC_MAX_RESTARTS": 0,
        "TORCHELASTIC_RUN_ID": run,
        "TORCHELASTIC_USE_AGENT_STORE": False,
    }
    for local in range(count):
        own = {"RANK": before + local, "ROLE_RANK": before + local, "LOCAL_RANK": local}
        yield {name: str(value) for name, value in dict(same, **own).items()}


def run_ranks():
    """Start all ranks of this node, and wait for them; what one fails with is the exit status.

    The others then go on until the run is ended, which the rank's record brings about.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--slots", type=lambda text: [int(count) for count in text.split(",")])
    parser.add_argument("--node-rank", type=int)
    parser.add_argument("--master-addr")
    parser.add_argument("--master-port")
    place = parser.parse_args(sys.argv[2:])
    shared = dict({"TORCH_NCCL_ASYNC_ERROR_HANDLING": "1"}, **os.environ)
    if place.slots[place.node_rank] > 1:
        shared.setdefault("OMP_NUM_THREADS", "1")
    environments = torchrun_environments(place, read_plan()["run"])
    exit_like_child(wait_for_ranks([fork_rank(dict(shared, **own)) for own in environments]))


def fork_rank(env):
    """The pid of a child that is the agent of one rank, as `agent.py rank` with that environment.

    An interpreter of its own would do the same, later and in memory of its own.
    """
    parent, pid = os.getpid(), os.fork()
    if pid:
        return pid
    try:
        die_with_parent(parent)()
        os.environ.clear()
        os.environ.update(env)
        run_rank()
    except SystemExit as end:
        sys.stderr.write("%s\n" % end)
    except BaseException:  # noqa: BLE001 - whatever it is, here ends no copy of the parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(1)  # where it has not ended as its rank did


def wait_for_ranks(running):
    """The first return code that is not 0, once all these have ended; signals are handed on."""
    running, failed = set(running), 0

    def hand_on(number, _):
        for pid in running:
            with contextlib.suppress(OSError):
                os.kill(pid, number)

    for name in FORWARDED_SIGNALS:
        signal.signal(getattr(signal, name), hand_on)
    while running:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        pid = ended.si_pid  # type: ignore[union-attr]
        running.discard(pid)  # before its number may be another's
        status = os.waitpid(pid, 0)[1]
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        failed = failed or code
    return failed


def run_rank():
    """Run the training command of one rank, and report how it started and ended."""
    own = read_plan()
    # accelerate names no rank where it starts one process; the watch knows whether one was planned
    number, local = int(os.environ.get("RANK", "0")), os.environ.get("LOCAL_RANK", "0")
    die_with_parent(os.getppid())()
    argv = list(own["train"])
    if own["local_rank_at"] is not None:
        argv.insert(own["local_rank_at"], "--local_rank=%s" % local)
    out = open_pipe("rank%d.out" % number)
    # see hook.py; it takes itself off again
    path = [os.path.join(RUN_DIRECTORY, "hook"), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        child = start_child(argv, out, env=dict(os.environ, PYTHONPATH=os.pathsep.join(path)))
    except OSError as error:
        send_record(kind="rank-ended", rank=number, code=NOT_STARTED, error=str(error))
        sys.exit("%s: %s" % (argv[0], error))
    world = int(os.environ.get("WORLD_SIZE", "1"))
    send_record(kind="rank-started", rank=number, pid=child.pid, world=world)
    code = wait_for_child(child, child.send_signal)
    send_record(kind="rank-ended", rank=number, code=code)
    exit_like_child(code)


if __name__ == "__main__":
    {"node": run_node_launcher, "ranks": run_ranks, "rank": run_rank}[sys.argv[1]]()
