"""Which folder, link or file on the way to a path denies it to this login."""

import grp
import os
import pwd
import re
import stat
import time

from checks.node.runtime.files import mount_of

MOST_LINKS = 40
MOST_ENTRIES = 50000
WALK_LIMIT = 2.0
LETTERS = ((os.R_OK, "r"), (os.W_OK, "w"), (os.X_OK, "x"))
PATH_IN_WORDS = re.compile(r"""(?<![\w.])/[^\s'":,;()\[\]]+""")
PACKAGE_FOLDER = re.compile(r"^(.*/(?:site|dist)-packages)/(\w+)")
FOUND_NOWHERE = re.compile(
    r"No module named '(\w+)|from '([\w.]+)' \(unknown location\)"
    r"|module '([\w.]+)' has no attribute"
)
"""What Python says of a package that it cannot list: it takes the folder for an empty package."""
NOT_MAPPED = re.compile(r"(/[^\s:]+): failed to map segment")
"""What the loader says of a library on a file system that is mounted noexec, among others."""
MAY_BE_DENIED = re.compile(
    "failed to map segment|ermission denied|"
    "No module named|cannot import name|cannot open shared|PackageNotFoundError|has no attribute"
)


def account_name(look_up, number):
    """The name of a user or a group; its number where it has none."""
    try:
        return look_up(number)[0]
    except KeyError:
        return str(number)


def noexec_mount(path):
    """Where the file system that holds this file is mounted, if nothing on it may be run."""
    if os.path.isdir(path) or not os.statvfs(path).f_flag & os.ST_NOEXEC:
        return ""
    return mount_of(os.path.realpath(path))[0]


def unmapped_library(words):
    """The library that the loader may not map, by its words, where a mount is why."""
    for path in NOT_MAPPED.findall(words):
        if os.path.exists(path) and noexec_mount(path):
            return describe_denial(path, os.X_OK)
    return None


def describe_denial(path, need):
    """Whose it is, its mode, and what this login lacks of it (`need`, as `chmod` writes it).

    What a package's folder hides was installed like it: all below that `root` is to be opened.
    """
    found = os.stat(path)
    folder = stat.S_ISDIR(found.st_mode)
    groups = {os.getegid(), *os.getgroups()}
    mine = "u" if found.st_uid == os.geteuid() else "g" if found.st_gid in groups else "o"
    return {
        "path": path,
        "owner": account_name(pwd.getpwuid, found.st_uid),
        "uid": found.st_uid,
        "group": account_name(grp.getgrgid, found.st_gid),
        "mode": stat.S_IMODE(found.st_mode),
        "folder": folder,
        "root": path if folder and PACKAGE_FOLDER.match(path) and not need & os.W_OK else "",
        "who": mine,
        "noexec": noexec_mount(path) if need & os.X_OK else "",
        "need": "".join(letter for bit, letter in LETTERS if need & bit),
    }


def first_denied(path, need=os.R_OK):
    """What denies `path` first, as the kernel walks there; None where nothing does or it ends.

    `need` is for what stands at its end; of a folder to be read, entering is needed too.
    """
    place, parts, links = "/", [part for part in path.split("/") if part], 0
    while parts:
        if not os.access(place, os.X_OK):
            return describe_denial(place, os.X_OK)
        part = parts.pop(0)
        below = os.path.normpath(os.path.join(place, part))
        if os.path.islink(below):
            target, links = os.readlink(below), links + 1
            place = "/" if target.startswith("/") else place
            parts = [word for word in target.split("/") if word] + parts
        else:
            place = below
        if links > MOST_LINKS or not os.path.lexists(place):
            return None
    need |= os.X_OK if os.path.isdir(place) else 0
    return None if os.access(place, need) else describe_denial(place, need)


def denied_program(name, search):
    """What keeps the login from a program's path; of a bare name, from one that `search` has."""
    folders = [""] if "/" in name else search.split(":")
    paths = [os.path.join(folder, name) for folder in folders]
    known = [path for path in paths if "/" in name or os.path.lexists(path)]
    return next(filter(None, (first_denied(path, os.X_OK) for path in known)), None)


def denied_below(folder):
    """The first part of a package that this login cannot read, and how many more there are."""
    denied, seen, end = [], 0, time.monotonic() + WALK_LIMIT
    for top, folders, files in os.walk(os.path.realpath(folder)):
        for name in folders + files:
            path = os.path.join(top, name)
            need = os.R_OK | (os.X_OK if name in folders else 0)
            if not os.path.islink(path) and not os.access(path, need):
                denied.append((path, need))
        seen += len(folders) + len(files)
        if seen > MOST_ENTRIES or time.monotonic() > end:
            break
    if not denied:
        return None
    root = os.path.commonpath([path for path, _ in denied])
    return dict(describe_denial(*denied[0]), more=len(denied) - 1, root=root)


def denied_import(words):
    """What keeps an import's files from this login, by what Python printed; None for nothing.

    The paths that it names and the module that it found nowhere, and what else of their package; or
    what of the packages that it was in.
    """
    if not MAY_BE_DENIED.search(words):
        return None
    unmapped = unmapped_library(words)
    if unmapped:
        return unmapped
    paths = list(dict.fromkeys(PATH_IN_WORDS.findall(words)))
    packages = [found.groups() for found in map(PACKAGE_FOLDER.match, paths) if found]
    wanted = ["".join(names).replace(".", "/") for names in FOUND_NOWHERE.findall(words)]
    paths += [os.path.join(root, name) for root, _ in packages for name in wanted]
    named = next(filter(None, map(first_denied, paths)), None)
    folders = [os.path.join(*package) for package in dict.fromkeys(packages[::-1])]
    below = next(filter(None, map(denied_below, folders)), None)
    return below if below and (below["more"] or not named) else named
