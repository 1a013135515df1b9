"""The controller logs in where OpenSSH does with the same configuration, and only there."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.contact.logins import open_contact
from checks.model import Job, Node, Ssh
from launcher.commands.trust.node_logins import find_own_key
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.lab_fixtures import MakeLab

OWN, CONFIG = "{folder}/known", "  User root\n  StrictHostKeyChecking yes\n"


@dataclass(frozen=True)
class Setting:
    """Lines of an ssh config for the node, and why no login comes of it, if so."""

    lines: tuple[str, ...]
    cause: str = ""
    agent: bool = False
    """Whether SSH_AUTH_SOCK names the agent, which has the key `held` alone."""
    known: str = f"UserKnownHostsFile {OWN}"


IN_AGENT = "IdentityAgent {folder}/agent"
SETTINGS = {
    "a passphrase, its key in the agent": Setting(
        ("IdentityFile {folder}/held", "IdentitiesOnly yes"), agent=True
    ),
    "an agent of the config": Setting(("IdentityFile {folder}/held", IN_AGENT)),
    "an agent by a variable": Setting(("IdentityFile {folder}/held", "IdentityAgent $OWN_AGENT")),
    "a public key alone": Setting(
        ("IdentityFile {folder}/public.pub", "IdentitiesOnly yes", IN_AGENT)
    ),
    "a public key beside no private one": Setting(
        ("IdentityFile {folder}/public", "IdentitiesOnly yes", IN_AGENT)
    ),
    "a private key that others can read, and an agent": Setting(
        ("IdentityFile {folder}/open", IN_AGENT)
    ),
    "any key of the agent": Setting(("IdentityFile {folder}/other",), agent=True),
    "no other key of the agent": Setting(
        ("IdentityFile {folder}/other", "IdentitiesOnly yes"), "key-denied", agent=True
    ),
    "no agent": Setting(
        ("IdentityFile {folder}/held", "IdentityAgent none"), "key-passphrase", agent=True
    ),
    "an agent that is gone": Setting(
        ("IdentityFile {folder}/public.pub", "IdentityAgent {folder}/gone"), "key-missing"
    ),
    "a certificate of nobody, and a key": Setting(("IdentityFile {folder}/certified",)),
    "a certificate alone": Setting(("IdentityFile {folder}/signed",)),
    "a certificate elsewhere": Setting(
        ("IdentityFile {folder}/remote", "CertificateFile {folder}/elsewhere")
    ),
    "a certificate of another key": Setting(
        ("IdentityFile {folder}/other", "CertificateFile {folder}/elsewhere"), "key-denied"
    ),
    "a command for host keys": Setting(
        ("IdentityFile {folder}/certified", "KnownHostsCommand /bin/cat {folder}/known"),
        known="UserKnownHostsFile none",
    ),
    "a command for other host keys": Setting(
        ("IdentityFile {folder}/certified", "KnownHostsCommand /bin/cat {folder}/others"),
        "host-key-unknown",
        known="UserKnownHostsFile none",
    ),
    "a proxy that a shell runs": Setting(
        (
            "IdentityFile {folder}/certified",
            "ProxyCommand bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & exec cat >&3' 2>/dev/null",
        )
    ),
    "a proxy that is not there": Setting(
        ("IdentityFile {folder}/certified", "ProxyCommand not-there %h %p"), "proxy-fails"
    ),
    "a proxy that ends": Setting(
        ("IdentityFile {folder}/certified", "ProxyCommand echo no; false"), "proxy-fails"
    ),
    "a jump host that refuses": Setting(
        ("IdentityFile {folder}/certified", "ProxyJump 127.0.0.1:1"), "proxy-fails"
    ),
}


def keygen(*words: object) -> None:
    subprocess.run(["ssh-keygen", "-q", *map(str, words)], check=True, capture_output=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def node(make_lab: MakeLab, folder: Path) -> Lab:
    """A node that lets in `held`, `certified` and what the authority of `signed` has signed."""
    lab = make_lab(LabShape(nodes=1))
    for name in ("held", "certified", "other", "signed", "remote", "authority", "nobody"):
        keygen("-t", "ed25519", "-N", "", "-f", folder / name)
    keygen("-s", folder / "nobody", "-I", "id", "-n", "root", folder / "certified.pub")
    keygen("-s", folder / "authority", "-I", "id", "-n", "root", folder / "signed.pub")
    keygen("-s", folder / "authority", "-I", "id", "-n", "root", folder / "remote.pub")
    (folder / "remote-cert.pub").rename(folder / "elsewhere")
    for name in ("open", "public.pub"):
        shutil.copy(folder / ("held" if name == "open" else "held.pub"), folder / name)
    (folder / "open").chmod(0o644)
    (folder / "others").write_text("node9 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\n")
    place, head = lab.record.nodes[0], lab.nodes[0]
    let_in = [(folder / f"{name}.pub").read_text() for name in ("held", "certified")]
    head.write("/root/.ssh/authorized_keys", "".join(let_in))
    head.write("/etc/ssh/authority.pub", (folder / "authority.pub").read_text())
    trusted = "TrustedUserCAKeys /etc/ssh/authority.pub"
    head.run(f"echo {trusted} >>/etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid)", check=True)
    host_key = head.read("/etc/ssh/ssh_host_ed25519_key.pub")
    (folder / "known").write_text(f"{place.address} {host_key}")
    return lab


@pytest.fixture(scope="module")
def agent(folder: Path, node: Lab):
    """Has `held`, whose file has a passphrase."""
    argv = ["ssh-agent", "-D", "-a", str(folder / "agent")]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        while not (folder / "agent").exists():
            assert process.poll() is None
        own = {"SSH_AUTH_SOCK": str(folder / "agent"), "PATH": "/usr/bin:/bin"}
        add = ["ssh-add", str(folder / "held")]
        subprocess.run(add, env=own, check=True, capture_output=True)
        keygen("-p", "-N", "secret", "-f", folder / "held")
        yield str(folder / "agent")
        process.terminate()


@pytest.fixture
def job(node: Lab, folder: Path, agent: str, monkeypatch: pytest.MonkeyPatch):
    """The job of somebody with that setting."""

    def make(setting: Setting) -> Job:
        monkeypatch.setenv("SSH_AUTH_SOCK", agent if setting.agent else "")
        monkeypatch.setenv("OWN_AGENT", agent)
        lines = [f"  {line.format(folder=folder)}\n" for line in (*setting.lines, setting.known)]
        config, place = folder / "config", node.record.nodes[0]
        config.write_text(f"Host here\n  HostName {place.address}\n{CONFIG}{''.join(lines)}")
        return Job(nodes=(Node("here"),), head="here", ssh=Ssh(config=str(config)))

    return make


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_the_controller_logs_in_where_openssh_does(job, setting):
    own = job(setting)
    argv = ["ssh", "-F", own.ssh.config, "-oBatchMode=yes", "here", "true"]
    by_hand = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (by_hand.returncode == 0) is not bool(setting.cause), by_hand.stderr
    contact, logins = open_contact(own, ["here"], ())
    contact.close()
    assert logins["here"].cause == setting.cause, logins["here"].detail


def test_trust_lets_in_the_key_that_the_agent_has(job, folder):
    own = job(SETTINGS["a public key alone"])
    path, public = find_own_key(own)
    assert public == " ".join((folder / "public.pub").read_text().split()[:2])
    assert path == folder / "public.pub"
