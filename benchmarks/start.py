"""From the command to the first step: `launcher start` after a passed preflight, bare tools."""

from __future__ import annotations

import os
import shutil
import sys

from benchmarks.place import ROOT, VENV, Place, place
from benchmarks.timing import middle, verdict
from benchmarks.watched import LIMIT_S, Watched, first_step, watch
from checks.errors import UsageError

ROUNDS = 3
AIM = 1.1
EXAMPLE = ROOT / "examples" / "tiny_gpt"
TRAIN = ("train.py", "--deepspeed_config", "zero2.json", "--steps", "1")
PATH = f"{VENV / 'bin'}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "PATH": PATH}
"""What every rank gets. The path, because two kinds of ninja would compile DeepSpeed's op in turns.
"""


def main() -> None:
    """Each with its bare tool in turns, on the same two nodes, with the same script."""
    with place(2) as here:
        prepare(here)
        check(here)
        ours: list[float] = []
        theirs: list[float] = []
        bare(here, LIMIT_S)
        for _ in range(ROUNDS):
            theirs.append(first_step(bare(here, LIMIT_S)))
            ours.append(first_step(launcher(here, LIMIT_S)))
        ratio = middle(own_s / bare_s for own_s, bare_s in zip(ours, theirs, strict=True))
        print(f"\nfirst step, 2 nodes, medians of {ROUNDS}")
        print(f"  deepspeed --hostfile        {middle(theirs):7.2f} s")
        print(f"  launcher start              {middle(ours):7.2f} s")
        print(f"  ratio, pair by pair         {ratio:7.2f}     {verdict(ratio, AIM)}", flush=True)


def prepare(here: Place) -> None:
    """The example in the folder, a DeepSpeed hostfile, and what `deepspeed` passes to the nodes."""
    shutil.copytree(EXAMPLE, here.folder, dirs_exist_ok=True)
    (here.folder / "hostfile").write_text("".join(f"{name} slots=1\n" for name in here.names))
    text = "".join(f"{name}={value}\n" for name, value in ENVIRONMENT.items())
    (here.folder / ".deepspeed_env").write_text(text)


def check(here: Place) -> None:
    """A whole preflight that passes, for the gate to trust. Raises UsageError."""
    took = here.project("preflight", *_job(here), limit_s=LIMIT_S)
    if took.code:
        raise UsageError(f"the lab is not fit to train:\n{took.out}")


def launcher(here: Place, limit_s: float) -> Watched:
    """`launcher start` from this machine, watched until it ends."""
    argv = [sys.executable, "-m", "launcher", "start", *_job(here), "--", *TRAIN]
    return watch(argv, here.folder, here.environment, limit_s)


def _job(here: Place) -> list[str]:
    return ["--hosts", str(here.lab.hosts), "--launch-file", str(here.folder / "launch.toml")]


def bare(here: Place, limit_s: float) -> Watched:
    """`deepspeed --hostfile` typed on the head, watched until it ends or the limit."""
    words = [str(VENV / "bin" / "deepspeed"), "--hostfile", "hostfile", *TRAIN]
    head = here.lab.nodes[0]
    script = f"cd {here.folder} && exec {' '.join(words)}"
    seen = watch(head.argv(script, env={"PATH": PATH}), here.folder, os.environ, limit_s)
    if not seen.ended:
        for node in here.lab.nodes:
            node.run("pkill -KILL -f [t]rain.py; pkill -KILL -x pdsh; true")
    return seen
