"""Modules of a job that hide others, looked for in real folders of a real interpreter."""

from __future__ import annotations

import sys

import pytest

from checks.node.probe.shadows import shadowing_modules


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("random.py", "random"),
        ("logging/__init__.py", "logging"),
        ("math.py", "math"),
        ("pytest.py", "pytest"),
        ("logging/log.txt", None),
        ("helpers.py", None),
        ("train-1.py", None),
    ],
)
def test_what_has_the_name_of_the_librarys_or_a_packages_is_found(tmp_path, file, found):
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("")
    seen = shadowing_modules(sys.executable, [str(tmp_path), "", "/none"])
    assert seen == ({found: str(tmp_path / file)} if found else {})


def test_the_first_folder_wins_and_one_of_pips_is_let_be(tmp_path):
    for folder in ("first", "second", "packages/a.dist-info"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("first/queue.py", "second/queue.py", "packages/types.py"):
        (tmp_path / file).write_text("")
    folders = [str(tmp_path / name) for name in ("first", "second", "packages")]
    assert shadowing_modules(sys.executable, folders) == {"queue": f"{tmp_path}/first/queue.py"}
