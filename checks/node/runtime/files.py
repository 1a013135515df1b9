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
