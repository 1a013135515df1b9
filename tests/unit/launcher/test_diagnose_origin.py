"""Of an unknown error: whose code raised it, in which version, and on what condition."""

from __future__ import annotations

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.origin import describe_condition, library_of
from launcher.diagnosis.render import render_diagnosis
from launcher.diagnosis.traces import Frame
from tests.support.verdicts import write

LIBRARY = """import os
if os.name:
    def load(path, size, strict):
        assert size > 0, \\
            "no size"
        if strict and size != len(path):
            raise ValueError(
                "wrong size")
        elif path:
            raise KeyError(path)
        else:
            raise OSError(path)
        try:
            os.stat(path)
        except OSError as error:
            raise RuntimeError("no path") from error
        raise TypeError("always")
"""


@pytest.mark.parametrize(
    ("line", "code", "condition"),
    [
        (4, "assert size > 0, \\", "it asserts `size > 0`, which does not hold"),
        (7, "raise ValueError(", "it raises this if `strict and size != len(path)`"),
        (10, "raise KeyError(path)", "it raises this if `path`"),
        (12, "raise OSError(path)", "it raises this if `not path`"),
        (16, 'raise RuntimeError("no path") from error', "it raises this where `OSError` came up"),
        (17, 'raise TypeError("always")', ""),
        (4, "raise NameError", ""),
        (14, "os.stat(path)", ""),
    ],
)
def test_the_condition_of_a_raise_is_read_from_its_source(line, code, condition):
    assert describe_condition(Frame("x.py", line, "load", code), LIBRARY) == condition


@pytest.mark.parametrize(
    ("line", "function"), [(6, "load"), (8, "load"), (99, "load"), (7, "save")]
)
def test_the_condition_of_another_version_of_the_file_is_not_shown(line, function):
    assert describe_condition(Frame("x.py", line, function, "raise ValueError("), LIBRARY) == ""


def test_source_that_cannot_be_parsed_has_no_condition():
    assert describe_condition(Frame("x.py", 1, "f", "raise A"), "raise A\nif:\n") == ""


@pytest.fixture
def packages(tmp_path):
    """A site-packages folder with one package of a version."""
    folder = tmp_path / "lib/python3.11/site-packages"
    (folder / "shardlib").mkdir(parents=True)
    (folder / "shardlib-1.4.2.dist-info").mkdir()
    write(folder / "shardlib/load.py", LIBRARY)
    return folder


def log_of(tmp_path, path, code="raise ValueError("):
    text = "Traceback (most recent call last):\n"
    text += '  File "/home/eva/train.py", line 9, in main\n    load(p)\n'
    text += f'  File "{path}", line 7, in load\n    {code}\nValueError: wrong size\n'
    return write(tmp_path / "x.log", text)


def origin_lines(path, python=None):
    evidence, verdict = diagnose_logs([path])
    text = render_diagnosis(verdict, evidence, python)
    return [line for line in text.splitlines() if line.startswith(("whose", "when"))]


def test_a_librarys_error_names_its_version_its_caller_and_its_condition(tmp_path, packages):
    assert origin_lines(log_of(tmp_path, packages / "shardlib/load.py")) == [
        "whose  shardlib 1.4.2 raised it: shardlib/load.py:7, in load; called from eva/train.py:9",
        "when   it raises this if `strict and size != len(path)`",
    ]


def test_the_source_is_read_from_another_interpreter_and_said_to_be(tmp_path, packages):
    python = write(tmp_path / "python", f"#!/bin/sh\necho {packages}\n")
    python.chmod(0o755)
    log = log_of(tmp_path, "/opt/env/lib/python3.8/site-packages/shardlib/load.py")
    whose, when = origin_lines(log, python)
    assert whose.startswith("whose  shardlib raised it: shardlib/load.py:7")
    assert when.endswith("`strict and size != len(path)` (as shardlib 1.4.2 has it here)")
    assert len(origin_lines(log, tmp_path / "no-python")) == 1


def test_an_error_of_no_installed_package_is_called_so(tmp_path):
    log = log_of(tmp_path, "/home/eva/load.py")
    whose = "whose  code outside of installed packages raised it: eva/load.py:7, in load"
    assert origin_lines(log) == [whose]


def test_the_standard_library_is_not_to_blame(tmp_path):
    log = log_of(tmp_path, "/usr/lib/python3.11/json/decoder.py")
    whose = "whose  code outside of installed packages raised it: eva/train.py:9, in main"
    assert origin_lines(log) == [whose]


def test_no_file_outside_of_packages_is_read(tmp_path, packages):
    write(packages.parent / "secret.py", LIBRARY)
    log = log_of(tmp_path, f"{packages}/shardlib/../../secret.py")
    assert not [line for line in origin_lines(log) if line.startswith("when")]


@pytest.mark.parametrize(
    ("path", "library"),
    [
        ("/v/lib/python3.11/site-packages/trl/trainer/a.py", "trl"),
        ("/w/Megatron-LM/megatron/training/training.py", "megatron"),
        ("/vllm/vllm/model_executor/models/gemma3.py", "vllm"),
        ("/root/LLaMA-Factory/src/llamafactory/train/tuner.py", "llamafactory"),
        ("/root/ms-swift/swift/llm/a.py", "swift"),
        ("/home/eva/verl/train.py", ""),
        ("/home/eva/jobs/datasets/rows.py", ""),
    ],
)
def test_a_library_is_known_in_its_checkout_too(path, library):
    assert library_of(path) == library


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("assert a is None", "when   it asserts `a is None`, which does not hold"),
        ("assert a in b, (", "when   it asserts `a in b`, which does not hold"),
        ('assert a > 1, "too few"', "when   it asserts `a > 1`, which does not hold"),
        ("assert (a", ""),
        ("f(a)", ""),
    ],
)
def test_an_assertion_says_its_condition_without_its_source(tmp_path, code, said):
    path = tmp_path / "x.log"
    trace = f'Traceback (most recent call last):\n  File "/d/t.py", line 9, in f\n    {code}\n'
    path.write_text(f"{trace}AssertionError\n", encoding="utf-8")
    lines = render_diagnosis(*reversed(diagnose_logs([path]))).splitlines()
    assert next((line for line in lines if line.startswith("when ")), "") == said
