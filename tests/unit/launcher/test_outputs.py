"""The end of a run says where its files are, on which nodes, and how its shards are merged."""

from __future__ import annotations

import pytest

from checks.facts.deepspeed_config import TrainingScript
from checks.facts.files import FolderSpace
from checks.facts.workdir_files import WorkdirFiles
from checks.job.output_folders import output_folders
from checks.model import Job, Node
from checks.node.probe.deepspeed_config import named_outputs
from launcher.commands import outputs
from launcher.commands.outputs import describe_output, resuming_line

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


@pytest.mark.parametrize(
    ("script", "settings", "found"),
    [
        ('args = TrainingArguments(output_dir="out", lr=1)', [], ["out"]),
        ("p.add_argument('--output_dir', type=str, default='runs/a')", [], ["runs/a"]),
        ('engine.save_checkpoint("ckpt", tag=f"s{n}")', [], ["ckpt"]),
        ('engine.save_checkpoint(save_dir="/data/ckpt")', [], ["/data/ckpt"]),
        ('output_dir="out"', ["model: x\noutput_dir: ./outputs/a  # here\n"], ["./outputs/a"]),
        ("", ['{"lr": 1, "output_dir": "o"}', '{\n "output_dir": "o/b",\n "lr": 1}'], ["o/b"]),
        ('output_dir = f"out/{name}"; save(path)', ["output_dir: {{ x }}"], []),
        ("output_dir = args.output_dir", [], []),
    ],
)
def test_the_folders_that_a_script_or_its_settings_name(script, settings, found):
    assert named_outputs(script, settings) == found


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (
            "start --sync -- train.py --lr 1",
            "start --sync -- train.py --lr 1 --resume_from_checkpoint out/checkpoint-3",
        ),
        (
            "start --sync",
            "start --sync -- train.py --lr 1 --resume_from_checkpoint out/checkpoint-3",
        ),
    ],
)
def test_the_line_that_goes_on_from_a_checkpoint(typed, line, monkeypatch):
    monkeypatch.setattr("sys.orig_argv", ["/x/python", "-m", "launcher", *typed.split()])
    own = job("--lr", "1", "--resume_from_checkpoint", "out/checkpoint-1")
    assert resuming_line(own, "/w/out/checkpoint-3").endswith(f" -m launcher {line}")


@pytest.mark.parametrize("to_resume", [True, False])
def test_a_run_that_failed_names_what_it_can_go_on_from(to_resume, monkeypatch):
    there = {
        "/w/out": {"n1": seen("a", "checkpoint-3/x")},
        "/w/logs": {"n1": seen("a", "log.txt")},
    }
    monkeypatch.setattr(outputs, "_look_into", lambda *_: there)
    own = job("--output_dir", "out", "--logging_dir", "logs")
    script = TrainingScript("train.py", words=(outputs.TAKES_CHECKPOINT,))
    lines = outputs.output_lines(own, ["n1"], script, to_resume=to_resume)
    assert lines[0] == "output: /w/out on n1, newest checkpoint checkpoint-3"
    assert lines[1].startswith("to go on from it: " if to_resume else "output: /w/logs on n1")
    assert len(lines) == 2
