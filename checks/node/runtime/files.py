"""Reading what may vanish at any moment: files and folders of /proc and /sys."""

import os

READ_LIMIT = 256 * 1024


def decode_text(raw):
    """The first 256 KiB of a command's or file's bytes as text, whatever they are."""
    return raw[:READ_LIMIT].decode("utf-8", "replace")


def read_file(path, missing=None):
    """The text of a small file, stripped; `missing` where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return decode_text(file.read(READ_LIMIT)).strip()
    except OSError:
        return missing


def list_folder(path):
    """The names in a folder; none where it is not there or cannot be read."""
    try:
        return os.listdir(path)
    except OSError:
        return []


def mount_of(path, mounts=None):
    """Mount point, kind and source of the file system that holds the real path."""
    best = ("/", "unknown", "")
    known = read_file("/proc/self/mounts", "") if mounts is None else mounts
    for line in known.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best[0]):
            best = (point, fields[2], fields[0])
    return best
