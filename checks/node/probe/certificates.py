"""Certificates of ssh: a key that an authority has signed, for whom and from when until when.

PROTOCOL.certkeys of OpenSSH says how one is written.
"""

import base64
import re

from checks.node.probe.written_keys import KEY_LINE, key_fingerprint
from checks.node.runtime.files import read_file

SUFFIX = "-cert.pub"
TYPE_END = re.compile(r"-cert-v0\d@openssh\.com$")
KEY_PARTS = {"ssh-ed25519": 1, "ssh-rsa": 2, "ssh-dss": 4, "sk-ssh-ed25519": 2}
"""Strings that a key has behind its type; ECDSA has two, and three in hardware."""
KINDS = {1: "user", 2: "host"}


class Blob(object):
    """Bytes of a key, read from the front."""

    def __init__(self, raw):
        self.raw, self.at = raw, 0

    def number(self, size):
        """An unsigned number of so many bytes. Raises ValueError where they are not there."""
        part = self.raw[self.at : self.at + size]
        if len(part) < size:
            raise ValueError("a certificate that is cut short")
        self.at += size
        return int.from_bytes(part, "big")

    def string(self):
        """A string behind its length."""
        size = self.number(4)
        self.at += size
        if self.at > len(self.raw):
            raise ValueError("a certificate that is cut short")
        return self.raw[self.at - size : self.at]

    def strings(self):
        """All that are left."""
        found = []
        while self.at < len(self.raw):
            found.append(self.string())
        return found


def plain_key(parts):
    """The fingerprint of the key whose parts these are, its type first."""
    raw = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return key_fingerprint(base64.b64encode(raw).decode())


def words(raw):
    """Strings of a list, as text."""
    return [part.decode("utf-8", "replace") for part in Blob(raw).strings()]


def read_certificate(raw):
    """What a certificate says. Raises ValueError for what is none."""
    blob = Blob(raw)
    kind = blob.string().decode("ascii", "replace")
    base = TYPE_END.sub("", kind)
    if base == kind:
        raise ValueError("not a certificate: " + kind[:40])
    base += "@openssh.com" if base.startswith("sk-") else ""
    blob.string()  # nonce
    parts = KEY_PARTS.get(base.replace("@openssh.com", ""), 3 if base.startswith("sk-") else 2)
    key = [base.encode()] + [blob.string() for _ in range(parts)]
    blob.number(8)  # serial
    use, key_id = blob.number(4), blob.string().decode("utf-8", "replace")
    principals, after, before = words(blob.string()), blob.number(8), blob.number(8)
    critical = words(blob.string())
    blob.string(), blob.string()  # extensions, reserved
    authority, signature = blob.string(), Blob(blob.string())
    options = dict(zip(critical[::2], critical[1::2]))
    source = options.get("source-address", "")
    return {
        "key": plain_key(key),
        "use": KINDS.get(use, str(use)),
        "key_id": key_id,
        "principals": principals,
        "after": after,
        "before": before,
        "addresses": source[4:].split(",") if source[4:] else [],
        "authority": key_fingerprint(base64.b64encode(authority).decode()),
        "authority_public": "%s %s"
        % (
            Blob(authority).string().decode("ascii", "replace"),
            base64.b64encode(authority).decode(),
        ),
        "signed_by": signature.string().decode("ascii", "replace"),
    }


def certificates(paths):
    """Those of these files that are there and are certificates, each with its path."""
    found = []
    for path in dict.fromkeys(paths):
        match = KEY_LINE.search(read_file(path, "") or "")
        if match:
            try:
                found.append(dict(read_certificate(base64.b64decode(match.group(2))), path=path))
            except ValueError:
                found.append({"path": path, "use": "unreadable"})
    return found


def listed_names(path):
    """The last word of each line of a file of principals; none where it cannot be read."""
    lines = (read_file(path, "") or "").splitlines()
    return [line.split()[-1] for line in lines if line.strip() and not line.startswith("#")]
