"""The pytest face: ids, and what a selection takes in. CONTRACT of `pytest preflight/`."""

from __future__ import annotations

import pytest

from checks.check import claims_of
from checks.model import Finding, Job, Node, Outcome, Severity
from preflight.items import (
    PAIR_LIMIT,
    finding_of_item,
    leaves_nodes,
    narrowed_nodes,
    preflight_items,
)
from tests.support.toy_checks import TOYS, preflight


def ids(output: str) -> list[str]:
    return [line for line in output.splitlines() if "::" in line]


def test_an_id_names_the_check_and_the_node_pair_or_cluster(tmp_path):
    done = preflight("--hosts", "node1,node2", "--collect-only", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert {
        "preflight/test_limits.py::test_limits[toy-limit-node2]",
        "preflight/test_ssh.py::test_ssh_pair[toy-pair-node1:node2]",
        "preflight/test_names.py::test_names_cluster[toy-cluster]",
    } <= set(ids(done.stdout))
    assert "NOTSET" not in done.stdout


def test_above_the_pair_limit_pairs_share_an_item_for_each_source():
    job = Job(tuple(Node(f"n{i}") for i in range(PAIR_LIMIT + 1)), "n0")
    items = preflight_items([TOYS["ssh.toy-pair"]], job)
    assert [item.id for item in items[:2]] == ["toy-pair-n0", "toy-pair-n1"]
    assert [len(item.subjects) for item in items] == [PAIR_LIMIT + 1] * (PAIR_LIMIT + 1)


def test_a_row_of_pairs_is_as_grave_as_its_gravest_and_names_all_like_it():
    row = [
        Finding("ssh.a", "ssh", ("n1", "n2"), Severity.BLOCK, Outcome.PASS),
        Finding("ssh.a", "ssh", ("n1", "n3"), Severity.BLOCK, Outcome.FAIL, "dropped"),
        Finding("ssh.a", "ssh", ("n1", "n4"), Severity.BLOCK, Outcome.FAIL, "dropped too"),
    ]
    folded = finding_of_item(row)
    assert (folded.subject, folded.outcome) == (("n1",), Outcome.FAIL)
    assert folded.message == "2 of 3 targets (n[3-4]): dropped"
    assert finding_of_item(row[:1]) is row[0]


def test_a_row_of_passing_and_skipped_pairs_passes():
    row = [
        Finding("ssh.a", "ssh", ("n1", "n2"), Severity.BLOCK, Outcome.SKIP),
        Finding("ssh.a", "ssh", ("n1", "n3"), Severity.BLOCK, Outcome.PASS),
    ]
    assert finding_of_item(row).outcome is Outcome.PASS


def test_a_selection_by_node_is_told_from_a_selection_by_check():
    job = Job((Node("n1"), Node("n2")), "n1")
    claims = claims_of(TOYS.values(), job)
    assert narrowed_nodes(claims, job) == set()
    assert narrowed_nodes([claim for claim in claims if claim.subject == ("n2",)], job) == {"n2"}
    of_pdsh = [claim for claim in claims if claim.check.area == "pdsh"]
    assert narrowed_nodes(of_pdsh, job) == set(), "the head's own checks are not a choice of nodes"


def test_only_a_pair_with_one_end_outside_leaves_the_selection():
    job = Job((Node("n1"), Node("n2")), "n1")
    items = {item.id: item for item in preflight_items([TOYS["ssh.toy-pair"]], job)}
    assert leaves_nodes(items["toy-pair-n1:n2"], {"n2"})
    assert not leaves_nodes(items["toy-pair-n2:n2"], {"n2"})
    assert not leaves_nodes(items["toy-pair-n1:n1"], {"n2"})


def test_k_of_a_node_touches_only_that_node(tmp_path):
    done = preflight("--hosts", "n1,n2,n3", "-k", "n3", "--dry-run", cwd=tmp_path)
    logins = [line for line in done.stdout.splitlines() if ": login to " in line]
    assert done.returncode == 0
    assert [line.partition(":")[0] for line in logins] == ["n3"]


@pytest.mark.parametrize(
    ("words", "asked"), [((), ["n1", "n2", "n3"]), (("-k", "n3"), ["n3"])], ids=["all", "kept"]
)
def test_one_node_is_compared_with_all_unless_k_names_it(tmp_path, words, asked):
    item = "preflight/test_limits.py::test_limits[toy-limit-n3]"
    done = preflight("--hosts", "n1,n2,n3", "--dry-run", item, *words, cwd=tmp_path)
    logins = [line for line in done.stdout.splitlines() if ": login to " in line]
    assert [line.partition(":")[0] for line in logins] == asked


def test_k_of_a_check_about_the_head_keeps_its_pairs(tmp_path):
    done = preflight("--hosts", "n1,n2", "-k", "pdsh", "--collect-only", "-q", cwd=tmp_path)
    assert "preflight/test_pdsh.py::test_pdsh_pair[toy-head-reaches-all-n1:n2]" in ids(done.stdout)


def test_quick_leaves_out_what_is_heavy(tmp_path):
    whole = preflight("--hosts", "n1", "--collect-only", "-q", cwd=tmp_path)
    quick = preflight("--hosts", "n1", "--collect-only", "-q", "--quick", cwd=tmp_path)
    assert set(ids(whole.stdout)) - set(ids(quick.stdout)) == {
        "preflight/test_training.py::test_training[toy-trains-n1]"
    }
