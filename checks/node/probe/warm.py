"""The training interpreter on this node, with torch imported once, and children of it for tasks."""

import json
import os
import select
import shutil
import subprocess
import time

from checks.node.probe.core import Undetermined, section, start_process
from checks.node.probe.smoke import ScratchFolder
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import kill_tree

COMMANDS = (
    "PYTHON -u -c (imports torch; then one child a rank or an accelerator, each with a limit)",
    "the master port on the head and ports of the ephemeral range, as ranks use them",
    "rm -rf of its own temporary folder",
)

MARK = b"PREFLIGHT-WARM "
BOOT = "import sys;exec(eval(sys.stdin.readline()))"
GRACE = 5.0  # seconds beyond a task's limit in which its children are ended and reported
TAIL = 2000
OPEN_INTERPRETERS = {}


def warm_environment(args, scratch):
    """What `launcher start` gives every rank here; what libraries would write goes to `scratch`."""
    login = dict(os.environ, OMP_NUM_THREADS="1")
    env = rank_environment(login, args["env"], args["python"], args["workdir"])
    if args["gpus"]:
        env["CUDA_VISIBLE_DEVICES"] = ",".join(str(slot) for slot in range(args["slots"]))
    env.pop("NCCL_DEBUG_FILE", None)
    env.update(TMPDIR=scratch, CUDA_CACHE_PATH=scratch, PYTHONDONTWRITEBYTECODE="1")
    return env


class WarmInterpreter(object):
    """A running interpreter; `ask` gives it a task, `close` ends it and all that it made."""

    def __init__(self, args):
        """Start it; it imports torch, and `heard` then gives its first word."""
        self.scratch = ScratchFolder()
        self.path = self.scratch.__enter__().path
        self.rest = b""
        self.said = self.path + "/warm.err"
        python = shutil.which(args["python"]) or args["python"]
        where = args["workdir"] if os.path.isdir(args["workdir"]) else self.path
        try:
            with open(self.said, "wb") as err:
                self.process = start_process(
                    [python, "-u", "-c", BOOT],
                    warm_environment(args, self.path),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=err,
                    cwd=where,
                )
        except BaseException:
            self.scratch.__exit__()
            raise
        self.send("%r\n" % args["program"])

    def send(self, line):
        """Send a line; one that is already dead is reported by `heard`."""
        try:
            self.process.stdin.write(line.encode("utf-8"))
            self.process.stdin.flush()
        except OSError:
            pass

    def heard(self, limit):
        """Its next answer. Undetermined, with its last words, where none comes."""
        deadline = time.monotonic() + limit
        while True:
            line, found, rest = self.rest.partition(b"\n")
            if found:
                self.rest = rest
                if line.startswith(MARK):
                    return json.loads(line[len(MARK) :].decode("utf-8"))
                continue
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Undetermined("no answer within %g s%s" % (limit, self.words()))
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                code = self.process.wait()
                raise Undetermined("the interpreter ended with code %d%s" % (code, self.words()))
            self.rest += piece

    def words(self):
        """What it left on standard error."""
        last = (read_file(self.said, "") or "")[-TAIL:]
        return ": " + last if last else ""

    def close(self):
        """End it; the folder goes too."""
        kill_tree(self.process)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass
        self.scratch.__exit__()


@section("warm_open")
def warm_open(args):
    """Start the interpreter and import torch; its answer has torch's version, or the error."""
    began = time.monotonic()
    OPEN_INTERPRETERS["warm"] = WarmInterpreter(args)
    try:
        answer = OPEN_INTERPRETERS["warm"].heard(args["limit"])
    except Undetermined as error:
        answer = {"error": "", "detail": str(error)}
    return dict(answer, seconds=round(time.monotonic() - began, 2))


@section("warm_task")
def warm_task(args):
    """One child for each of `children`, side by side; see the program of the interpreter."""
    warm = OPEN_INTERPRETERS.get("warm")
    if warm is None:
        raise Undetermined("no interpreter is open")
    warm.send(json.dumps(dict(args, folder=warm.path)) + "\n")
    return warm.heard(args["limit"] + GRACE)


@section("warm_close")
def warm_close(args):
    """End the interpreter, wherever it stands."""
    warm = OPEN_INTERPRETERS.pop("warm", None)
    if warm is not None:
        warm.close()
    return {"closed": warm is not None}
