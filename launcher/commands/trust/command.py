"""`python -m launcher trust`: say what would change, ask, change it, and prove it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.contact.pool import Contact
from checks.errors import FactError, PreflightError
from checks.folded_names import fold_names
from checks.model import Job
from checks.next_line import next_line
from checks.quick_dataclass import dataclass
from checks.reports.terminal import takes_colour
from checks.run import examine
from launcher.commands.live_runs import next_start
from launcher.commands.remote_scripts import ask_consent, run_scripts
from launcher.commands.trust import node_logins as hands
from launcher.commands.trust.key_changes import (
    THIS_MACHINE,
    Change,
    needed_changes,
    own_key_path,
    usable_key,
)
from launcher.exit_codes import ExitCode
from launcher.options import job_from_options

PROOF_CHECKS = ("reach.controller-logs-in", "ssh.every-node-logs-in-to-every-node")


def add_options(parser: ArgumentParser) -> None:
    """Beside those of the job."""
    parser.add_argument("--yes", action="store_true", help="agree to all that would be asked")
    parser.add_argument(
        "--ask-password",
        action="store_true",
        help="ask for the password of nodes that accept no key yet; it is kept nowhere",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would change, change none")


def establish_trust(args: Namespace) -> ExitCode:
    """Done once every node logs in to every node; failed where something prevents it."""
    job = job_from_options(args)
    with hands.log_in_everywhere(job, args) as entry:
        try:
            done = _make_changes(job, entry, args)
        except FactError as error:
            raise PreflightError(f"{error}; nothing was changed") from error
    return _prove_logins(job) if done else ExitCode.DONE


@dataclass(frozen=True)
class _OwnChange:
    """What this machine lacks: the path of a key to be made, '' for none, and host keys to know,
    (file, line) each. `key` is its public key where the nodes must let it in, '' to be made.
    """

    make_key: str
    key: str | None
    know: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return str(Change(make_key=self.make_key, know=self.know))

    def __bool__(self) -> bool:
        return bool(self.make_key or self.know)


def _own_change(job: Job, entry: hands.Entry) -> _OwnChange:
    """Of this machine: nothing that is done on a node which is this machine."""
    cluster, here = entry.cluster, []
    path, key = hands.find_own_key(job) if entry.by_password else (None, None)
    if path:
        keys = {node.name: usable_key(node) for node in cluster.reached}
        paths = {
            name: own.path if own else own_key_path(cluster[name]) for name, own in keys.items()
        }
        here = [name for name in entry.nodes_at(path.parent) if paths[name] == str(path)]
    if here:
        print(f"{THIS_MACHINE} and {fold_names(here)} share their key")
        path, key = None, None
    done = {line for change in needed_changes(cluster).values() for line in change.know}
    know = tuple(line for line in entry.host_keys.values() if not here or line not in done)
    return _OwnChange(str(path) if path and key == "" else "", key, know)


def _make_changes(job: Job, entry: hands.Entry, args: Namespace) -> bool:
    """Say, ask, change; whether there is anything to prove."""
    cluster, own = entry.cluster, _own_change(job, entry)
    wanted = {name: each for name, each in needed_changes(cluster, own.key).items() if each}
    if own:
        print(f"{THIS_MACHINE}: {own}")
    for change, names in _nodes_by_change(wanted).items():
        print(f"{fold_names(names)}: {change}")
    if not wanted:
        print("Every node has a key, lets in all others and knows their host keys.")
    if args.dry_run or not (wanted or own):
        return not args.dry_run
    nodes = f"{len(wanted)} node{'s' * (len(wanted) != 1)}" if wanted else ""
    places = " and ".join(filter(None, (nodes, THIS_MACHINE if own else "")))
    if not ask_consent(f"Apply these changes to {places}?", args):
        raise PreflightError("nothing was changed")
    hands.know_host_keys(own.know)
    keys = {node.name: key.public for node in cluster.reached if (key := usable_key(node))}
    if own.key is not None:
        keys[THIS_MACHINE] = own.key or hands.make_own_key(Path(own.make_key))
    _apply_changes(entry.contact, wanted, keys)
    written = ", and ".join(filter(None, (fold_names(wanted), THIS_MACHINE if own else "")))
    print(f"written on {written}, as said above; every login is tried now")
    return True


def _nodes_by_change(wanted: Mapping[str, Change]) -> dict[str, list[str]]:
    """The nodes on which the same is to be done, by what that is."""
    nodes: dict[str, list[str]] = {}
    for name, change in wanted.items():
        nodes.setdefault(str(change), []).append(name)
    return nodes


def _apply_changes(contact: Contact, wanted: Mapping[str, Change], keys: Mapping[str, str]) -> None:
    """New keys first, on all nodes; then who is let in and who is known."""
    making = {name: change.key_script() for name, change in wanted.items() if change.make_key}
    made = {name: " ".join(out.split()[:2]) for name, out in run_scripts(contact, making).items()}
    run_scripts(contact, {name: change.script({**keys, **made}) for name, change in wanted.items()})


def _prove_logins(job: Job) -> ExitCode:
    proof = examine(job, claims_of([CATALOGUE[check] for check in PROOF_CHECKS], job))
    colour = takes_colour(sys.stdout)
    go = next_start(job)
    stop = f"type again: {next_line('trust', job)}"
    lines = proof.summary(go=go, stop=stop, colour=colour, fold_trust=False)
    print("\n".join(lines))
    return ExitCode.DONE if proof.decision == "go" else ExitCode.FAILED
