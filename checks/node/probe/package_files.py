"""Files of installed packages that are not as they were installed, by the RECORD beside each."""

import base64
import csv
import glob
import hashlib
import os
import time

from checks.node.probe.core import section
from checks.node.probe.files import REMOTE
from checks.node.probe.shadows import library_folders
from checks.node.probe.software import find_interpreter
from checks.node.runtime.files import mount_of

PACKAGES = ("torch", "deepspeed", "transformers", "accelerate")
LIMIT_S = 3.0
MOST_TOUCHED = 300
"""More files than that whose time is younger were copied, not edited: their sizes are compared."""
MOST_ALTERED = 20
LATER_S = 2.0
LARGEST = 4 << 20


class OutOfTimeError(Exception):
    """What is known by then is no answer."""


def listed_files(record):
    """(path, hash, bytes) of each file that the package's RECORD has with its hash."""
    folder = os.path.dirname(os.path.dirname(record))
    with open(record, newline="", encoding="utf-8", errors="replace") as file:
        for row in csv.reader(file):
            name, digest, size = [*row, "", ""][:3]
            own = name.startswith("..") or os.path.isabs(name) or ".dist-info/" in name
            if digest.startswith("sha256=") and size.isdigit() and not own:
                yield os.path.join(folder, name), digest[7:], int(size)


def file_hash(path):
    """As a RECORD has it: sha256, urlsafe, without its padding."""
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def altered_files(record, deadline):
    """{path: what it is now} of the files that are not what the package brought.

    It is the beginning of its hash, its size where it is large, "" where it is gone. A file that is
    no younger than the RECORD and has the right size was not touched.
    """
    written = os.stat(record).st_mtime
    altered, touched = {}, []
    for path, digest, size in listed_files(record):
        if time.monotonic() > deadline:
            raise OutOfTimeError
        try:
            found = os.stat(path)
        except FileNotFoundError:
            altered[path] = ""
            continue
        if found.st_size != size and found.st_size > LARGEST:
            altered[path] = "%d bytes" % found.st_size
        elif found.st_size != size:
            altered[path] = file_hash(path)[:12]
        elif found.st_mtime > written + LATER_S and size <= LARGEST:
            touched.append((path, digest))
    for path, digest in touched if len(touched) <= MOST_TOUCHED else ():
        if time.monotonic() > deadline:
            raise OutOfTimeError
        now = file_hash(path)
        if now != digest:
            altered[path] = now[:12]
    return altered


@section("package_files")
def package_files(args):
    """Altered files by package, of those that lie on a file system of this node's own.

    One that is shared has the same files on every node, and would be looked through by all.
    """
    path = find_interpreter(args["python"])
    deadline, found, seen = time.monotonic() + LIMIT_S, {}, []
    folders = [os.path.realpath(folder) for folder in library_folders(path)] if path else []
    for name in PACKAGES:
        pattern = "/%s-*.dist-info/RECORD" % name
        for record in [file for folder in folders for file in glob.glob(folder + pattern)][:1]:
            if mount_of(record)[1].startswith(REMOTE):
                continue
            try:
                altered = altered_files(record, deadline)
            except (OSError, OutOfTimeError, csv.Error):
                continue
            seen.append(name)
            if altered:
                found[name] = dict(sorted(altered.items())[:MOST_ALTERED])
    return {"packages": seen, "altered": found}
