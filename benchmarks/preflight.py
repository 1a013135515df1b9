"""The quick preflight as a multiple of P, `pdsh true` on the same nodes in the same minutes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import Any

from benchmarks.login import Login, login
from benchmarks.place import ROOT, Place, place
from benchmarks.timing import Took, middle, verdict
from checks.errors import UsageError

ROUNDS = {2: 7, 8: 5, 32: 3}
"""Nodes, and how often the two commands take turns on them."""
WHOLE = {2: 1.7, 8: 2.5, 32: 10.0}
FACTS_AND_PORTS = {32: 0.75}
MESH = 1.15
MEMORY_NODES, MEMORY_MB = 64, 100
STAGES = {
    "connect": "connect",
    "facts": "facts",
    "ports": "dial",
    "mesh": "ssh",
    "pdsh": "pdsh_run",
}


@dataclass
class Rounds:
    """What was measured, a value a round."""

    pdsh: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    peak_mb: list[float] = field(default_factory=list)
    stages: dict[str, list[float]] = field(default_factory=dict)
    floor: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rest(self) -> float:
        """Judging, pytest's items and the reports: what is neither start nor a stage."""
        parts = sum(middle(values) for values in self.stages.values())
        return middle(self.whole) - middle(self.start) - parts


def main() -> None:
    """All sizes, then the controller's memory."""
    print(f"{len(os.sched_getaffinity(0))} cores, load before: {os.getloadavg()[0]:.1f}")
    for nodes, rounds in ROUNDS.items():
        with place(nodes) as here:
            tell(nodes, measure(here, rounds))
    with place(MEMORY_NODES) as here:
        took, report = preflight(here)
        print(f"\n{MEMORY_NODES} nodes: {took.seconds:.0f} s in all")
        print(f"  logins that failed   {failed_logins(report)} of {MEMORY_NODES**2}")
        print(f"  controller memory    {took.peak_mb:.0f} MB   {verdict(took.peak_mb, MEMORY_MB)}")


def preflight(here: Place, *words: str) -> tuple[Took, dict[str, Any]]:
    """`pytest preflight/ --quick`, and its report. Raises UsageError where it made none."""
    report = here.folder / "report.json"
    report.unlink(missing_ok=True)
    took = here.project(
        "pytest", str(ROOT / "preflight"), "-c", str(ROOT / "pyproject.toml"),
        "-p", "no:cacheprovider", "--hosts", str(here.lab.hosts), "--quick",
        "--report", str(report), *words,
    )  # fmt: skip
    if "--collect-only" in words:
        return took, {}
    if not report.exists():
        raise UsageError(f"the preflight wrote no report:\n{took.out}")
    return took, json.loads(report.read_text())


def failed_logins(report: dict[str, Any]) -> int:
    """How many logins between nodes were not found to work: all of them do."""
    findings = [entry for entry in report["findings"] if entry["area"] == "ssh"]
    return sum(finding["outcome"] in ("fail", "unknown") for finding in findings)


def measure(here: Place, rounds: int) -> Rounds:
    """P, a login, pytest's start and the preflight, in turns."""
    seen = Rounds()
    here.pdsh()
    preflight(here, "--collect-only", "-q")
    for _ in range(rounds):
        seen.pdsh.append(here.pdsh().seconds)
        cost: Login = login(here)
        seen.floor.append(cost.floor_s(len(here.names)))
        seen.start.append(preflight(here, "--collect-only", "-q")[0].seconds)
        took, report = preflight(here)
        seen.whole.append(took.seconds)
        seen.peak_mb.append(took.peak_mb)
        seen.wrong += failed_logins(report)
        for part, stage in STAGES.items():
            seen.stages.setdefault(part, []).append(report["stages"][stage])
    return seen


def tell(nodes: int, seen: Rounds) -> None:
    """A table: each part in seconds and as a multiple of P, with its aim where it has one."""
    unit = middle(seen.pdsh)
    parts = {part: middle(values) for part, values in seen.stages.items()}
    parts["judging and pytest's items"] = seen.rest
    whole = sum(parts.values())
    known = parts["connect"] + parts["facts"] + parts["ports"]

    def line(part: str, seconds: float, aim: float | None = None) -> None:
        said = f"   {verdict(seconds / unit, aim)}" if aim else ""
        print(f"  {part:<28}{seconds:7.2f} s {seconds / unit:7.2f} P{said}")

    print(f"\n{nodes} nodes, medians of {len(seen.pdsh)}: P = {unit:.2f} s")
    line("pytest's own start", middle(seen.start))
    for part, seconds in parts.items():
        line(part, seconds)
    line("connect, facts and ports", known, FACTS_AND_PORTS.get(nodes))
    line("whole, without that start", whole, WHOLE[nodes])
    longest = max(parts, key=lambda part: parts[part])
    print(f"  most of it                  {longest}, {100 * parts[longest] / whole:.0f} %")
    ratio, floor = parts["mesh"] / middle(seen.floor), middle(seen.floor)
    print(f"  mesh against its floor      {ratio:7.2f} x {floor:.2f} s   {verdict(ratio, MESH)}")
    print(f"  logins that failed          {seen.wrong:7} of {nodes**2 * len(seen.pdsh)}")
    print(f"  controller memory           {middle(seen.peak_mb):7.0f} MB")
