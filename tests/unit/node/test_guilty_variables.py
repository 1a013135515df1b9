"""Variables for which a program fails, found by leaving them out."""

from __future__ import annotations

import sys

import pytest

from checks.node.probe.guilty_variables import fewest_names, guilty_variables

NAMES = [f"V{number}" for number in range(9)]
PYTHON = [sys.executable, "-"]


@pytest.mark.parametrize(
    "needed", [["V0"], ["V8"], ["V3", "V4"], ["V0", "V5", "V8"], NAMES], ids="-".join
)
def test_just_the_names_that_have_to_go_are_found(needed):
    assert sorted(fewest_names(NAMES, lambda without: set(needed) <= set(without))) == needed


@pytest.mark.parametrize("works", [True, False])
def test_nobody_is_accused_of_what_works_or_fails_without_them_too(works):
    assert fewest_names(NAMES, lambda _: works) == []
    assert fewest_names([], lambda _: works) == []


@pytest.mark.parametrize("name", ["TORCH_LOGS", "SOME_OTHER"])
def test_a_variable_of_the_login_is_found(monkeypatch, name):
    monkeypatch.setenv(name, "nonsense")
    text = f"import os, sys; sys.exit({name!r} in os.environ)"
    assert guilty_variables(PYTHON, text, {}, 60.0) == [name]
    assert guilty_variables(PYTHON, text, {}, 0.0) == []


def test_a_variable_of_the_job_is_found():
    text = "import os, sys; sys.exit(os.environ.get('OF_JOB') == 'x')"
    assert guilty_variables(PYTHON, text, {"env": {"OF_JOB": "x"}}, 60.0) == ["OF_JOB"]


def test_the_working_directory_stays_on_the_path(tmp_path):
    (tmp_path / "queue.py").write_text("raise SystemExit(1)")
    args = {"workdir": str(tmp_path), "env": {"PYTHONPATH": "/none"}}
    assert guilty_variables(PYTHON, "import queue", args, 60.0) == []
