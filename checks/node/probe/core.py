"""The resident part of the probe: takes requests, runs sections side by side, answers.

A request is one line, {"id": 1, "section": "limits", "args": {}, "limit": 5.0}. Its answer is
one line, {"id": 1, "data": ...} or {"id": 1, "error": "why there is no answer"}, behind the nonce
that distinguishes it from what a login shell prints. The end of standard input ends the probe and
all that it started; so does its silence, for an end may not get through: an empty line is a sign of
life and nothing more.
"""

import functools
import json
import os
import signal
import subprocess
import sys
import threading
import time

from checks.node.runtime.files import decode_text
from checks.node.runtime.marks import marked_processes
from checks.node.runtime.pipes import Conversation
from checks.node.runtime.processes import all_processes, descendants_of, kill_all, kill_tree
from checks.node.runtime.threads import save_address_space, start_service, start_thread
from checks.node.runtime.watchdog import Patience, spawn_watchdog

SECTIONS = {}
LEASE_S = 30.0
"""Six signs of life of the controller, and longer than its login may stall (STALL_S)."""
LAST_STARTS_S = 5.0
PROBE_MARK = "PREFLIGHT_PROBE"
"""The variable that everything started here has in its environment, with the probe's nonce."""


class Undetermined(Exception):  # noqa: N818 - it is an answer, not a mistake
    """A section has no answer; its text says why, for a person."""


class CommandResult(object):
    """What a command did: `code` (negative: died of that signal), `out`, `err`, `timed_out`."""

    def __init__(self, code, out, err, timed_out, seconds):
        self.code, self.out, self.err = code, out, err
        self.timed_out, self.seconds = timed_out, seconds


def section(name):
    """Register the function that answers requests for `name`; it takes the request's args."""

    def register(function):
        SECTIONS[name] = function
        return function

    return register


def end_started(nonce):
    """Kill all that was started here, however it was, and what that starts meanwhile."""
    deadline = time.monotonic() + LAST_STARTS_S
    while kill_all(marked_processes(PROBE_MARK, nonce)) and time.monotonic() < deadline:
        time.sleep(0.02)


def start_process(argv, env=None, **options):
    """Popen in a session of its own, which ends with the probe. Raises Undetermined if absent.

    `env` is to be made of `os.environ`.
    """
    try:
        return subprocess.Popen(argv, env=env, start_new_session=True, **options)
    except FileNotFoundError:
        raise Undetermined("%s is not installed" % argv[0]) from None
    except OSError as error:
        raise Undetermined("%s does not start: %s" % (argv[0], error.strerror)) from None


def run_command(argv, limit=5.0, env=None, stdin=b""):
    """Run to its end or for `limit` seconds. Text out and err are cut at 256 KiB."""
    began = time.monotonic()
    pipe = subprocess.PIPE
    process = start_process(argv, env, stdin=pipe, stdout=pipe, stderr=pipe)
    conversation, timed_out = Conversation(process, stdin), False
    try:
        conversation.run(limit)
    except subprocess.TimeoutExpired:
        kill_tree(process)
        timed_out = True
    conversation.close()
    out, err = decode_text(conversation.out), decode_text(conversation.err)
    return CommandResult(process.returncode, out, err, timed_out, time.monotonic() - began)


class Probe(object):
    """Requests in, answers out; `deadlines` are those of requests not yet answered."""

    def __init__(self, nonce, modules):
        self.nonce, self.modules = nonce, modules
        self.lock = threading.Lock()
        self.deadlines = {}
        self.patience, self.reads = Patience(LEASE_S), True

    def say(self, answer):
        line = "%s %s\n" % (self.nonce, json.dumps(answer))
        data = line.encode("utf-8")
        while data:
            data = data[os.write(1, data) :]

    def answer(self, number, **answer):
        """Send the answer, unless the request was already answered as overdue."""
        with self.lock:
            if self.deadlines.pop(number, None) is not None:
                self.say(dict(answer, id=number))

    def serve(self, request):
        number = request["id"]
        began = time.monotonic()
        try:
            __import__(self.modules[request["section"]])
            data = SECTIONS[request["section"]](request.get("args") or {})
            self.answer(number, data=data, seconds=round(time.monotonic() - began, 4))
        except Undetermined as error:
            self.answer(number, error=str(error))
        except Exception as error:  # noqa: BLE001 - every failure is reported to the controller
            self.answer(number, error="%s: %s" % (type(error).__name__, error))

    def lines(self, stream):
        """The lines of a stream until its end. Each part of one is a sign of life."""
        rest = b""
        while True:
            data = stream.read1(1 << 16)
            self.patience.renew()
            if not data:
                return
            complete = (rest + data).split(b"\n")
            rest = complete.pop()
            self.reads = False
            for line in filter(None, complete):
                yield line.decode("utf-8")
            self.reads = True

    def accept(self, line):
        request = json.loads(line)
        limit = float(request.get("limit") or 5.0)
        with self.lock:
            self.deadlines[request["id"]] = (time.monotonic() + limit, limit)
        start_thread(self.serve, request)

    def hold_lease(self, watchdog):
        """End the probe once the controller is silent for LEASE_S; runs beside for ever."""
        while not self.patience.is_over():
            time.sleep(0.2)
            watchdog.reassure()
            if not self.reads:
                self.patience.renew()  # it serves a request itself, as it may start no thread
        os.set_blocking(2, False)
        try:
            os.write(2, b"nothing was heard from the controller for %d s\n" % LEASE_S)
        except OSError:
            pass  # nobody reads it
        end_probe(self.nonce)

    def watch(self):
        """Answer for sections that overran their limit; runs beside the reader for ever."""
        while True:
            time.sleep(0.2)
            now = time.monotonic()
            with self.lock:
                overdue = [(n, limit) for n, (at, limit) in self.deadlines.items() if now > at]
            for number, limit in overdue:
                self.answer(number, error="no answer within %g s" % limit)


def end_probe(nonce):
    """Leave nothing behind: kill what runs in our name, then go without waiting for threads."""
    kill_all(descendants_of([os.getpid()], all_processes()))  # the watchdog, too
    end_started(nonce)
    os._exit(0)


def main(nonce, life, modules):
    """Serve standard input until it ends, or for `life` seconds at most.

    `modules` names the module of each section, which is imported when the section is first asked.
    """
    os.environ[PROBE_MARK] = nonce
    watchdog = spawn_watchdog(LEASE_S, functools.partial(end_started, nonce))
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGINT):
        signal.signal(number, lambda *_: end_probe(nonce))
    signal.alarm(int(life))
    save_address_space()
    probe = Probe(nonce, modules)
    start_service(probe.hold_lease, watchdog)
    start_service(probe.watch)
    probe.say({"hello": sys.version.split()[0], "pid": os.getpid(), "time": time.time()})
    for line in probe.lines(sys.stdin.buffer):
        probe.accept(line)
    end_probe(nonce)
