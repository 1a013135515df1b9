"""A firewall drops the master port: when the preflight says so, and what bare `deepspeed` does."""

from __future__ import annotations

from benchmarks.place import Place, place
from benchmarks.preflight import preflight
from benchmarks.start import bare, prepare
from benchmarks.timing import middle, verdict
from benchmarks.watched import LIMIT_S, first_step

ROUNDS = 3
PATIENCE_S = 60.0
AIM_S = 5.0
CHECK = "ports.master-port-is-reachable"


def main() -> None:
    """Ours some times, whole runs; the other once, cut off when its time is over.

    Before the fault bare `deepspeed` trains twice: its first run compiles an op, and only against
    a second, healthy one does silence say anything.
    """
    with place(2) as here:
        prepare(here)
        first_step(bare(here, LIMIT_S))
        healthy_s = first_step(bare(here, LIMIT_S))
        here.lab.fault("master-port-dropped", on=[here.names[0]])
        runs = [named(here) for _ in range(ROUNDS)]
        print("\nmaster port dropped, 2 nodes")
        if None in runs:
            print(f"  preflight --quick           did not name it in {runs.count(None)} runs")
        else:
            seconds = middle(run for run in runs if run is not None)
            print(f"  preflight --quick, whole    {seconds:7.1f} s   {verdict(seconds, AIM_S)}")
        print(f"  bare deepspeed, no fault    {healthy_s:7.1f} s to the first step")
        print(f"  bare deepspeed              {silence(here)}")


def named(here: Place) -> float | None:
    """Seconds of a whole run that names the port and its cause; None where it does not."""
    took, report = preflight(here)
    causes = {(finding["check"], finding["cause"]) for finding in report["findings"]}
    return took.seconds if (CHECK, "dropped") in causes else None


def silence(here: Place) -> str:
    """What `deepspeed` came to within PATIENCE_S."""
    took = bare(here, PATIENCE_S)
    if took.step_s is not None:
        return f"trained after {took.step_s:.1f} s: the port was not dropped"
    if took.ended:
        return f"ended after {took.seconds:.1f} s, saying: {took.last[-200:]}"
    return f"no step and no error in {PATIENCE_S:.0f} s; its last words: {took.last[-120:]}"
