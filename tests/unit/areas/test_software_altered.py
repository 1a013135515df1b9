"""Files of packages that one node alone has otherwise than they were installed."""

import base64
import hashlib
import os
import posixpath

import pytest

from checks.facts.package_files import PackageFiles
from checks.node.probe import package_files
from tests.support.installed import outcomes, software
from tests.support.snapshots import judged, snapshot, with_fact

CLAIM = "packages-are-patched-alike"
NODES = ("node1", "node2", "node3")
ENGINE = "/venv/lib/python3.11/site-packages/deepspeed/runtime/engine.py"
ALL = ("torch", "deepspeed", "transformers", "accelerate")


def cluster(*altered, packages=ALL, **fields):
    """Three nodes, with what each has altered: {package: {path: state}}."""
    snap = snapshot(NODES)
    for name, seen in zip(NODES, altered, strict=True):
        with_fact(snap, name, PackageFiles(packages, seen))
        with_fact(snap, name, software(**fields))
    return snap


def patched(state="abc", package="deepspeed"):
    return {package: {ENGINE: state}}


@pytest.mark.parametrize(
    ("altered", "expected"),
    [
        (({}, {}, {}), "pass pass pass"),
        (({}, {}, patched()), "pass pass altered!"),
        (({}, {}, patched("")), "pass pass altered!"),
        (({}, {}, patched(package="transformers")), "pass pass altered"),
        ((patched(), patched(), patched()), "pass pass pass"),
        ((patched(), patched(), {}), "pass pass altered!"),
        ((patched(), patched(), patched("def")), "pass pass altered!"),
        ((patched(), {}, {}), "altered! pass pass"),
    ],
)
def test_what_one_node_alone_has_altered_is_found(altered, expected):
    assert list(outcomes(CLAIM, cluster(*altered)).values()) == expected.split()


def test_a_package_that_is_gone_altogether_is_installed_anew_and_not_called_altered():
    snap = cluster({}, {}, patched(""))
    modules = {"torch": "/venv/lib/torch/__init__.py", "deepspeed": None}
    with_fact(snap, "node3", software(modules=modules))
    assert outcomes(CLAIM, snap)["node3"] == "skip"
    found = judged(snap, "software.deepspeed-is-installed")["node3",]
    assert found.cause == "deepspeed-missing"
    assert "--force-reinstall --no-deps deepspeed==" in found.fix.command


@pytest.mark.parametrize(
    ("altered", "source"),
    [(({}, {}, patched()), "node1"), ((patched("def"), {}, {}), "node2")],
)
def test_the_file_comes_from_a_node_that_has_it_as_most_do(altered, source):
    found = judged(cluster(*altered), f"software.{CLAIM}")
    broken = next(finding for finding in found.values() if finding.cause)
    assert f"scp -rp {source}:{ENGINE} {posixpath.dirname(ENGINE)}/" in broken.fix.command


def test_many_altered_files_are_installed_again():
    files = {f"{ENGINE}{number}": "abc" for number in range(9)}
    found = judged(cluster({}, {}, {"deepspeed": files}), f"software.{CLAIM}")["node3",]
    assert found.fix.command.endswith("--force-reinstall --no-deps deepspeed==0.16.0")


def test_packages_on_a_shared_file_system_are_not_judged():
    assert set(outcomes(CLAIM, cluster({}, {}, {}, packages=())).values()) == {"skip"}


def test_two_versions_are_not_held_against_each_other():
    snap = cluster({}, {}, patched())
    with_fact(snap, "node3", software(packages={"deepspeed": "0.15.0", "torch": "2.5.1"}))
    assert outcomes(CLAIM, snap)["node3"] == "pass"


@pytest.fixture
def installed(tmp_path):
    """A package of two files with its RECORD, written after them."""
    info = tmp_path / "foo-1.0.dist-info"
    info.mkdir()
    (tmp_path / "foo").mkdir()
    lines = ["foo-1.0.dist-info/RECORD,,", "../../../bin/foo,sha256=x,3"]
    for name in ("foo/__init__.py", "foo/a,b.py"):
        (tmp_path / name).write_text(f"# {name}\n")
        digest = hashlib.sha256((tmp_path / name).read_bytes()).digest()
        mark = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        lines.append(f'"{name}",sha256={mark},{len(name) + 3}')
    (info / "RECORD").write_text("\n".join(lines) + "\n")
    return tmp_path


def altered(folder):
    record = folder / "foo-1.0.dist-info" / "RECORD"
    found = package_files.altered_files(str(record), float("inf"))
    return {os.path.relpath(path, folder): state for path, state in found.items()}


def test_files_as_they_were_installed_are_not_altered(installed):
    assert altered(installed) == {}


def test_a_file_of_another_size_is_altered(installed):
    (installed / "foo/a,b.py").write_text("x = 1\n")
    assert len(altered(installed)["foo/a,b.py"]) == 12


def test_a_file_that_is_gone_is_altered(installed):
    (installed / "foo/__init__.py").unlink()
    assert altered(installed) == {"foo/__init__.py": ""}


def test_of_files_of_the_right_size_those_that_are_younger_are_hashed(installed):
    touched = installed / "foo/a,b.py"
    later = os.stat(touched).st_mtime + 100
    os.utime(touched, (later, later))
    assert altered(installed) == {}
    touched.write_text(touched.read_text().replace("a", "b"))
    os.utime(touched, (later, later))
    assert list(altered(installed)) == ["foo/a,b.py"]


def test_there_is_an_end_of_the_time(installed):
    record = installed / "foo-1.0.dist-info" / "RECORD"
    with pytest.raises(package_files.OutOfTimeError):
        package_files.altered_files(str(record), 0.0)
