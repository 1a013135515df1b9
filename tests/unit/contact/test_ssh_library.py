"""Fabric comes without what nothing uses of it, and has that where it is wanted after all."""

import subprocess
import sys

import pytest

from tests.unit.test_arrows import importers_of, modules_outside

READ = """
from pathlib import Path
import invoke.config
Path("own.yaml").write_text("run:\\n  shell: /bin/own\\n")
config = invoke.config.Config(runtime_path="own.yaml")
config.load_runtime()
print(config.run.shell)
"""
MOCK = """
import invoke
print(invoke.MockContext(run={"x": invoke.Result("told")}).run("x").stdout)
import unittest.mock
print(unittest.mock.Mock(return_value=3)())
"""
REAL = "import unittest.mock, sys; before = unittest.mock"
SAME = "print(sys.modules['unittest.mock'] is before, before.Mock(return_value=3)())"
IMPORT = "import checks.contact.ssh_transport, sys"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            [IMPORT, "print(*{'asyncio', 'unittest.mock', 'invoke.vendor.yaml'} & {*sys.modules})"],
            "",
        ),
        ([IMPORT, READ], "/bin/own"),
        ([IMPORT, MOCK], "told 3"),
        ([REAL, IMPORT, SAME], "True 3"),
    ],
    ids=["absent", "yaml", "mock", "there already"],
)
def test_what_is_left_out_comes_when_it_is_used(tmp_path, lines, said):
    program = [sys.executable, "-c", "\n".join(lines)]
    ran = subprocess.run(program, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=True)
    assert ran.stdout.split() == said.split()


def test_nobody_imports_them_past_it():
    assert not importers_of(modules_outside("checks.contact.ssh_library"), "fabric", "paramiko")
