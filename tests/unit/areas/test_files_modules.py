"""What an import takes on one node, and on the others not."""

from __future__ import annotations

import pytest

from checks.facts.files import Files, PathState
from checks.facts.local_modules import LocalModules
from tests.support.job_paths import NODES, cluster, outcomes
from tests.support.snapshots import judged, with_fact

SAME = "same-files-are-equal"
PLAIN = {"lib/model.py": "1"}
BOTH = {**PLAIN, "lib/model/__init__.py": "2", "lib/model/net.py": "3"}
PACKAGE = {"lib/model/__init__.py": "2"}


def seen(*modules: LocalModules):
    files = Files(PathState("there", "/run", "directory"))
    snap = cluster(*(files for _ in modules), workdir="/run")
    for name, module in zip(NODES, modules, strict=False):
        with_fact(snap, name, module)
    return snap


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((PLAIN, PLAIN, BOTH), ["pass", "pass", "shadowed!"]),
        ((PLAIN, PLAIN, PLAIN), ["pass"] * 3),
        ((BOTH, BOTH, BOTH), ["pass"] * 3),
        ((PACKAGE, PACKAGE, BOTH), ["pass", "pass", "pass"]),
        ((PLAIN, PLAIN, {**PLAIN, "other/__init__.py": "2"}), ["pass"] * 3),
    ],
)
def test_a_folder_that_an_import_takes_on_one_node_alone(files, expected):
    snap = seen(*map(LocalModules, files))
    assert outcomes(SAME, snap) == expected
    if "shadowed!" in expected:
        fix = judged(snap, f"files.{SAME}")[("node3",)].fix
        assert fix
        assert fix.command == "mv /run/lib/model /run/lib/model.aside"


def test_a_compiled_form_of_another_source_is_removed():
    snap = seen(LocalModules(PLAIN), LocalModules(PLAIN, ("/run/lib/model.py",)))
    assert outcomes(SAME, snap) == ["pass", "stale-bytecode!"]
    fix = judged(snap, f"files.{SAME}")[("node2",)].fix
    assert fix
    assert fix.command == "rm -r /run/lib/__pycache__"
