"""How fast one accelerator is: the product of two matrices, its memory, the way to it and back.

This file is not imported: its text is a task of `warm`. Best of some repeats, each long enough to
feel a limit on processor time; a CPU is measured with one thread on every node.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

Say = Callable[..., None]
CPU_BUDGET_S, GPU_BUDGET_S = 0.3, 0.2
"""About how long one kind of measurement may take, beyond its first two repeats."""
SLOW_REPEAT_S = 1.5
"""One repeat that takes so long is reported as it is: slow, and not taken for a hang."""
MIB = 2**20


def best_seconds(run: Callable[[], None], settle: Callable[[], None], seconds: float) -> float:
    """Seconds of the quickest repeat, the first one, which warms up, not counted."""
    run()
    settle()
    found: list[float] = []
    began = time.perf_counter()
    while not found or time.perf_counter() - began < (SLOW_REPEAT_S if len(found) < 2 else seconds):
        start = time.perf_counter()
        run()
        settle()
        found.append(time.perf_counter() - start)
    return min(found)


class DeviceBench:
    """The measurements of one device; `wait_for_device` waits until it has done what it was "
    "given."""

    def __init__(self, torch: Any, device: Any, say: Say) -> None:
        self.torch, self.device, self.say = torch, device, say
        self.cuda = device.type == "cuda"
        self.seconds = GPU_BUDGET_S if self.cuda else CPU_BUDGET_S
        self.speeds: dict[str, float] = {}
        self.broken: list[str] = []

    def wait_for_device(self) -> None:
        """Until the device is done."""
        if self.cuda:
            self.torch.cuda.synchronize(self.device)

    def rate(self, name: str, amount: float, run: Callable[[], None]) -> None:
        """Note `amount` over the best time, in 10^9 a second."""
        self.speeds[name] = round(
            amount / best_seconds(run, self.wait_for_device, self.seconds) / 1e9, 3
        )

    def product(self, name: str, dtype: Any, width: int, times: int) -> None:
        """GFLOP/s of a product, and whether it has only numbers."""
        self.say(stage=f"{name} product")
        make = self.torch.randn
        left, right = (make(width, width, device=self.device).to(dtype) for _ in range(2))
        result = self.torch.empty_like(left)

        def run() -> None:
            for _ in range(times):
                self.torch.matmul(left, right, out=result)

        self.rate(name, 2.0 * width**3 * times, run)
        if not bool(self.torch.isfinite(result).all()):
            self.broken.append(name)

    def measure_memory(self, size: int) -> None:
        """GB/s of a copy in the device's own memory, read and written."""
        self.say(stage="memory")
        source = self.torch.ones(size, dtype=self.torch.uint8, device=self.device)
        target = self.torch.empty_like(source)
        self.rate("memory", 2.0 * size, lambda: target.copy_(source))

    def ways(self, size: int) -> None:
        """GB/s from the host's memory and back to it."""
        self.say(stage="host and device")
        here = self.torch.empty(size, dtype=self.torch.uint8, pin_memory=True)
        there = self.torch.empty(size, dtype=self.torch.uint8, device=self.device)
        self.rate("to-device", size, lambda: there.copy_(here, non_blocking=True))
        self.rate("from-device", size, lambda: here.copy_(there, non_blocking=True))


def cpu_model() -> str:
    """The CPU's model, as Linux shows it; its architecture where it shows none."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line for line in file if line.startswith(("model name", "CPU part"))]
    return models[0].partition(":")[2].strip() if models else os.uname().machine


def task(torch: Any, say: Say) -> None:
    """Measure the device that the environment names."""
    number = os.environ["PREFLIGHT_DEVICE"]
    say(stage="device", kind="cuda" if number else "cpu")
    torch.manual_seed(0)
    torch.set_num_threads(1)
    device = torch.device("cuda", int(number)) if number else torch.device("cpu")
    bench = DeviceBench(torch, device, say)
    if bench.cuda:
        torch.cuda.set_device(device)
        say(name=torch.cuda.get_device_name(device))
        if torch.cuda.is_bf16_supported():
            bench.product("bf16", torch.bfloat16, 8192, 10)
        bench.product("fp32", torch.float32, 4096, 10)
        bench.measure_memory(512 * MIB)
        bench.ways(256 * MIB)
    else:
        say(name=cpu_model())
        bench.product("fp32", torch.float32, 1024, 3)
        bench.measure_memory(32 * MIB)
    say(stage="done", speeds=bench.speeds, broken=bench.broken)
