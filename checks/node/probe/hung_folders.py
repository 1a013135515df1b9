"""Folders that Python looks into when it starts, and that do not answer."""

import glob
import os

from checks.node.probe.files import look_side_by_side
from checks.node.runtime.files import mount_of, read_file

LIMIT_S = 2.0
MOST_LINKS = 40
MOST_FOLDERS = 200
PATH_VARIABLE = "PYTHONPATH"


def hung_folders(python, own, workdir):
    """[{"path", "by", "mount", "filesystem", "source"}]: `by` is the variable or the line of a .pth
    file that names the folder, "" for the environment and the working directory.
    """
    prefix, search = os.path.dirname(os.path.dirname(python)), dict(os.environ, **own)
    named = dict.fromkeys(search.get(PATH_VARIABLE, "").split(":"), PATH_VARIABLE)
    named.update({folder: "" for folder in (prefix, workdir or "") if folder not in named})
    found = find_hung(named)
    if prefix not in {each["path"] for each in found}:
        found += find_hung({path: by for path, by in path_lines(prefix) if path not in named})
    return found


def path_lines(prefix):
    """(folder, `file:line`) of the .pth files of an environment."""
    for file in sorted(glob.glob(os.path.join(prefix, "lib*/python3*/site-packages/*.pth"))):
        for number, line in enumerate((read_file(file, "") or "").splitlines(), 1):
            if line.startswith("/"):
                yield line.rstrip(), "%s:%d" % (file, number)


def find_hung(named):
    """Those of {folder: by} that do not answer, each with the mount where the way to it ends."""
    places = {}

    def walk(path):
        for place in way_to(path):
            places[path] = place
            os.lstat(place)
        return {"state": "there"}

    folders = [path for path in named if path.startswith("/")][:MOST_FOLDERS]
    seen = look_side_by_side({path: (walk, path) for path in folders}, LIMIT_S)
    return [
        dict(describe_mount(places.get(path, path)), path=path, by=named[path])
        for path in folders
        if seen[path]["state"] == "hangs"
    ]


def describe_mount(place):
    """The file system that holds a place, by the table of mounts alone."""
    mount, kind, source = mount_of(place)
    return {"mount": mount, "filesystem": kind, "source": source}


def way_to(path):
    """Each folder and link on the way to `path`, as the kernel meets them."""
    place, parts, links = "/", [part for part in path.split("/") if part], 0
    while parts and links < MOST_LINKS:
        below = os.path.normpath(os.path.join(place, parts.pop(0)))
        yield below
        if os.path.islink(below):
            target, links = os.readlink(below), links + 1
            place = "/" if target.startswith("/") else place
            parts = [part for part in target.split("/") if part] + parts
        else:
            place = below
