"""What follows from a failure gives way to it; what was caught and left out accuses nobody."""

from __future__ import annotations

import pytest

from checks.knowledge.failures import FAILURES
from tests.support.verdicts import diagnosis_of, failure_id

INIT = (
    "/v/torch/cuda/__init__.py:174: UserWarning: CUDA initialization: {why} (Triggered at x.cpp)\n"
)
FOUND_NONE = (
    "Error 802: system not yet initialized",
    "CUDA unknown error - this may be due to an incorrectly set up environment",
    "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU",
    "forward compatibility was attempted on non supported HW",
)
NO_GPU = {
    "trainer-bf16-no-gpu": "ValueError: Your setup doesn't support bf16/gpu.",
    "accelerate-fp16-needs-gpu": "ValueError: fp16 mixed precision requires a GPU (not 'cpu').",
    "ds-bf16-unsupported": "ValueError: Type bf16 is not supported on your device.",
}


@pytest.mark.parametrize("why", FOUND_NONE)
@pytest.mark.parametrize("name", NO_GPU)
def test_that_no_gpu_was_found_gives_way_to_why_cuda_could_not_be_initialised(tmp_path, name, why):
    trace = f'Traceback (most recent call last):\n  File "/w/a.py", line 3, in f\n{NO_GPU[name]}\n'
    head = failure_id(diagnosis_of(tmp_path, INIT.format(why=why) + trace))
    assert head != name
    assert head in FAILURES[name].follows
    assert failure_id(diagnosis_of(tmp_path, trace)) == name
