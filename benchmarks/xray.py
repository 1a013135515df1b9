"""How long `launcher xray` takes to ask 64 ranks, and where that goes.

All nodes of a lab share this machine's cores, on which 64 stacks are read at once; nodes of a
cluster read eight each. So beside the time that passes stands what is used of a processor.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass

from benchmarks.place import Place, place
from benchmarks.timing import Took, middle, verdict
from benchmarks.watch import LIMIT_S, start_in_background, used, wait_for_talk
from checks.errors import UsageError
from launcher.agent.rank_activity import SAMPLE_SPAN_S
from tests.support.passed_preflight import pass_preflight

NODES, SLOTS = 8, 8
ROUNDS = 5
AIM_S = 3.0
RANK = """
import os, time
print("line 0 of 1", os.environ["RANK"], flush=True)
time.sleep(3600)
"""


@dataclass(frozen=True)
class Asked:
    """One `xray`: processor seconds in it, in the launcher, and of a node's supervisor."""

    took: Took
    launcher_s: float
    supervisor_s: float


def main() -> None:
    """Ranks that sleep, asked a few times."""
    with place(NODES, SLOTS) as here:
        (here.folder / "rank.py").write_text(RANK)
        pass_preflight(here.folder, hosts=str(here.lab.hosts))
        log = here.folder / "out"
        words = ["--no-local-rank", "--allow-separate", "--", "rank.py"]
        process = start_in_background(here, log, words)
        try:
            wait_for_talk(process, log)
            report([ask(here, process) for _ in range(ROUNDS)])
        finally:
            process.terminate()
            process.wait(LIMIT_S)


def ask(here: Place, process: subprocess.Popen[bytes]) -> Asked:
    """Ask once. Raises UsageError where not all ranks answer."""
    before = list(used(here, process.pid))
    took = here.project("launcher", "xray", "--json")
    after = list(used(here, process.pid))
    nodes = json.loads(took.out)["nodes"] if took.code == 0 else []
    if sum(len(node["ranks"]) for node in nodes) != NODES * SLOTS:
        raise UsageError(f"not all ranks were seen:\n{took.out[-3000:]}")
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return Asked(took, spent[0], spent[1] / NODES)


def report(rounds: list[Asked]) -> None:
    """The middle of the rounds, with how busy this machine is beside it."""
    print(f"\nxray of {NODES * SLOTS} ranks on {NODES} nodes, {SAMPLE_SPAN_S:g} s of it a sample")
    seconds = middle(measured.took.seconds for measured in rounds)
    times = ", ".join(f"{measured.took.seconds:.1f}" for measured in rounds)
    load = os.getloadavg()[0]
    print(f"  {seconds:.2f} s ({times}) at load {load:.0f}   {verdict(seconds, AIM_S)}")
    print(
        f"  processor: the command {middle(measured.took.cpu_s for measured in rounds):.2f} s, "
        f"the launcher {middle(measured.launcher_s for measured in rounds):.2f} s, "
        f"a node's supervisor {middle(measured.supervisor_s for measured in rounds):.2f} s "
        "with what it starts"
    )
