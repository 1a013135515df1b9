"""What befalls a preflight or a start at a random moment: deaths, stops, cuts and full disks."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time

from tests.support.paths import ROOT

DEEDS = ("kill", "stop", "cut", "fill", "kill-here", "stop-here")
PHASES = ("start", "start", "preflight")
OURS = re.compile(r"agent\.py|deepspeed\.launcher|train\.py|pdsh|-S -E -c|notty|smoke|rendezvous")
STRANGER = 'exec -a "python -u train.py" sleep 86400'
"""Another process of the same user, named as a rank is."""
TRAINING = """
import time
for step in range(12):
    print("step", step, "loss 2.5", flush=True)
    time.sleep(0.5)
"""
STOPPED_S = 30.0
"""Longer than the lease: the nodes end the run of a controller that stands still."""


class Misfortune:
    """What a seed stands for: a deed, on a node, so many seconds after the beginning."""

    def __init__(self, seed, lab):
        self.rng = random.Random(seed)
        self.deed, self.phase = DEEDS[seed % len(DEEDS)], PHASES[(seed // len(DEEDS)) % 3]
        self.node = self.rng.choice(lab.nodes)
        self.stopped = ""
        self.after_s = self.rng.uniform(0, 14)
        self.done = f"{self.phase}: {self.deed} on {self.node.name} after {self.after_s:.1f} s"

    def prepare(self):
        """A small disk for the run's directory, where it is to fill up."""
        if self.deed == "fill":
            self.node.run("mount -t tmpfs -o size=300k chaos /tmp", check=True)

    def happen(self, process):
        """To that command, or to its node."""
        getattr(self, "_" + self.deed.replace("-", "_"))(process)

    def end_what_none_survives(self):
        """Continue what was stopped; and a probe behind a cut hears of its end by the network."""
        if self.stopped:
            self.node.run(["kill", "-CONT", self.stopped])
        if self.phase == "preflight":
            self.node.run("nft delete table inet chaos")

    def undo(self):
        """Heal the node; returns what lies in the small disk beside what filled it."""
        self.node.run("nft delete table inet chaos")
        if self.deed != "fill":
            return ""
        left = self.node.run("ls -A /tmp | grep -v filler").stdout
        self.node.run("umount -l /tmp", check=True)
        return left

    def _kill(self, _process):
        self._signal("KILL")

    def _stop(self, _process):
        self._signal("STOP")

    def _signal(self, name):
        lines = self.node.run("ps -ww -eo pid=,args=").stdout.splitlines()
        ours = [line for line in lines if OURS.search(line) and "python -u train.py" not in line]
        ours = [line for line in ours if not line.endswith(" ps -ww -eo pid=,args=")]
        if ours:
            line = self.rng.choice(ours)
            self.done += f": {name} {line.strip()[:80]}"
            self.node.run(["kill", f"-{name}", line.split()[0]])
            self.stopped = line.split()[0] if name == "STOP" else ""

    def _cut(self, _process):
        script = "add table inet chaos; " + "; ".join(
            f"add chain inet chaos {hook} {{ type filter hook {hook} priority -300; policy drop; }}"
            for hook in ("input", "output")
        )
        self.node.run(["nft", script], check=True)

    def _fill(self, _process):
        self.node.run("dd if=/dev/zero of=/tmp/filler bs=1k")

    def _kill_here(self, process):
        process.kill()

    def _stop_here(self, process):
        process.send_signal(signal.SIGSTOP)
        time.sleep(STOPPED_S)
        process.send_signal(signal.SIGCONT)


class Strangers:
    """Other processes of the same user, one on each node."""

    def __init__(self, lab):
        self.lab = lab
        self.pids = {
            node.name: node.run(f"({STRANGER}) >/dev/null 2>&1 & echo $!").stdout.split()[0]
            for node in lab.nodes
        }

    def alive(self):
        """The nodes on which it still runs."""
        return {
            node.name
            for node in self.lab.nodes
            if node.run(["kill", "-0", self.pids[node.name]]).returncode == 0
        }

    def end(self):
        for node in self.lab.nodes:
            node.run(["kill", self.pids[node.name]])


def begin(place, lab, phase, log):
    """The command that something befalls, in a session of its own."""
    words = {
        "start": ["launcher", "start", "--allow-separate", "--hosts", str(lab.hosts)],
        "preflight": ["preflight", "-q", "--report", "report.json", "--hosts", str(lab.hosts)],
    }[phase]
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *words, *(["--", "train.py"] if phase == "start" else [])],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def written_on(lab):
    """What each node's overlay holds: file, size and time of every one that it wrote."""
    return {node.name: set(_written(lab.record.disk(node.name) / "upper")) for node in lab.nodes}


def _written(upper):
    for folder, _, names in os.walk(upper):
        for name in names:
            path = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                status = os.lstat(path)
                yield f"{path.removeprefix(str(upper))} {status.st_size} {status.st_mtime_ns}"
