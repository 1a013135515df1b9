"""Nothing that a node says runs where a fix is typed, whichever fix it gets into."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from checks.catalogue import CATALOGUE
from tests.support.judgements import described_causes
from tests.support.paths import ROOT

pytestmark = pytest.mark.long
FIXES, LACED = 380, 120
"""Of the tests of the areas: so many causes with a command, and with a node's text in it, at least;
fewer would show that the payloads do not get there any more."""


def test_no_payload_of_a_node_runs_in_any_fix(tmp_path):
    seen = tmp_path / "seen.jsonl"
    places = {"FIX_ROOT": str(tmp_path / "root"), "FIX_INJECTIONS": str(seen)}
    argv = ["pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.support.fix_injection"]
    done = subprocess.run(
        [sys.executable, "-m", *argv, "tests/unit/areas"],
        cwd=ROOT,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    lines = [json.loads(line) for line in seen.read_text().splitlines()]
    assert not [line["injected"] for line in lines if "injected" in line]
    fixes = {tuple(line["covered"]) for line in lines if "covered" in line}
    laced = {tuple(line["covered"]) for line in lines if line.get("reached")}
    bare = {tuple(line["bare"]) for line in lines if "bare" in line} - fixes
    commands = sum(line.get("reached", 0) for line in lines)
    print(f"{len(fixes)} causes with a command, a node's text in {len(laced)}: {commands} commands")
    print(f"{len(bare)} causes with nothing to type")
    every = {(check.id, cause) for check in CATALOGUE.values() for cause in described_causes(check)}
    print("found by no test:", *sorted(every - fixes - bare), sep="\n  ")
    assert len(fixes) >= FIXES
    assert len(laced) >= LACED
