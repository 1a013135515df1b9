"""The logins to all nodes, many at a time, each with a probe that stays."""

from __future__ import annotations

import concurrent.futures
import contextlib
import socket
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from checks.contact.identity import LoginError
from checks.contact.pool import Contact, Progress
from checks.contact.probe_program import probe_program
from checks.contact.resident_probe import ResidentProbe
from checks.contact.ssh_transport import SshTransport
from checks.facts import Login
from checks.job.hosts import absent_hosts_file, near_hosts_file
from checks.model import Job

POOL = 64
"""Logins under way at once; time-outs of dead hosts overlap within it."""
LIFE_S = 3600


def open_contact(
    job: Job,
    names: Collection[str],
    wanted: Collection[str],
    progress: Progress | None = None,
    passwords: Mapping[str, str] | None = None,
    agreed: Mapping[str, str] | None = None,
) -> tuple[Contact, dict[str, Login]]:
    """Log in to `names` and start a probe that can answer `wanted`.

    Returns the contact and how the login to each of `names` went. `passwords` by node are used
    where no key is accepted; `agreed` are host keys by node that count as if they were on file.
    """
    transport = SshTransport(job, passwords, agreed)
    probe_program(wanted, "", LIFE_S)  # packed once, not by each of the threads that need it first
    residents: dict[str, ResidentProbe] = {}
    logins: dict[str, Login] = {}

    with concurrent.futures.ThreadPoolExecutor(max_workers=POOL) as pool:
        futures = {
            pool.submit(_start_resident, transport, job, wanted, name): name for name in names
        }
        for future in concurrent.futures.as_completed(futures):
            name = futures[future]
            resident, login = future.result()
            logins[name] = login
            if resident:
                residents[name] = resident
            if progress:
                progress(len(logins))
    if job.where == "--hosts" and len(job.nodes) == 1:
        logins = {name: _held_against_files(login, name) for name, login in logins.items()}
    return Contact({name: residents[name] for name in names if name in residents}), logins


def _held_against_files(login: Login, word: str) -> Login:
    """The login to the only word typed; where that has no address, no file of that name is there.

    Raises UsageError where a hosts file of almost that name is.
    """
    if login.cause != "name-unresolved":
        return login
    path = Path.cwd() / word
    if near_hosts_file(path):
        raise absent_hosts_file(word, path, "--hosts")
    return replace(login, detail=f"{login.detail}; nor is a file {word} in {path.parent}")


def _start_resident(
    transport: SshTransport, job: Job, wanted: Collection[str], name: str
) -> tuple[ResidentProbe | None, Login]:
    """A probe on that node, or None, and how the login went."""
    began = time.monotonic()
    seen: dict[str, str] = {}
    accepted = options = ""
    try:
        with contextlib.ExitStack() as stack:
            session = stack.enter_context(contextlib.closing(transport.open(name)))
            seen = {"address": session.address, "host_key": session.host_key}
            accepted, options = session.public_key, session.key_options
            resident = ResidentProbe(session, job.python, wanted, LIFE_S, job.container)
            stack.pop_all()
            return resident, _login_fact(transport, name, began, noise=resident.noise, **seen)
    except LoginError as error:
        key = error.public_key or accepted
        seen = {"host_key": error.host_key, "public_key": key, "key_options": options, **seen}
        why = {"cause": error.cause, "detail": error.detail, "printed": error.printed}
        why["blamed"] = error.blamed
        return None, _login_fact(transport, name, began, **why, **seen)
    except (OSError, EOFError) as error:
        broke = f"the connection broke: {error or type(error).__name__}"
        return None, _login_fact(transport, name, began, cause="timeout", detail=broke, **seen)


def _login_fact(transport: SshTransport, name: str, began: float, **seen: str) -> Login:
    target, user = transport.target(name)
    if "cause" in seen:
        seen.update(_neighbour(seen.get("address") or target.host))
    return Login(
        reached="cause" not in seen,
        user=user,
        port=target.port,
        key=str(target.keys[0]) if target.keys else "",
        host_name=target.host,
        known_as=target.known_as,
        known_hosts=target.own_known_hosts,
        seconds=round(time.monotonic() - began, 3),
        **seen,
    )


def _neighbour(host: str) -> dict[str, str]:
    """Where this machine sends what is for that host, by its table of neighbours; {} without."""
    with contextlib.suppress(OSError, UnicodeError):
        address = socket.gethostbyname(host)
        for line in Path("/proc/net/arp").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[0] == address:
                return {"address": address, "hardware": fields[3], "interface": fields[-1]}
    return {}
