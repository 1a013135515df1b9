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

DEEDS = ("kill", "stop", "cut", "fill", "kill-here", "stop-here", "fill-here")
PHASES = ("start", "training", "preflight")
OURS = re.compile(r"agent\.py|deepspeed\.launcher|train\.py|pdsh|-S -I -c|notty|smoke|rendezvous")
STRANGER = "python -u train.py 86400"
"""Another process of the same user, named as a rank is."""
TRAINING = """
import time
for step in range(16):
    print("step", step, "loss 2.5", flush=True)
    with open("/tmp/saved", "a") as file:
        file.write("x" * 4096)
    time.sleep(0.5)
"""
"""Ends with an error where it cannot save."""
RECORDS = ("runs", ".preflight")
FIRST_STEP_S = 120
ENDS_S, STOPPED_ENDS_S = 300, 100
RUN_STRANGER = 'exec -a "python -u train.py" sleep 86400'
STEP = re.compile(r"node\d+ (\d+): step")
MOUNT = ("mount", "-t", "tmpfs", "-o", "size=400k", "chaos")
STOPPED_S = 30.0
"""Longer than the lease: the nodes end the run of a controller that stands still."""


class Misfortune:
    """What a seed stands for: a deed, on a node, so many seconds after the beginning."""

    def __init__(self, seed, lab, place):
        self.place = place
        self.lab, self.rng = lab, random.Random(seed)
        self.deed, self.phase = DEEDS[seed % len(DEEDS)], PHASES[(seed // len(DEEDS)) % 3]
        self.node = self.rng.choice(lab.nodes)
        self.stopped = ""
        self.after_s = self.rng.uniform(0, 6 if self.phase == "training" else 14)
        self.done = f"{self.phase}: {self.deed} on {self.node.name} after {self.after_s:.1f} s"

    def wait(self, process, log):
        """Until it is time: since the beginning, or since both ranks made a step."""
        deadline = time.monotonic() + FIRST_STEP_S
        while self.phase == "training" and len(set(STEP.findall(log.read_text()))) < 2:
            if process.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.1)
        time.sleep(self.after_s)

    def prepare(self):
        """A small disk for the run's directory, or for the records here, where it is to fill up."""
        if self.deed == "fill":
            self.node.run("mount -t tmpfs -o size=300k chaos /tmp", check=True)
        if self.deed == "fill-here":
            for name in RECORDS:
                (self.place / name).mkdir(exist_ok=True)
                subprocess.run([*MOUNT, str(self.place / name)], check=True)

    def happen(self, process):
        """To that command, or to its node."""
        getattr(self, "_" + self.deed.replace("-", "_"))(process)

    def end_of(self, process):
        """Its exit code. A person ends what waits for a rank that somebody may continue."""
        try:
            return process.wait(STOPPED_ENDS_S if self.stopped else ENDS_S)
        except subprocess.TimeoutExpired:
            assert re.search(r"train\.py|agent\.py rank", self.done), self.done
            process.send_signal(signal.SIGINT)
            return process.wait(ENDS_S)

    def undo(self):
        """Heal the node and this machine; returns what is left in the small disk."""
        self.node.run("nft delete table inet chaos")
        if self.stopped:
            self.node.run(["kill", "-CONT", self.stopped])
        left = ""
        if self.deed == "fill":
            left = self.node.run("ls -A /tmp | grep -vE '^(filler|saved)$'").stdout
            self.node.run("umount -l /tmp", check=True)
        for node in self.lab.nodes:
            node.run("rm -f /tmp/saved")
        for name in RECORDS if self.deed == "fill-here" else ():
            subprocess.run(["umount", str(self.place / name)], check=True)
        return left

    def _kill(self, _process):
        self._signal("KILL")

    def _stop(self, _process):
        self._signal("STOP")

    def _signal(self, name):
        lines = self.node.run("ps -ww -eo pid=,args=").stdout.splitlines()
        ours = [line for line in lines if OURS.search(line) and not line.endswith(STRANGER)]
        ours = [line for line in ours if not line.endswith(" ps -ww -eo pid=,args=")]
        if ours:
            line = self.rng.choice(ours)
            self.done += f": {name} {line.strip()[:200]}"
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

    def _fill_here(self, _process):
        for name in RECORDS:
            filler = ["dd", "if=/dev/zero", f"of={self.place / name / 'filler'}", "bs=1k"]
            subprocess.run(filler, stderr=subprocess.DEVNULL, check=False)

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
            node.name: node.run(f"({RUN_STRANGER}) >/dev/null 2>&1 & echo $!").stdout.split()[0]
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
    start = ["launcher", "start", "--allow-separate", "--hosts", str(lab.hosts), "--", "train.py"]
    preflight = ["preflight", "-q", "--report", "report.json", "--hosts", str(lab.hosts)]
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", *(preflight if phase == "preflight" else start)],
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
