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
LACED = 120
"""Of the tests of the areas: so many causes with a node's text in their command, at least; fewer
would show that the payloads do not get there any more."""
OF_THE_CONTROLLER_ALONE = ("container-refuses", "no-python", "shell-noisy", "stalls")
"""Causes of logins that only its own find; ssh's clients have no words for them."""
REFINED = (
    "authorized-keys-permissions", "certificate-refused", "dead-address", "forced-command",
    "key-mismatched", "key-missing", "key-not-authorized", "key-passphrase", "shell-hangs",
    "user-unknown",
)  # fmt: skip
"""Causes that facts of both ends tell from one another; pdsh's ssh is judged by its words alone."""
NEVER_FOUND = {
    ("ports.master-port-is-reachable", "first-address"),  # the head is called at its usual one
    *(("ssh.every-node-logs-in-to-every-node", cause) for cause in OF_THE_CONTROLLER_ALONE),
    *(("pdsh.reaches-every-node", cause) for cause in (*OF_THE_CONTROLLER_ALONE, *REFINED)),
}
"""What the table of an area describes, and the check that links to it cannot find."""


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
    assert every - fixes - bare == NEVER_FOUND
    assert len(laced) >= LACED
