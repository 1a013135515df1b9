"""A key that is declared by one field of `Job`, and nowhere else, is known everywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import ROOT

NEW_FIELD = """\
    volume: int = field(default=11, metadata=launch_key(
        "stage.volume", read_port, "how loud", metavar="N", type=int, example="12"))
"""
DIGEST = """
from pathlib import Path
from checks.job.build import build_job, job_digest
jobs = [
    build_job({"hosts": "n1", **typed}, cwd=Path.cwd(), environ={})
    for typed in ({}, {"stage_volume": 7})
]
print(*(job.volume for job in jobs), len({job_digest(job) for job in jobs}))
"""
TEMPLATE = """
from checks.model import Job, Node
from launcher.commands.init import launch_text
print(launch_text(Job((Node("n1"),), "n1")))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which `Job` has one more field."""
    copy = tmp_path_factory.mktemp("project")
    for name in ("checks", "preflight", "launcher", "scripts", "docs"):
        shutil.copytree(ROOT / name, copy / name)
    model = copy / "checks/model.py"
    text = model.read_text(encoding="utf-8")
    assert text.count('    where: str = ""\n') == 1
    model.write_text(text.replace('    where: str = ""\n', f'{NEW_FIELD}    where: str = ""\n'))
    return copy


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python in the copy, its output without line breaks."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=project, capture_output=True, text=True, timeout=120, check=False,
        env={"PYTHONPATH": str(project), "PATH": "", "COLUMNS": "200"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.mark.parametrize("words", [("launcher", "start", "--help"), ("preflight", "--help")])
def test_it_is_an_option(project: Path, words: tuple[str, ...]) -> None:
    assert re.search(
        r"--stage-volume[= ]N +how loud \(default: 11\)", run(project, "-m", *words).stdout
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[stage]\nvolume = 0\n",
            "launch.toml:2: 'stage.volume': expected a port from 1 to 65535, not 0",
        ),
        (
            "[stage]\nvolum = 3\n",
            "launch.toml:2: 'stage.volum': unknown key; did you mean 'volume'?",
        ),
        ("volume = 3\n", "launch.toml:1: 'volume': unknown key; it belongs under [stage]"),
    ],
)
def test_it_is_read_and_a_mistake_has_its_line(project: Path, text: str, message: str) -> None:
    (project / "launch.toml").write_text(text)
    done = run(project, "-m", "launcher", "start", "--hosts", "n1", "--", "train.py")
    assert done.returncode == 2
    assert message in done.stderr


def test_the_option_wins_and_changes_the_digest(project: Path) -> None:
    (project / "launch.toml").write_text("[stage]\nvolume = 5\n")
    assert run(project, "-c", DIGEST).stdout.split() == ["5", "7", "2"]


def test_it_is_in_the_template(project: Path) -> None:
    assert (
        "\n[stage]\n# how loud (default: 11)\n#volume = 12\n" in run(project, "-c", TEMPLATE).stdout
    )


def test_it_is_in_the_docs(project: Path) -> None:
    assert run(project, "scripts/docs").returncode == 0
    hosts, preflight, launcher = (
        (project / f"docs/{name}.md").read_text(encoding="utf-8")
        for name in ("hosts", "preflight", "launcher")
    )
    assert "| `[stage] volume` | how loud | `--stage-volume` | `11` |\n" in hosts
    assert "\n[stage]\nvolume = 12\n" in hosts
    option = "| `--stage-volume N` | how loud (default: `11`) |\n"
    assert option in preflight
    assert option in launcher
