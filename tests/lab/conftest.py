"""Tests on real nodes, compilers, wheels and torch: each is marked `lab`, and may use the labs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.starts.bare import site, whole_site
from tests.support.lab_fixtures import lab, make_lab, odd_lab, plain_lab
from tests.support.orphaned_labs import labs_end_with_this_process

__all__ = ["lab", "make_lab", "odd_lab", "plain_lab", "site", "whole_site"]

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before -m chooses: pytest calls this for the items of all folders."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("lab")


@pytest.fixture(scope="session", autouse=True)
def no_lab_is_orphaned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Also where a worker is killed, as pytest-xdist does at a Ctrl-C."""
    with labs_end_with_this_process(tmp_path_factory.getbasetemp()):
        yield
