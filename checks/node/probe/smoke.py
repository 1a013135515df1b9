"""Real training on this node alone: one rank for each slot, over the loopback address."""

import json
import os
import shutil
import socket
import subprocess
import time

from checks.node.probe.core import PROBE_MARK, Undetermined, section, start_process
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import kill_tree

COMMANDS = (
    "PYTHON -u - (a few DeepSpeed steps on 127.0.0.1, one process a slot)",
    "rm -rf of its own temporary folder",
)

MARK = "PREFLIGHT-RANK "
LOOPBACK = "127.0.0.1"
GRACE = 2.0  # seconds in which the other ranks may say what they saw of the first failure
STACK = 4.0  # seconds before the limit at which a rank that hangs shows its stack
TAIL = 6000
# The ranks die at the same moment as the probe and may still write: hence more than one try
REMOVER = """
umask 077
d=$(mktemp -d "${TMPDIR:-/tmp}/preflight-XXXXXX") || exit 1
exec 3<&0
(
  trap '' HUP INT TERM
  read -r _ <&3
  n=0
  while [ -e "$d" ] && [ $n -lt 50 ]; do rm -rf "$d"; n=$((n+1)); [ ! -e "$d" ] || sleep 0.1; done
) >/dev/null 2>&1 &
echo "$d"
"""


class ScratchFolder(object):
    """A private folder `path`, gone when `with` is left and also when the probe is killed.

    The remover is a shell outside the probe's process group and no child of it: it waits for the
    end of a pipe that only the probe holds, and a killed probe closes that pipe too. It has not the
    probe's mark, nor a dead shell as its group's leader: by these whatever ran for the probe is
    killed then.
    """

    def __enter__(self):
        """Make the folder and its remover."""
        pipe = subprocess.PIPE
        env = {name: value for name, value in os.environ.items() if name != PROBE_MARK}
        self.shell = start_process(["sh", "-c", REMOVER], env, stdin=pipe, stdout=pipe, stderr=pipe)
        self.path = self.shell.stdout.readline().decode().strip()
        if not self.path:
            _, said = self.shell.communicate()
            raise Undetermined("no temporary folder: %s" % said.decode())
        self.shell.wait()
        return self

    def __exit__(self, *_):
        """Let the remover work, and wait for it."""
        self.shell.stdin.close()
        deadline = time.monotonic() + 6
        while os.path.exists(self.path) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.shell.stdout.close()
        self.shell.stderr.close()


def free_port():
    """A port that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return listener.getsockname()[1]


def smoke_environment(args, scratch):
    """What `deepspeed` gives every rank here; what libraries would write goes to `scratch`."""
    login = dict(os.environ, OMP_NUM_THREADS="1")
    env = rank_environment(login, args["env"], args["python"], args["workdir"])
    if args["gpus"]:
        env["CUDA_VISIBLE_DEVICES"] = ",".join(str(slot) for slot in range(args["slots"]))
    env["PREFLIGHT_TORCH_EXTENSIONS"] = env.get("TORCH_EXTENSIONS_DIR", "")
    for name in ("TORCH_EXTENSIONS_DIR", "TRITON_CACHE_DIR", "TRITON_HOME", "CUDA_CACHE_PATH"):
        env[name] = scratch
    env.update(
        TMPDIR=scratch,
        TORCHINDUCTOR_CACHE_DIR=scratch,
        TORCHDYNAMO_DISABLE="1",  # nothing here is compiled, and importing it costs a second
        PYTHONDONTWRITEBYTECODE="1",
        PREFLIGHT_LIMIT=str(args["limit"] - STACK),
        GLOO_SOCKET_IFNAME="lo",
        MASTER_ADDR=LOOPBACK,
        MASTER_PORT=str(free_port()),
        WORLD_SIZE=str(args["slots"]),
        LOCAL_SIZE=str(args["slots"]),
        LOCAL_WORLD_SIZE=str(args["slots"]),
        CROSS_RANK="0",
        CROSS_SIZE="1",
    )
    return env


class SmokeRank(object):
    """One process of the smoke; its output goes to files, which never block it."""

    def __init__(self, number, args, env, scratch):
        """Start it; Undetermined where the interpreter does not start."""
        self.number, self.code, self.ended = number, None, None
        self.out, self.err = ("%s/rank%d.%s" % (scratch, number, kind) for kind in ("out", "err"))
        env = dict(env, RANK=str(number), LOCAL_RANK=str(number))
        python = shutil.which(args["python"]) or args["python"]
        where = args["workdir"] if os.path.isdir(args["workdir"]) else scratch
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = start_process(
                [python, "-u", "-"],
                env,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                cwd=where,
            )
        self.feed(args["program"].encode("utf-8"))

    def feed(self, program):
        """Send the program; an interpreter that already died says why on its stderr."""
        try:
            with self.process.stdin as stdin:
                stdin.write(program)
        except OSError:
            pass

    def poll(self, now):
        """Note the end, when it has come."""
        if self.code is None:
            self.code = self.process.poll()
            self.ended = None if self.code is None else round(now, 2)

    def report(self):
        """What it said, in order, and how it ended; `code` None: it was still running."""
        lines = (read_file(self.out, "") or "").splitlines()
        said = {}
        for line in lines:
            if line.startswith(MARK):
                said.update(json.loads(line[len(MARK) :]))
        noise = [line for line in lines if not line.startswith(MARK)]
        return {
            "rank": self.number,
            "code": self.code,
            "ended": self.ended,
            "said": said,
            "out": "\n".join(noise)[-TAIL:],
            "err": (read_file(self.err, "") or "")[-TAIL:],
        }


def watch_ranks(ranks, limit):
    """Until all have ended, one has failed and its peers had their say, or the limit came."""
    began = time.monotonic()
    end = limit
    while True:
        now = time.monotonic() - began
        for rank in ranks:
            rank.poll(now)
        if all(rank.code is not None for rank in ranks) or now > end:
            return round(now, 2)
        if any(rank.code for rank in ranks):
            end = min(end, now + GRACE)
        time.sleep(0.05)


def train_ranks(args, scratch):
    """Start all ranks, watch them, and leave none running."""
    env = smoke_environment(args, scratch)
    ranks = []
    try:
        ranks.extend(SmokeRank(number, args, env, scratch) for number in range(args["slots"]))
        seconds = watch_ranks(ranks, args["limit"])
    finally:
        for rank in ranks:
            kill_tree(rank.process)
    return {"slots": args["slots"], "seconds": seconds, "ranks": [rank.report() for rank in ranks]}


@section("smoke")
def smoke(args):
    """A few DeepSpeed steps with the training interpreter; see the program of its ranks."""
    with ScratchFolder() as scratch:
        return train_ranks(args, scratch.path)
