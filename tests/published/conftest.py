"""Files that others published: looked at only where --published names their folder.

A test's mark names its files, `@pytest.mark.published("data/nvidia_smi/*.xml")`: it runs once for
each, and a pattern without a file is a mistake.
"""

from pathlib import Path

import pytest


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Without the option there are no such tests, rather than skipped ones."""
    return None if config.getoption("published") else True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each file."""
    for mark in metafunc.definition.iter_markers("published"):
        folder = Path(metafunc.config.getoption("published"))
        paths = sorted(folder.glob(mark.args[0]))
        assert paths, f"{folder} has no {mark.args[0]}"
        metafunc.parametrize("path", paths, ids=lambda path: path.stem)
