"""The resident part of the probe: takes requests, runs sections side by side, answers.

A request is one line, {"id": 1, "section": "limits", "args": {}, "limit": 5.0}. Its answer is
one line, {"id": 1, "data": ...} or {"id": 1, "error": "why there is no answer"}, behind the nonce
that tells it from what a login shell prints. The end of standard input ends the probe and all that
it started.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time

LIBC = ctypes.CDLL(None)  # loaded before any fork: a child of many threads may not load it
SECTIONS = {}
OUTPUT_LIMIT = 256 * 1024
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


class Undetermined(Exception):  # noqa: N818 - it is an answer, not a mistake
    """A section has no answer; its text says why, for a person."""


class Ran(object):
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


def die_with_parent():
    """Ask the kernel to kill this process when the probe dies, however it dies."""
    LIBC.prctl(DIES_WITH_PARENT, signal.SIGKILL)


def start(argv, env=None, **options):
    """Popen in a session of its own, which ends with the probe. Raises Undetermined if absent."""
    try:
        return subprocess.Popen(
            argv, env=env, start_new_session=True, preexec_fn=die_with_parent, **options
        )
    except FileNotFoundError:
        raise Undetermined("%s is not installed" % argv[0]) from None
    except OSError as error:
        raise Undetermined("%s does not start: %s" % (argv[0], error.strerror)) from None


def kill_group(process):
    """End a process of `start` and all that it started, then reap it."""
    kill_all([process.pid, *below(process.pid)])
    process.wait()


def below(ancestor):
    """Process ids below `ancestor`, sessions of their own included: pdsh gives each ssh one."""
    parents = {}
    for name in os.listdir("/proc"):
        stat = read("/proc/%s/stat" % name, "") if name.isdigit() else ""
        if stat:
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(name))
    found, ancestors = [], [ancestor]
    while ancestors:
        young = parents.get(ancestors.pop(), [])
        found += young
        ancestors += young
    return found


def kill_all(pids):
    """Kill these processes, and the groups of those that lead one."""
    for pid in pids:
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                pass


def run(argv, limit=5.0, env=None, stdin=b""):
    """Run to its end or for `limit` seconds. Text out and err are cut at 256 KiB."""
    began = time.monotonic()
    pipe = subprocess.PIPE
    process = start(argv, env, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        out, err = process.communicate(stdin, timeout=limit)
        timed_out = False
    except subprocess.TimeoutExpired:
        kill_group(process)
        out, err = process.communicate()
        timed_out = True
    return Ran(process.returncode, text(out), text(err), timed_out, time.monotonic() - began)


def text(raw):
    """Bytes of a command or file as text, whatever they are."""
    return raw[:OUTPUT_LIMIT].decode("utf-8", "replace")


def read(path, missing=None):
    """The text of a small file, stripped; `missing` where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return text(file.read(OUTPUT_LIMIT)).strip()
    except OSError:
        return missing


class Probe(object):
    """Requests in, answers out; `deadlines` are those of requests not yet answered."""

    def __init__(self, nonce):
        self.nonce = nonce
        self.lock = threading.Lock()
        self.deadlines = {}

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
            data = SECTIONS[request["section"]](request.get("args") or {})
            self.answer(number, data=data, seconds=round(time.monotonic() - began, 4))
        except Undetermined as error:
            self.answer(number, error=str(error))
        except Exception as error:  # noqa: BLE001 - every failure is told to the controller
            self.answer(number, error="%s: %s" % (type(error).__name__, error))

    def accept(self, line):
        request = json.loads(line)
        limit = float(request.get("limit") or 5.0)
        with self.lock:
            self.deadlines[request["id"]] = (time.monotonic() + limit, limit)
        thread = threading.Thread(target=self.serve, args=(request,))
        thread.daemon = True
        thread.start()

    def watch(self):
        """Answer for sections that overran their limit; runs beside the reader for ever."""
        while True:
            time.sleep(0.1)
            now = time.monotonic()
            with self.lock:
                overdue = [(n, limit) for n, (at, limit) in self.deadlines.items() if now > at]
            for number, limit in overdue:
                self.answer(number, error="no answer within %g s" % limit)


def end(*_):
    """Leave nothing behind: kill what runs in our name, then go without waiting for threads."""
    kill_all(below(os.getpid()))
    os._exit(0)


def main(nonce, life):
    """Serve standard input until it ends, or for `life` seconds at most."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM, signal.SIGINT):
        signal.signal(number, end)
    signal.alarm(int(life))
    probe = Probe(nonce)
    watcher = threading.Thread(target=probe.watch)
    watcher.daemon = True
    watcher.start()
    probe.say({"hello": sys.version.split()[0], "pid": os.getpid(), "time": time.time()})
    for line in sys.stdin.buffer:
        probe.accept(line.decode("utf-8"))
    end()
