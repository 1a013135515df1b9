"""The guides' way, from nodes that let in a password and nothing else to trained weights.

Only what a person would type is run: init, trust, the preflight, start, weights. The Trainer and
plain torch are really trained. Where Axolotl's, LMFlow's and WizardLM's scripts stand there is
starts/stand_in.py, which takes their command lines: the way is real, the training is not theirs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from safetensors.torch import load_file

from launcher.lab.cluster import Lab
from launcher.lab.shape import PASSWORD, LabShape
from launcher.record import all_runs
from tests.lab.test_trust import at_a_terminal
from tests.support.lab_fixtures import down_and_gone
from tests.support.launched_runs import one_world, worlds_seen
from tests.support.paths import ROOT

EXAMPLES = ROOT / "examples"
ONE_WORLD = "2 of 2 ranks succeeded, in one world of 2 (gloo)"


@dataclass(frozen=True)
class StandIn:
    """A project's checkout as far as its example needs one, with a script that stands in."""

    script: str
    output: str
    config: str = ""
    """Of DeepSpeed, where the checkout has it and not the example."""
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def make(self, folder: Path) -> None:
        """Puts it there, and what a person changes of launch.toml: the interpreter and paths."""
        launch = folder / "launch.toml"
        text = launch.read_text().replace('"python3"', f'"{sys.executable}"')
        launch.write_text(text.replace("/path/to", str(folder / "to")))
        for name in (*self.folders, str(Path(self.script).parent)):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in self.files:
            (folder / name).touch()
        if self.config:
            (folder / self.config).parent.mkdir(parents=True, exist_ok=True)
            (folder / self.config).write_text(ZERO3)
        shutil.copy(ROOT / "tests/lab/starts/stand_in.py", folder / self.script)


ZERO3 = '{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {"stage": 3}}'
STAND_INS = {
    "axolotl_deepspeed": StandIn(
        "axolotl/cli/train.py", "outputs", folders=("axolotl/cli",),
        files=("axolotl/__init__.py", "axolotl/cli/__init__.py", "axolotl/cli/preprocess.py"),
    ),
    "axolotl_fsdp": StandIn(
        "axolotl/cli/train.py", "outputs/checkpoint-2", folders=("axolotl/cli",),
        files=("axolotl/__init__.py", "axolotl/cli/__init__.py", "axolotl/cli/preprocess.py"),
    ),
    "lmflow": StandIn(
        "examples/finetune.py", "output_models/finetune",
        config="configs/deepspeed/zero3_no_offload.json",
        folders=("data/alpaca/train_conversation",),
    ),
    "wizardlm": StandIn(
        "train_freeform.py", "to/wizardlm-7B/hf/ft", config="configs/deepspeed_config.json",
        files=("utils.py", "to/alpaca_evol_instruct_70k.json"), folders=("to/llama-7B/hf",),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody who has just opened a shell in the folder of a training, and never used ssh."""

    home: Path
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        python = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        return {**os.environ, **python, "HOME": str(self.home), "SSH_AUTH_SOCK": ""}

    def types(self, *argv: str) -> str:
        """A command that has to succeed; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *argv], cwd=self.folder, env=self.env, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=240, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all nodes have the trainings' folders, as on a real site."""
    folder = tmp_path_factory.mktemp("guides")
    for name in ("hf_trainer", "torch_ddp", *STAND_INS):
        shutil.copytree(EXAMPLES / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def lab(folder: Path):
    up = Lab.up(
        LabShape(nodes=2, by_address=True, trust=False),
        folder / ".lab",
        visible={str(folder), sys.prefix},
    )
    yield up
    down_and_gone(up)


@pytest.fixture(scope="module")
def person(lab: Lab, folder: Path) -> Person:
    """Who has copied an example and typed `init` and `trust` there."""
    one = Person(folder / "home", folder / "hf_trainer")
    one.home.mkdir()
    said = one.types("launcher", "init", "--nodes", ",".join(node.address for node in lab.nodes))
    assert "launcher trust --ask-password" in said
    assert "Add to it:" not in said
    answers = {
        "Are these the machines": "y",
        "password for": PASSWORD,
        "Apply these changes to": "y",
    }
    argv = [sys.executable, "-m", "launcher", "trust", "--ask-password"]
    code, said = at_a_terminal(["env", "-C", str(one.folder), *argv], answers, one.env)
    assert code == 0, said
    return one


def test_the_world_of_every_example_is_asserted():
    """Here, and that of tiny_gpt in test_start.py."""
    folders = {path.name for path in EXAMPLES.iterdir()}
    assert folders == {"tiny_gpt", "hf_trainer", "torch_ddp", *STAND_INS}


@pytest.mark.long
def test_trainer_with_shards_that_each_node_kept(person: Person, lab: Lab):
    one = person
    assert "GO" in one.types("preflight", "-q")
    said = one.types("launcher", "start")
    assert "earlier findings hold" in said
    assert ONE_WORLD in said
    assert f"rank 1 of 2 on {lab.nodes[1].name}" in said, "as the Trainer sees it"
    run = all_runs(one.folder / "runs")[-1]
    assert worlds_seen(run) == worlds_seen(run, "accelerate") == one_world(2)
    kept = f"ls {one.folder}/checkpoints/checkpoint-20/global_step20"
    shards = [set(node.run(kept, check=True).stdout.split()) for node in lab.nodes]
    assert [len(some) for some in shards] == [2, 2]
    assert not shards[0] & shards[1]
    said = one.types("launcher", "weights", "checkpoints/checkpoint-20", "-o", "weights")
    found = load_file(one.folder / "weights/model.safetensors")
    assert found["model.embed_tokens.weight"].shape == (256, 64)
    assert "shapes as saved" in said


def test_torch_with_nothing_but_torch_and_ssh(person: Person, lab: Lab):
    one = Person(person.home, person.folder.parent / "torch_ddp")
    shutil.copy(person.folder / "hosts.txt", one.folder)
    assert "GO" in one.types("preflight", "-q")
    said = one.types("launcher", "start")
    assert "earlier findings hold" in said
    assert ONE_WORLD in said
    assert f"rank 1 of 2 on {lab.nodes[1].name}" in said
    assert worlds_seen(all_runs(one.folder / "runs")[-1]) == one_world(2)
    (saved,) = lab.node("node1").run(f"base64 -w0 {one.folder}/model.pt", check=True).stdout.split()
    assert saved


@pytest.mark.long
@pytest.mark.parametrize("example", STAND_INS)
def test_the_command_lines_of_other_projects(person: Person, lab: Lab, example: str):
    stand_in, one = STAND_INS[example], Person(person.home, person.folder.parent / example)
    stand_in.make(one.folder)
    one.types("launcher", "init", "--nodes", ",".join(node.address for node in lab.nodes))
    assert "GO" in one.types("preflight", "-q")
    said = one.types("launcher", "start")
    assert ONE_WORLD in said
    assert worlds_seen(all_runs(one.folder / "runs")[-1]) == one_world(2)
    one.types("launcher", "weights", stand_in.output, "-o", "weights")
    found = load_file(one.folder / "weights/model.safetensors")
    assert {name: tuple(entry.shape) for name, entry in found.items()} == {
        "0.weight": (8, 8), "0.bias": (8,), "1.weight": (1, 8), "1.bias": (1,),
    }  # fmt: skip
