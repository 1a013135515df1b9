"""A key that is declared by one field of `Job`, and nowhere else, is known everywhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT

NEW_FIELD = """\
    volume: int = field(default=11, metadata=launch_key(
        "stage.volume", read_port, "how loud", metavar="N", type=int, example="12"))
"""
QUESTIONS = """
import contextlib, io, json, runpy
from pathlib import Path
from checks.job.build import build_job
from checks.model import Job, Node
from launcher.cli import main as launcher
from launcher.commands.init import launch_text
from preflight.__main__ import main as preflight

def output_of(call, *arguments):
    code, text = 0, io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(text):
        try:
            code = call(*arguments)
        except SystemExit as end:
            code = end.code
    return [code, text.getvalue()]

def started_with(text):
    Path("launch.toml").write_text(text)
    return output_of(launcher, ["start", "--hosts", "n1", "--", "train.py"])

answers = {
    "launcher": output_of(launcher, ["start", "--help"]),
    "preflight": output_of(preflight, ["--help"]),
    "template": launch_text(Job((Node("n1"),), "n1")),
    "mistakes": {text: started_with(text) for text in MISTAKES},
}
Path("launch.toml").write_text("[stage]\\nvolume = 5\\n")
jobs = [
    build_job({"hosts": "n1", **typed}, cwd=Path.cwd(), environ={})
    for typed in ({}, {"stage_volume": 7})
]
answers["volumes"] = [job.volume for job in jobs]
answers["docs"] = output_of(lambda: runpy.run_path("scripts/docs", run_name="__main__"))[0]
print(json.dumps(answers))
"""
MISTAKES = {
    "[stage]\nvolume = 0\n": (
        "launch.toml:2: 'stage.volume': expected a port from 1 to 65535, not 0"
    ),
    "[stage]\nvolum = 3\n": "launch.toml:2: 'stage.volum': unknown key; did you mean 'volume'?",
    "volume = 3\n": "launch.toml:1: 'volume': unknown key; it belongs under [stage]",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which `Job` has one more field."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("checks", "preflight", "launcher", "scripts", "docs", "tests"):
        shutil.copytree(ROOT / name, copy / name)
    model = copy / "checks/model.py"
    text = model.read_text(encoding="utf-8")
    assert text.count('    where: str = ""\n') == 1
    model.write_text(text.replace('    where: str = ""\n', f'{NEW_FIELD}    where: str = ""\n'))
    return copy


@pytest.fixture(scope="module")
def answers(project: Path) -> dict[str, Any]:
    """What one Python in the copy answers; its docs are generated after that."""
    done = subprocess.run(
        [sys.executable, "-c", f"MISTAKES = {[*MISTAKES]}\n{QUESTIONS}"],
        cwd=project, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(project), "PATH": "", "COLUMNS": "200"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("command", ["launcher", "preflight"])
def test_it_is_an_option(answers: dict[str, Any], command: str) -> None:
    code, text = answers[command]
    assert code == 0
    assert re.search(r"--stage-volume[= ]N +how loud \(default: 11\)", text)


@pytest.mark.parametrize("text", MISTAKES)
def test_it_is_read_and_a_mistake_has_its_line(answers: dict[str, Any], text: str) -> None:
    code, printed = answers["mistakes"][text]
    assert code == 2
    assert MISTAKES[text] in printed
    assert "Traceback" not in printed


def test_the_option_wins(answers: dict[str, Any]) -> None:
    assert answers["volumes"] == [5, 7]


def test_it_is_in_the_template(answers: dict[str, Any]) -> None:
    assert "\n[stage]\n# how loud (default: 11)\n#volume = 12\n" in answers["template"]


def test_it_is_in_the_docs(project: Path, answers: dict[str, Any]) -> None:
    assert not answers["docs"]
    hosts, preflight, launcher = (
        (project / f"docs/{name}.md").read_text(encoding="utf-8")
        for name in ("hosts", "preflight", "launcher")
    )
    assert "| `[stage] volume` | how loud | `--stage-volume` | `11` |\n" in hosts
    assert "\n[stage]\nvolume = 12\n" in hosts
    option = "| `--stage-volume N` | how loud (default: `11`) |\n"
    assert option in preflight
    assert option in launcher
