"""What the wheel holds, and that an installed copy works away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from checks import __version__
from tests.support.paths import ROOT

PACKAGES = ("checks", "preflight", "launcher")


def pip(*words: str) -> None:
    argv = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built of a copy so that the checkout gets no build folder."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    left_out = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "runs")
    shutil.copytree(ROOT, source, ignore=left_out, dirs_exist_ok=True)
    assert (source / "tests").is_dir()
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(target), str(source))
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-compile", "--target", str(target), str(wheel))
    return target


def test_its_name_and_version(wheel):
    assert __version__ == "0.1.0"
    assert wheel.name == "deepspeed_preflight-0.1.0-py3-none-any.whl"


def test_it_holds_the_three_packages_and_nothing_else(names):
    info = "deepspeed_preflight-0.1.0.dist-info"
    assert {name.partition("/")[0] for name in names} == {*PACKAGES, info}


def test_it_holds_every_file_of_the_packages(names):
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*")]
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.startswith("checks/node/probe/") for name in wanted)
    assert wanted <= names


def test_it_holds_licence_and_console_scripts(wheel):
    with zipfile.ZipFile(wheel) as archive:
        info = "deepspeed_preflight-0.1.0.dist-info"
        scripts = archive.read(f"{info}/entry_points.txt").decode()
        metadata = archive.read(f"{info}/METADATA").decode()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert "preflight = preflight.__main__:main" in scripts
    assert "launcher = launcher.__main__:main" in scripts
    assert "License-Expression: Apache-2.0" in metadata
    assert "pytest11" not in scripts


def run_installed(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_installed_launcher_works_from_an_empty_folder(installed, tmp_path):
    done = run_installed(installed, tmp_path, "-m", "launcher", "--help")
    assert done.returncode == 0, done.stderr
    assert "start" in done.stdout
    where = run_installed(installed, tmp_path, "-c", "import launcher; print(launcher.__file__)")
    assert where.stdout.startswith(str(installed))


def test_the_installed_launcher_explains_from_an_empty_folder(installed, tmp_path):
    done = run_installed(installed, tmp_path, "-m", "launcher", "explain", "memlock-is-unlimited")
    assert done.returncode == 0, done.stderr
    assert "fix\n" in done.stdout and "memlock-low" in done.stdout


def test_the_installed_preflight_lists_its_items_from_an_empty_folder(installed, tmp_path):
    words = ("-m", "preflight", "--hosts", "node1,node2", "--collect-only", "-q")
    done = run_installed(installed, tmp_path, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "controller-logs-in-node2" in done.stdout
    assert "every-node-logs-in-to-every-node-node1:node2" in done.stdout


def test_the_installed_preflight_without_hosts_is_a_usage_error(installed, tmp_path):
    done = run_installed(installed, tmp_path, "-m", "preflight")
    assert done.returncode == 4
    assert "--hosts hosts.txt" in done.stdout + done.stderr
