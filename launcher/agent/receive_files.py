"""Takes the files of a working directory on a node: a line that says where, then a tar.

Where that line has a command of rsync's, `ready` of that line is printed, and rsync takes the rest.

Each file is there whole or as it was before. Nothing outside the folder is written, except through
links to folders that stand in it.
"""

import errno
import filecmp
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile

SILENCE_S = 30


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


def receive(stream):
    """Read the order and the files; how many were written and deleted."""
    order = json.loads(stream.readline().decode("utf-8"))
    folder = order["workdir"]
    os.makedirs(folder, exist_ok=True)
    written = (
        receive_rsync(folder, order) if "rsync" in order else receive_tar(stream, folder, order)
    )
    for path in order["delete"]:
        require_inside(path)
        attempt(path, os.unlink, os.path.join(folder, path))
    return {"written": written, "deleted": len(order["delete"])}


def receive_rsync(folder, order):
    """Copy what is kept, then let rsync talk to its sender. How many it writes is not known."""
    for path in order["keep"]:
        require_inside(path)
        attempt(path, shutil.copy2, os.path.join(folder, path), os.path.join(folder, path + ".old"))
    print(order["ready"], flush=True)
    if subprocess.call(["sh", "-c", order["rsync"]], cwd=folder):
        raise Refused("rsync could not")


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
