"""What a printed edit does to the text of a config: sed changes what was meant, nothing else."""

from __future__ import annotations

import subprocess

import pytest

from checks.areas.deepspeed.text_edits import sed_expressions
from checks.facts.controller_files import ControllerFiles
from checks.knowledge.deepspeed_config import parse_config
from checks.model import HERE
from tests.support.snapshots import with_fact
from tests.support.zero_cases import cluster, finding

JSON = """{
    "train_batch_size" : 8,
    "fp16":  {"enabled": true},
    "zero_optimization": {
        "stage": 3,
        "allgather_bucket_size": 5e8
    },
    "bf16": {
        "enabled": false
    }
}
"""
HJSON = """{
  # ours
  train_batch_size: 8   # of all ranks
  zero_optimization: {
    stage: 3,
  }
}
"""
SIZE, STAGE = 'c["train_batch_size"]=16', 'c["zero_optimization"]["stage"]=2'


@pytest.mark.parametrize(
    ("text", "edit", "old", "new"),
    [
        (JSON, SIZE, '"train_batch_size" : 8', '"train_batch_size" : 16'),
        (JSON, 'c["train_batch_size"]="auto"', "8", '"auto"'),
        (JSON, STAGE, '"stage": 3', '"stage": 2'),
        (JSON, 'c["fp16"]["enabled"]=False', "true", "false"),
        (JSON, 'c["bf16"]["enabled"]=True', "false", "true"),
        (JSON, 'del c["zero_optimization"]["stage"]', '        "stage": 3,\n', ""),
        (JSON, 'c["bfloat16"]=c.pop("bf16")', '"bf16"', '"bfloat16"'),
        (JSON, 'c["z"]=1.5', "{\n", '{\n    "z": 1.5,\n'),
        (
            JSON,
            'c["zero_optimization"]["overlap_comm"]=False',
            'zation": {\n',
            'zation": {\n        "overlap_comm": false,\n',
        ),
        (HJSON, SIZE, "size: 8", "size: 16"),
        (HJSON, STAGE, "stage: 3", "stage: 2"),
        (HJSON.replace("\n", "\r\n"), STAGE, "stage: 3", "stage: 2"),
        ('{"train_batch_size":8,"a":1}', SIZE, ":8", ":16"),
        ('{"a/b": 1, "train_batch_size": "8/2"}', SIZE, '"8/2"', "16"),
    ],
)
def test_an_edit_leaves_the_rest_of_the_text(tmp_path, text, edit, old, new):
    path = tmp_path / "ds.json"
    path.write_bytes(text.encode())
    words = [
        each for line in sed_expressions(text, parse_config(text), edit) for each in ("-e", line)
    ]
    assert words
    subprocess.run(["sed", "-i", *words, path], check=True, timeout=30)
    assert path.read_bytes().decode() == text.replace(old, new, 1)


def test_edits_one_after_the_other_count_the_lines_of_the_file(tmp_path):
    edit = f'c["z"]=1; del c["zero_optimization"]["stage"]; {SIZE}; c["bf16"]["enabled"]=True'
    path = tmp_path / "ds.json"
    path.write_text(JSON)
    words = [
        each for line in sed_expressions(JSON, parse_config(JSON), edit) for each in ("-e", line)
    ]
    subprocess.run(["sed", "-i", *words, path], check=True, timeout=30)
    changed = parse_config(path.read_text()).values
    assert (changed["z"], changed["train_batch_size"], changed["bf16"]) == (
        1,
        16,
        {"enabled": True},
    )
    assert changed["zero_optimization"] == {"allgather_bucket_size": 5e8}


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ('{"fp16": {"enabled": true}, "bf16": {"enabled": true}}', 'c["bf16"]["enabled"]=False'),
        (JSON, 'del c["zero_optimization"]["allgather_bucket_size"]'),
        (JSON, 'c["gradient_clipping"]=c["zero_optimization"].pop("stage")'),
        (JSON, 'c["zero_optimization"]["stage"]="a/b&c"'),
        (JSON, 'c["nowhere"]["stage"]=1'),
        (JSON, "c.clear()"),
        ('{"stage": 3}', 'c.setdefault("zero", {})["stage"]=c.pop("stage")'),
        ('{"a": 1}', SIZE),
    ],
)
def test_an_edit_that_sed_may_do_otherwise_is_none(text, edit):
    assert sed_expressions(text, parse_config(text), edit) == []


@pytest.mark.parametrize("typed", [(), ("launcher", "start", "--sync", "--", "t.py")])
def test_a_start_that_copies_the_folder_is_not_told_to_copy_it_first(typed):
    """What is typed next is that very start."""
    snap = cluster('{\n  "zero_optimisation": {"stage": 3}\n}', workdir="/run")
    copies = ControllerFiles(
        {"ds.json": "a"}, source="/run", sync_line="launcher sync", typed=typed
    )
    for node in snap.job.names:
        with_fact(snap, node, copies)
    fix = finding("keys-are-known", snap).fix
    assert fix.on == HERE and fix.command.startswith("sed -i -e ")
    assert fix.command.endswith("launcher sync") == (not typed)
