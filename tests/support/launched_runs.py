"""A launcher at work on a lab: what it prints, and what of it is left on the nodes and here."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from launcher.record import all_runs
from tests.support.paths import ROOT


class LaunchedRun:
    """A launcher at work, with what it prints."""

    def __init__(self, place, lab, *command, options=(), program=("launcher",)):
        self.place = place
        self.log = place / f"out-{time.monotonic_ns()}"
        argv = [sys.executable, "-m", *program, "start", "--hosts", str(lab.hosts), *options]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*argv, *(["--", *command] if command else [])],
                cwd=place,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def text(self):
        return self.log.read_text()

    def wait_for(self, pattern, seconds=90):
        deadline = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            assert time.monotonic() < deadline, self.text
            assert self.process.poll() is None, self.text
            time.sleep(0.1)

    def end(self, seconds=90):
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"it did not end in {seconds} s:\n{self.text}") from None

    @property
    def run(self):
        return all_runs(self.place / "runs")[-1]


def worlds_seen(run, seen_by="torch.distributed"):
    """The worlds that each rank itself was in, by rank: how many ranks, its own number, backend."""
    seen = {}
    for event in run.rank_events():
        if event["kind"] == "rank-world" and event["seen_by"] == seen_by and event["size"]:
            world = (event["size"], event["place"], event["backend"])
            seen.setdefault(event["rank"], set()).add(world)
    return seen


def one_world(size, backend="gloo"):
    """What `worlds_seen` is where all ranks were in one world and in no other."""
    return {rank: {(size, rank, backend)} for rank in range(size)}


def run_launcher(place, *words):
    return subprocess.run(
        [sys.executable, "-m", "launcher", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def leftovers(lab):
    """What is on the nodes that a fresh lab has not: processes and files of a run."""
    script = "ps -eo pid=,args=; ls -d /tmp/deepspeed-preflight-* 2>/dev/null"
    ours = re.compile(r"agent\.py|deepspeed|train\.py|pdsh|preflight-[0-9a-f]|ssh .*node|-S -I -c")
    return [
        f"{node.name}: {line}"
        for node in lab.nodes
        for line in node.run(script).stdout.splitlines()
        if ours.search(line) and "ps -eo" not in line and "preflight-lab" not in line
    ]


def wait_until_clean(lab, seconds=20):
    deadline = time.monotonic() + seconds
    while left := leftovers(lab):
        assert time.monotonic() < deadline, left
        time.sleep(0.2)


def command_lines():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()
