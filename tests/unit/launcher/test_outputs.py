"""The end of a run says where its files are, on which nodes, and how its shards are merged."""

from __future__ import annotations

import pytest

from checks.facts.deepspeed_config import TrainingScript
from checks.facts.files import FolderSpace
from checks.facts.saved_checkpoints import SavedCheckpoint, SavedCheckpoints, SavedFile
from checks.facts.workdir_files import WorkdirFiles
from checks.job.output_folders import output_folders
from checks.model import Job, Node
from checks.node.probe.deepspeed_config import named_outputs
from launcher.commands import outputs
from launcher.commands.checkpoints import FoundCheckpoint
from launcher.commands.outputs import EndedRun, describe_output, resuming_line

SPACE = FolderSpace("directory", "/w/out")


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
            ["output: /w/out on n[1-2], under the same names on each"],
        ),
        (
            {"n1": seen("a", "x.0"), "n2": seen("b", "x.1")},
            ["output: /w/out on n[1-2], each its own files"],
        ),
        (
            {"n1": seen("a", "x", "y"), "n2": seen("b", "y"), "n3": seen("c", "x")},
            ["output: /w/out on n1; n[2-3] have some of these too"],
        ),
        (
            {"n1": seen("a", "x", "0"), "n2": seen("b", "x"), "n3": seen("c", "x", "1")},
            ["output: /w/out on n[1,3], each its own files; n2 has some of these too"],
        ),
        ({"n1": seen("a", "x"), "n2": seen("a", "x")}, ["output: /w/out shared by n[1-2]"]),
    ],
)
def test_what_is_said(there, said):
    assert list(describe_output(job(), "/w/out", there)) == said


@pytest.mark.parametrize(
    ("found", "newest", "which"),
    [
        (["global_step12", "global_step4"], "global_step12", "out -o weights"),
        (["checkpoint-20"], "checkpoint-20", "out/checkpoint-20 -o weights"),
        (["-checkpoint-20"], "checkpoint-20, which is older than this run", ""),
        (
            ["!checkpoint-20", "checkpoint-10"],
            "checkpoint-20 is not whole: x is cut short; the last whole one is checkpoint-10",
            "out/checkpoint-10 -o weights",
        ),
        (
            ["!checkpoint-20", "-checkpoint-30"],
            "checkpoint-20 is not whole: x is cut short; the last whole one is checkpoint-30",
            "",
        ),
        (["!checkpoint-20"], "checkpoint-20 is not whole: x is cut short; none is whole", ""),
        (
            ["!global_step8", "global_step4"],
            "global_step8 is not whole: x is cut short; the last whole one is global_step4",
            "out -o weights --tag global_step4",
        ),
    ],
)
def test_the_newest_checkpoint_is_named_and_the_last_whole_one_is_merged(found, newest, which):
    there = {"n1": seen("a", "x"), "n2": seen("b", "x")}
    checkpoints = [
        FoundCheckpoint(name.strip("!-"), "x is cut short" * ("!" in name), *[name[0] != "-"] * 2)
        for name in found
    ]
    first, *rest = describe_output(job(), "/w/out", there, checkpoints)
    assert newest in first
    assert [line.partition(" launcher weights ")[2] for line in rest] == ([which] if which else [])


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
    saved = SavedCheckpoint((SavedFile("x", 1, 0, fresh=True),))
    torn = SavedCheckpoint((SavedFile("x.pt", 1, 0, fresh=True, tear="is cut short"),))
    found = SavedCheckpoints({"checkpoint-3": saved, "checkpoint-4": torn})
    there = {
        "/w/out": outputs._Seen({"n1": seen("a", "checkpoint-3/x")}, {"n1": found}),
        "/w/logs": outputs._Seen({"n1": seen("a", "log.txt")}),
    }
    monkeypatch.setattr(outputs, "_look_into", lambda *_: there)
    own = job("--output_dir", "out", "--logging_dir", "logs")
    script = TrainingScript("train.py", words=(outputs.TAKES_CHECKPOINT,))
    lines = outputs.output_lines(own, ["n1"], EndedRun(1, 9.0, script), to_resume=to_resume)
    assert lines[0].startswith(
        "output: /w/out on n1\n  newest checkpoint checkpoint-4 is not whole"
    )
    assert lines[1].startswith("to go on from it: " if to_resume else "output: /w/logs on n1")
    assert lines[1].endswith("/checkpoint-3") == to_resume
    assert len(lines) == 2
