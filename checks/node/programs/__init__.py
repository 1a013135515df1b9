"""Programs that the training interpreter of a node runs: sent as text, never imported here.

They may use what DeepSpeed and accelerate bring; the rest of `checks.node` has the standard library
alone.
"""

from pathlib import Path


def program_text(name: str) -> str:
    """The source text of the program of that name, for example `smoke_rank`."""
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
