"""The training interpreter and its packages: judged from facts, and asked of a real one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from checks.facts.decode import decode_fact
from checks.facts.software import Software
from checks.node.probe import software as probe
from tests.support.snapshots import judged, snapshot, with_fact, without

PYTHON = "/venv/bin/python"
PACKAGES = {"torch": "2.5.1+cu121", "deepspeed": "0.16.0", "transformers": "4.46.0"}
MODULES = {"torch": "/venv/torch/__init__.py", "deepspeed": "/venv/deepspeed/__init__.py"}


def installed(packages: dict[str, str] | None = None, **fields: Any) -> Software:
    given: dict[str, Any] = {"version": "3.11.7", "modules": MODULES, **fields}
    return Software(PYTHON, "ok", packages={**PACKAGES, **(packages or {})}, **given)


def cluster(*facts: Software):
    names = tuple(f"node{number}" for number in range(1, len(facts) + 1))
    snap = snapshot(names)
    for name, fact in zip(names, facts, strict=True):
        with_fact(snap, name, fact)
    return snap


def of(snap, check, node):
    return judged(snap, f"software.{check}")[(node,)]


def test_an_interpreter_that_runs_holds():
    finding = of(cluster(installed()), "python-is-there", "node1")
    assert finding.outcome.value == "pass"
    assert "3.11.7" in finding.message


def test_a_missing_interpreter_is_named_with_what_is_there_instead():
    missing = Software(PYTHON, "missing", instead=("/usr/bin/python3",), nearest="/")
    finding = of(cluster(installed(), missing), "python-is-there", "node2")
    assert (finding.cause, finding.stops) == ("python-missing", True)
    assert "/usr/bin/python3" in finding.message
    assert finding.fix
    assert finding.fix.command == (
        "/usr/bin/python3 -m venv /venv && /venv/bin/python -m pip install torch==2.5.1+cu121 "
        "deepspeed==0.16.0 --extra-index-url https://download.pytorch.org/whl/cu121"
    )


def missing(*with_torch: str, state: str = "missing", **fields: Any) -> Software:
    return Software("/home/me/.venv/bin/python", state, with_torch=with_torch, **fields)


@pytest.mark.parametrize(
    ("facts", "best", "said"),
    [
        ((missing("/opt/conda/bin/python"),), "/opt/conda/bin/python", "(1 node)"),
        ((missing("/x/python", "/y/python"), missing("/y/python")), "/y/python", "(2 nodes)"),
        ((missing(), missing(instead=("/usr/bin/python3",))), "PATH", "none with torch was found"),
    ],
)
def test_a_path_that_no_node_has_is_not_theirs(facts, best, said):
    findings = [of(cluster(*facts), "python-is-there", f"node{n + 1}") for n in range(len(facts))]
    for finding in findings:
        assert (finding.cause, finding.fix and finding.fix.command) == ("python-missing", "")
        assert f"--python {best}," in str(finding.fix)
        assert said in finding.message
    if best != "PATH":
        assert len({finding.message for finding in findings}) == 1


@pytest.mark.parametrize("other", [installed(), missing(state="hangs")])
def test_a_path_that_some_node_has_is_missing_on_the_other(other):
    finding = of(cluster(other, missing("/y/python")), "python-is-there", "node2")
    assert "node2 has no" in finding.message
    assert "/y/python" not in str(finding.fix)


def test_a_neighbour_of_the_missing_interpreter_is_linked():
    missing = Software(PYTHON, "missing", instead=("/venv/bin/python3",), nearest="/venv/bin")
    finding = of(cluster(installed(), missing), "python-is-there", "node2")
    assert finding.message == "node2 has no /venv/bin/python; there is /venv/bin/python3"
    assert finding.fix
    assert finding.fix.command == "ln -sfn /venv/bin/python3 /venv/bin/python"


@pytest.mark.parametrize(
    ("fact", "cause"),
    [
        (Software(PYTHON, "not-executable"), "python-not-executable"),
        (Software(PYTHON, "hangs"), "python-hangs"),
        (Software(PYTHON, "crashed", detail="x\nlibz.so.1: no such file"), "python-crashes"),
        (installed(version="3.6.9"), "python-too-old"),
        (installed(version="x" * 400), "python-too-old"),
    ],
)
def test_each_way_not_to_run_has_its_cause(fact, cause):
    finding = of(cluster(fact), "python-is-there", "node1")
    assert finding.cause == cause
    assert finding.stops


@pytest.mark.parametrize("version", ["3.15.0rc1", "3.13.0+", "9" * 5000])
def test_a_version_is_read_as_far_as_it_is_numbers(version):
    assert not of(cluster(installed(version=version)), "python-is-there", "node1").cause


def test_the_last_line_of_a_crash_is_in_the_message():
    crash = Software(PYTHON, "crashed", detail="Traceback\nlibpython3.11.so: cannot open")
    assert "libpython3.11.so" in of(cluster(crash), "python-is-there", "node1").message


def test_a_python_whose_library_is_looked_for_elsewhere():
    report = (
        "Python path configuration:\n  PYTHONHOME = {}\n  PYTHONPATH = '/x'\n  isolated = 0\n"
        "Fatal Python error: x\n"
    )
    lost = Software(PYTHON, "crashed", detail=report.format("'/opt/none'"))
    finding = of(cluster(lost), "python-is-there", "node1")
    assert finding.cause == "python-home"
    assert finding.message.endswith("PYTHONHOME=/opt/none does not hold its library")
    assert "PYTHONHOME" in finding.fix.command
    other = Software(PYTHON, "crashed", detail=report.format("(not set)") + "  <no Python frame>")
    finding = of(cluster(other), "python-is-there", "node1")
    assert finding.cause == "python-crashes"
    assert finding.message.endswith("Fatal Python error: x")


def test_deepspeed_installed_holds():
    finding = of(cluster(installed()), "deepspeed-is-installed", "node1")
    assert finding.outcome.value == "pass"
    assert "deepspeed 0.16.0" in finding.message


def test_missing_deepspeed_is_to_be_installed_as_most_have_it():
    without_it = installed(modules={**MODULES, "deepspeed": None}, packages={"deepspeed": ""})
    older = installed({"deepspeed": "0.15.0"})
    snap = cluster(installed(), older, installed(), without_it)
    finding = of(snap, "deepspeed-is-installed", "node4")
    assert finding.cause == "deepspeed-missing"
    assert finding.fix
    assert finding.fix.command == "/venv/bin/python -m pip install deepspeed==0.16.0"
    assert finding.fix.on == "node4"


def test_missing_everywhere_is_installed_without_a_version():
    bare = Software(PYTHON, "ok", version="3.11.7", modules={"torch": None, "deepspeed": None})
    finding = of(cluster(bare), "deepspeed-is-installed", "node1")
    assert finding.cause == "torch-missing"
    assert finding.fix
    assert finding.fix.command == "/venv/bin/python -m pip install torch"


def test_a_missing_interpreter_is_accused_once():
    missing = Software(PYTHON, "missing")
    snap = cluster(installed(), missing)
    for check in ("deepspeed-is-installed", "versions-are-equal"):
        finding = of(snap, check, "node2")
        assert finding.outcome.value == "skip"
        assert "software.python-is-there" in finding.message


def test_equal_versions_hold_and_patch_versions_of_python_may_differ():
    snap = cluster(installed(), installed(version="3.11.2"), installed())
    assert {f.outcome.value for f in judged(snap, "software.versions-are-equal").values()} == {
        "pass"
    }


@pytest.mark.parametrize(
    ("package", "blocks"),
    [("torch", True), ("deepspeed", True), ("nvidia-nccl-cu12", True), ("transformers", False)],
)
def test_only_the_node_apart_from_most_is_accused(package, blocks):
    common, other = installed({package: "1.0"}), installed({package: "2.0"})
    findings = judged(cluster(other, common, common), "software.versions-are-equal")
    accused = [node for (node,), finding in findings.items() if finding.outcome.value == "fail"]
    finding = findings[("node1",)]
    assert accused == ["node1"]
    assert finding.stops is blocks
    assert f"{package} 2.0 (most: 1.0)" in finding.message
    assert finding.fix
    assert finding.fix.command.endswith(f"pip install {package}==1.0")


def test_of_two_nodes_that_differ_the_head_is_right():
    snap = cluster(installed(), installed({"torch": "2.4.0"}))
    findings = judged(snap, "software.versions-are-equal")
    assert findings[("node1",)].outcome.value == "pass"
    assert findings[("node2",)].cause == "versions-differ"


def test_another_python_blocks():
    snap = cluster(installed(), installed(), installed(version="3.10.2"))
    finding = of(snap, "versions-are-equal", "node3")
    assert finding.stops
    assert "python 3.10 (most: 3.11)" in finding.message


def test_a_package_that_only_one_node_has_warns():
    snap = cluster(installed(), installed(), installed({"flash-attn": "2.6"}))
    finding = of(snap, "versions-are-equal", "node3")
    assert finding.warned
    assert finding.fix
    assert finding.fix.command == "/venv/bin/python -m pip uninstall -y flash-attn"


def test_no_answer_is_no_pass():
    snap = without(cluster(installed()), "node1", Software)
    for check in ("python-is-there", "deepspeed-is-installed", "versions-are-equal"):
        assert of(snap, check, "node1").outcome.value == "unknown"


def asked(python: str, **args: Any) -> Software:
    return decode_fact(Software, probe.software({"python": python, "workdir": "/", **args}))


def test_the_real_interpreter_tells_its_versions():
    seen = asked(sys.executable)
    assert seen.ok
    assert seen.version == sys.version.split()[0]
    assert seen.packages["torch"]
    assert seen.packages["deepspeed"]
    assert str(seen.modules["deepspeed"]).endswith("deepspeed/__init__.py")


def test_asking_imports_nothing_heavy_and_writes_nothing(tmp_path):
    (tmp_path / "torch.py").write_text("raise SystemExit('imported')")
    seen = asked(sys.executable, workdir=str(tmp_path))
    assert seen.modules["torch"] == str(tmp_path / "torch.py")
    assert list(tmp_path.iterdir()) == [tmp_path / "torch.py"]


def test_a_bare_folder_of_that_name_is_not_the_package(tmp_path):
    (tmp_path / "deepspeed").mkdir()
    bare = script(tmp_path, f'exec {sys.executable} -S "$@"')
    assert asked(str(bare), workdir=str(tmp_path)).modules["deepspeed"] is None


def script(folder: Path, line: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def test_missing_with_what_stands_beside_it(tmp_path):
    script(tmp_path, "exit 0")
    seen = asked(str(tmp_path / "python3.99"))
    assert seen.state == "missing"
    assert str(tmp_path / "python") in seen.instead
    assert seen.nearest == str(tmp_path)


def test_missing_below_a_missing_folder_names_the_deepest_that_is_there(tmp_path):
    assert asked(str(tmp_path / "venv/bin/python")).nearest == str(tmp_path)


@pytest.mark.parametrize(
    ("folder", "packages"),
    [
        ("home/run/.venv", "lib/python3.11/site-packages"),
        ("home/run/venv", "lib64/python3.9/site-packages"),
        ("home/.venv", "lib/python3.11/site-packages"),
        ("home/miniforge3/envs/train", "lib/python3.11/site-packages"),
        ("home/.virtualenvs/train", "lib/python3.11/site-packages"),
        ("home/.pyenv/versions/3.11.7", "lib/python3.11/site-packages"),
        ("home/projects/.venv", "lib/python3.11/site-packages"),
        ("listed/by/conda", "lib/python3.11/site-packages"),
        ("home/.conda/envs/train", "lib/python3.11/site-packages"),
        ("home/micromamba/envs/train", "lib/python3.11/site-packages"),
        ("home/.local/share/mamba/envs/train", "lib/python3.11/site-packages"),
        ("home/anaconda3", "lib/python3.11/site-packages"),
    ],
)
@pytest.mark.parametrize("has_torch", [True, False])
def test_an_interpreter_with_torch_is_found(tmp_path, monkeypatch, folder, packages, has_torch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home/.conda").mkdir(parents=True)
    (tmp_path / "home/.conda/environments.txt").write_text(f"{tmp_path}/listed/by/conda\n")
    (tmp_path / folder / "bin").mkdir(parents=True)
    python = script(tmp_path / folder / "bin", "exit 0")
    (tmp_path / folder / packages / "torch").mkdir(parents=True)
    if has_torch:
        (tmp_path / folder / packages / "torch/version.py").touch()
    seen = asked("/gone/bin/python", workdir=str(tmp_path / "home/run"))
    assert (str(python) in seen.with_torch) is has_torch


def test_the_environment_asked_for_may_call_its_interpreter_otherwise(tmp_path):
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/lib/python3.9/site-packages/torch").mkdir(parents=True)
    (tmp_path / "venv/lib/python3.9/site-packages/torch/version.py").touch()
    (tmp_path / "venv/bin/python3").symlink_to(sys.executable)
    seen = asked(str(tmp_path / "venv/bin/python"))
    assert seen.with_torch[0] == str(tmp_path / "venv/bin/python3")


def test_environments_with_deepspeed_are_named_first(tmp_path):
    for name in (".venv", "venv"):
        packages = tmp_path / name / "lib/python3.11/site-packages"
        for file in ("torch/version.py", "deepspeed/__init__.py")[: 1 if name == ".venv" else 2]:
            (packages / file).parent.mkdir(parents=True)
            (packages / file).touch()
        (tmp_path / name / "bin").mkdir()
        (tmp_path / name / "bin/python").symlink_to(sys.executable)
    seen = asked("/gone/bin/python", workdir=str(tmp_path))
    own = [path for path in seen.with_torch if path.startswith(f"{tmp_path}/")]
    assert own == [str(tmp_path / "venv/bin/python"), str(tmp_path / ".venv/bin/python")]


@pytest.mark.parametrize("line", ["{other}", "import sys", "# {other}", "relative/folder"])
def test_an_environment_that_borrows_torch_by_a_pth_file_has_it(tmp_path, line):
    other, own = tmp_path / "other", tmp_path / "venv/lib/python3.9/site-packages"
    (other / "torch").mkdir(parents=True)
    (other / "torch/version.py").touch()
    own.mkdir(parents=True)
    (own / "borrow.pth").write_text(f"import os\n{line.format(other=other)}\n")
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/python").symlink_to(sys.executable)
    seen = asked("/gone/bin/python", workdir=str(tmp_path))
    assert (str(tmp_path / "venv/bin/python") in seen.with_torch) is (line == "{other}")


def test_a_crash_keeps_its_words(tmp_path):
    broken = script(tmp_path, "echo libz.so.1: cannot open shared object file >&2; exit 127")
    seen = asked(str(broken))
    assert (seen.state, seen.code) == ("crashed", 127)
    assert "libz.so.1" in seen.detail


def test_what_is_not_a_program_is_said_so(tmp_path):
    plain = tmp_path / "python"
    plain.write_text("no program")
    assert asked(str(plain)).state == "not-executable"
    plain.chmod(0o755)
    assert asked(str(plain)).state == "crashed"


def test_a_noisy_interpreter_is_understood(tmp_path):
    noisy = script(tmp_path, f'echo welcome; exec {sys.executable} "$@"')
    assert asked(str(noisy)).ok
