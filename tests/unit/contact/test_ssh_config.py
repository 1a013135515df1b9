"""The controller reads ssh configuration as OpenSSH means it."""

from __future__ import annotations

import hashlib
import hmac
import socket
from base64 import b64encode
from pathlib import Path

import pytest

from checks.contact.ssh_config import KnownHosts, SshSetup, known_hosts_name, load_config
from checks.errors import UsageError
from checks.model import Job, Node, Ssh

KEY = ("ssh-ed25519", "AAAAC3Nza")
OTHER = ("ssh-rsa", "AAAAB3Nza")


def setup(tmp_path, text, node=None, **ssh):
    config = tmp_path / "config"
    config.write_text(text)
    node = node or Node("node1")
    return SshSetup(Job(nodes=(node,), head=node.name, ssh=Ssh(config=str(config), **ssh)))


def hashed(name: str) -> str:
    salt = b"s" * 20
    digest = hmac.digest(salt, name.encode(), hashlib.sha1)
    return f"|1|{b64encode(salt).decode()}|{b64encode(digest).decode()}"


def known(tmp_path, *lines):
    path = tmp_path / "known_hosts"
    path.write_text("\n".join(lines) + "\n")
    return KnownHosts.load([str(path)])


@pytest.mark.parametrize(
    ("line", "host", "port", "found"),
    [
        ("node1 {} {}", "node1", 22, True),
        ("node1 {} {}", "NODE1", 22, True),
        ("node1 {} {}", "node1", 2222, False),
        ("[node1]:2222 {} {}", "node1", 2222, True),
        ("node1,10.0.0.1 {} {} comment", "10.0.0.1", 22, True),
        ("*.cluster {} {}", "node1.cluster", 22, True),
        ("[*.cluster]:2222 {} {}", "node1.cluster", 2222, True),
        ("node2 {} {}", "node1", 22, False),
        ("# node1 {} {}", "node1", 22, False),
        ("@cert-authority node1 {} {}", "node1", 22, False),
    ],
)
def test_known_hosts_lines(tmp_path, line, host, port, found):
    keys = known(tmp_path, line.format(*KEY)).keys(known_hosts_name(host, port))
    assert keys == ({KEY} if found else set())


def test_hashed_names_are_found(tmp_path):
    hosts = known(tmp_path, f"{hashed('node1')} {KEY[0]} {KEY[1]}", f"node2 {OTHER[0]} {OTHER[1]}")
    assert hosts.keys("node1") == {KEY}
    assert hosts.keys("node3") == set()


def test_all_key_types_of_a_host_are_known_and_a_revoked_one_is_told(tmp_path):
    hosts = known(
        tmp_path,
        f"node1 {KEY[0]} {KEY[1]}",
        f"node1 {OTHER[0]} {OTHER[1]}",
        f"@revoked * {OTHER[0]} {OTHER[1]}",
    )
    assert hosts.keys("node1") == {KEY, OTHER}
    assert hosts.revoked_at("node1", OTHER).endswith(":3")
    assert hosts.revoked_at("node1", KEY) == ""


@pytest.mark.parametrize("name", ["node1", "node1,node9", "node?", hashed("node1")])
def test_a_key_is_revoked_for_the_hosts_of_its_line_alone(tmp_path, name):
    hosts = known(tmp_path, "# a comment", f"@revoked {name} {KEY[0]} {KEY[1]}")
    assert hosts.revoked_at("node1", KEY).endswith(":2")
    assert hosts.revoked_at("other1", KEY) == ""


@pytest.mark.parametrize("names", ["*,!node2", "!node2,node*", "node1,node3,!node2"])
def test_a_host_that_a_revoked_line_excepts_keeps_its_key(tmp_path, names):
    hosts = known(tmp_path, f"@revoked {names} {KEY[0]} {KEY[1]}")
    assert hosts.revoked_at("node1", KEY).endswith(":1")
    assert hosts.revoked_at("node2", KEY) == ""


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["node1 {key}"], True),
        (["node1,10.0.0.1 {key}"], True),
        ([f"{hashed('node1')} {{key}}"], True),
        (["node* {key}"], True),
        (["node*,!node1 {key}"], False),
        (["node1 {other}"], False),
        (["[node1]:2222 {same}", "node1 {key}"], False),
        (["[node1]:2222 {other}", "node1 {key}"], True),
        (["@revoked node1 {key}", "node1 {key}"], False),
        (["@revoked node2 {key}", "node1 {key}"], True),
        (["@cert-authority node1 {key}"], False),
    ],
)
def test_off_port_22_a_key_is_also_found_under_the_bare_name(tmp_path, lines, found):
    words = {"key": " ".join(KEY), "other": " ".join(OTHER), "same": f"{KEY[0]} AAAAchanged"}
    hosts = known(tmp_path, *(line.format(**words) for line in lines))
    assert hosts.knows_without_port("[node1]:2222", KEY) is found
    assert not hosts.knows_without_port("node1", KEY)


def test_config_gives_host_port_user_and_keys(tmp_path):
    key = tmp_path / "id"
    key.write_text("x")
    text = f"Host node*\n HostName 10.0.0.1\n Port 2222\n User ubuntu\n IdentityFile {key}\n"
    target = setup(tmp_path, text).target("node1")
    assert (target.host, target.port, target.user) == ("10.0.0.1", 2222, "ubuntu")
    assert target.keys == (key,)
    assert target.known_as == "[10.0.0.1]:2222"


def test_hosts_txt_wins_over_options_and_options_over_the_config(tmp_path):
    text = "Host *\n Port 2222\n User fromconfig\n"
    plain = setup(tmp_path, text, user="typed").target("node1")
    assert (plain.port, plain.user) == (2222, "typed")
    node = Node("node1", user="infile", port=2200)
    special = setup(tmp_path, text, node, user="typed", port=1).target("node1")
    assert (special.port, special.user) == (2200, "infile")


def test_include_is_read_in_place(tmp_path):
    inner = tmp_path / "inner"
    inner.write_text("Host node1\n Port 2200\n")
    target = setup(tmp_path, f"Include {inner}\nHost *\n Port 2222\n").target("node1")
    assert target.port == 2200


def test_an_include_of_itself_ends(tmp_path):
    text = f"Host node1\n Port 2200\nInclude {tmp_path / 'config'}\n"
    assert setup(tmp_path, text).target("node1").port == 2200


@pytest.mark.parametrize(("value", "accepts"), [("no", True), ("accept-new", True), ("yes", False)])
def test_strict_host_key_checking_is_honoured(tmp_path, value, accepts):
    target = setup(tmp_path, f"Host *\n StrictHostKeyChecking {value}\n").target("node1")
    assert target.accept_new is accepts


def test_an_explicit_key_is_the_only_one(tmp_path, monkeypatch):
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere")
    key = tmp_path / "id"
    key.write_text("x")
    target = setup(tmp_path, "", key=str(key)).target("node1")
    assert target.keys == (key,)
    assert (target.identities, target.only_named) == ((key,), True)


def test_a_config_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(UsageError, match="nothing: ssh config cannot be read"):
        load_config(str(tmp_path / "nothing"))


def test_a_config_that_makes_no_sense_is_named(tmp_path):
    with pytest.raises(UsageError, match="config"):
        setup(tmp_path, "Host node1\n Port\n")


def test_without_a_config_the_usual_keys_are_offered(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/id_ed25519").write_text("x")
    job = Job(nodes=(Node("node1"),), head="node1")
    assert SshSetup(job).target("node1").keys == (Path(tmp_path / ".ssh/id_ed25519"),)


@pytest.mark.parametrize(
    ("names", "port", "found"),
    [
        ("*", 22, True),
        ("node*,10.*", 2222, True),
        ("[node*]:2222", 2222, True),
        ("other*", 22, False),
    ],
)
def test_a_certificate_may_stand_for_the_key_of_the_hosts_that_are_named(
    tmp_path, names, port, found
):
    path = tmp_path / "known_hosts"
    path.write_text(f"@cert-authority {names} {' '.join(KEY)}\n")
    known = KnownHosts.load([str(path)])
    assert known.certifiable(known_hosts_name("node1", port)) is found
    assert not known.keys(known_hosts_name("node1", port))


@pytest.mark.parametrize("quoted", ['"{}"', '"{}" /nowhere', '/nowhere "{}"'])
def test_known_hosts_on_a_path_with_a_space(tmp_path, quoted):
    path = tmp_path / "my known hosts"
    path.write_text(f"node1 {' '.join(KEY)}\n")
    made = setup(tmp_path, f"Host *\n  UserKnownHostsFile {quoted.format(path)}\n")
    assert made.known_hosts(made.target("node1")).keys("node1") == {KEY}


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("Host node1\n UserKnownHostsFile /a\nHost node2\n UserKnownHostsFile /b", ("/a", "/b")),
        ("Host *\n UserKnownHostsFile /known/%n-%h", ("/known/node1-node1", "/known/node2-node2")),
        ("Host *\n HostKeyAlias lab-%%\n UserKnownHostsFile /%k", ("/lab-%%", "/lab-%%")),
        ("Host *\n UserKnownHostsFile ${KEPT}/known", ("/kept/known", "/kept/known")),
        ("Host node2\n UserKnownHostsFile /dev/null /b", ("~/.ssh/known_hosts", "/b")),
        ("Host node2\n UserKnownHostsFile none", ("~/.ssh/known_hosts", "/dev/null")),
    ],
)
def test_each_node_has_its_own_files_of_host_keys(tmp_path, monkeypatch, text, files):
    monkeypatch.setenv("KEPT", "/kept")
    config = tmp_path / "config"
    config.write_text(text)
    job = Job((Node("node1"), Node("node2")), "node1", Ssh(config=str(config)))
    made = SshSetup(job)
    assert tuple(made.target(name).own_known_hosts for name in job.names) == files


def test_an_alias_stands_in_files_of_host_keys_without_a_port(tmp_path):
    text = "Host node1\n Port 2200\n HostKeyAlias Rack1\nHost node2\n Port 2200\n"
    made = setup(tmp_path, text)
    assert made.target("node1").known_as == "rack1"
    assert known_hosts_name("node2", 2200) == "[node2]:2200"


def test_the_family_of_addresses_is_the_nodes_own(tmp_path):
    made = setup(tmp_path, "Host node1\n AddressFamily inet6\n")
    assert made.target("node1").family is socket.AF_INET6
