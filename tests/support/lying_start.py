"""`python -m tests.support.lying_start SEED NODE start …`: a launcher to which one node lies."""

from __future__ import annotations

import sys

from checks.contact.shipping import shipped_program
from launcher.cli import main
from launcher.run import supervisors

SHIPPED = ("tests.support.lying_supervisor", "tests.support.lying_node")
HONEST = supervisors.supervisor_program


def start_with_liar(seed: str, node: str, words: list[str]) -> int:
    start = f"from {SHIPPED[0]} import serve_and_lie; serve_and_lie({int(seed)}, {node!r})"
    program = shipped_program(frozenset(SHIPPED), start)
    supervisors.supervisor_program = lambda entry: program if entry == "main" else HONEST(entry)
    return main(words)


if __name__ == "__main__":
    sys.exit(start_with_liar(sys.argv[1], sys.argv[2], sys.argv[3:]))
