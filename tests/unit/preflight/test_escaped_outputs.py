"""Whatever a node says, no output of a preflight passes it on as something that is obeyed."""

from __future__ import annotations

import json
import os
import re

import pytest
from lxml import etree

from tests.support.escape_payloads import PAYLOADS, raw_in
from tests.support.snapshots import snapshot, with_fact
from tests.support.toy_checks import Toy, preflight

SITE_TEST = """
import sys
from tests.support.toy_checks import Toy
def test_site(facts):
    said = facts.read(Toy).says
    print(said)
    print(said, file=sys.stderr)
    assert "broken" not in said, said
"""
OUTCOMES = ("ok", "block", "warn", "unknown", "skip")
FILES = {
    "--junitxml": "j.xml", "--csv": "s.csv", "--html": "r.html", "--report": "r.json",
    "--save-facts": "f.json", "--fix-script": "fixes",
}  # fmt: skip


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """All that a preflight writes in which nodes say it in each outcome, by where it stands."""
    folder, words = tmp_path_factory.mktemp("escapes"), "".join(PAYLOADS)
    (folder / "test_site.py").write_text(SITE_TEST)
    nodes = tuple(f"node-{said}" for said in OUTCOMES)
    snap = snapshot(nodes)
    for node, said in zip(nodes, OUTCOMES, strict=True):
        with_fact(snap, node, Toy(f"{said} broken {words}"))
    snap.save(folder / "facts.json")
    wanted = [word for option, name in FILES.items() for word in (option, name)]
    given = ("--facts", "facts.json", "--color=yes", "-rA", *wanted, "preflight/", "test_site.py")
    shown = {}
    for loudness in ("-q", "-v", "-vv"):
        done = preflight(*given, loudness, cwd=folder)
        assert done.returncode == 1, done.stdout
        shown[f"terminal {loudness}"] = done.stdout + done.stderr
    written = [folder / name for name in FILES.values()]
    paths = [
        path for place in written for path in ([*place.iterdir()] if place.is_dir() else [place])
    ]
    return {**shown, **{path.name: path.read_bytes().decode() for path in paths}}


def test_nothing_of_it_is_raw_anywhere(outputs):
    assert {where for where, text in outputs.items() if raw_in(text)} == set()
    assert all("broken" in outputs[where] for where in ("terminal -q", "terminal -vv", "j.xml"))
    assert len(outputs) > len(FILES) + 3


def test_what_programs_read_stays_well_formed(outputs):
    cases = etree.fromstring(outputs["j.xml"].encode()).iter("testcase")
    assert all(case.find("properties") is not None for case in cases)
    assert json.loads(outputs["r.json"])["decision"] == "stop"
    assert re.fullmatch(r"source,target,gbit_s,latency_us\n", outputs["s.csv"])


def test_all_of_it_is_its_owners_alone(tmp_path):
    snap = with_fact(snapshot(("node1",)), "node1", Toy("block"))
    snap.save(tmp_path / "facts.json")
    words = [word for option, name in FILES.items() for word in (option, name)]
    before = os.umask(0)
    try:
        preflight("--facts", "facts.json", *words, cwd=tmp_path)
    finally:
        os.umask(before)
    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in FILES.values()}
    assert modes == {name: 0o700 if name == "fixes" else 0o600 for name in FILES.values()}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "fixes").iterdir()} == {0o700}
