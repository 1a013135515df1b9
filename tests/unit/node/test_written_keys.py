"""Keys in files of authorized keys: those that sshd reads, and those that are there in vain."""

import base64

import pytest

from checks.node.probe.written_keys import authorized_keys, damaged_keys, key_fingerprint


def blob(kind, number):
    """A key of that type, as ssh-keygen writes it."""
    sizes = {"ssh-ed25519": (32,), "ssh-rsa": (3, 257), "ecdsa-sha2-nistp256": (8, 65)}[kind]
    parts = [kind.encode(), *(bytes([number]) * size for size in sizes)]
    raw = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return base64.b64encode(raw).decode()


KINDS = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256")
BLOBS = [blob(kind, number) for number, kind in enumerate(KINDS, 1)]
KEYS = [f"{kind} {text}" for kind, text in zip(KINDS, BLOBS, strict=True)]
MARKS = [key_fingerprint(text) for text in BLOBS]
PLAIN = "".join(f"{key} root@node{number}\n" for number, key in enumerate(KEYS, 1))


def seen(path, raw):
    """Fingerprints that are read, and (line, fault) of each key that is not."""
    path.write_bytes(raw)
    read = [key["fingerprint"] for key in authorized_keys([str(path)])]
    damaged = damaged_keys(str(path), set(read))
    places = {MARKS.index(key["fingerprint"]): key for key in damaged}
    return read, {
        number: (int(key["where"].rpartition(":")[2]), key["fault"])
        for number, key in places.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAIN, {}),
        (PLAIN.replace("\n", "\r\n"), {}),
        (PLAIN.replace("node1\n", "node1"), {1: (1, "joined")}),
        (PLAIN.replace("\n", ""), {1: (1, "joined"), 2: (1, "joined")}),
        ("".join(KEYS[:2]) + "\n", {0: (1, "joined"), 1: (1, "joined")}),
        (PLAIN.replace(BLOBS[1], f"{BLOBS[1][:70]}\n{BLOBS[1][70:]}"), {1: (2, "broken")}),
        (PLAIN.replace("ssh-ed25519 ", "ssh-ed25519\n"), {0: (1, "broken")}),
        (f"# {KEYS[0]}\n#{KEYS[1]}\n", {}),
        (f'from="10.0.0.1" {KEYS[0]}\n', {}),
        (f"{KEYS[0][:60]}\n", {}),
        ("", {}),
    ],
)
def test_keys_that_sshd_does_not_read_are_found(tmp_path, text, expected):
    assert seen(tmp_path / "keys", text.encode())[1] == expected


def test_what_an_editor_of_windows_writes_is_found(tmp_path):
    read, damaged = seen(tmp_path / "keys", PLAIN.encode("utf-16"))
    assert (read, damaged) == ([], {number: (number + 1, "utf-16") for number in range(3)})
    read, damaged = seen(tmp_path / "keys", PLAIN.encode("utf-8-sig"))
    assert (read, damaged) == (MARKS[1:], {0: (1, "mark")})


def test_a_file_that_is_not_there_has_none(tmp_path):
    assert damaged_keys(str(tmp_path / "none"), set()) == []
