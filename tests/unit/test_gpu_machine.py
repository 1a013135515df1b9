"""What `make test-gpu` says of a machine on which it would prove nothing."""

from __future__ import annotations

import sys

import pytest

from checks.errors import UsageError
from launcher.lab import gpus
from tests.gpu import machine


@pytest.fixture
def torch_says(monkeypatch, tmp_path):
    """Has a stand-in of the interpreter print that, or fail with it."""

    def say(text, code=0):
        script = tmp_path / "python"
        script.write_text(f"#!/bin/sh\necho '{text}' >&{2 if code else 1}\nexit {code}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))

    return say


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ("2.13.0+cpu False False none", 0, r"torch 2.13.0\+cpu of .* uses no GPU .*CUDA: none\)"),
        ("2.11.0 False True 13.0", 0, r"uses no GPU \(built for CUDA: 13.0\)"),
        ("2.11.0 True False 13.0", 0, "has no NCCL"),
        ("No module named torch", 1, "cannot be imported by .*: No module named torch"),
    ],
    ids=["built without", "driver does not fit", "without NCCL", "no torch"],
)
def test_a_torch_that_would_use_gloo_is_refused(torch_says, answer, code, words):
    torch_says(answer, code)
    with pytest.raises(UsageError, match=words):
        machine.require_torch()


def test_a_torch_that_uses_the_gpu_is_taken(torch_says):
    torch_says("2.11.0 True True 13.0")
    machine.require_torch()


def test_a_machine_without_a_gpu_is_told_so_with_the_way_to_try_the_tests(monkeypatch):
    monkeypatch.setattr(machine, "require_lab_machine", lambda: None)
    monkeypatch.setattr(machine, "WITHOUT", False)
    monkeypatch.setattr(gpus, "_devices", lambda _patterns: ())
    with pytest.raises(UsageError, match=r"no /dev/nvidia0(.|\n)*test-gpu GPU_TESTS_WITHOUT=1"):
        machine.require_machine()
    monkeypatch.setattr(machine, "WITHOUT", True)
    machine.require_machine()
