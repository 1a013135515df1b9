"""What the runs recorded on the controller say: how long this job took, and what they started."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from checks.contact.pool import Contact
from checks.facts import ClusterView
from checks.facts.earlier_ranks import EarlierRanks, OwnRanks, OwnRun
from checks.facts.earlier_start import EarlierStart
from checks.facts.snapshot import Snapshot
from checks.folded_names import fold_names
from checks.masking import mask_argv
from checks.model import Job
from checks.next_line import next_line
from checks.run_files import live_run, read_rank_events, read_run_file, recorded_runs

RUNS = Path("runs")
"""Where `start` records, below the directory in which it is typed."""
TIMEOUT_CHECK = "training.starts-fit-the-time-out"
MOST_RUNS = 50


def run_stage(contact: Contact, snapshot: Snapshot, names: Sequence[str]) -> None:  # noqa: ARG001 - a stage's signature
    """Fill `earlier_start` of each node, with the same, and `own_ranks`.

    Those of other folders are known where the node said which ranks run on it.
    """
    fact = find_earlier_start(snapshot.job, RUNS)
    started = {folder: _started_ranks(folder) for folder in (RUNS, *_folders_of_ranks(snapshot))}
    for name in names:
        runs = [
            OwnRun(run, tuple(pids[name]), _stop_line(run, folder), _started_in(folder))
            for folder, found in started.items()
            for run, pids in found.items()
            if name in pids
        ]
        snapshot.put_fact(name, fact)
        snapshot.put_fact(name, OwnRanks(tuple(runs)))


def _folders_of_ranks(snapshot: Snapshot) -> list[Path]:
    """Where starts of other folders record, as far as their ranks work where they were started."""
    cluster = ClusterView(snapshot)
    ranks = (node.read(EarlierRanks) for node in cluster.nodes_with(EarlierRanks))
    folders = {rank.folder for found in ranks for rank in (*found.ranks, *found.others)}
    runs = [Path(folder) / RUNS for folder in sorted(folders - {"", os.getcwd()})]
    return [path for path in runs if path.is_dir()]


def _stop_line(run: str, folder: Path) -> str:
    return next_line("stop", None, run, *(() if folder == RUNS else ("--runs", str(folder))))


def _started_in(runs: Path) -> str:
    """The folder of these records, '' for this one."""
    return "" if runs == RUNS else str(runs.parent)


def _started_ranks(runs: Path) -> dict[str, dict[str, list[int]]]:
    """Of each of the last runs that has no result the processes by node, the newest run first."""
    found: dict[str, dict[str, list[int]]] = {}
    for run in recorded_runs(runs)[: -MOST_RUNS - 1 : -1]:
        for event in () if (run / "result.json").exists() else read_rank_events(run):
            if event["kind"] == "rank-started" and "pid" in event:
                nodes = found.setdefault(run.name, {})
                nodes.setdefault(event["node"], []).append(event["pid"])
    return found


def live_run_notes(job: Job) -> list[str]:
    """That a run of this folder is under way on nodes of the job, and what to type; else none."""
    run = live_run(RUNS)
    taken = read_run_file(run / "plan.json").get("nodes", ()) if run else ()
    nodes = [name for name in job.names if name in taken]
    if run is None or not nodes:
        return []
    return [
        f"{run.name}, which was started here, runs on {fold_names(nodes)}: it slows down the "
        f"training smoke and the bandwidth, and they slow down its ranks. To end it first: "
        f"{next_line('stop', None, run.name)}"
    ]


def find_earlier_start(job: Job, runs: Path) -> EarlierStart:
    """The newest of the last runs that has the job's command and came to a step."""
    command = mask_argv(job.command)
    for run in recorded_runs(runs)[: -MOST_RUNS - 1 : -1] if command else ():
        if read_run_file(run / "plan.json").get("job", {}).get("command") != list(command):
            continue
        result = read_run_file(run / "result.json")
        first_step_s = result.get("first_step_s")
        if first_step_s is not None:
            seconds = float(first_step_s) - float(result.get("joined_s") or 0.0)
            return EarlierStart(run.name, seconds, _timeout_of(run))
    return EarlierStart()


def _timeout_of(run: Path) -> float | None:
    findings = read_run_file(run / "preflight.json").get("findings", ())
    found = [each["evidence"] for each in findings if each["check"] == TIMEOUT_CHECK]
    timeout_s = found[0].get("timeout_s") if found else None
    return float(timeout_s) if isinstance(timeout_s, int | float) else None
