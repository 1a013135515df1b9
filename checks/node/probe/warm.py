"""The training interpreter on this node, with torch imported once, and children of it for tasks."""

import json
import os
import select
import shutil
import subprocess
import threading
import time

from checks.node.probe.core import Undetermined, section, start_process
from checks.node.probe.denials import denied_import
from checks.node.probe.guilty_variables import guilty_variables
from checks.node.probe.scratch_folder import COMMANDS as CLEANING_COMMANDS
from checks.node.probe.scratch_folder import ScratchFolder
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import kill_tree, processor_wait

COMMANDS = (
    "PYTHON -u -c (imports torch; then one child a rank or an accelerator, each with a limit)",
    "the master port on the head and ports of the ephemeral range, as ranks use them",
    *CLEANING_COMMANDS,
)

MARK = b"PREFLIGHT-WARM "
BOOT = "import sys;exec(eval(sys.stdin.readline()))"
GRACE = 5.0  # seconds beyond a task's limit in which its children are ended and reported
STACK = 4.0  # seconds before its limit at which an import that hangs shows its stack
TAIL = 6000
LONGEST_ANSWER = 4 << 20  # of what has no end of a line, as libraries may print, no more is kept
CACHE_FOLDERS = (
    "CUDA_CACHE_PATH",
    "TMPDIR",
    "TORCHINDUCTOR_CACHE_DIR",
    "TORCH_EXTENSIONS_DIR",
    "TRITON_CACHE_DIR",
    "TRITON_HOME",
)
REASONS = ("denied", "variables")
STEERS_IMPORTS = ("PYTHON", "TORCH")
"""How the name of a variable begins that may change what an import does, or whether it raises."""
OPEN_INTERPRETERS = {}
OPENING = threading.Lock()


def warm_environment(args, scratch):
    """What every rank here gets of the job; what libraries would write goes to `scratch`."""
    login = dict(os.environ, OMP_NUM_THREADS="1")
    env = rank_environment(login, args["env"], args["python"], args["workdir"])
    if args["gpus"]:
        env["CUDA_VISIBLE_DEVICES"] = ",".join(str(slot) for slot in range(args["slots"]))
    env.pop("NCCL_DEBUG_FILE", None)
    env["PREFLIGHT_TORCH_EXTENSIONS"] = env.get("TORCH_EXTENSIONS_DIR", "")
    env.update(dict.fromkeys(CACHE_FOLDERS, scratch))
    env.update(PYTHONDONTWRITEBYTECODE="1", PREFLIGHT_IMPORT_LIMIT=str(args["limit"] - STACK))
    if not any(name.startswith(STEERS_IMPORTS) for name in set(os.environ) | set(args["env"])):
        # Nothing here is compiled, so the compiler's modules, which ranks import, take time alone
        env["TORCHDYNAMO_DISABLE"] = "1"
    return env


class WarmInterpreter(object):
    """A running interpreter that has imported torch, or `end`: how it failed to.

    `run` gives it a task, `close` ends it and all that it made.
    """

    def __init__(self, args):
        """Start it, and wait until it has imported torch, for args["limit"] seconds at most."""
        began = time.monotonic()
        self.asking = threading.Lock()
        self.rest, self.end, self.processor_wait = b"", {}, 0.0
        self.scratch = ScratchFolder()
        self.path = self.scratch.__enter__().path
        self.written = self.path + "/warm.err"
        try:
            self.process = self.start(args)
        except BaseException:
            self.scratch.__exit__()
            raise
        self.send("%r\n" % args["program"])
        self.args = args
        self.said = self.wait_for_import(began + args["limit"])
        self.seconds = round(time.monotonic() - began, 2)

    @property
    def imported(self):
        return "torch" in self.said

    @property
    def usable(self):
        """Whether it is to be kept: it runs, or another one would fail as it did."""
        return not self.imported or self.process.poll() is None

    def start(self, args):
        python = shutil.which(args["python"]) or args["python"]
        where = args["workdir"] if os.path.isdir(args["workdir"]) else self.path
        with open(self.written, "wb") as err:
            return start_process(
                [python, "-u", "-c", BOOT],
                warm_environment(args, self.path),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=err,
                cwd=where,
            )

    def wait_for_import(self, deadline):
        """All that it said of the import; `end` is as of a rank that came no further."""
        said = {}
        while "torch" not in said and "error" not in said:
            answer = self.next_answer(deadline)
            if answer is None:
                break
            said.update(answer)
        if "error" in said:
            self.process.wait()
        if "torch" not in said:
            code = self.process.poll()
            self.end = {"code": code, "ended": None, "said": said, "err": self.words()}
            self.end["processor_wait"] = self.processor_wait or processor_wait(self.process.pid)
            words = "\n".join([*said.values(), self.end["err"]])
            self.end["denied"] = denied_import(words)
            if code:
                left = deadline - STACK - time.monotonic()
                self.end["variables"] = self.guilty_variables("torch.distributed", left)
        return said

    def guilty_variables(self, module, limit):
        """The variables without which the interpreter imports that module."""
        python = shutil.which(self.args["python"]) or self.args["python"]
        return guilty_variables([python, "-"], "import " + module, self.args, limit)

    @property
    def opening(self):
        """The answer of `warm_open`."""
        failed = {"error": "", "detail": self.describe_end()} if self.end else {}
        failed.update((name, self.end[name]) for name in REASONS if name in self.end)
        return dict(failed, **dict(self.said, seconds=self.seconds))

    def send(self, line):
        """Send a line; one that is already dead is reported by `next_answer`."""
        try:
            self.process.stdin.write(line.encode("utf-8"))
            self.process.stdin.flush()
        except OSError:
            pass

    def next_answer(self, deadline):
        """Its next answer; None where it ended, or gave none in time."""
        while True:
            line, found, rest = self.rest.partition(b"\n")
            if found:
                self.rest = rest
                if line.startswith(MARK):
                    return json.loads(line[len(MARK) :].decode("utf-8"))
                continue
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return None
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                self.processor_wait = processor_wait(self.process.pid)
                self.process.wait()
                return None
            self.rest = (self.rest + piece)[-LONGEST_ANSWER:]

    def run(self, task):
        """What became of each child of a task. Undetermined, and it is ended, where none is known.

        So no answer that comes late is taken for another task's.
        """
        with self.asking:
            self.send(json.dumps(dict(task, folder=self.path)) + "\n")
            answer = self.next_answer(time.monotonic() + task["limit"] + GRACE)
            if answer is None:
                end = self.describe_end()
                kill_tree(self.process)
                raise Undetermined(end)
            return answer["children"]

    def describe_end(self):
        """Why no answer came, with what it left on standard error."""
        code, words = self.process.poll(), self.words()
        end = "no answer in time" if code is None else "the interpreter ended with code %d" % code
        return end + (": " + words if words else "")

    def words(self):
        return (read_file(self.written, "") or "")[-TAIL:]

    def close(self):
        """End it; the folder goes too."""
        kill_tree(self.process)
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except OSError:
            pass
        self.scratch.__exit__()


def open_interpreter(args):
    """The interpreter of this node, opened where none is, or where it died of a task."""
    with OPENING:
        warm = OPEN_INTERPRETERS.get("warm")
        if warm is None or not warm.usable:
            close_interpreter()
            warm = OPEN_INTERPRETERS["warm"] = WarmInterpreter(args)
        return warm


def close_interpreter():
    """End it, wherever it stands. Returns whether there was one."""
    warm = OPEN_INTERPRETERS.pop("warm", None)
    if warm is not None:
        warm.close()
    return warm is not None


@section("warm_open")
def warm_open(args):
    """Open the interpreter; the answer has torch's version, or the error."""
    return open_interpreter(args).opening


@section("warm_task")
def warm_task(args):
    """One child for each of `children`, side by side; see the program of the interpreter."""
    warm = OPEN_INTERPRETERS.get("warm")
    if warm is None or not warm.imported:
        raise Undetermined("no interpreter is open")
    return {"children": warm.run(args)}


@section("warm_close")
def warm_close(args):
    """End the interpreter."""
    return {"closed": close_interpreter()}
