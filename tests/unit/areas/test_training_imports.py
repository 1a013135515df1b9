"""What is to be typed when a package cannot be imported: by what Python said."""

import pytest

from checks.facts.environment import Environment
from checks.facts.smoke import SmokeReport
from checks.facts.software import Software, TorchBackend
from tests.support.smokes import CHECK, cluster, rank, smoke, trained
from tests.support.snapshots import judged, with_fact

PYTHON = "/v/bin/python"
SITE = "/v/lib/python3.11/site-packages"
VERSIONS = {"torch": "2.5.1+cu121", "deepspeed": "0.16.0"}
MODULES = {"torch": f"{SITE}/torch/__init__.py", "deepspeed": f"{SITE}/deepspeed/__init__.py"}
ANEW = f"{PYTHON} -m pip install --force-reinstall --no-deps"

MORE = {"numpy": "1.26.4"}


def fix(stage, error, detail, trace="", shell=None, of_node2=MORE):
    """Of node1, beside a node2 that trains and tells more versions."""
    said = SmokeReport(stage, error=error, detail=detail, trace=trace)
    snap = cluster(smoke(rank(said, 1)), smoke(rank(trained())))
    for name, more in (("node1", {}), ("node2", of_node2)):
        packages = {**VERSIONS, **more}
        known = Software(PYTHON, "ok", "3.11.7", packages=packages, modules=MODULES)
        with_fact(with_fact(snap, name, known), name, Environment(shell=shell or {}))
    finding = judged(snap, CHECK)[("node1",)]
    assert finding.cause == "import-error"
    return finding.fix


@pytest.mark.parametrize(
    ("missing", "package"),
    [
        ("numpy", "numpy==1.26.4"),
        ("hjson", "hjson"),
        ("yaml", "pyyaml"),
        ("py_cpuinfo", "py-cpuinfo"),
    ],
)
def test_what_is_missing_is_installed_as_the_other_nodes_have_it(missing, package):
    result = fix("import deepspeed", "ModuleNotFoundError", f"No module named '{missing}'")
    assert result.command == f"{PYTHON} -m pip install {package}"


@pytest.mark.parametrize("what", ["file too short", "invalid ELF header"])
def test_a_damaged_library_of_a_package_has_it_installed_anew(what):
    torch = fix("import torch", "OSError", f"{SITE}/torch/lib/libc10.so: {what}")
    index = "--extra-index-url https://download.pytorch.org/whl/cu121"
    assert torch.command == f"{ANEW} torch==2.5.1+cu121 {index}"
    numpy = fix("import torch", "ImportError", f"{SITE}/numpy.libs/libopenblas.so: {what}")
    assert numpy.command == f"{ANEW} numpy==1.26.4"


def test_a_damaged_library_that_a_variable_leads_to_is_moved_away():
    shell = {"LD_LIBRARY_PATH": ":/usr/cuda/lib64:/opt/lib/"}
    result = fix("import torch", "OSError", "/opt/lib/libgomp.so.1: file too short", shell=shell)
    assert result.command.endswith("mv /opt/lib/libgomp.so.1 /opt/lib/libgomp.so.1.damaged")
    assert "LD_LIBRARY_PATH" in result.note
    of_the_system = fix("import torch", "OSError", "/usr/lib/libgomp.so.1: file too short")
    assert of_the_system.command == "ls -l /usr/lib/libgomp.so.1"


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        ("SyntaxError", "'(' was never closed (__init__.py, line 819)"),
        ("SyntaxError", "source code string cannot contain null bytes"),
        ("EOFError", "marshal data too short"),
    ],
)
def test_a_damaged_source_has_its_package_installed_anew(error, detail):
    assert fix("import deepspeed", error, detail).command == f"{ANEW} deepspeed==0.16.0"
    trace = f'File "{SITE}/deepspeed/__init__.py", line 9\nFile "{SITE}/hjson/scanner.py", line 4'
    assert fix("import deepspeed", error, detail, trace).command == f"{ANEW} hjson"


@pytest.mark.parametrize(
    ("error", "detail", "package"),
    [
        ("ModuleNotFoundError", "No module named 'deepspeed.runtime'", "deepspeed==0.16.0"),
        ("ImportError", "cannot import name 'inf' from 'hjson' (x)", "hjson"),
        ("AttributeError", "module 'hjson.x' has no attribute 'y'", "hjson"),
        ("TypeError", "of what is said in the last file", "hjson"),
    ],
)
def test_a_package_that_works_elsewhere_is_installed_again(error, detail, package):
    trace = f'File "{SITE}/deepspeed/x.py", line 1\nFile "{SITE}/hjson/y.py", line 2'
    result = fix("import deepspeed", error, detail, trace, of_node2={})
    assert result.command == f"{ANEW} {package}"


def test_a_library_of_a_variable_that_does_not_fit_is_taken_out():
    words = "/opt/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by libtorch.so)"
    shell = {"LD_LIBRARY_PATH": "/opt/lib"}
    result = fix("import torch", "ImportError", words, shell=shell)
    assert "LD_LIBRARY_PATH" in result.command
    assert "libstdc++.so.6" in result.note


def test_anything_else_is_shown():
    result = fix("import deepspeed", "ImportError", "cannot import name 'log' from 'torch.x'")
    assert result.command == "cd /run && /venv/bin/python -c 'import deepspeed'"


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        ("error", "variable-in-the-way"),
        ("ignore,e::DeprecationWarning", "variable-in-the-way"),
        ("default", "python-warnings-are-errors"),
        ("", "python-warnings-are-errors"),
    ],
)
def test_a_warning_that_is_raised_is_the_variables_where_that_has_it_raised(value, cause):
    trace = f'Traceback (most recent call last):\n  File "{SITE}/torch/x.py", line 1, in y'
    said = SmokeReport("initialize", error="DeprecationWarning", detail="old", trace=trace)
    snap = cluster(smoke(rank(said, 1)), smoke(rank(trained())))
    shell = {"PYTHONWARNINGS": value} if value else {}
    places = {"PYTHONWARNINGS": ("/root/.bashrc:3",)}
    with_fact(snap, "node1", Software(PYTHON, "ok", "3.11.7", packages=VERSIONS, modules=MODULES))
    with_fact(snap, "node1", Environment(shell, places))
    finding = judged(snap, CHECK)[("node1",)]
    assert finding.cause == cause
    if cause == "variable-in-the-way":
        assert f"PYTHONWARNINGS={value} (/root/.bashrc:3 of node1); it makes" in finding.message
        assert finding.fix.command == "sed -i '3s/^/: # /' /root/.bashrc"


def test_a_backend_that_torch_cannot_load_is_named_and_taken_away():
    detail = "Failed to load the backend extension: torch_foo. You can disable extension auto-load"
    said = SmokeReport("import torch", error="RuntimeError", detail=detail)
    snap = cluster(smoke(rank(said, 1)), smoke(rank(trained())))
    info = f"{SITE}/torch_foo-1.0.dist-info"
    backends = (TorchBackend("torch_foo", "torch_foo", info),)
    found = Software(PYTHON, "ok", "3.11.7", packages=VERSIONS, modules=MODULES, backends=backends)
    with_fact(with_fact(snap, "node1", found), "node1", Environment())
    finding = judged(snap, CHECK)[("node1",)]
    assert finding.cause == "backend-fails"
    assert info in finding.message
    assert "uninstall" in finding.fix.command
