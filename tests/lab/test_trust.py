"""Trust made for real: from blank nodes and a password, after changes, and twice."""

from __future__ import annotations

import os
import pty
import select
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.contact.logins import open_contact
from launcher.lab.cluster import Lab
from launcher.lab.shape import PASSWORD, LabShape, OddNode
from tests.support.contact import log_in
from tests.support.lab_fixtures import MakeLab
from tests.support.lab_preflight import job_of
from tests.support.paths import ROOT

NAMES = ("node1", "node2", "node3")


@dataclass(frozen=True)
class Person:
    """Somebody with a home and a hosts file of their own."""

    home: Path
    hosts: Path
    user: str = "root"
    """Empty where an ssh config says who."""

    @property
    def argv(self) -> list[str]:
        command = [sys.executable, "-m", "launcher", "trust", "--hosts", str(self.hosts)]
        return [*command, "--ssh-user", self.user] if self.user else command

    @property
    def env(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.home), "SSH_AUTH_SOCK": ""}

    def trust(self, *words: str) -> tuple[int, str]:
        """Without a terminal."""
        done = subprocess.run(
            [*self.argv, *words], env=self.env, cwd=ROOT, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False, start_new_session=True,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


def at_a_terminal(argv: list[str], answers: dict[str, str], env: dict[str, str]) -> tuple[int, str]:
    """Runs a command at a terminal; types each answer once its question was printed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execvpe(argv[0], argv, env)
    seen, asked, deadline = "", 0, time.monotonic() + 120
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        seen += data.decode("utf-8", "replace")
        for question, answer in answers.items():
            if question in seen[asked:]:
                asked = len(seen)
                os.write(terminal, answer.encode() + b"\n")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen


def person(lab: Lab, home: Path, *, nodes: int = 3, user: str = "root") -> Person:
    """Whose hosts file has the first nodes by address, with their ports."""
    hosts, shape = home / "hosts.txt", lab.record.nodes[:nodes]
    hosts.write_text("".join(f"{entry.address} slots=1 port={entry.port}\n" for entry in shape))
    return Person(home, hosts, user)


def login_results(
    lab: Lab, nodes: int = 3, user: str = "root", *, by_name: bool = False
) -> set[str]:
    """The nodes' names as told by every login, each to itself too, or what ssh complained of."""
    places = lab.record.nodes[:nodes]
    return {
        log_in(lab, place.name, other.name if by_name else other.address, user, other.port)
        for place in places
        for other in places
    }


def ssh_files(lab: Lab) -> str:
    """Every file that ssh reads, of all nodes."""
    show = "find /root/.ssh -type f | sort | xargs -r tail -n +1"
    return "".join(lab.node(name).run(show, check=True).stdout for name in NAMES)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of somebody who never used ssh: no key, no known hosts."""
    home = tmp_path / "home"
    home.mkdir()
    return home


@pytest.fixture
def blank(make_lab: MakeLab) -> Lab:
    """Nodes that only let in a password and know nobody."""
    return make_lab(LabShape(nodes=3, by_address=True, trust=False))


def test_from_blank_nodes_and_a_password(blank: Lab, home: Path):
    one = person(blank, home, nodes=2)
    answers = {
        "Are these the machines": "y",
        "refused that password. ssh password for": PASSWORD,
        "password for": "wrong",
        "Apply these changes to 2 nodes and this machine?": "y",
    }
    code, seen = at_a_terminal([*one.argv, "--ask-password"], answers, one.env)
    assert code == 0, seen
    assert "  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\r\n" in seen
    assert "refused that password. " in seen
    assert "10.77." in seen and "this machine: make a key" in seen
    assert f"make a key, {home}/.ssh/id_ed25519; know the host keys of 10.77." in seen
    assert ", and this machine, as said above" in seen
    assert seen.count("; let in the keys of ") == 1, "what is the same on both is said once"
    assert login_results(blank, 2) == {"node1", "node2"}
    before = ssh_files(blank)
    code, seen = one.trust()
    assert code == 0, seen
    assert "Every node has a key" in seen
    assert ssh_files(blank) == before
    # a node that is added later gets what it lacks, and the others what they lack of it
    everyone = person(blank, home)
    answers = {
        "Are these the machines": "y",
        "password for": PASSWORD,
        "Apply these changes to": "y",
    }
    code, seen = at_a_terminal([*everyone.argv, "--ask-password"], answers, everyone.env)
    assert code == 0, seen
    assert login_results(blank) == set(NAMES)
    assert set(before.splitlines()) <= set(ssh_files(blank).splitlines())


def test_nothing_is_written_before_the_last_yes(blank: Lab, home: Path):
    one, before = person(blank, home), ssh_files(blank)
    answers = {"Are these the machines": "y", "password for": PASSWORD, "Apply these changes": "n"}
    code, seen = at_a_terminal([*one.argv, "--ask-password"], answers, one.env)
    assert code == 1
    assert f"({home}/.ssh/known_hosts)" in seen, "it is in what is asked for"
    assert "nothing was changed" in seen
    assert not (home / ".ssh").exists()
    assert ssh_files(blank) == before


def test_a_machine_that_is_a_node_has_one_key(blank: Lab):
    """Typed on node1, whose own key is this machine's: one is made, and let in once."""
    places = blank.record.nodes
    node, hosts = blank.node("node1"), "/root/hosts"
    node.write(hosts, "".join(f"{place.address} slots=1\n" for place in places))
    line = f"cd {ROOT} && exec {sys.executable} -m launcher trust --hosts {hosts} --ask-password"
    answers = {"Are these the machines": "y", "password for": PASSWORD, "Apply these changes": "y"}
    code, seen = at_a_terminal(node.argv(line), answers, {**os.environ})
    assert code == 0, seen
    assert f"this machine and {places[0].address} share their key" in seen
    assert "this machine: make a key" not in seen
    kept = node.run("cat /root/.ssh/authorized_keys", check=True).stdout.splitlines()
    assert len(kept) == len({entry.split()[1] for entry in kept}) == len(places)
    known = node.run("cat /root/.ssh/known_hosts", check=True).stdout.splitlines()
    assert len(known) == len({*known}) == len(places)
    assert login_results(blank) == set(NAMES)


def test_the_key_is_made_where_the_ssh_config_looks_for_it(make_lab: MakeLab, home: Path):
    lab = make_lab(LabShape(nodes=2, trust=False))
    one = Person(home, lab.hosts, "")
    answers = {"Are these": "y", "password for": PASSWORD, "Apply these changes": "y"}
    code, seen = at_a_terminal([*one.argv, "--ask-password"], answers, one.env)
    assert code == 0, seen
    assert ": 6 checks passed. Next (copies this folder" in seen
    assert (lab.hosts.parent / "id_ed25519").stat().st_mode & 0o777 == 0o600
    assert not (home / ".ssh/id_ed25519").exists()


def test_without_a_password_it_says_what_to_add(blank: Lab, home: Path):
    before = ssh_files(blank)
    code, seen = person(blank, home).trust("--yes")
    assert code == 1
    assert "--ask-password" in seen
    assert ssh_files(blank) == before


def test_nobody_to_ask_is_a_usage_error(blank: Lab, home: Path):
    code, seen = person(blank, home).trust()
    assert code == 2
    assert "--yes" in seen
    assert not (home / ".ssh").exists()
    code, seen = person(blank, home).trust("--yes", "--ask-password")
    assert code == 2
    assert "there is no terminal to ask for the password at" in seen


def test_a_dry_run_agrees_to_no_host_key(blank: Lab, home: Path):
    code, seen = person(blank, home).trust("--yes", "--dry-run", "--ask-password")
    assert code == 1
    assert "SHA256:" in seen
    assert "nothing was changed" in seen
    assert not (home / ".ssh").exists()


@pytest.fixture
def trusted(make_lab: MakeLab, home: Path) -> Lab:
    """Nodes that let this person's key in, and trust each other by name but not by address."""
    lab = make_lab(LabShape(nodes=3, user="ada", odd={"node2": OddNode(port=2222)}))
    (home / ".ssh").mkdir(mode=0o700)
    key = home / ".ssh/id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    for name in NAMES:
        line = shlex.quote(key.with_suffix(".pub").read_text().strip())
        forget = "rm /home/ada/.ssh/known_hosts /etc/ssh/ssh_known_hosts -f"
        let_in = f"echo {line} >>/home/ada/.ssh/authorized_keys"
        lab.node(name).run(f"{forget}; {let_in}", check=True)
    return lab


def test_a_user_and_a_port_of_their_own_and_nothing_kept_is_lost(trusted: Lab, home: Path):
    ada = person(trusted, home, user="ada")
    read = "cat /home/ada/.ssh/authorized_keys /home/ada/.ssh/id_ed25519"
    before = trusted.node("node1").run(read, check=True).stdout
    for entry in trusted.record.nodes:
        scan = ["ssh-keyscan", "-p", str(entry.port), entry.address]
        seen = subprocess.run(scan, check=True, capture_output=True, text=True).stdout
        with (home / ".ssh/known_hosts").open("a") as known:
            known.write(seen)
    code, seen = ada.trust("--dry-run")
    assert code == 0, seen
    assert "[10." in seen
    assert trusted.node("node1").run(read, check=True).stdout == before
    code, seen = ada.trust("--yes")
    assert code == 0, seen
    nothing = "Every node has a key, lets in all others and knows their host keys.\n"
    assert ada.trust("--dry-run") == (0, nothing)
    assert login_results(trusted, user="ada") == set(NAMES)
    after = trusted.node("node1").run(read, check=True).stdout
    assert set(before.splitlines()) <= set(after.splitlines())


def test_names_ports_and_users_of_an_ssh_config(trusted: Lab, home: Path):
    blocks = (
        f"Host {node.name}\n  HostName {node.address}\n  Port {node.port}\n  User ada\n"
        for node in trusted.record.nodes
    )
    (home / ".ssh/config").write_text("".join(blocks))
    for name in NAMES:  # as somebody who calls node2 by name there has it
        trusted.node(name).write("/home/ada/.ssh/config", "Host node2\n  Port 2222\n", user="ada")
    (home / "hosts.txt").write_text("".join(f"{name} slots=1\n" for name in NAMES))
    code, seen = Person(home, home / "hosts.txt", user="").trust("--yes")
    assert code == 0, seen
    assert login_results(trusted, user="ada", by_name=True) == set(NAMES)


def test_a_changed_host_key_is_refused_here_and_fixed_among_the_nodes(trusted: Lab, home: Path):
    ada = person(trusted, home, user="ada")
    assert ada.trust("--yes")[0] == 0
    trusted.fault("host-key-changed", on=["node3"])
    code, seen = ada.trust("--yes")
    assert code == 1
    assert "host-key-changed" in seen
    address = trusted.record.place("node3").address
    known = str(home / ".ssh/known_hosts")
    subprocess.run(["ssh-keygen", "-R", address, "-f", known], check=True, capture_output=True)
    code, seen = ada.trust("--yes")
    assert code == 0, seen
    assert login_results(trusted, user="ada") == set(NAMES)


def test_a_key_with_a_passphrase_is_left_to_its_owner(trusted: Lab, home: Path):
    trusted.node("node3").run(
        "ssh-keygen -q -p -P '' -N secret -f /home/ada/.ssh/id_ed25519", check=True
    )
    code, seen = person(trusted, home, user="ada").trust("--yes")
    assert code == 1
    assert "node3" not in seen  # by address, as in the hosts file
    assert f"{trusted.record.place('node3').address}: the key" in seen
    assert "has a passphrase" in seen


def test_a_public_half_of_another_key_is_named_with_what_mends_it(trusted: Lab, home: Path):
    key = "/home/ada/.ssh/id_ed25519"
    trusted.node("node3").run(
        f"ssh-keygen -q -t ed25519 -N '' -f /root/k && mv /root/k.pub {key}.pub && rm /root/k",
        check=True,
    )
    code, seen = person(trusted, home, user="ada").trust("--yes")
    assert code == 1
    assert f"the key {key} is not the key whose public half is beside it" in seen
    assert f"ssh-keygen -y -f {key} > {key}.pub" in seen


def test_more_keys_than_sshd_hears_of_are_refused_and_leave_room_for_a_password(
    make_lab: MakeLab, tmp_path: Path
):
    node = OddNode(sshd=("MaxAuthTries 2", "PasswordAuthentication yes"))
    lab = make_lab(LabShape(nodes=1, odd={"node1": node}))
    forget = f"rm /root/.ssh/authorized_keys; echo 'root:{PASSWORD}' | chpasswd -c SHA512"
    lab.node("node1").run(forget, check=True)
    with lab.ssh_config.open("a") as config:
        config.write("\nHost *\n")
        for name in ("second", "third"):
            argv = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
            subprocess.run(argv, check=True)
            config.write(f"  IdentityFile {tmp_path / name}\n")
    job = job_of(lab)
    login = open_contact(job, job.names, ())[1]["node1"]
    assert login.cause == "key-denied"
    assert "Too many authentication failures" in login.detail
    contact, logins = open_contact(job, job.names, (), passwords={"node1": PASSWORD})
    contact.close()
    assert logins["node1"].reached, logins
