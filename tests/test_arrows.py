"""The arrows between the rooms, as docs/architecture.md draws them."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
AREAS = "reach ssh pdsh names ports limits network nccl gpu software files time deepspeed accelerate training collective".split()  # noqa: E501, SIM905 - reads as the contract writes it


def imports(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def named(paths):
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def inside(module: str, *rooms: str) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


@pytest.mark.parametrize("path", named(files("checks/probe", "launcher/agent")))
def test_what_runs_on_nodes_needs_only_the_standard_library(path):
    own = ("checks.probe",) if "probe" in path.parts else ("launcher.agent",)
    for module in imports(path):
        assert module.split(".")[0] in sys.stdlib_module_names or inside(module, *own), module


@pytest.mark.parametrize("path", named(files("checks/probe", "launcher/agent")))
def test_what_runs_on_nodes_is_python_3_6(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("path", named(files("checks")))
def test_checks_knows_neither_pytest_nor_the_faces(path):
    for module in imports(path):
        assert not inside(module, "pytest", "preflight", "launcher", "tests"), module


@pytest.mark.parametrize(
    "path", named(path for path in files("checks") if "cluster" not in path.parts)
)
def test_only_the_cluster_room_touches_nodes(path):
    for module in imports(path):
        assert not inside(module, "fabric", "paramiko", "subprocess", "checks.cluster") or (
            "probe" in path.parts and module == "subprocess"
        ), module


@pytest.mark.parametrize(
    "path",
    named(
        path
        for area in AREAS
        for path in (ROOT / f"checks/{area}.py", *files(f"checks/{area}"))
        if path.exists()
    ),
)
def test_areas_are_pure(path):
    for module in imports(path):
        assert not inside(module, "checks.cluster", "checks.probe", "checks.judge", "socket", "os")


@pytest.mark.parametrize("path", named(files("launcher")))
def test_launcher_knows_neither_pytest_nor_preflight(path):
    for module in imports(path):
        assert not inside(module, "pytest", "preflight", "tests"), module


@pytest.mark.parametrize("path", named(files("preflight", "launcher", "checks")))
def test_nothing_but_the_command_line_knows_the_lab(path):
    if "lab" in path.parts or path.name == "cli.py":
        return
    for module in imports(path):
        assert not inside(module, "launcher.lab"), module


def test_the_controller_needs_no_torch():
    heavy = {"torch", "deepspeed", "accelerate", "transformers"}
    for path in files("checks", "preflight", "launcher"):
        if path == ROOT / "launcher/weights/merge.py":  # the training interpreter runs it
            continue
        assert not {module.split(".")[0] for module in imports(path)} & heavy, path
