"""The logins with which trust is made: by key, or by a password that was asked for."""

from __future__ import annotations

import contextlib
import getpass
import subprocess
import warnings
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from checks.contact.logins import open_contact
from checks.contact.pool import Contact
from checks.contact.private_keys import agent_public_key, is_public_key
from checks.contact.ssh_config import SshSetup
from checks.errors import PreflightError, UsageError
from checks.facts import ClusterView, Login
from checks.facts.decode import decode_fact
from checks.facts.snapshot import Snapshot
from checks.facts.workdir_files import WorkdirFiles
from checks.folded_names import fold_names
from checks.model import Job
from checks.node.probe import workdir_files  # noqa: F401 - registers its section
from checks.node.probe.core import SECTIONS as SECTION_CALLS
from checks.quick_dataclass import dataclass
from checks.stages.gather import section_arguments
from launcher.commands.remote_scripts import ask_consent
from launcher.commands.trust.key_changes import key_fingerprint

SECTIONS = ("known_hosts", "sshd", "trust", "who")
FOLDER = WorkdirFiles.section
BY_PASSWORD = ("key-denied", "key-missing", "public-key-auth-off")
WITHOUT_TRUST = ("host-key-unknown", *BY_PASSWORD)
"""Why a login failed, where `trust` can help."""
LIMIT_S = 20.0
TRIES = 3


@dataclass(frozen=True)
class Entry:
    """All nodes, and what was seen of their trust.

    `host_keys` are those that the person agreed to, (file, line) each, by node: not on file yet.
    """

    contact: Contact
    cluster: ClusterView
    by_password: bool
    host_keys: Mapping[str, tuple[str, str]]

    def nodes_at(self, folder: Path) -> list[str]:
        """The nodes that see this machine's folder at that path: the node that it is, or all."""
        args = {"workdir": str(folder), "paths": []}
        own = decode_fact(WorkdirFiles, SECTION_CALLS[FOLDER](args)).identity
        wanted = dict.fromkeys(self.cluster.job.names, args)
        answers = self.contact.ask(FOLDER, wanted, LIMIT_S)
        seen = {name: answer.fields.get("identity") for name, answer in answers.items()}
        return [name for name in wanted if tuple(seen.get(name) or ()) == own]


@contextlib.contextmanager
def log_in_everywhere(job: Job, args: Namespace) -> Iterator[Entry]:
    """Every node open. Raises PreflightError where one cannot be; nothing is written anywhere."""
    passwords: dict[str, str] = {}
    agreed: dict[str, Login] = {}
    for _ in range(TRIES + 1):
        keys = {name: login.host_key for name, login in agreed.items()}
        contact, logins = open_contact(
            job, job.names, (*SECTIONS, FOLDER), passwords=passwords, agreed=keys
        )
        with contact:
            snapshot = Snapshot(job, "")
            for name, login in logins.items():
                snapshot.put_fact(name, login)
            cluster = ClusterView(snapshot)
            failed = {node.name: node.read(Login) for node in cluster.nodes if not node.reached}
            if not failed:
                _gather_trust(job, contact, snapshot)
                lines = {name: _known_line(login) for name, login in agreed.items()}
                yield Entry(contact, cluster, bool(passwords), lines)
                return
        agreed.update(_resolve_refusals(failed, passwords, args))
    raise PreflightError(_describe_unreached(failed))


def _gather_trust(job: Job, contact: Contact, snapshot: Snapshot) -> None:
    wanted = {
        name: [(section, section_arguments(job, name)) for section in SECTIONS]
        for name in job.names
    }
    for name, answers in contact.ask_all(wanted, LIMIT_S).items():
        for section, answer in answers.items():
            snapshot.put(name, section, answer)


def _resolve_refusals(
    failed: Mapping[str, Login], passwords: dict[str, str], args: Namespace
) -> Mapping[str, Login]:
    """Agree to unknown host keys, else ask for passwords; raises where neither can help.

    Returns the logins whose host keys were agreed to.
    """
    unknown = {
        name: failure for name, failure in failed.items() if failure.cause == "host-key-unknown"
    }
    denied = [name for name, failure in failed.items() if failure.cause in BY_PASSWORD]
    if len(unknown) + len(denied) < len(failed):
        raise PreflightError(_describe_unreached(failed))
    if unknown:
        _agree_to_host_keys(unknown, args)
    elif not args.ask_password:
        hint = "add --ask-password to log in with a password this once"
        raise PreflightError(f"{_describe_unreached(failed)}\n{hint}")
    elif denied:
        refused = [name for name in denied if name in passwords]
        again = f"{fold_names(refused)} refused that password. " if refused else ""
        entered = _ask_password(f"{again}ssh password for {fold_names(denied)}: ")
        passwords.update(dict.fromkeys(denied, entered))
    return unknown


def _ask_password(question: str) -> str:
    """What the person enters, unseen. Raises PreflightError where nobody does."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(question)
        except getpass.GetPassWarning:
            raise UsageError("there is no terminal to ask for the password at") from None
        except EOFError:
            raise PreflightError("no password was entered; nothing was changed") from None


def _agree_to_host_keys(unknown: Mapping[str, Login], args: Namespace) -> None:
    """Returns where the person says that these are the machines; nothing is written yet."""
    kinds = dict.fromkeys(login.host_key.partition(" ")[0] for login in unknown.values())
    print(
        "This machine has no host key of these nodes. Each must be what the node itself prints for"
    )
    print("\n".join(f"  ssh-keygen -lf {host_key_file(kind)}" for kind in kinds))
    for name, login in unknown.items():
        kind = login.host_key.partition(" ")[0]
        print(f"  {name}: {kind} {key_fingerprint(login.host_key)}")
    if args.dry_run:
        raise PreflightError("what they lack is seen once these are agreed to; nothing was changed")
    if not ask_consent(f"Are these the machines that you mean ({fold_names(unknown)})?", args):
        raise PreflightError("the host keys were not agreed to; nothing was changed")


def _known_line(login: Login) -> tuple[str, str]:
    """The file in which this machine keeps that host key, and its line."""
    return str(Path(login.known_hosts).expanduser()), f"{login.known_as} {login.host_key}"


def know_host_keys(lines: Iterable[tuple[str, str]]) -> None:
    """Put host keys that were agreed to into this machine's files, (file, line) each."""
    for file, line in lines:
        _append_line(Path(file), line)


def _append_line(file: Path, line: str) -> None:
    """Adds a line, behind the end of the last one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    cut = file.exists() and file.stat().st_size and not file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8") as out:
        out.write("\n" * bool(cut) + f"{line}\n")


def host_key_file(kind: str) -> str:
    """Where sshd keeps the public host key of a kind such as `ssh-ed25519`, unless configured."""
    algorithm = next((name for name in ("ed25519", "ecdsa", "rsa") if name in kind), "*")
    return f"/etc/ssh/ssh_host_{algorithm}_key.pub"


def _describe_unreached(failed: Mapping[str, Login]) -> str:
    lines = [f"  {name}: {failure.cause}: {failure.detail}" for name, failure in failed.items()]
    return "cannot log in; no node was changed:\n" + "\n".join(lines)


def find_own_key(job: Job) -> tuple[Path, str]:
    """Where this machine's key is or belongs, and its public half, `type base64`; '' for none.

    Raises PreflightError for one that cannot be used without a person.
    """
    target = SshSetup(job).target(job.head)
    path = target.keys[0] if target.keys else target.first_key
    if held := agent_public_key(target, path):
        return path, held
    if is_public_key(path):
        raise PreflightError(
            f"this machine: the ssh config names {path}, a public key, and no agent has the "
            "private one: start the agent that has it, or name the private key with --ssh-key"
        )
    if not path.exists():
        return path, ""
    done = _ssh_keygen("-y", "-P", "", "-f", str(path))
    if done.returncode != 0:
        raise PreflightError(f"this machine's key {path}: {done.stderr.strip()}")
    return path, " ".join(done.stdout.split()[:2])


def make_own_key(path: Path) -> str:
    """A new key for this machine; returns its public half. Raises PreflightError."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    done = _ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", str(path))
    if done.returncode != 0:
        raise PreflightError(f"this machine: no key was made: {done.stderr.strip()}")
    return " ".join(Path(f"{path}.pub").read_text(encoding="utf-8").split()[:2])


def _ssh_keygen(*words: str) -> subprocess.CompletedProcess[str]:
    argv = ["ssh-keygen", *words]
    nothing = subprocess.DEVNULL
    return subprocess.run(argv, check=False, capture_output=True, text=True, stdin=nothing)
