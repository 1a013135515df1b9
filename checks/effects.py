"""Whether typing a fix could change what was seen: one that could not is not printed.

A judge derives its fix from the cause. Here its command is held against the facts that the check
reads, step by step: where each step would bring about what is there already, the cause lies
elsewhere, and typing it for ever would help nobody. What is not understood may change something.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace

from checks.errors import FactError
from checks.facts import ClusterView, NodeView
from checks.facts.known_hosts import KnownHosts
from checks.facts.software import Software
from checks.facts.sshd import AuthorizedKey, Sshd
from checks.facts.view import UndeclaredFactError
from checks.model import Verdict

CHANGES_ANYWAY = ("--force-reinstall", "-U")


def hold_against_facts(verdict: Verdict, cluster: ClusterView) -> Verdict:
    """The verdict; without the command of its fix where that would change nothing."""
    fix = verdict.fix
    if fix is None or not fix.command or fix.on not in cluster.job.names:
        return verdict
    steps = _steps_of(fix.command)
    if not steps or not all(_is_done(step, cluster[fix.on]) for step in steps):
        return verdict
    note = f"nothing to type: `{fix.command}` would bring about what is there; look for another why"
    return replace(verdict, fix=replace(fix, command="", note=note))


def _steps_of(command: str) -> list[list[str]]:
    """The words of each step of `a && b`; none where it is more than that."""
    lexer = shlex.shlex(command.removeprefix("sudo "), posix=True, punctuation_chars="&|;<>(){}")
    lexer.whitespace_split = True
    steps: list[list[str]] = [[]]
    try:
        for word in lexer:
            if word == "&&":
                steps.append([])
            elif word in ("|", "||", ";", "&", "<", "(", ")", "{", "}"):
                return []
            else:
                steps[-1].append(word)
    except ValueError:
        return []
    return steps


def _is_done(step: Sequence[str], node: NodeView) -> bool:
    """Whether what that step would bring about is seen to be so."""
    return any(_known(done, step, node) for done in (_is_installed, _is_listed, _is_executable))


def _known(
    done: Callable[[Sequence[str], NodeView], bool], step: Sequence[str], node: NodeView
) -> bool:
    try:
        return done(step, node)
    except (FactError, UndeclaredFactError):
        return False


def _is_installed(step: Sequence[str], node: NodeView) -> bool:
    """`… pip install torch==2.5.1` of what has that version."""
    if "install" not in step or "pip" not in step or set(step) & set(CHANGES_ANYWAY):
        return False
    pins = [word.split("==") for word in step if "==" in word]
    packages = node.read(Software).packages
    return bool(pins) and all(packages.get(name) == version for name, version in pins)


def _is_listed(step: Sequence[str], node: NodeView) -> bool:
    """`echo 'ssh-ed25519 AAAA… node1' >> FILE` of a key that sshd, or ssh, reads from there."""
    match step:
        case ["echo", line, ">>", file]:
            words = line.split()
        case _:
            return False
    if "authorized_keys" in file:
        places = {(key.fingerprint, key.where.rpartition(":")[0]) for key in _plain_keys(node)}
        return any((_fingerprint(word), file) in places for word in words)
    peers = node.read(KnownHosts).peers.values()
    keys = [key for peer in peers if peer.name == words[0] for key in peer.keys]
    return " ".join(words[1:3]) in keys


def _plain_keys(node: NodeView) -> list[AuthorizedKey]:
    return [key for key in node.read(Sshd).authorized if not key.options]


def _fingerprint(blob: str) -> str:
    """As OpenSSH prints it; of what is no key's, that of nothing."""
    try:
        digest = hashlib.sha256(base64.b64decode(blob, validate=True)).digest()
    except ValueError:
        return ""
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _is_executable(step: Sequence[str], node: NodeView) -> bool:
    """`chmod +x PYTHON` of an interpreter that runs."""
    software = node.read(Software)
    return step[:2] == ["chmod", "+x"] and software.ok and list(step[2:]) == [software.path]
