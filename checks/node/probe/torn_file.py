"""Whether a file of a checkpoint was cut short while it was written, as its own format shows.

torch.save writes a zip, whose last record says where all others are; safetensors begins with where
each tensor ends. What is in neither format is not judged.
"""

import json
import os
import struct

ZIP_BEGINS, ZIP_ENDS = b"PK\x03\x04", b"PK\x05\x06"
ZIP_END_RECORD = 22
LONGEST_HEADER = 32 * 1024 * 1024
ZIPS = (".pt", ".pth", ".bin", ".ckpt")


def find_tear(path):
    """Why the file cannot be whole; empty where that does not show, None where it cannot be read.

    A zip is recognised by its first bytes: an older torch.save writes none.
    """
    try:
        size = os.path.getsize(path)
        if path.endswith(ZIPS):
            return _tear_of_zip(path, size)
        if path.endswith(".safetensors"):
            return _tear_of_safetensors(path, size)
        return "" if size or not path.endswith(".json") else "is empty"
    except (OSError, ValueError, struct.error):
        return None


def _tear_of_zip(path, size):
    if not size:
        return "is empty"
    with open(path, "rb") as file:
        begins = file.read(len(ZIP_BEGINS))
        file.seek(max(0, size - ZIP_END_RECORD))
        ends = file.read(ZIP_END_RECORD)
    if not begins.strip(b"\0"):
        return "begins with nothing but zeros"
    if begins == ZIP_BEGINS and not ends.startswith(ZIP_ENDS):
        return "is cut short"
    return ""


def _tear_of_safetensors(path, size):
    if size < 8:
        return "is cut short" if size else "is empty"
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        if length > LONGEST_HEADER:
            return ""
        header = file.read(length)
    if len(header) < length:
        return "is cut short"
    tensors = [entry for name, entry in json.loads(header.decode()).items() if name[:2] != "__"]
    ends = max([entry["data_offsets"][1] for entry in tensors] or [0])
    return "is cut short" if size < 8 + length + ends else ""
