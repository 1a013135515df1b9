"""Two nodes on which the tools underneath are typed bare, and `launcher start` beside them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from launcher.lab.cluster import Lab
from launcher.lab.node import Done, LabNode
from launcher.lab.requirements import SYSTEM_PATH
from launcher.lab.shape import LabShape
from tests.support.lab_fixtures import down_and_gone
from tests.support.passed_preflight import pass_preflight
from tests.support.paths import ROOT

BIN = Path(sys.prefix) / "bin"
ODD = ["it is", "%h", "$HOME", "*", '"q"', "a;uname", "", "last"]
GIVEN = {
    "HF_HOME": "/data/hf",
    "https_proxy": "http://proxy",
    "TORCH_NCCL_BLOCKING_WAIT": "1",
    "GLOO_SOCKET_IFNAME": "eth0",
}
LATER = "ip addr del 192.168.121.5/24 dev eth0"
PATIENCE_S = 120


@dataclass(frozen=True)
class Site:
    """A lab, and the folder that its nodes and this machine share."""

    lab: Lab
    place: Path

    @property
    def head(self) -> LabNode:
        """Where bare tools are typed."""
        return self.lab.nodes[0]

    @property
    def other(self) -> LabNode:
        """The second node."""
        return self.lab.nodes[1]

    @property
    def on_both(self) -> list[str]:
        """Options of `deepspeed` for both nodes, the address of the first given."""
        return ["--hostfile", str(self.place / "hostfile"), "--master_addr", self.head.address]

    def bare(self, *words: str, cwd: str = "", **env: str) -> Done:
        """Bare `deepspeed`, or accelerate where `words` begin with that, typed on the head."""
        command = ["sh", "-c", 'cd "$0" && exec "$@"', cwd or str(self.place)]
        tool = words if words[0] == "accelerate" else ("deepspeed", *words)
        return self.head.run([*command, *tool], env=environment(**env), timeout=2 * PATIENCE_S)

    def started(self, *words: str, **options: str) -> subprocess.Popen[str]:
        """`launcher start` typed here, begun; its preflight has passed."""
        pass_preflight(self.place, hosts=str(self.lab.hosts), **options)
        flags = [
            f"--{name.strip('_').replace('_', '-')}={entry}" for name, entry in options.items()
        ]
        argv = ["launcher", "start", f"--hosts={self.lab.hosts}", *flags, "--", "tell.py", *words]
        return subprocess.Popen(
            [sys.executable, "-m", *argv],
            cwd=self.place,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def ours(self, *words: str, **options: str) -> tuple[int, str]:
        """`launcher start`, to its end: exit code and what it said."""
        one = self.started(*words, **options)
        text, _ = one.communicate(timeout=2 * PATIENCE_S)
        return one.returncode, text

    @contextlib.contextmanager
    def ours_under_way(self) -> Iterator[subprocess.Popen[str]]:
        """`launcher start` whose ranks have started and sleep; killed at the latest afterwards."""
        before, run = self.ranks, self.started("sleep")
        try:
            wait_for(lambda: all(map(more, self.ranks, before)))
            yield run
        finally:
            run.kill()

    @contextlib.contextmanager
    def job(self, port: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """Bare `deepspeed` over both nodes, under way, until the test ends it."""
        words = shlex.join([*self.on_both, "--master_port", str(port), *options, "tell.py"])
        command = f"cd {shlex.quote(str(self.place))} && exec deepspeed {words} sleep"
        argv, quiet = self.head.argv(["sh", "-c", command], env=environment()), subprocess.DEVNULL
        before = self.ranks
        with subprocess.Popen(argv, stdout=quiet, stderr=quiet, stdin=quiet) as one:
            try:
                wait_for(lambda: all(map(more, self.ranks, before)))
                yield one
            finally:
                if one.poll() is None:
                    self.end_all()

    @property
    def ranks(self) -> list[list[str]]:
        """The processes of ranks on each node."""
        seen = [node.run(["pgrep", "-f", r"^\S+ -u tell\.py"]) for node in self.lab.nodes]
        return [entry.stdout.split() for entry in seen]

    def end_all(self) -> None:
        """Of bare tools, everywhere."""
        for node in self.lab.nodes:
            node.run("pkill -9 -f 'tell\\.p[y]|deepspeed.launche[r]|accelerat[e]'")


def more(now: list[str], before: list[str]) -> bool:
    """Whether ranks were added."""
    return len(now) > len(before)


def environment(**more: str) -> dict[str, str]:
    """Of a login that has activated the environment."""
    path = f"{BIN}:{SYSTEM_PATH}"
    return {"PATH": path, "DS_ACCELERATOR": "cpu", "TRITON_CACHE_DIR": "/tmp/triton", **more}


def rank_reports(text: str) -> list[dict[str, Any]]:
    """What each rank told that came to tell."""
    return [json.loads(line) for line in re.findall(r"told (\{.*\})", text)]


def wait_for(happened: Callable[[], bool]) -> None:
    """Until it has. Raises AssertionError where it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def interrupt(run: subprocess.Popen[str]) -> tuple[int, str]:
    """Ctrl-C, and what came of it."""
    os.killpg(run.pid, signal.SIGINT)
    text, _ = run.communicate(timeout=PATIENCE_S)
    return run.returncode, text


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two nodes and a shared folder with a script, a hostfile and a launch.toml."""
    folder = tmp_path_factory.mktemp("bare")
    shutil.copy(ROOT / "tests/lab/starts/tell.py", folder)
    (folder / "hostfile").write_text("node1 slots=1\nnode2 slots=1\n")
    values = "".join(f"{name} = {json.dumps(value)}\n" for name, value in GIVEN.items())
    (folder / "launch.toml").write_text(f'[env]\nHF_TOKEN = "hf_Secret"\n{values}')
    visible = {sys.prefix, sys.base_prefix, str(folder)}
    up = Lab.up(LabShape(nodes=2), folder / ".lab", visible=visible)
    yield Site(up, folder)
    down_and_gone(up)


@pytest.fixture
def site(whole_site: Site) -> Iterator[Site]:
    """The same; what a test wrote into the head's home is as before after it, nothing runs on."""
    before = whole_site.head.read("/root/.bashrc")
    yield whole_site
    whole_site.head.write("/root/.bashrc", before)
    for node in whole_site.lab.nodes:
        node.run(f"rm -rf /root/.deepspeed_env /root/.cache/huggingface; {LATER}")
    whole_site.end_all()
