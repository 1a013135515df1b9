"""Arguments, data and shared folders: seen for real, judged from facts."""

from __future__ import annotations

import pytest

from checks.facts.decode import decode_fact
from checks.facts.files import Files, PathState
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.network_mounts import NetworkMounts
from checks.node.probe import job_paths as probe
from checks.node.probe.network_mounts import unmounted_places
from tests.support.job_paths import MODEL, NODES, cluster, existing, outcomes, paths
from tests.support.snapshots import judged, with_fact

NFS = {"shared": True, "mount": "/data", "source": "store:/export", "filesystem": "nfs4"}


MISSING = JobPath("missing", MODEL)
IN_COMMAND = "paths-in-the-command-are-there"


@pytest.mark.parametrize(
    ("here", "there", "option", "expected"),
    [
        (existing(), existing(), "model", "pass"),
        (MISSING, existing(), "model", "missing!"),
        (MISSING, existing(), "", "missing!"),
        (JobPath("denied", MODEL), existing(), "model", "denied!"),
        (JobPath("hangs", MODEL), existing(), "model", "hangs!"),
        (JobPath("error", MODEL), existing(), "model", "error!"),
        (MISSING, MISSING, "model", "missing-everywhere"),
        (MISSING, MISSING, "steps", "pass"),
        (existing(digest="a"), existing(digest="b"), "config", "differs!"),
        (existing(digest="b"), existing(digest="b"), "config", "pass"),
    ],
)
def test_what_the_arguments_name_is_there(here, there, option, expected):
    snap = cluster(paths(there, option), paths(there, option), paths(here, option))
    assert outcomes(IN_COMMAND, snap)[2] == expected
    assert outcomes(IN_COMMAND, snap)[0] in ("pass", "missing-everywhere")


def test_what_is_missing_everywhere_may_be_made_before_the_start():
    snap = cluster(paths(MISSING), paths(MISSING), before=(("-m", "prepare"),))
    assert outcomes(IN_COMMAND, snap) == ["pass", "pass"]


def test_a_folder_that_only_a_shell_would_expand_is_said_to_stand_as_it_is():
    literal = JobPath("missing", "/run/~/llama")
    finding = judged(cluster(paths(literal), paths(literal)), f"files.{IN_COMMAND}")[("node1",)]
    assert "given the ~ as it stands" in finding.message
    assert finding.fix
    assert "in place of ~" in finding.fix.note


def test_nothing_is_asked_without_arguments_or_without_their_folder():
    assert outcomes(IN_COMMAND, cluster(JobPaths(existing("/run")))) == ["skip"]
    gone = JobPaths(JobPath("missing", "/run"), {"cfg.yml": ""}, {"cfg.yml": MISSING})
    assert outcomes(IN_COMMAND, cluster(gone)) == ["skip"]


def test_what_others_have_on_a_shared_mount_is_mounted_and_not_copied():
    shared = existing(**NFS)
    snap = cluster(paths(shared), paths(shared), paths(MISSING))
    finding = judged(snap, f"files.{IN_COMMAND}")[("node3",)]
    assert finding.fix
    assert finding.fix.command == "mount /data"
    own = cluster(paths(existing()), paths(MISSING))
    copy = judged(own, f"files.{IN_COMMAND}")[("node2",)].fix
    assert copy
    assert copy.command == "mkdir -p /data && scp -rp node1:/data/llama /data/"


def test_a_needed_file_that_others_have_on_a_shared_mount_is_mounted():
    shared = paths(existing(**NFS), None)
    snap = cluster(shared, shared, paths(MISSING, None))
    run = PathState("there", "/run", "directory")
    for name in NODES:
        state = "missing" if name == "node3" else "there"
        with_fact(snap, name, Files(run, exist={MODEL: PathState(state, MODEL, "directory")}))
    finding = judged(snap, "files.needed-files-exist")[("node3",)]
    assert finding.cause == "missing"
    assert finding.fix
    assert finding.fix.command == "mount /data"


@pytest.mark.parametrize(
    ("unmounted", "command"),
    [
        (("/", "/data"), "mount /data"),
        (("/data/llama",), "mount /data/llama"),
        (("/datasets",), "mkdir -p /data && scp -rp node1:/data/llama /data/"),
    ],
)
def test_what_lies_below_a_line_of_fstab_is_mounted_and_not_copied_over(unmounted, command):
    snap = cluster(paths(existing()), paths(MISSING))
    with_fact(snap, "node2", NetworkMounts(unmounted=unmounted))
    fix = judged(snap, f"files.{IN_COMMAND}")[("node2",)].fix
    assert fix
    assert fix.command == command


def test_places_of_fstab_where_nothing_is_mounted():
    fstab = (
        "# LABEL=old /old ext4 defaults 0 0\n"
        "LABEL=scratch /scratch ext4 defaults,nofail 0 2\n"
        "LABEL=disk /my\\040disk ext4 defaults 0 2\n"
        "/dev/sdb none swap sw 0 0\nstore:/d /data nfs4 noauto,ro 0 0\n/dev/sda / ext4 rw 0 1\n"
    )
    assert unmounted_places(fstab, "/dev/sda / ext4 rw 0 0\n") == ["/scratch", "/my disk"]


LINKED = {"real": "/models/v2", "entries": 3}


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ({}, {}, "pass"),
        ({"entries": 0}, {}, "empty!"),
        ({"entries": 0}, {"entries": 0}, "pass"),
        ({"entries": 9}, {}, "pass"),
        ({"weights": 1, "weight_bytes": 5}, {"weights": 2, "weight_bytes": 9}, "incomplete!"),
        ({}, {"weights": 2, "weight_bytes": 9}, "incomplete!"),
        ({"weights": 1, "pointers": ("a.bin",)}, {"weights": 1}, "lfs-pointer!"),
        ({"dangling": {"a.bin": "../blobs/a"}}, {"weights": 1}, "dangling-link!"),
        ({"kind": "file", "bytes": 4}, {"kind": "file", "bytes": 5}, "incomplete!"),
        ({"kind": "file", "bytes": 4, "digest": "a"}, {"kind": "file", "digest": "b"}, "pass"),
        ({"real": "/models/v1"}, LINKED, "another-version"),
        ({"real": "/models/v1", "weights": 1}, {**LINKED, "weights": 2}, "another-version!"),
        ({"real": "/nvme/llama"}, {"real": "/scratch/llama"}, "pass"),
        ({}, {"real": "/models/v2"}, "pass"),
    ],
)
def test_data_is_whole(here, there, expected):
    good = paths(existing(**there), None)
    snap = cluster(good, good, paths(existing(**here), None))
    assert outcomes("needed-data-is-whole", snap) == ["pass", "pass", expected]


def test_links_to_nothing_on_all_nodes_only_warn():
    left = paths(existing(dangling={"a.bin": "x"}))
    assert outcomes("needed-data-is-whole", cluster(left, left)) == ["dangling-link"] * 2


def test_links_to_nothing_are_copied_as_files_one_by_one_or_all():
    for links, copied in ((1, "node1:/data/llama/0.bin"), (7, "node1:/data/llama ")):
        whole = existing(weights=links)
        left = existing(dangling={f"{number}.bin": "/gone" for number in range(links)})
        found = judged(cluster(paths(whole), paths(left)), "files.needed-data-is-whole")["node2",]
        assert found.fix.command.startswith("rm /data/llama/0.bin") and copied in found.fix.command


def test_a_link_to_nothing_in_a_folder_hides_nothing_else(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model/b.bin").write_bytes(b"x" * 2000)
    for name in ("a.safetensors", "config.json", ".lock"):
        (tmp_path / "model" / name).symlink_to("/gone/blob")
    (tmp_path / "whole").mkdir()
    (tmp_path / "whole/config.json").write_text("{}")
    (tmp_path / "whole/a.safetensors").symlink_to("/gone/blob")
    assert probe.survey_path(str(tmp_path / "whole"))["state"] == "there"
    args = {"workdir": str(tmp_path), "command": ["train.py", "--model=./model"]}
    seen = decode_fact(JobPaths, probe.job_paths(args)).paths["./model"]
    assert seen.state == "there" and (seen.entries, seen.weights) == (4, 1)
    assert seen.dangling == {"a.safetensors": "/gone/blob", "config.json": "/gone/blob"}
    assert seen.files == {"b.bin": 2000}


def test_pointers_on_all_nodes_are_pulled():
    left = paths(existing(pointers=("a.bin",)))
    snap = cluster(left, left)
    assert outcomes("needed-data-is-whole", snap) == ["lfs-pointer!"] * 2
    fix = judged(snap, "files.needed-data-is-whole")[("node1",)].fix
    assert fix
    assert fix.command == "git -C /data/llama lfs pull"


SHARED = "shared-folders-are-shared-everywhere"


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        (NFS, "pass"),
        ({}, "not-mounted"),
        ({**NFS, "source": "10.0.0.9:/export"}, "pass"),
        ({**NFS, "source": "store:/other"}, "another-mount"),
        ({**NFS, "mount": "/data/llama", "source": "store:/export/llama"}, "pass"),
    ],
)
def test_a_shared_folder_is_one_everywhere(here, expected):
    good = paths(existing(**NFS))
    snap = cluster(good, good, paths(existing(**here)))
    assert outcomes(SHARED, snap) == ["pass", "pass", expected]


def test_a_folder_that_only_one_node_mounts_accuses_nobody():
    snap = cluster(paths(existing(**NFS)), paths(existing()), paths(existing()))
    assert outcomes(SHARED, snap) == ["pass"] * 3
    gone = JobPaths(JobPath("missing", "/run"))
    assert outcomes(SHARED, cluster(gone)) == ["skip"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("train.py", "--data_path", "/data/x"), {"/data/x": "data_path"}),
        (
            ("train.py", "--config=c.yaml", "--bf16", "x.json"),
            {"c.yaml": "config", "x.json": "bf16"},
        ),
        (("-m", "axolotl.cli.train", "cfg.yml"), {"cfg.yml": ""}),
        (("train.py", "--output_dir", "/out", "--logging_dir=/logs", "--cache_dir", "/c"), {}),
        (("train.py", "--resume_from_checkpoint", "/out/1"), {"/out/1": "resume_from_checkpoint"}),
        (("train.py", "--model", "meta-llama/Llama-2-7b", "--url", "s3://b/x.json"), {}),
        (("train.py", "--glob", "/data/*.json", "--lr", "1e-5"), {}),
    ],
)
def test_paths_among_arguments(words, expected):
    assert probe.argument_paths({"command": words}) == expected


@pytest.mark.parametrize(
    ("option", "word", "asked"),
    [
        ("--data-dir", "nodata", True),
        ("--train_dir", "shards/train", True),
        ("--data-root", "imagenet", True),
        ("--eval-folder", "x", True),
        ("--data-dir", "none", False),
        ("--data-dir", "{name}", False),
        ("--model-dir", "bert-base", False),
        ("--dataset", "squad", False),
        ("--data", "squad", False),
        ("--output-data-dir", "out", False),
        ("--cache-dir", "cache", False),
        ("--test-dir", "3", False),
    ],
)
def test_the_word_of_an_option_that_names_a_folder_of_data_is_a_path(option, word, asked):
    found = probe.argument_paths({"command": ["train.py", option, word]})
    assert found == ({word: option[2:]} if asked else {})


def test_what_others_look_at_is_not_looked_at_twice():
    words = ("train.py", "--deepspeed", "zero.json", "--model", "/m")
    args = {"command": words, "deepspeed_config": "zero.json", "exist": ["/m"]}
    assert probe.argument_paths(args) == {}


def test_a_model_folder_is_looked_into(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "a.safetensors").write_bytes(b"x" * 5000)
    (folder / "b.bin").write_bytes(probe.POINTER + b"/spec/v1")
    (folder / "config.json").write_text("{}")
    (tmp_path / "c.yml").write_text("lr: 1")
    words = ["train.py", "--model=./model", "c.yml", "--data", "./none"]
    seen = decode_fact(JobPaths, probe.job_paths({"workdir": str(tmp_path), "command": words}))
    model = seen.paths["./model"]
    assert (model.entries, model.weights, model.pointers) == (3, 2, ("b.bin",))
    assert seen.paths["c.yml"].digest
    assert seen.paths["./none"].state == "missing"
    assert seen.workdir.there


def naming(here: JobPath, key: str = "deepspeed of args.yaml") -> JobPaths:
    return JobPaths(existing("/run"), named={"ds.json": key}, named_paths={"ds.json": here})


GONE = JobPath("missing", "/run/ds.json")
DATA_KEY = "train_file of args.yaml"


@pytest.mark.parametrize(
    ("key", "seen", "expected"),
    [
        ("deepspeed of args.yaml", "++-", ["pass", "pass", "missing!"]),
        ("deepspeed of args.yaml", "+-", ["pass", "missing!"]),
        ("deepspeed_config_file of acc.yaml", "--", ["missing-everywhere"] * 2),
        (DATA_KEY, "++-", ["pass", "pass", "missing"]),
        (DATA_KEY, "+--", ["pass"] * 3),
        (DATA_KEY, "+-", ["pass"] * 2),
        (DATA_KEY, "--", ["pass"] * 2),
    ],
)
def test_a_file_that_a_file_names_is_on_every_node(key, seen, expected):
    there = existing("/run/ds.json", kind="file")
    snap = cluster(*(naming(there if entry == "+" else GONE, key) for entry in seen))
    assert outcomes("paths-in-the-command-are-there", snap) == expected


def test_data_below_a_folder_is_listed_without_the_records_of_runs(tmp_path):
    record = ("plan.json", "controller.json", "ranks.jsonl")
    for path in (*(f"runs/a/{name}" for name in record), "data/plan.json", "data/b.jsonl"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}")
    assert probe.files_of_data(str(tmp_path)) == {"data/b.jsonl": 2}


def test_files_are_named_by_the_files_that_are_read(tmp_path):
    (tmp_path / "args.yaml").write_text(
        "# old: /data/old.json\ndeepspeed: 'conf/ds.json'  # stage 2\nmodel: owner/name\n"
        "output_file: out.json\nurl: https://host/a.json\n"
    )
    (tmp_path / "more.json").write_text('{"train_file": "set.jsonl", "save_path": "/data/x"}')
    words = ("train.py", "--config", "args.yaml", "more.json")
    assert probe.named_paths({"command": words}, str(tmp_path)) == {
        "conf/ds.json": "deepspeed of args.yaml",
        "set.jsonl": "train_file of more.json",
    }


@pytest.mark.parametrize(
    ("kind", "fields", "named"),
    [
        ("DEEPSPEED", {}, True),
        ("MULTI_GPU", {}, False),
        ("DEEPSPEED", {"launcher": "deepspeed"}, False),
        ("DEEPSPEED", {"deepspeed_config": "own.json", "accelerate_deepspeed": "own.json"}, False),
        ("DEEPSPEED", {"deepspeed_config": "programs.json"}, True),
    ],
)
def test_accelerate_names_a_config_where_it_is_read(tmp_path, kind, fields, named):
    (tmp_path / "acc.yaml").write_text(
        f"distributed_type: {kind}\ndeepspeed_config:\n  deepspeed_config_file: ds.json\n"
    )
    usual = {"launcher": "accelerate", "accelerate_config": "acc.yaml", "workdir": str(tmp_path)}
    found = probe.named_paths({**usual, **fields}, str(tmp_path))
    assert list(found) == ["ds.json"] * named
