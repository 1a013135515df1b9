"""Which GPUs run below their clocks, for heat or for their power supply; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence


def slowed_gpu_lines(slowed: Mapping[str, Sequence[Sequence[str]]]) -> Iterator[str]:
    """`GPU 1 of node3 is slowed down (hw-thermal)`; by node what slows each of its GPUs down."""
    for node, gpus in slowed.items():
        for number, reasons in enumerate(gpus):
            if reasons:
                yield f"GPU {number} of {node} is slowed down ({', '.join(reasons)})"
