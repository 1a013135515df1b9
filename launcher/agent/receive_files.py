"""Takes the files of a working directory on a node: a line that says where, then a tar.

Where that line has a command of rsync's, `ready` of that line is printed, and rsync takes the rest.

Each file is there whole or as it was before. Nothing outside the folder is written, except through
links to folders that stand in it.
"""

import contextlib
import errno
import filecmp
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading

SILENCE_S = 30
TERM_S = 5


class Refused(Exception):  # noqa: N818 - it is an answer for a person
    """What cannot be written, and why."""


def require_inside(path):
    """Returns where the path is one below the folder."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or not path:
        raise Refused("%s: not a path below the folder" % path)


def place(archive, member, folder, kept):
    """Put one member of the tar where it belongs; what is there goes to PATH.old, where `kept`."""
    target = os.path.join(folder, member.name)
    above, name = os.path.split(target)
    beside = os.path.join(above, ".%s.%d.new" % (name, os.getpid()))
    os.makedirs(above, exist_ok=True)
    try:
        if member.issym():
            os.symlink(member.linkname, beside)
        else:
            with open(beside, "wb") as out:
                shutil.copyfileobj(archive.extractfile(member), out, 1 << 20)
            os.chmod(beside, member.mode & 0o777)
            os.utime(beside, (member.mtime, member.mtime))
        if kept and os.path.isfile(target) and not is_same(beside, target):
            os.replace(target, target + ".old")
        os.replace(beside, target)
    finally:
        if os.path.lexists(beside):
            os.unlink(beside)


def is_same(new, old):
    """Whether the new one is a file with the content of the old one."""
    return not os.path.islink(new) and filecmp.cmp(new, old, shallow=False)


class BoundedStream(object):
    """What comes on a stream. Raises OSError where nothing does for SILENCE_S."""

    def __init__(self, stream):
        self.stream = stream
        signal.signal(signal.SIGALRM, self.give_up)

    def give_up(self, *_):
        raise OSError(errno.ETIMEDOUT, "nothing came for %d s" % SILENCE_S)

    def bounded(self, read, *args):
        signal.alarm(SILENCE_S)
        try:
            return read(*args)
        finally:
            signal.alarm(0)

    def read(self, size):
        return self.bounded(self.stream.read, size)

    def readline(self):
        return self.bounded(self.stream.readline)

    def forward(self, target):
        """Write all that comes from now on, until either ends. The silence is the main thread's."""
        with contextlib.suppress(OSError):
            while self.pass_on(target):
                pass
            target.close()

    def pass_on(self, target):
        """Write what comes next; false at the end."""
        signal.alarm(SILENCE_S)
        piece = os.read(self.stream.fileno(), 1 << 18)
        target.write(piece)
        target.flush()
        return bool(piece)


def receive(stream):
    """Read the order and the files; how many were written and deleted."""
    order = json.loads(stream.readline().decode("utf-8"))
    folder = order["workdir"]
    os.makedirs(folder, exist_ok=True)
    written = (
        receive_rsync(stream, folder, order)
        if "rsync" in order
        else receive_tar(stream, folder, order)
    )
    for path in order["delete"]:
        require_inside(path)
        attempt(path, os.unlink, os.path.join(folder, path))
    return {"written": written, "deleted": len(order["delete"])}


def receive_rsync(stream, folder, order):
    """Copy what is kept, then let rsync talk to its sender. How many it writes is not known.

    rsync's own --timeout counts what it writes itself: it would wait for a sender that is gone.
    """
    for path in order["keep"]:
        require_inside(path)
        attempt(path, shutil.copy2, os.path.join(folder, path), os.path.join(folder, path + ".old"))
    print(order["ready"], flush=True)
    rsync = subprocess.Popen(
        ["sh", "-c", order["rsync"]], cwd=folder, stdin=subprocess.PIPE, start_new_session=True
    )
    threading.Thread(target=stream.forward, args=(rsync.stdin,), daemon=True).start()
    try:
        code = rsync.wait()
    except OSError:
        end_group(rsync)
        raise
    finally:
        signal.alarm(0)
    if code:
        raise Refused("rsync could not")


def end_group(process):
    """End it with its children: SIGTERM, on which rsync removes what it has half, then SIGKILL."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(TERM_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def receive_tar(stream, folder, order):
    """Place each file of the tar; how many there were."""
    written = 0
    with tarfile.open(fileobj=stream, mode="r|*", errors="surrogateescape") as archive:
        for member in archive:
            require_inside(member.name)
            attempt(member.name, place, archive, member, folder, member.name in order["keep"])
            written += 1
    return written


def attempt(path, act, *args):
    """Act, and name the path where that is not possible."""
    try:
        act(*args)
    except OSError as error:
        raise Refused("%s: %s" % (path, error.strerror or error)) from None


def main():
    """Take what comes on standard input. Exits 1 with one line that says why not."""
    try:
        print(json.dumps(receive(BoundedStream(sys.stdin.buffer))))
    except Refused as error:
        sys.exit(str(error))
    except (OSError, ValueError, EOFError, tarfile.TarError) as error:
        sys.exit("%s: %s" % (type(error).__name__, getattr(error, "strerror", None) or error))
