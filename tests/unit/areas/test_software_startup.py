"""What Python runs at its start, environments without their Python, and what torch loads."""

import os
import subprocess
import sys
import venv

import pytest

from checks.areas.software.backends import stray_fix
from checks.facts import ClusterView
from checks.facts.software import Software, TorchBackend
from checks.node.probe.environments import lost_environment, maker_of
from checks.node.probe.startup_files import startup_files
from tests.support.installed import PYTHON, SITE, cluster, outcomes, software
from tests.support.snapshots import judged, with_fact

PTH = f"{SITE}/site.pth"
INFO = f"{SITE}/torch_foo-1.0.dist-info"
FOO = TorchBackend("torch_foo", "torch_foo", INFO)
GONE = TorchBackend("torch_foo", "torch_foo", INFO, found=False)
NO_RECORD = TorchBackend("torch_foo", "torch_foo", INFO, found=False, recorded=False)
NEW = {"torch": "2.6.0", "deepspeed": "0.16.0"}


def last(claim, snap):
    """The finding about the node that is not as it should be."""
    return judged(snap, f"software.{claim}")["node2",]


def test_a_file_that_ends_python_is_named_and_moved_aside():
    failed = Software(PYTHON, "crashed", hooks={PTH: "SystemExit: 3"}, detail="Fatal Python error")
    found = last("python-is-there", cluster(software=failed))
    assert (found.cause, found.fix.command) == ("startup-file", f"mv {PTH} {PTH}.aside")
    assert "SystemExit: 3" in found.message


@pytest.mark.parametrize(
    ("others", "mine", "expected"),
    [
        ({}, {PTH: "hello"}, "startup-noisy"),
        ({PTH: "hello"}, {PTH: "hello"}, "pass"),
        ({}, {}, "pass"),
    ],
)
def test_what_one_node_alone_prints_at_the_start_is_found(others, mine, expected):
    snap = cluster(base={"software": software(hooks=others)}, software=software(hooks=mine))
    assert outcomes("python-starts-quietly", snap)["node2"] == expected


def test_an_environment_without_its_configuration_is_made_one_again():
    fields = {"modules": {"torch": None}, "lost": "/venv", "executable": "/usr/bin/python3.11"}
    found = last("deepspeed-is-installed", cluster(software=software(**fields)))
    assert found.cause == "environment-lost"
    assert found.fix.command == "/usr/bin/python3.11 -m venv --upgrade --without-pip /venv"


def test_an_environment_whose_python_is_gone_gets_another():
    missing = Software(PYTHON, "missing", nearest="/venv/bin", maker="/usr/bin/python3.11")
    found = last("python-is-there", cluster(software=missing))
    assert found.cause == "python-missing"
    assert "/usr/bin/python3.11 -m venv --upgrade" in found.fix.command


@pytest.mark.parametrize(
    ("backend", "others", "packages", "expected"),
    [
        (FOO, (), NEW, ""),
        (GONE, (), NEW, f"{PYTHON} -m pip uninstall -y torch-foo"),
        (NO_RECORD, (), NEW, f"rm -r {INFO}"),
        (GONE, (FOO,), NEW, "--force-reinstall --no-deps torch-foo==1.0"),
        (GONE, (), {**NEW, "torch": "2.4.1"}, ""),
    ],
)
def test_a_backend_of_torch_that_is_half_removed_is_found(backend, others, packages, expected):
    base = {"software": software(backends=others, packages=packages)}
    mine = software(backends=(backend,), packages=packages)
    snap = cluster(base=base, software=mine)
    found = last("torch-backends-are-there", snap)
    assert (found.cause, found.stops) == (("backend-missing", True) if expected else ("", False))
    assert not expected or found.fix.command.endswith(expected)


def test_torch_that_loads_no_backends_needs_none():
    snap = cluster(
        software=software(backends=(GONE,), packages=NEW),
        job={"env": {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}},
    )
    assert outcomes("torch-backends-are-there", snap)["node2"] == "skip"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.pth", "import nothing_here\n", "nothing_here"),
        ("a.pth", "import sys; print('hello')\n", "hello"),
        ("sitecustomize.py", "print('hello')\n", "hello"),
        ("sitecustomize.py", "raise SystemExit(3)\n", "SystemExit: 3"),
        ("a.pth", "import os; os._exit(4)\n", "code 4"),
        ("a.pth", "import sys\n", ""),
    ],
)
def test_files_that_fail_or_print_at_the_start_are_found_one_by_one(tmp_path, name, text, words):
    venv.create(tmp_path / "env", symlinks=True)
    site = next((tmp_path / "env/lib").glob("python3.*/site-packages"))
    (site / name).write_text(text)
    (site / "quiet.pth").write_text("/none\n")
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    found = startup_files(str(tmp_path / "env/bin/python"), env)
    assert list(found) == ([str(site / name)] if words else [])
    assert all(words in said for said in found.values())


@pytest.fixture
def environment(tmp_path):
    """An environment with a package, and its interpreter."""
    venv.create(tmp_path / "env", symlinks=True)
    site = next((tmp_path / "env/lib").glob("python3.*/site-packages"))
    (site / "torch").mkdir()
    return tmp_path / "env/bin/python"


def answer_of(python):
    """What the interpreter would say of itself and of torch."""
    program = "import sys; print(sys.prefix, *sys.version_info[:3])"
    argv = [str(python), "-c", program]
    said = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    return {"prefix": said[0], "version": ".".join(said[1:]), "modules": {"torch": None}}


def test_an_environment_that_lost_its_configuration_is_found(environment):
    assert lost_environment(str(environment), answer_of(environment), ("torch",)) == ""
    (environment.parent.parent / "pyvenv.cfg").unlink()
    lost = lost_environment(str(environment), answer_of(environment), ("torch",))
    assert lost == str(environment.parent.parent)
    having = {**answer_of(environment), "modules": {"torch": "/x"}}
    assert lost_environment(str(environment), having, ("torch",)) == ""


def test_another_python_of_its_version_mends_it(environment, tmp_path, monkeypatch):
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    other = tmp_path / "bin" / f"python{version}"
    other.parent.mkdir()
    other.symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(other.parent))
    assert maker_of(str(environment)) == str(other)
    (environment.parent.parent / "pyvenv.cfg").unlink()
    assert maker_of(str(environment)) == ""


def test_what_one_node_alone_has_for_libraries_to_import_is_taken_away():
    plain = {"torch_npu": None, "wandb": None}
    mine = {**plain, "torch_npu": f"{SITE}/torch_npu/__init__.py"}
    snap = cluster(base={"software": software(optional=plain)}, software=software(optional=mine))
    fix = stray_fix(ClusterView(snap)["node2"], "torch_npu")
    assert fix.command.startswith(f"{PYTHON} -m pip uninstall -y torch-npu; ")
    with_fact(snap, "node1", software(optional=mine))
    assert stray_fix(ClusterView(snap)["node2"], "torch_npu") is None
