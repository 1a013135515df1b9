"""Tests on real nodes, compilers, wheels and torch: each is marked `lab`, and may use the labs."""

from pathlib import Path

import pytest

from tests.lab.starts.bare import site, whole_site
from tests.support.lab_fixtures import lab, make_lab, odd_lab, plain_lab

__all__ = ["lab", "make_lab", "odd_lab", "plain_lab", "site", "whole_site"]

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before -m chooses: pytest calls this for the items of all folders."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("lab")
