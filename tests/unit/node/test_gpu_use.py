"""What nvidia-smi answers of GPUs at work, and that no answer is none."""

from __future__ import annotations

import time

import pytest

from launcher.agent.gpu_use import USE, gpu_use, slowed_gpus, start_query
from launcher.run.slowed_gpus import slowed_gpu_lines

HOT = "0x0000000000000048"
QUIET = "0x0000000000000001"


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """An nvidia-smi that has these lines for a query, and refuses others as the real one does."""

    def put(**lines):
        cases = "".join(f"*{name}*) printf '{text}' ;; " for name, text in lines.items())
        refusal = "*) echo 'Field \"x\" is not a valid field to query.'; exit 2 ;;"
        tool = tmp_path / "nvidia-smi"
        tool.write_text(f'#!/bin/sh\ncase "$1" in {cases}{refusal} esac\n')
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return put


@pytest.mark.parametrize("name", ["clocks_event_reasons", "clocks_throttle_reasons"])
def test_what_slows_a_gpu_down_is_read_from_new_and_old_drivers(answers, name):
    answers(**{name: f"{QUIET}\\n{HOT}\\n"})
    assert slowed_gpus() == [[], ["hw-thermal", "hw-slowdown"]]


@pytest.mark.parametrize("text", ["", "[N/A]\\n", "Unable to determine the device handle\\n"])
def test_what_is_not_said_slows_nothing_down(answers, text):
    answers(clocks_event_reasons=text)
    assert slowed_gpus() == []


def test_without_nvidia_smi_nothing_is_known(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (slowed_gpus(), gpu_use(start_query(USE), time.monotonic())) == ([], [])


def test_use_and_power_of_each_gpu(answers):
    answers(utilization="99, 294.10\\n[N/A], [N/A]\\n100, 90.00\\n")
    assert gpu_use(start_query(USE), time.monotonic() + 60) == [[99.0, 294.1], [100.0, 90.0]]


def test_a_slowed_gpu_is_named_with_its_node():
    slowed = {"node1": (), "node3": ((), ("hw-thermal", "hw-slowdown"))}
    assert list(slowed_gpu_lines(slowed)) == [
        "GPU 1 of node3 is slowed down (hw-thermal, hw-slowdown)"
    ]
