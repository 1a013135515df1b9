"""What a node says of the host keys that its ssh client has on file: as OpenSSH would look."""

from __future__ import annotations

import base64
import hashlib
import hmac

from checks.node.probe import known_hosts
from checks.node.probe.known_hosts import KnownHostsFile


def hashed(name: str) -> str:
    salt = b"0123456789abcdefghij"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


LINES = f"""
# n0 ssh-ed25519 COMMENT
n1,10.0.0.1 ssh-ed25519 A1 root@n1
n1 ssh-rsa B1
[n1]:2222 ssh-ed25519 C1
{hashed("n2")} ssh-ed25519 A2
|1|no|hash ssh-ed25519 BAD
gpu?.lab,!gpu7.lab ssh-ed25519 A3
@revoked n4 ssh-ed25519 A4
@cert-authority *.ca ssh-ed25519 A5
broken line
""".strip()


def test_names_are_found_as_openssh_finds_them(tmp_path):
    path = tmp_path / "known_hosts"
    path.write_text(LINES)
    file = KnownHostsFile(str(path))
    expected = {
        "n0": [], "n1": ["ssh-ed25519 A1", "ssh-rsa B1"], "N1": ["ssh-ed25519 A1", "ssh-rsa B1"],
        "10.0.0.1": ["ssh-ed25519 A1"], "[n1]:2222": ["ssh-ed25519 C1"], "n2": ["ssh-ed25519 A2"],
        "n22": [], "gpu1.lab": ["ssh-ed25519 A3"], "gpu7.lab": [], "gpu12.lab": [], "line": [],
    }  # fmt: skip
    assert {name: [key for key, _ in file.entries(name)] for name in expected} == expected
    assert not any(marked for name in expected for _, marked in file.entries(name))
    assert file.entries("n4") == [("ssh-ed25519 A4", f"{path}:8")]
    assert file.entries("any.ca") == [("ssh-ed25519 A5", f"{path}:9")]


def test_a_file_that_is_not_there_has_no_key(tmp_path):
    assert KnownHostsFile(str(tmp_path / "none")).entries("n1") == []


def test_keys_are_looked_up_in_the_files_of_the_account_and_of_all(tmp_path, monkeypatch):
    own, shared = tmp_path / "own", tmp_path / "shared"
    own.write_text("n1 ssh-ed25519 A1\n")
    shared.write_text("n2,[n3]:2222 ssh-ed25519 A2\n")
    usual = {
        "alias": "", "hostname": "n1", "port": 22, "known_hosts": ["/dev/null", str(own)],
        "global_known_hosts": [str(shared)],
    }  # fmt: skip
    special = {"n3": {**usual, "hostname": "n3", "port": 2222}}
    monkeypatch.setattr(known_hosts, "settings_by_peer", lambda *_: (usual, special))
    found = known_hosts.known_hosts({"peers": [{"name": name} for name in ("n1", "n2", "n3")]})
    assert {peer: entry["keys"] for peer, entry in found["peers"].items()} == {
        "n1": ["ssh-ed25519 A1"], "n2": ["ssh-ed25519 A2"], "n3": ["ssh-ed25519 A2"],
    }  # fmt: skip
    assert found["peers"]["n3"]["name"] == "[n3]:2222"
    assert {entry["file"] for entry in found["peers"].values()} == {str(own)}


def test_off_port_22_the_bare_name_counts_for_types_that_the_port_has_not(tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.write_text("[n1]:2222 ssh-rsa B1\nn1 ssh-rsa B2\nn1 ssh-ed25519 A1\n")
    usual = {
        "alias": "", "hostname": "n1", "port": 2222, "known_hosts": [str(own)],
        "global_known_hosts": [],
    }  # fmt: skip
    peers = {"peers": [{"name": "n1"}]}
    monkeypatch.setattr(known_hosts, "settings_by_peer", lambda *_: (usual, {}))
    found = known_hosts.known_hosts(peers)["peers"]["n1"]
    assert found["keys"] == ["ssh-rsa B1", "ssh-ed25519 A1"]
    usual["alias"] = "n1"
    assert known_hosts.known_hosts(peers)["peers"]["n1"]["keys"] == ["ssh-rsa B2", "ssh-ed25519 A1"]
