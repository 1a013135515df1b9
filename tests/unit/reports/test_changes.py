"""What changed since the last go and what differs between nodes: set-up only, and no secrets."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from checks.answer import Answer
from checks.facts import Snapshot
from checks.model import Finding, Outcome, Severity
from checks.reports.changes import accused_nodes, changes_since, comparable_facts, differing_facts
from tests.support.snapshots import snapshot, with_fact
from tests.support.toy_checks import Toy, preflight


def seen(nodes: int = 3, **sections: Any) -> Snapshot:
    """Every node tells these sections' data; `{node}` in a text is its own name."""
    snap = snapshot(tuple(f"node{at}" for at in range(1, nodes + 1)))
    for name in snap.job.names:
        for section, data in sections.items():
            own = json.loads(json.dumps(data).replace("{node}", name))
            snap.put(name, section, Answer(own, seconds=0.1))
    return snap


def later(snap: Snapshot) -> Snapshot:
    """The same, taken a day later: real snapshots carry today, hand-made ones a fixed date."""
    when = datetime.fromisoformat(snap.started.removesuffix("Z")) + timedelta(days=1)
    return dataclasses.replace(snap, started=f"{when.isoformat()}Z")


def stop(*subject: str, area: str = "gpu") -> Finding:
    return Finding(f"{area}.x", area, subject, Severity.BLOCK, Outcome.FAIL)


def changes(good: Snapshot, now: Snapshot, *findings: Finding) -> list[str]:
    found = changes_since(good, later(now), findings or [stop("node3")])
    assert found is not None
    return [str(change) for change in found.changes]


def test_a_value_that_is_another_is_told_with_both():
    good, now = seen(gpus={"driver": "550.54"}), seen(gpus={"driver": "570.86"})
    assert changes(good, now) == ["node3: gpus.driver 550.54 → 570.86"]


def test_what_came_and_what_went_are_told_as_such():
    good = seen(environment={"shell": {"A": "1"}})
    now = seen(environment={"shell": {"B": "2"}})
    assert changes(good, now) == [
        "node3: environment.shell.A 1 → (gone)",
        "node3: environment.shell.B (absent) → 2",
    ]


def test_only_accused_nodes_are_compared_and_the_same_change_is_told_once():
    good, now = seen(interfaces={"mtu": 9000}), seen(interfaces={"mtu": 1500})
    assert changes(good, now, stop("node1"), stop("node2")) == [
        "node[1-2]: interfaces.mtu 9000 → 1500"
    ]


def test_items_of_lists_are_told_apart_by_their_names_not_by_their_place():
    good = seen(interfaces={"links": [{"name": "eth0", "mtu": 9000}, {"name": "lo", "mtu": 65536}]})
    now = seen(interfaces={"links": [{"name": "lo", "mtu": 65536}, {"name": "eth0", "mtu": 1500}]})
    assert changes(good, now) == ["node3: interfaces.links.eth0.mtu 9000 → 1500"]


@pytest.mark.parametrize(
    "field",
    [
        *("seconds", "shm_free_bytes", "time", "pid", "boot_age_s", "rx_packets", "uptime_s"),
        *("entries", "weights", "weight_bytes", "ecc_uncorrected", "tracked", "nearest", "near"),
    ],
)
def test_what_passes_by_itself_says_nothing(field):
    assert changes(seen(limits={field: 1}), seen(limits={field: 2})) == []


@pytest.mark.parametrize(
    "section", ["login", "clock_offset", "ssh", "dial", "later_counters", "pairs", "nccl_tests"]
)
def test_what_is_measured_says_nothing(section):
    assert changes(seen(**{section: {"value": 1}}), seen(**{section: {"value": 2}})) == []


@pytest.mark.parametrize("name", ["HF_TOKEN", "AWS_SECRET", "db_password", "WANDB_API_KEY", "key"])
def test_secrets_are_in_no_comparison(name):
    good, now = seen(environment={name: "hush-1"}), seen(environment={name: "hush-2"})
    assert changes(good, now) == []
    assert "hush" not in repr(comparable_facts(now, "node1"))


def test_a_login_in_a_url_is_masked():
    now = seen(environment={"proxy": "http://me:hush@proxy:3128"})
    assert comparable_facts(now, "node1")["environment.proxy"] == "http://***@proxy:3128"


def test_what_was_not_asked_both_times_is_no_change():
    assert changes(seen(gpus={"driver": "1"}), seen(limits={"x": 1})) == []


@pytest.mark.parametrize(("was", "now", "told"), [("missing", "there", 0), ("there", "missing", 1)])
def test_an_output_folder_that_a_run_has_made_is_no_change(was, now, told):
    good, after = (seen(job_paths={"written_folders": {"out": {"state": s}}}) for s in (was, now))
    assert len(changes(good, after)) == told


def test_what_a_person_sets_is_no_counter():
    good, now = (seen(deepspeed_config={"weight_decay": value}) for value in (1, 2))
    assert changes(good, now) == ["node3: deepspeed_config.weight_decay 1 → 2"]


PATH = {"state": "there", "kind": "file", "bytes": 10, "absolute": "/a"}
FOLDER = {**PATH, "kind": "directory"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"same": {}}, {"same": {"trian.py": {**PATH, "state": "missing", "near": ["train.py"]}}}),
        ({"same": {"a.json": PATH}}, {"same": {}}),
        ({"same": {"a.json": PATH}}, {"same": {"b.json": {**PATH, "absolute": "/b"}}}),
        ({"workdir": FOLDER}, {"workdir": {**FOLDER, "bytes": 90}}),
        ({"workdir": FOLDER}, {"workdir": {**FOLDER, "modified": 1795860306.3}}),
    ],
    ids=["asked now", "asked then", "another", "a folder that filled", "its time"],
)  # fmt: skip
def test_what_was_not_asked_or_grew_by_use_is_no_change(before, after):
    assert changes(seen(files=before), seen(files=after)) == []


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"a.jsonl": 10}, {"a.jsonl": 11}, False),
        ({}, {"out/b.pt": 9}, False),
        ({"a.jsonl": 10}, {"a.jsonl": 9}, True),
        ({"a.jsonl": 10}, {}, True),
    ],
    ids=["a log", "a checkpoint", "cut", "gone"],
)
@pytest.mark.parametrize(
    "place", [lambda folder: {"workdir": folder}, lambda folder: {"paths": {"/data.d": folder}}]
)
def test_what_a_run_writes_is_no_change_of_the_folder(place, before, after, changed):
    good, now = (seen(job_paths=place({**FOLDER, "files": files})) for files in (before, after))
    assert bool(changes(good, now)) == changed


@pytest.mark.parametrize("section", ["software", "accelerate_config", "deepspeed_config"])
def test_another_path_is_another_question(section):
    good = seen(**{section: {"path": "/a", "version": "1"}})
    assert changes(good, seen(**{section: {"path": "/b", "version": "2"}})) == []
    again = seen(**{section: {"path": "/a", "version": "2"}})
    assert changes(good, again) == [f"node3: {section}.version 1 → 2"]


def test_a_file_that_is_another_or_gone_is_a_change():
    good = seen(files={"same": {"a.json": PATH}})
    now = seen(files={"same": {"a.json": {**PATH, "bytes": 11}}})
    gone = seen(files={"same": {"a.json": {**PATH, "state": "missing"}}})
    assert changes(good, now) == ["node3: files.same.a.json.bytes 10 → 11"]
    assert changes(good, gone) == ["node3: files.same.a.json.state there → missing"]


def test_a_setting_of_a_config_is_a_change_by_its_name():
    def config(size: Any) -> Snapshot:
        text = json.dumps({"train_batch_size": size, "bf16": {"enabled": True}}, indent=2)
        found = {"state": "there", "bytes": len(text), "modified": id(text), "digest": "d"}
        return seen(deepspeed_config={"path": "/ds.json", "config": {**found, "text": text}})

    assert changes(config("auto"), config(8)) == [
        "node3: deepspeed_config.config.train_batch_size auto → 8"
    ]


def test_a_digest_is_shortened_and_a_value_stays_on_its_line():
    before, after = (
        {"a.json": {"digest": 32 * end, "bytes": size}} for end, size in (("ab", 1), ("cd", 2))
    )
    shown = changes(seen(files={"same": before}), seen(files={"same": after}))
    assert shown == ["node3: a.json changed"]
    lines = changes(seen(limits={"note": "a\n b"}), seen(limits={"note": "a\n c"}))
    assert lines == ["node3: limits.note a b → a c"]


@pytest.mark.parametrize(
    ("section", "field", "before", "after", "command"),
    [
        ("software", "unfound", [], ["foo"], ("train.py", "--lr", "2")),
        (
            "job_paths",
            "arguments",
            {},
            {"./no.json": "--data"},
            ("train.py", "--data", "./no.json"),
        ),
        ("job_paths", "written", {"out": "--output"}, {}, ("train.py",)),
        ("local_modules", "files", {"data.py": "1"}, {"data.py": "2"}, ("other.py",)),
        ("deepspeed_config", "script", {"words": ["a"]}, {"words": ["b"]}, ("-m", "other")),
    ],
)
def test_what_another_command_names_is_another_question(section, field, before, after, command):
    good, now = (seen(**{section: {"kept": 1, field: value}}) for value in (before, after))
    good.job = now.job = dataclasses.replace(good.job, command=("train.py", "--lr", "1"))
    assert len(changes(good, now)) == 1
    now.job = dataclasses.replace(now.job, command=command)
    assert changes(good, now) == []


def test_a_module_that_changed_is_a_change_whatever_the_scripts_arguments():
    good, now = (seen(local_modules={"files": {"data.py": digest}}) for digest in "12")
    good.job, now.job = (dataclasses.replace(now.job, command=("train.py", rate)) for rate in "12")
    assert changes(good, now) == ["node3: data.py changed"]


def test_what_the_failing_check_reads_comes_first():
    good = seen(aaa={"x": 1}, gpus={"driver": "1"})
    now = seen(aaa={"x": 2}, gpus={"driver": "2"})
    failed = dataclasses.replace(stop("node3"), check="gpu.driver-answers")
    assert changes(good, now)[0].startswith("node3: aaa.x")
    assert changes(good, now, failed)[0].startswith("node3: gpus.driver")


def described(refused: str = "", digest: str = "a", **settings: Any) -> dict[str, Any]:
    """A config as two sections see it: what is in it, and that its content is to be the same."""
    text = "" if refused else json.dumps(settings)
    place = {"state": "there", "absolute": "/w/ds.json"}
    config = {**place, "text": text, "bytes": len(text), "refused": refused, "line": len(refused)}
    config["detail"] = refused and "line 3: Expecting ',' delimiter"
    same = {"ds.json": {**place, "kind": "file", "digest": digest * 64}}
    return {"deepspeed_config": {"config": config}, "files": {"same": same}}


SETTINGS = {"bf16": {"enabled": True}, "train_batch_size": 8, "zero_optimization": {"stage": 2}}


def test_a_config_that_cannot_be_read_any_more_is_one_thing():
    good, now = seen(**described(**SETTINGS)), seen(**described("not-json", digest="b"))
    assert changes(good, now) == [
        "node3: deepspeed_config.config readable → /w/ds.json: line 3: Expecting ',' delimiter"
    ]


def test_of_a_config_that_was_edited_the_settings_are_told_and_not_its_size_too():
    edited = {**SETTINGS, "train_batch_size": 16}
    good, now = seen(**described(**SETTINGS)), seen(**described(digest="b", **edited))
    assert changes(good, now) == ["node3: deepspeed_config.config.train_batch_size 8 → 16"]


def test_of_a_file_that_is_another_that_alone_is_told():
    good, now = seen(**described(**SETTINGS)), seen(**described(digest="b", **SETTINGS))
    assert changes(good, now) == ["node3: ds.json changed"]


DIFFERS = dataclasses.replace(stop("node2", area="files"), cause="differs")


def edited(here: str, *nodes: str) -> Snapshot:
    """train.py of this machine and of each node, by digest."""
    snap = seen(nodes=len(nodes), controller_files={"at_path": {"train.py": here}})
    for name, digest in zip(snap.job.names, nodes, strict=True):
        file = {"state": "there", "absolute": "/w/train.py", "digest": digest}
        snap.put(name, "files", Answer({"same": {"train.py": file}}))
        snap.put(name, "local_modules", Answer({"files": {"train.py": digest}}))
    return snap


@pytest.mark.parametrize(
    ("here", "nodes", "said"),
    [
        ("a", "baa", ["node1: train.py changed"]),
        ("b", "baa", ["node1: train.py changed"]),
        ("b", "aaa", ["this machine: train.py changed"]),
        ("a", "bbb", ["node[1-3]: train.py changed"]),
        ("a", "aaa", []),
    ],
    ids=["head", "head-is-here", "here", "all", "none"],
)
def test_the_file_that_was_edited_is_told_though_another_node_is_accused(here, nodes, said):
    assert changes(edited("a", *"aaa"), edited(here, *nodes), DIFFERS) == said


def test_where_no_files_are_compared_an_edit_elsewhere_is_no_matter():
    assert changes(edited("a", *"aaa"), edited("b", *"baa"), stop("node3")) == []


def test_long_texts_are_cut_to_where_they_part():
    good, now = seen(files={"text": "x" * 300 + "A"}), seen(files={"text": "x" * 300 + "B"})
    (line,) = changes(good, now)
    assert "A → …" in line and line.endswith("B") and len(line) < 250


def test_a_run_before_the_last_go_is_not_compared():
    good = later(seen(gpus={"driver": "1"}))
    assert changes_since(good, seen(gpus={"driver": "2"}), [stop("node3")]) is None


@pytest.mark.parametrize(
    ("findings", "accused"),
    [
        ([stop("node2")], ["node2"]),
        ([stop("node1", "node3", area="ssh")], ["node1", "node3"]),
        ([stop("node1", "node3", area="ssh"), stop("node2")], ["node2"]),
        ([stop()], ["node1", "node2", "node3"]),
        ([], []),
    ],
)
def test_who_is_compared(findings, accused):
    assert accused_nodes(findings, ("node1", "node2", "node3")) == accused


# Between nodes


def test_an_outlier_is_told_beside_the_majority():
    snap = seen(5, gpus={"driver": "550"}, limits={"pid_max": 4})
    snap.put("node4", "gpus", Answer({"driver": "570"}))
    (found,) = differing_facts(snap)
    assert found.fact == "gpus.driver"
    assert found.values == (("550", ("node1", "node2", "node3", "node5")), ("570", ("node4",)))


def test_what_is_another_on_each_node_is_its_identity():
    assert differing_facts(seen(5, who={"serial": "{node}", "other": "{node}-x"})) == []


def test_two_nodes_that_differ_are_told():
    snap = seen(2, gpus={"driver": "550"})
    snap.put("node2", "gpus", Answer({"driver": "570"}))
    assert [fact.fact for fact in differing_facts(snap)] == ["gpus.driver"]


# In a run


def saved(folder: Path, says: str, started: str) -> Path:
    snap = dataclasses.replace(snapshot(), started=started)
    for name in snap.job.names:
        with_fact(snap, name, Toy(says if name == "node2" else "ok"))
    path = folder / f"{says}.json"
    snap.save(path)
    return path


def test_a_go_is_kept_and_a_stop_is_compared_with_it(tmp_path):
    hosts = ("--hosts", "node1,node2,node3")
    good = saved(tmp_path, "ok", "2026-11-20T18:02:00Z")
    assert preflight(*hosts, cwd=tmp_path, facts=good).returncode == 0
    assert (tmp_path / ".preflight/good-facts.json").stat().st_mode & 0o077 == 0
    bad = saved(tmp_path, "block", "2026-11-21T18:02:00Z")
    done = preflight(*hosts, "--report", "r.json", cwd=tmp_path, facts=bad)
    assert done.returncode == 1
    assert "Changed since the last go (2026-11-20 18:02:00 UTC):\n  node2: toy.says ok → block" in (
        done.stdout
    )
    assert json.loads((tmp_path / "r.json").read_text())["changed"] == {
        "since": "2026-11-20T18:02:00Z",
        "facts": [{"node": "node2", "fact": "toy.says", "before": "ok", "now": "block"}],
    }
    kept = Snapshot.load(tmp_path / ".preflight/good-facts.json")
    assert kept.started == "2026-11-20T18:02:00Z", "a stop is no go to compare with"
    again = preflight("--facts", bad, cwd=tmp_path)
    assert "node2: toy.says ok → block" in again.stdout


def test_without_an_earlier_go_nothing_is_said(tmp_path):
    bad = saved(tmp_path, "block", "2026-11-21T18:02:00Z")
    done = preflight("--facts", bad, "--report", "r.json", cwd=tmp_path)
    assert "last go" not in done.stdout
    assert json.loads((tmp_path / "r.json").read_text())["changed"] is None


def test_a_broken_file_of_the_last_go_is_no_obstacle(tmp_path):
    (tmp_path / ".preflight").mkdir()
    (tmp_path / ".preflight/good-facts.json").write_text("{}")
    bad = saved(tmp_path, "block", "2026-11-21T18:02:00Z")
    done = preflight("--facts", bad, cwd=tmp_path)
    assert done.returncode == 1 and "INTERNALERROR" not in done.stdout
