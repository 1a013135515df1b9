"""Going on with fewer nodes: who is left, who is the head, and what cannot be meant."""

from __future__ import annotations

import pytest

from checks.errors import UsageError
from checks.model import Job, Node, Outcome
from launcher.cli import main
from launcher.commands.without_nodes import describe_smaller_job, job_without_nodes
from tests.support.zero_cases import cluster, finding


def job(**fields):
    nodes = tuple(Node(f"node{n}", slots=2) for n in (1, 2, 3))
    return Job(**{"nodes": nodes, "head": "node1", "where": "hosts.txt", **fields})


def test_the_nodes_are_out_of_the_job_itself():
    left = job_without_nodes(job(), ["node2"])
    assert left.names == ("node1", "node3")
    assert left.head == "node1"
    text = describe_smaller_job(job(), left)
    assert "2 of 3 nodes take part: node[1,3]" in text
    assert "the world size is 4 instead of 6" in text
    assert "global batch size" in text
    assert "head" not in text


def test_the_next_node_is_the_head_where_the_head_goes():
    left = job_without_nodes(job(), ["node1"])
    assert left.head == "node2"
    assert "the head is node2 instead of node1" in describe_smaller_job(job(), left)


def test_another_head_than_the_first_stays():
    assert job_without_nodes(job(head="node3"), ["node1"]).head == "node3"


def test_a_filter_loses_what_it_says_of_them():
    left = job_without_nodes(job(include="node1:0@node2@node3:1"), ["node2"])
    assert left.include == "node1:0@node3:1"
    assert job_without_nodes(job(exclude="node2:0"), ["node2"]).exclude is None
    assert job_without_nodes(job(include="node2@node3", head="node2"), ["node2"]).head == "node3"


def test_the_world_size_is_left_open_where_slots_are_detected():
    nodes = (Node("node1"), Node("node2", slots=4))
    text = describe_smaller_job(job(nodes=nodes), job_without_nodes(job(nodes=nodes), ["node2"]))
    assert "world size is" not in text.replace("accumulation × world size", "")


@pytest.mark.parametrize(
    ("names", "fields", "said"),
    [
        (["node7"], {}, "no such node in hosts.txt"),
        (["other"], {}, "known: node1, node2, node3"),
        (["node1", "node2", "node3"], {}, "no node is left"),
        (["node2"], {"include": "node2"}, "no node is left"),
        (["node1", "node2"], {"exclude": "node3"}, "no node is left"),
    ],
)
def test_what_cannot_be_meant(names, fields, said):
    with pytest.raises(UsageError, match=said):
        job_without_nodes(job(**fields), names)


def test_a_head_that_was_named_is_not_given_up_silently():
    with pytest.raises(UsageError, match="--without node2: it is the chosen head"):
        job_without_nodes(job(head="node2"), ["node2"], asked_head="node2")
    assert job_without_nodes(job(head="node2"), ["node2"]).head == "node1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--without", "node2"], "add --yes"),
        (["--without", "node[1-"], "--without: "),
        (["--without", "node9", "--yes"], "no such node in --hosts"),
        (["--without", "node1,node2,node3", "--yes"], "no node is left"),
        (["--without", "node3", "--head", "node3", "--yes"], "is the chosen head"),
    ],
)
def test_a_mistake_is_one_message(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    argv = ["start", "--hosts", "node1,node2,node3", *words, "--", "t.py"]
    assert main(argv) == 2
    assert said in capsys.readouterr().err


def test_the_head_that_launch_toml_names_counts(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "launch.toml").write_text('[master]\nhost = "node2"\n')
    argv = ["start", "--hosts", "node1,node2", "--without", "node2", "--yes", "--", "t.py"]
    assert main(argv) == 2
    assert "is the chosen head" in capsys.readouterr().err


def test_the_config_of_deepspeed_is_held_against_the_smaller_world():
    config = {"train_batch_size": 16, "train_micro_batch_size_per_gpu": 1}
    snap = cluster({**config, "gradient_accumulation_steps": 1})
    assert finding("batch-sizes-agree", snap).outcome is Outcome.PASS
    snap.job = job_without_nodes(snap.job, ["node2"])
    reported = finding("batch-sizes-agree", snap)
    assert reported.cause == "batch-mismatch"
    assert "8 ranks" in reported.message
