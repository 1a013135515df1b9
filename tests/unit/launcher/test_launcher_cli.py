"""What a user can get wrong is one message and exit 2; nothing is contacted."""

from __future__ import annotations

import os

import pytest

from launcher.cli import main


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLURM_JOB_NODELIST", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["start", "--", "train.py"], "no nodes given"),
        (["start", "--hosts", "none.txt", "--", "train.py"], "none.txt"),
        (["start", "--hosts", "n1,n2"], "nothing to train"),
        (["start", "--hosts", "n1,n1", "--", "train.py"], "n1"),
        (["start", "--hosts", "n1", "--backend", "slurm", "--", "t.py"], "type salloc -N 1 -w n1"),
        (["start", "--hosts", "n1", "--with", "horovod", "--", "t.py"], "expected one of"),
        (["start", "--hosts", "n1", "--master-port", "99999", "--", "t.py"], "1 to 65535"),
        (["start", "--hosts", "n1", "--allow", "limts", "--", "t.py"], "no such check or area"),
        (["start", "--hosts", "n1", "--name", "../x", "--", "t.py"], "--name"),
        (["start", "--hosts", "n1", "--launch-file", "no.toml", "--", "t.py"], "no.toml"),
        (["sync", "--hosts", "n1", "--stuck-kill", "5"], "--stuck-kill"),
        (["trust", "--hosts", "n1", "--include", "n1"], "--include"),
        (["status"], "no run"),
        (["logs", "x"], "no run 'x'"),
        (["stop"], "no run"),
        (["explain", "limits.nothing"], "no check"),
    ],
)
def test_a_mistake_is_one_message(argv, said, capsys, place):
    assert main(argv) == 2
    seen = capsys.readouterr()
    assert said in seen.err
    assert "Traceback" not in seen.err
    assert not (place / "runs").exists()


@pytest.mark.parametrize(
    "argv",
    [
        ["runs", "--runs", "x" * 5000],
        ["runs", "--runs", "loop/x"],
        ["diagnose", "x" * 5000],
        ["diagnose", "loop"],
        ["diagnose", "pipe"],
        ["diagnose", "/dev/zero"],
    ],
    ids=lambda argv: " ".join(argv)[:20],
)
def test_a_path_that_can_be_none_is_one_message(argv, capsys, place):
    (place / "loop").symlink_to("loop")
    os.mkfifo(place / "pipe")
    assert main(argv) in (0, 2)
    seen = capsys.readouterr()
    assert len(seen.out + seen.err) < 2000


def test_no_runs_is_an_empty_list(capsys):
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == ""
