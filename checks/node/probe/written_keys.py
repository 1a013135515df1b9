"""Public keys as they stand in files: those that sshd reads, and those that it does not.

Of two keys in one line it reads the first, none that is broken over several lines, and nothing of a
file in UTF-16.
"""

import base64
import hashlib
import re

from checks.node.runtime.files import read_file

KEY_LINE = re.compile(r"(?:^|\s)((?:ssh-|ecdsa-|sk-)[\w@.-]+)\s+(AAAA[\w+/=]+)")
KEY_START = re.compile(
    r"((?:ssh|ecdsa|sk)-[a-z0-9@.-]*?(?:ed25519|rsa|dss|nistp\d{3})\S*?)\s*(AAAA)"
)
PARTS = {"ssh-ed25519": 2, "ssh-rsa": 3, "ssh-dss": 5}
"""Strings in the blob of a key, by its type; others have three."""
WRITTEN = re.compile(r"[A-Za-z0-9+/]*={0,2}")
LARGEST = 1 << 20


def key_fingerprint(blob):
    """As ssh-keygen -l shows it."""
    digest = hashlib.sha256(base64.b64decode(blob + "===")).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def authorized_keys(paths):
    """Every key of these files that sshd reads."""
    found = []
    for path in paths:
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
            match = None if line.startswith("#") else KEY_LINE.search(line)
            if match:
                mark = key_fingerprint(match.group(2))
                where, options = "%s:%d" % (path, number), line[: match.start()].strip()
                found.append({"fingerprint": mark, "where": where, "options": options})
    return found


def whole_blob(kind, text):
    """The key of that type with which the text begins, in base64; "" where it is not whole.

    What follows it may go on in the same letters: the key itself says how long it is.
    """
    letters = "".join(WRITTEN.findall(text)[:1]).rstrip("=")
    size = len(letters) - (len(letters) % 4 == 1)
    raw, at = base64.b64decode(letters[:size] + "=" * (-size % 4)), 0
    for _ in range(PARTS.get(kind, 4 if kind.startswith("sk-ecdsa") else 3)):
        at += 4 + int.from_bytes(raw[at : at + 4], "big")
        if at > len(raw):
            return ""
    return base64.b64encode(raw[:at]).decode("ascii") if raw[4:].startswith(kind.encode()) else ""


def keys_in(text):
    """(fingerprint, where its type begins) of each whole key in a text, wherever it stands."""
    for found in KEY_START.finditer(text):
        blob = whole_blob(found.group(1), text[found.start(2) : found.start(2) + 16384])
        if blob:
            yield key_fingerprint(blob), found.start()


def file_text(path):
    """The file's text, and what keeps sshd from its first line, or from all: mark, utf-16 or ""."""
    with open(path, "rb") as file:
        raw = file.read(LARGEST)
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace"), "utf-16"
    fault = "mark" if raw.startswith(b"\xef\xbb\xbf") else ""
    return raw.decode("utf-8-sig", "replace"), fault


def damaged_keys(path, read):
    """[{fingerprint, where, fault}] of the keys of a file that are not among those `read` there.

    The fault is `joined` to another key's line, `broken` over several, `utf-16`, or a `mark` before
    the first one.
    """
    try:
        text, coding = file_text(path)
    except (OSError, ValueError):
        return []
    kept = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if not line.startswith("#")
    ]
    found, joined, ends = {}, "", []
    for number, line in kept:
        for mark, _ in keys_in(line):
            whole = coding == "utf-16" or (coding and number == 1)
            found.setdefault(mark, (number, coding if whole else "joined"))
        joined += line
        ends.append((len(joined), number))
    for mark, start in keys_in(joined):
        place = next(number for end, number in ends if start < end)
        found.setdefault(mark, (place, coding or "broken"))
    return [
        {"fingerprint": mark, "where": "%s:%d" % (path, number), "fault": fault}
        for mark, (number, fault) in found.items()
        if mark not in read
    ]
