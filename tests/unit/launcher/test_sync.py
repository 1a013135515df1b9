"""Which files travel to the nodes, what is done there, and that it is done whole or not at all."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import signal
import subprocess
import tarfile
from pathlib import Path

import pytest

from checks.errors import UsageError
from checks.facts.decode import decode_fact
from checks.facts.files import FolderSpace
from checks.facts.workdir_files import WorkdirFile, WorkdirFiles
from checks.model import Job, Node
from checks.node.probe import workdir_files as probe
from launcher.agent import receive_files
from launcher.agent.receive_files import Refused, receive
from launcher.commands.sync.changes import NodeChange, describe_changes, node_changes
from launcher.commands.sync.command import describe_left_out, source_folder
from launcher.commands.sync.source_files import SourceFolder
from launcher.commands.sync.transfer import Archives

TREE = {
    "train.py": "", "a.log": "", "conf/z.json": "", "conf/.gitignore": "!b.log\nlocal.json\n",
    "conf/local.json": "", "conf/b.log": "", ".gitignore": "*.log\n/out/\n", "out/x": "",
    "sub/out/x": "", ".git-not/x": "", ".preflight/last.json": "", "runs/1/log": "",
    "sub/runs/x": "", "lib/__pycache__/m.pyc": "", "env/pyvenv.cfg": "", "env/bin/python": "",
    ".lab/id_ed25519": "",
}  # fmt: skip
TRAVEL = {
    "train.py", "conf/z.json", "conf/.gitignore", "conf/b.log", ".gitignore", "sub/out/x",
    ".git-not/x", "sub/runs/x",
}  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "link").symlink_to("conf")
    return tmp_path


def git(folder, *words):
    options = ("-c", "user.name=a", "-c", "user.email=a@b")
    subprocess.run(["git", *options, *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("checkout", [True, False])
def test_what_gitignore_leaves_out_does_not_travel(tree, checkout):
    if checkout:
        git(tree, "init")
    assert set(SourceFolder(tree).files()) == {*TRAVEL, "link"}
    less = SourceFolder(tree, ("*.json", "/sub/")).files()
    assert set(less) == {*TRAVEL, "link"} - {"conf/z.json", "sub/out/x", "sub/runs/x"}


NO_RUNS = Path("no-runs")
OUTPUTS = {
    "train.py": "", "ds.json": "", "out/model.safetensors": "w", "out/checkpoint-20/rng.pth": "w",
    "out/zero_to_fp32.py": "", "out/plot.py": "", "ckpt/global_step4/mp_rank_00.pt": "w",
    "ckpt/latest": "", "checkpoint-tools/x.json": "", "data/a.jsonl": "",
}  # fmt: skip
STAY = {"out/model.safetensors", "out/checkpoint-20/rng.pth", "out/zero_to_fp32.py"}
IN_CHECKPOINTS = {"out/checkpoint-20/rng.pth", "ckpt/global_step4/mp_rank_00.pt"}


def job_with(folder, *command, **settings):
    return Job(nodes=(Node("n1"),), head="n1", workdir=str(folder), command=command, **settings)


@pytest.fixture
def trained(tmp_path):
    for name, text in OUTPUTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "settings", "stay"),
    [
        (["train.py", "--output_dir", "out"], {}, STAY | IN_CHECKPOINTS),
        (["train.py", "--output-dir=./out/"], {}, STAY | IN_CHECKPOINTS),
        (["train.py"], {"output": "out"}, STAY | IN_CHECKPOINTS),
        (["train.py"], {}, IN_CHECKPOINTS),
        ([], {}, IN_CHECKPOINTS),
        (["train.py", "--output_dir", "."], {}, IN_CHECKPOINTS),
        (["train.py", "--output_dir", "/scratch/out"], {}, IN_CHECKPOINTS),
        (["out/plot.py", "--output_dir", "out"], {}, IN_CHECKPOINTS),
        (["train.py", "--ckpt_dir", "ckpt"], {}, IN_CHECKPOINTS),
        (["train.py", "--load=ckpt"], {}, {"out/checkpoint-20/rng.pth"}),
        (["train.py", "ckpt/global_step4"], {}, {"out/checkpoint-20/rng.pth"}),
        (
            ["train.py", "--output_dir", "out", "--resume_from_checkpoint", "out/checkpoint-20"],
            {},
            (STAY | IN_CHECKPOINTS) - {"out/checkpoint-20/rng.pth"},
        ),
        (["train.py", "--output_dir", "out"], {"sync_exclude": ("!out",)}, IN_CHECKPOINTS - STAY),
        (["train.py"], {"sync_exclude": ("!out/checkpoint-20",)}, IN_CHECKPOINTS - STAY),
    ],
)
@pytest.mark.parametrize("checkout", [True, False])
def test_what_runs_wrote_stays_unless_asked_for(trained, checkout, command, settings, stay):
    if checkout:
        git(trained, "init")
    source = source_folder(job_with(trained, *command, **settings), trained, NO_RUNS)
    assert set(source.left_out) == stay
    assert set(source.files()) == OUTPUTS.keys() - stay
    assert stay <= source.ignored(OUTPUTS), "--delete keeps it on the nodes"


SAVES = 'p.add_argument("--out-dir", default="out")\n'


@pytest.mark.parametrize(
    ("command", "script", "earlier", "recorded", "stay"),
    [
        ([], SAVES, [], [], STAY),
        ([], "", ["--output_dir", "out"], [], STAY),
        ([], "", [], ["/w/out"], STAY),
        ([], "", [], [], set()),
        (["--init", "out/model.safetensors"], SAVES, [], [], STAY - {"out/model.safetensors"}),
        (["--vocab=out/model.safetensors"], SAVES, [], [], STAY - {"out/model.safetensors"}),
        ([], SAVES, ["--output_dir", "data"], [], {*STAY, "data/a.jsonl"}),
    ],
    ids=["script", "earlier", "recorded", "none", "begins-with", "reads", "both"],
)
def test_what_the_script_or_an_earlier_run_wrote_stays(
    trained, command, script, earlier, recorded, stay
):
    (trained / "train.py").write_text(script)
    job = job_with(trained, "train.py", *earlier)
    run = trained / "runs" / "20260101-000000-train"
    run.mkdir(parents=True)
    folders = [folder.replace("/w", str(trained)) for folder in recorded]
    files = {"controller": {}, "outputs": {"text": "", "folders": folders}}
    files["plan"] = {"job": dataclasses.asdict(job), "nodes": {}}
    for name, data in files.items():
        (run / f"{name}.json").write_text(json.dumps(data))
    source = source_folder(job_with(trained, "train.py", *command), trained, trained / "runs")
    assert set(source.left_out) == stay | IN_CHECKPOINTS


def test_few_files_that_were_copied_are_named():
    few, many = ({f"{name}.py": "new" for name in names} for names in ("ab", "abcde"))
    assert NodeChange(copied=few, bytes=5).describe(done=True).endswith("(5 bytes): a.py, b.py")
    assert NodeChange(copied=many, bytes=5).describe(done=True) == "5 files copied (5 bytes)"


def test_what_git_has_travels_also_from_a_folder_of_outputs(trained):
    git(trained, "init")
    git(trained, "add", "out/model.safetensors")
    source = source_folder(job_with(trained, "train.py", "--output_dir", "out"), trained, NO_RUNS)
    assert "out/model.safetensors" in source.files()


def test_what_was_left_out_is_said_with_the_line_that_takes_it(trained):
    source = source_folder(job_with(trained, "train.py", "--output_dir", "out"), trained, NO_RUNS)
    assert describe_left_out(source) == (
        "outputs of runs stay here: ckpt/global_step4, out (4 files, 3 bytes); "
        "--sync-exclude '!ckpt/global_step4' takes that along"
    )


def test_git_has_the_last_word_in_a_checkout(tree):
    git(tree, "init")
    git(tree, "add", "-f", "a.log", "train.py")
    (tree / "train.py").unlink()
    (tree / "inner").mkdir()
    git(tree / "inner", "init")
    (tree / "inner/own.py").touch()
    (tree / "inner/own.log").touch()
    (tree / "inner/.gitignore").write_text("*.log")
    found = set(SourceFolder(tree).files())
    assert found == {*TRAVEL, "link", "a.log", "inner/own.py", "inner/.gitignore"} - {"train.py"}
    assert set(SourceFolder(tree / "out").files()) == {"x"}, "a folder that git ignores whole"


@pytest.mark.parametrize("checkout", [True, False])
@pytest.mark.parametrize("kind", ["OPENSSH ", "RSA ", "EC ", "ENCRYPTED ", ""])
def test_a_private_key_stays_here_whatever_it_is_called(tree, checkout, kind):
    (tree / "keys").mkdir()
    (tree / "keys/cluster").write_text(f"-----BEGIN {kind}PRIVATE KEY-----\nAAAA")
    (tree / "keys/id_ed25519").write_text("")
    (tree / "keys/cluster.pub").write_text("ssh-ed25519 AAAA")
    (tree / "keys/notes").write_text("begins otherwise\n-----BEGIN RSA PRIVATE KEY-----")
    if checkout:
        git(tree, "init")
    source = SourceFolder(tree)
    assert source.private_keys == ["keys/cluster"]
    assert set(source.files()) == {*TRAVEL, "link", "keys/cluster.pub", "keys/notes"}
    there = {"keys/cluster", "keys/id_ed25519", "keys/cluster.pub"}
    assert source.ignored(there) == {"keys/cluster", "keys/id_ed25519"}


@pytest.mark.parametrize("checkout", [True, False])
def test_what_would_not_travel_is_not_deleted_either(tree, checkout):
    if checkout:
        git(tree, "init")
    there = {"old.py", "old.log", "out/y", "runs/2/log", "conf/b.log", "conf/local.json", "sub/y"}
    assert there - SourceFolder(tree).ignored(there) == {"old.py", "conf/b.log", "sub/y"}


def workdir(identity=("local", "1"), others=(), **files):
    found = {name: WorkdirFile("file", content, bytes=10) for name, content in files.items()}
    return WorkdirFiles(FolderSpace("there", "/run"), identity, found, others)


def test_each_node_gets_what_it_lacks_and_shared_folders_are_written_once():
    here = workdir(("remote", "a"), train="1", conf="1")
    seen = {
        "node1": workdir(("remote", "a"), train="1", conf="1"),
        "node2": workdir(("local", "2"), train="2", others=("old", "keep")),
        "node3": workdir(("local", "3"), train="1", conf="1"),
        "node4": workdir(("remote", "b"), train="1"),
        "node5": workdir(("remote", "b"), train="1"),
    }
    changes = node_changes(here, seen, {"old"})
    assert changes["node2"].copied == {"train": "differs", "conf": "new"}
    assert changes["node2"].deleted == ("old",)
    assert [name for name, change in changes.items() if not change.nothing] == ["node2", "node4"]
    assert describe_changes(changes, done=True) == [
        "node1: left alone, it is this machine's folder",
        "node2: 2 files copied, 1 file deleted (20 bytes): train, conf",
        "node3: the same files already",
        "node4: 1 file copied (10 bytes): conf",
        "node5: left alone, it shares the folder of node4",
    ]
    assert describe_changes(changes, done=False)[1:5] == [
        "node2: 2 files to be copied, 1 file to be deleted (20 bytes)",
        "  train  differs",
        "  conf  new",
        "  old  deleted",
    ]


@pytest.mark.parametrize(
    ("there", "same"),
    [
        (WorkdirFile("file", "a", mtime=1), True),
        (WorkdirFile("file", "b", mtime=9), False),
        (WorkdirFile("file", "a", executable=True), False),
        (WorkdirFile("link", "a"), False),
        (WorkdirFile("file", "a", partial=True, mtime=9), True),
        (WorkdirFile("file", "a", partial=True, mtime=1), False),
    ],
)
def test_files_are_compared_by_content_and_large_ones_by_time_too(there, same):
    here = WorkdirFile("file", "a", partial=there.partial, mtime=9)
    assert here.is_same(there) is same


def order(tar, folder, delete=()):
    head = json.dumps({"workdir": str(folder), "delete": [*delete], "keep": ["kept"]}).encode()
    return io.BytesIO(head + b"\n" + tar)


def test_files_arrive_with_mode_time_and_links_and_the_next_look_finds_nothing(tree, tmp_path):
    (tree / "train.py").write_text("print(1)")
    (tree / "train.py").chmod(0o755)
    paths = tuple(SourceFolder(tree).files())
    there = tmp_path / "not" / "yet"
    (tmp_path / "not").mkdir()
    with Archives(tree) as archives:
        tar = b"".join(archives.pieces(paths))
    assert receive(order(tar, there)) == {"written": len(paths), "deleted": 0}
    looks = [
        decode_fact(WorkdirFiles, probe.workdir_files({"workdir": str(folder), "paths": paths}))
        for folder in (tree, there)
    ]
    assert node_changes(looks[0], {"node1": looks[1]})["node1"].nothing
    assert looks[0].files == looks[1].files
    (there / "old").touch()
    assert receive(order(tar, there, ["old"]))["deleted"] == 1
    assert not (there / "old").exists()


def tar_of(name, data=b"new"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out"])
def test_nothing_is_written_outside_the_folder(tmp_path, name):
    with pytest.raises(Refused, match="not a path below"):
        receive(order(tar_of(name), tmp_path / "run"))
    with pytest.raises(Refused, match="not a path below"):
        receive(order(tar_of("a"), tmp_path / "run", [name]))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_tar_that_is_cut_leaves_the_file_as_it_was(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises((tarfile.ReadError, OSError, EOFError)):
        receive(order(tar_of("a", b"x" * 5000)[:2000], tmp_path))
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.fixture
def silent_sender(monkeypatch):
    """A stream on which an order comes and then nothing; returns what writes the order."""
    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr(receive_files, "SILENCE_S", 1)
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb", buffering=0) as sender:
        yield receive_files.BoundedStream(stream), sender
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("ends", ["echo ended >&3; exit 20", ""])
def test_rsync_ends_where_its_sender_falls_silent(tmp_path, silent_sender, monkeypatch, ends):
    monkeypatch.setattr(receive_files, "TERM_S", 1)
    stream, sender = silent_sender
    rsync = f"exec 3>said; trap '{ends}' TERM; while :; do sleep 600 & wait; done"
    fields = {"workdir": str(tmp_path), "delete": ["a"], "keep": [], "rsync": rsync, "ready": ""}
    sender.write(json.dumps(fields).encode() + b"\n")
    (tmp_path / "a").touch()
    with pytest.raises(OSError, match="nothing came"):
        receive(stream)
    assert (tmp_path / "said").read_text() == ("ended\n" if ends else "")
    assert (tmp_path / "a").exists()


def test_what_somebody_edited_there_is_kept_beside(tmp_path):
    for name in ("kept", "other"):
        (tmp_path / name).write_text("edited")
        receive(order(tar_of(name), tmp_path))
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"kept": "new", "kept.old": "edited", "other": "new"}


def test_a_file_that_is_newer_there_is_named():
    here = WorkdirFiles(
        FolderSpace("there", "/run"), ("a",), {"t": WorkdirFile("file", "1", bytes=5, mtime=1)}
    )
    there = WorkdirFiles(
        FolderSpace("there", "/run"), ("b",), {"t": WorkdirFile("file", "2", bytes=5, mtime=2)}
    )
    change = node_changes(here, {"node1": there})["node1"]
    assert change.kept == ["t"]
    said = "1 file copied (5 bytes): t; newer there and kept as .old: t"
    assert change.describe(done=True) == said


def test_what_is_in_the_way_is_named(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(Refused, match="a: Is a directory"):
        receive(order(tar_of("a"), tmp_path))
    with pytest.raises(Refused, match="gone: No such file"):
        receive(order(tar_of("b"), tmp_path, ["gone"]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


def test_a_home_is_not_copied_whole_and_a_missing_workdir_is_the_current_folder(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "job").mkdir()
    job = Job((Node("n1"),), "n1", workdir=str(tmp_path), sync_exclude=("*.bin",))
    with pytest.raises(UsageError, match="would be copied whole"):
        source_folder(job, tmp_path / "job", NO_RUNS)
    elsewhere = Job((Node("n1"),), "n1", workdir="/no/such/folder")
    assert source_folder(elsewhere, tmp_path / "job", NO_RUNS).path == (tmp_path / "job").resolve()
