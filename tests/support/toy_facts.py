"""A snapshot in which the toys' nodes say what a test wants, as a file."""

from __future__ import annotations

from pathlib import Path

from checks.facts import Login
from tests.support.snapshots import snapshot, with_fact
from tests.support.toy_checks import Toy


def save_facts(path: Path, nodes: int = 3, dead: str = "", **says: str) -> Path:
    """A snapshot in which each node says ok, or what is given for it."""
    names = tuple(f"node{number}" for number in range(1, nodes + 1))
    snap = snapshot(names)
    for name in names:
        with_fact(snap, name, Toy(says.get(name, "ok")))
    if dead:
        snap.sections[dead] = {}
        with_fact(snap, dead, Login(reached=False, cause="refused"))
    snap.save(path / "facts.json")
    return path / "facts.json"
