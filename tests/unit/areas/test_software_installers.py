"""Who installs packages in an environment: pip, uv where it has none, or pip that comes first."""

from __future__ import annotations

import pytest

from checks.areas.software.pip_commands import install_command, uninstall_command
from checks.facts.software import Software

PYTHON = "/venv/bin/python"


@pytest.mark.parametrize(
    ("installer", "install", "uninstall"),
    [
        ("pip", f"{PYTHON} -m pip install numpy==2.1", f"{PYTHON} -m pip uninstall -y numpy"),
        (
            "/root/.local/bin/uv",
            f"/root/.local/bin/uv pip install --python {PYTHON} numpy==2.1",
            f"/root/.local/bin/uv pip uninstall --python {PYTHON} numpy",
        ),
        (
            "ensurepip",
            f"{PYTHON} -m ensurepip && {PYTHON} -m pip install numpy==2.1",
            f"{PYTHON} -m ensurepip && {PYTHON} -m pip uninstall -y numpy",
        ),
    ],
)
def test_the_environments_own_installer(installer, install, uninstall):
    software = Software(PYTHON, "ok", installer=installer)
    assert install_command(software, {"numpy": "2.1"}) == install
    assert uninstall_command(software, ["numpy"]) == uninstall
