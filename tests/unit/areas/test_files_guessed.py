"""Data that a plain name or the script's own default names: seen, compared, and on dead mounts."""

from __future__ import annotations

import pytest

from checks.facts.decode import decode_fact
from checks.facts.job_paths import JobPath, JobPaths
from checks.node.probe import job_paths as probe
from checks.node.probe.samples import ZEROS, sample_files
from tests.support.job_paths import cluster, existing, outcomes
from tests.support.snapshots import judged

IN_COMMAND = "paths-in-the-command-are-there"


def guessed(here: JobPath) -> JobPaths:
    return JobPaths(existing("/run"), paths={"data": here}, guessed={"data": "data"})


DEAD = {"mount": "/run/data", "filesystem": "fuse.gcsfuse", "source": "corpus"}


@pytest.mark.parametrize(
    ("detail", "fields", "command"),
    [
        ("Transport endpoint is not connected", DEAD, "umount -l /run/data"),
        ("Stale file handle", {**DEAD, "filesystem": "nfs4"}, "umount -l /run/data"),
        ("Input/output error", DEAD, "umount -l /run/data"),
        ("Input/output error", {**DEAD, "filesystem": "ext4"}, "namei -l /run/data"),
        ("Stale file handle", {}, "namei -l /run/data"),
    ],
)
def test_a_dead_mount_under_data_that_a_plain_name_names_stops(detail, fields, command):
    here = JobPath("error", "/run/data", detail=detail, **fields)
    snap = cluster(*(guessed(existing("/run/data")) for _ in range(2)), guessed(here))
    assert outcomes(IN_COMMAND, snap) == ["pass", "pass", "error!"]
    fix = judged(snap, f"files.{IN_COMMAND}")[("node3",)].fix
    assert fix
    assert command in fix.command


@pytest.mark.parametrize(("others", "expected"), [("there", "denied!"), ("denied", "pass")])
def test_what_nobody_may_read_may_be_meant_for_others(others, expected):
    first = guessed(existing("/run/data") if others == "there" else JobPath(others, "/run/data"))
    snap = cluster(first, first, guessed(JobPath("denied", "/run/data")))
    assert outcomes(IN_COMMAND, snap)[2] == expected


@pytest.mark.parametrize(
    ("script", "words", "seen"),
    [
        ("", ("--data", "corpus"), {"corpus": "data"}),
        ('p.add_argument("--data", default="corpus")', (), {"corpus": "data"}),
        ('p.add_argument("--data", default="none")', (), {}),
        ('p.add_argument("--data", default="corpus")', ("--data", "none"), {}),
        ("", ("--mode", "corpus"), {}),
        ("", ("--data_cache", "corpus"), {}),
        ("", ("--resume", "corpus"), {}),
    ],
)
def test_a_plain_name_of_data_is_a_path_where_it_is_there(tmp_path, script, words, seen):
    (tmp_path / "train.py").write_text(script)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/a.npy").write_bytes(b"x" * 9000)
    args = {"workdir": str(tmp_path), "command": ["train.py", *words]}
    found = decode_fact(JobPaths, probe.job_paths(args))
    assert found.guessed == seen
    for path in seen:
        assert set(found.paths[path].samples) == set(found.paths[path].files) == {"a.npy"}


@pytest.mark.parametrize(
    ("here", "expected"),
    [
        ({"samples": {"a.npy": "1"}}, "pass"),
        ({"samples": {"a.npy": "2"}}, "content-differs"),
        ({"samples": {"a.npy": "2 ends in zeros"}}, "content-differs!"),
        ({"samples": {}}, "pass"),
        ({"samples": {"a.npy": "1", "own.npy": "7"}, "files": {"a.npy": 9, "own.npy": 9}}, "pass"),
    ],
)
def test_copies_of_one_size_are_compared_by_blocks(here, expected):
    usual = existing("/run/data", files={"a.npy": 9}, samples={"a.npy": "1"})
    odd = existing("/run/data", **{"files": {"a.npy": 9}, **here})
    snap = cluster(guessed(usual), guessed(usual), guessed(odd))
    assert outcomes("needed-data-is-whole", snap) == ["pass", "pass", expected]
    assert outcomes("needed-data-is-whole", cluster(guessed(usual), guessed(odd)))[1] == "pass"


@pytest.mark.parametrize(
    ("odd", "same", "zeros"),
    [
        (b"x" * 90000, True, False),
        (b"x" * 40000 + bytes(50000), False, True),
        (b"x" * 89999 + b"y", False, False),
        (b"y" + b"x" * 89999, False, False),
    ],
)
def test_a_tail_of_zeros_shows_in_a_sample(tmp_path, odd, same, zeros):
    (tmp_path / "a").write_bytes(b"x" * 90000)
    (tmp_path / "b").write_bytes(odd)
    seen = sample_files(str(tmp_path), ["a", "b", "none"])
    assert set(seen) == {"a", "b"}
    assert (seen["a"] == seen["b"]) is same
    assert seen["b"].endswith(ZEROS) is zeros
