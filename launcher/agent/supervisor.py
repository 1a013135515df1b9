"""The supervisor: one small process a node that holds the run's lease there.

The controller sends it over ssh and talks to it by JSON lines on stdin and stdout. It makes the
run's private directory, reads what the ranks say, and on the controller's word, or when the
controller is gone (end of input, or no beat for LEASE_S), ends every process that bears the run's
mark and removes the directory. It is never written to the node's disk.
"""

import base64
import ctypes
import errno
import functools
import json
import os
import queue
import select
import signal
import subprocess
import sys
import time

from checks.node.runtime.processes import find_process
from checks.node.runtime.threads import start_service
from checks.node.runtime.watchdog import spawn_watchdog
from launcher.agent.arrivals import report_arrivals
from launcher.agent.marks import RUN_MARK
from launcher.agent.rank_activity import observe_in_thread
from launcher.agent.shutdown import end_run, end_without_supervisor

LIBC = ctypes.CDLL(None)
LEASE_S = 20.0
STOPPED_S = 25.0
"""After so long its watchdog ends a supervisor that does nothing, which should have ended first."""
BEAT_S = 5.0
GRACE_S = 5.0
CHUNK_SIZE = 64 * 1024
OUTBOX_LIMIT = 64
LONGEST_RECORD = 1 << 20


def die_with_supervisor():
    """What a child runs before its program: PR_SET_PDEATHSIG."""
    LIBC.prctl(1, signal.SIGKILL)


def start_child(argv, env, cwd, preexec):
    """A command in a session of its own, its output in one pipe. Raises OSError."""
    return subprocess.Popen(
        argv,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=preexec,
    )


class Supervisor(object):
    """One run on this node. `outputs` maps a descriptor to the name of what speaks through it."""

    def __init__(self, first):
        self.run, self.home = first["run"], first["home"]
        end = functools.partial(end_without_supervisor, self.run, self.home)
        self.watchdog = spawn_watchdog(STOPPED_S, end)
        self.outputs, self.sessions, self.lost, self.shorter_grace = {}, set(), "", None
        self.half, self.agent, self.command, self.ranks = b"", None, None, {}
        self.records = os.pipe()[0]
        os.set_blocking(self.records, False)
        self.outbox, self.commands = queue.Queue(), queue.Queue()
        self.beat = self.beat_sent = time.monotonic()
        self.writer = start_service(self.write)

    def say(self, kind, **fields):
        """Send the controller a message, without waiting for it; see launcher/run/messages.py."""
        self.outbox.put("%s %s\n" % (self.run, json.dumps(dict(fields, kind=kind))))

    def write(self):
        """Runs beside: a controller that does not read must not stop the lease from ending."""
        for line in iter(self.outbox.get, None):
            data = line.encode("utf-8")
            try:
                while data:
                    data = data[os.write(1, data) :]
            except OSError:
                self.lost = "nobody listens"

    def read(self):
        """Runs beside: beats and commands until the input ends."""
        for line in sys.stdin.buffer:
            self.beat = time.monotonic()
            command = json.loads(line.decode("utf-8"))
            if command["kind"] == "measure":
                report_arrivals(self, command["sent"])
            elif command["kind"] == "observe":
                observe_in_thread(self, command["span_s"])
            elif command["kind"] != "beat":
                self.commands.put(command)
        self.lost = "the controller is gone"

    def furnish(self, files, outputs):
        """The run's directory, which must not be there yet, with its files and pipes."""
        os.mkdir(self.home, 0o700)
        for name, text in files.items():
            path = os.path.join(self.home, name)
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
            number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            os.fchmod(number, 0o600)
            with os.fdopen(number, "wb") as file:
                file.write(text.encode("utf-8"))
        self.records = self.listen("records")
        for name in outputs:
            self.outputs[self.listen(name + ".out")] = name

    def listen(self, name):
        """A pipe's reading end. Opened for writing too, it never comes to an end."""
        path = os.path.join(self.home, name)
        os.mkfifo(path, 0o600)
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def forward_output(self, seconds):
        """Pass on what was said. Records wait for the output that was written before them."""
        self.watchdog.reassure()
        heard = list(self.outputs) if self.outbox.qsize() < OUTBOX_LIMIT else []
        select.select([*heard, self.records], [], [], seconds if heard else 0.05)
        records = self.take(self.records)
        while heard:
            more = self.outbox.qsize() < 2 * OUTBOX_LIMIT
            heard = [number for number in heard if self.relay_output(number) and more]
        *lines, half = (self.half + records).split(b"\n")
        self.half = half[-LONGEST_RECORD:]
        for line in lines:
            self.take_record(**json.loads(line.decode("utf-8")))

    def take(self, number):
        """What is there to read, at most CHUNK bytes."""
        try:
            return os.read(number, CHUNK_SIZE)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                raise
            return b""

    def relay_output(self, number):
        """Pass on output; true where more may be there."""
        data = self.take(number)
        if data:
            self.say("output", source=self.outputs[number], data=base64.b64encode(data).decode())
        return len(data) == CHUNK_SIZE

    def take_record(self, kind, **fields):
        """Take note of what the agent wrote, and pass it on."""
        if kind == "node-started":
            process = find_process(fields["pid"])
            self.agent = (fields["pid"], process and process.born)
            self.sessions.add(fields["session"])
        if kind == "node-ended":
            self.agent = None
        if kind == "rank-started":
            self.ranks[fields["rank"]] = fields["pid"]
        if kind == "rank-ended":
            self.ranks.pop(fields["rank"], None)
        self.say(kind, **fields)

    def run_command(self, name, argv, env, cwd, agent):
        """Run a command here: what brings the agent to the nodes, or what comes before the start.

        It ends with this supervisor, unless it is the agent itself, which ends the run here then.
        """
        own = dict(os.environ, **env)
        own[RUN_MARK] = self.run
        try:
            child = start_child(argv, own, cwd, None if agent else die_with_supervisor)
        except OSError as error:
            self.say("command-ended", name=name, code=127, error=str(error))
            return
        os.set_blocking(child.stdout.fileno(), False)
        self.outputs[child.stdout.fileno()] = name
        self.command = (name, child)
        self.sessions.add(child.pid)

    def notice_ends(self):
        """Report the ends of the command and of the agent, which may end without a message."""
        if self.command and self.command[1].poll() is not None:
            name, child = self.command
            while self.relay_output(child.stdout.fileno()):
                pass
            del self.outputs[child.stdout.fileno()]
            child.stdout.close()
            self.command = None
            self.say("command-ended", name=name, code=child.returncode)
        if self.agent:
            pid, born = self.agent
            process = find_process(pid)
            if process and process.alive and process.born == born:
                return
            self.forward_output(0)
            if self.agent:
                self.agent = None
                self.say("node-ended", code=None)

    def check_lease(self):
        """Beat now and then; without the controller's beats the lease is lost."""
        now = time.monotonic()
        if now - self.beat_sent >= BEAT_S:
            self.beat_sent = now
            self.say("beat")
        if now - self.beat > LEASE_S:
            self.lost = "no beat for %d s" % LEASE_S

    def serve(self):
        """Until the controller says stop or is gone.

        Returns the seconds of grace for the ranks, and those for saving before.
        """
        while True:
            self.forward_output(0.2)
            self.notice_ends()
            self.check_lease()
            if self.lost:
                return GRACE_S, 0.0
            while not self.commands.empty():
                command = self.commands.get()
                kind = command.pop("kind")
                if kind == "stop":
                    return command["grace"], command["save"]
                self.run_command(**command)


def first_line():
    """The line of input that describes the run."""
    line = sys.stdin.buffer.readline()
    signal.alarm(0)
    return json.loads(line.decode("utf-8"))


def main():
    """Serve one run, as the first line of input describes it."""
    first = first_line()
    os.umask(0o077)
    supervisor = Supervisor(first)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(supervisor, "lost", "asked to end"))
    try:
        supervisor.furnish(first["files"], first["outputs"])
    except OSError as error:
        supervisor.say("refused", error="%s: %s" % (supervisor.home, error.strerror))
        if error.errno == errno.EEXIST:
            supervisor.home = os.devnull
        end_run(supervisor, 0)
    supervisor.say("ready", pid=os.getpid())
    start_service(supervisor.read)
    end_run(supervisor, *supervisor.serve())


def end_orphaned_run():
    """End the run that the line of input names; its controller is gone. Exit 0: none is left."""
    end_run(Supervisor(first_line()), GRACE_S)
