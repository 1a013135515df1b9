"""The names of the program's own modules, as the controller finds them beside it."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

from checks.stages import controller_files
from checks.stages.controller_files import module_names

JOB = SimpleNamespace(command=("src/train.py",))


def write(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_modules_are_named_from_the_folder_and_from_beside_the_script(tmp_path):
    write(tmp_path, "src/train.py", "src/data/load.py", "src/data/__init__.py", "a/b/c/deep.py")
    write(tmp_path, "not-a-package/x.py", "notes.txt")
    names = set(module_names(JOB, str(tmp_path)))
    assert names == {"src.train", "src.data.load", "src.data", "train", "data.load", "data"}


def test_a_folder_that_goes_away_meanwhile_is_passed_over(tmp_path):
    write(tmp_path, "a/one.py", "b/two.py", "top.py")
    found = module_names(SimpleNamespace(command=()), str(tmp_path))
    assert next(found) == "top"
    shutil.rmtree(tmp_path / "a")
    assert list(found) == ["b.two"]


def test_no_more_is_looked_at_than_a_program_has(tmp_path, monkeypatch):
    write(tmp_path, *(f"m{number}.py" for number in range(9)), "below/late.py")
    monkeypatch.setattr(controller_files, "MOST_ENTRIES", 5)
    assert list(module_names(SimpleNamespace(command=()), str(tmp_path)))[4:] == []
    assert not list(module_names(JOB, str(tmp_path / "missing")))
