"""Scripts of fixes: each fix once, where it is to be typed, and nothing that is not to be done."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from checks.model import HERE, Finding, Fix, Outcome, Severity
from preflight.fix_scripts import MARK, fix_scripts, scripts_note, write_fix_scripts

CWD = Path("/data/my run")


def finding(fix: Fix | None, message: str = "it does not hold", **more: Any) -> Finding:
    fields = {"outcome": Outcome.FAIL, "severity": Severity.BLOCK, "cause": "why", **more}
    return Finding("limits.toy", "limits", ("node2",), message=message, fix=fix, **fields)


def run(script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    argv = ["sh", "-c", script]
    return subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_each_place_gets_its_own_fixes_once():
    twice = Fix("touch a", "node2", "makes a")
    scripts = fix_scripts(
        [
            finding(twice, "first"),
            finding(twice, "second"),
            finding(Fix("touch b", "node3")),
            finding(Fix("", "", "ask the site")),
            finding(Fix("touch c", "node4"), outcome=Outcome.PASS),
            finding(None),
        ],
        CWD,
    )
    assert list(scripts) == ["node2", "node3", HERE]
    assert scripts["node2"].count("touch a") == 1
    assert "# × first" in scripts["node2"] and "# × second" in scripts["node2"]
    assert "#   by hand: ask the site" in scripts[HERE]
    assert "cd '/data/my run' || exit" in scripts[HERE] and "cd " not in scripts["node2"]


@pytest.mark.parametrize("message", ["two\nrm x", "an\x1b[31mescape", "\n", "$(rm x)", "\r\nrm x"])
def test_what_a_node_says_is_a_comment(message, tmp_path):
    kept = tmp_path / "x"
    kept.touch()
    script = fix_scripts([finding(Fix("true", "node2", message), message)], CWD)["node2"]
    assert run(script, tmp_path).returncode == 0
    assert kept.exists()


def test_fixes_do_not_depend_on_each_other(tmp_path):
    fixes = ("mkdir -p deep && cd deep && exit 3", "touch here", "false # or true")
    script = fix_scripts([finding(Fix(fix, "node2")) for fix in fixes], CWD)["node2"]
    done = run(script, tmp_path)
    assert (tmp_path / "here").exists()
    assert done.returncode == 1
    assert done.stderr.count("did not work: limits.toy, node2, why") == 2


@pytest.mark.parametrize("bad", ["echo 'open", "rm <the file>", "a) b", "if true"])
def test_what_sh_cannot_read_spoils_no_script(bad, tmp_path):
    fixes = (bad, "touch here")
    script = fix_scripts([finding(Fix(fix, "node2")) for fix in fixes], CWD)["node2"]
    assert run(script, tmp_path).returncode == 0
    assert (tmp_path / "here").exists()
    assert "#   not for sh as it stands: " in script


def test_scripts_of_an_earlier_run_do_not_stay(tmp_path):
    folder = tmp_path / "fixes"
    scripts = fix_scripts([finding(Fix("true", "node2")), finding(Fix("true", HERE))], CWD)
    names = ("node1", "node2", "node3")
    written = write_fix_scripts(scripts, folder, names)
    assert written == [folder / "this-machine.sh", folder / "node2.sh"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o700}
    assert MARK in written[0].read_text()
    (folder / "node1.sh").write_text("my own")
    assert write_fix_scripts({}, folder, names) == []
    assert [path.name for path in folder.iterdir()] == ["node1.sh"]
    assert "nothing to fix" in scripts_note(folder, [])
