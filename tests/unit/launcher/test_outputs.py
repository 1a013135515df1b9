"""The end of a run says where its files are, on which nodes, and how its shards are merged."""

from __future__ import annotations

import pytest

from checks.facts.files import FolderSpace
from checks.facts.workdir_files import WorkdirFiles
from checks.job.output_folders import output_folders
from checks.model import Job, Node
from launcher.commands.outputs import describe_output

SPACE = FolderSpace("directory", "/w/out")
SHARD = "zero_pp_rank_0_mp_rank_00_optim_states.pt"


def job(*command: str, **settings) -> Job:
    nodes = tuple(map(Node, ("n1", "n2", "n3")))
    return Job(nodes=nodes, head="n1", workdir="/w", command=("train.py", *command), **settings)


def seen(identity: str, *paths: str) -> WorkdirFiles:
    return WorkdirFiles(space=SPACE, identity=(identity,), others=paths)


@pytest.mark.parametrize(
    ("command", "settings", "folders"),
    [
        (["--output_dir", "out"], {}, ["/w/out"]),
        (["--output-dir=../o/"], {}, ["/o"]),
        (
            ["--save_dir", "/x/a", "--logging_dir", "logs"],
            {"output": "out"},
            ["/w/out", "/x/a", "/w/logs"],
        ),
        (["--output_dir", "out"], {"output": "/w/out"}, ["/w/out"]),
        (["--save", "True", "--output_path", "r.json", "--save", "--lr"], {}, []),
        (["--checkpoint_dir", "pretrained", "out"], {}, []),
    ],
)
def test_which_folders_a_job_writes(command, settings, folders):
    assert list(output_folders(job(*command, **settings))) == folders


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({}, []),
        ({"n1": seen("a"), "n2": seen("b")}, []),
        ({"n1": seen("a", "x.pt"), "n2": seen("b")}, ["output: /w/out on n1"]),
        (
            {"n1": seen("a", "x.pt"), "n2": seen("b", "x.pt")},
            ["output: /w/out on n[1-2], each its own files"],
        ),
        ({"n1": seen("a", "x"), "n2": seen("a", "x")}, ["output: /w/out shared by n[1-2]"]),
        (
            {"n1": seen("a", "checkpoint-8/x", "checkpoint-16/x", "checkpoint-9/x")},
            ["output: /w/out on n1, newest checkpoint checkpoint-16"],
        ),
    ],
)
def test_what_is_said(there, said):
    assert list(describe_output(job(), "/w/out", there)) == said


@pytest.mark.parametrize(
    ("paths", "which"),
    [
        (["latest", f"global_step4/{SHARD}", f"global_step12/{SHARD}"], "out"),
        ([f"checkpoint-20/global_step20/{SHARD}", "checkpoint-20/latest"], "out/checkpoint-20"),
    ],
)
def test_shards_are_merged_by_the_line_that_is_said(paths, which):
    there = {"n1": seen("a", *paths), "n2": seen("b", *paths)}
    *_, line = describe_output(job(), "/w/out", there)
    assert line.endswith(f" weights {which} -o weights")
