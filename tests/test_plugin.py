"""The pytest face: ids, outcomes, exit codes, selection. CONTRACT of `pytest preflight/`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checks.check import claims_of
from checks.model import Finding, Job, Node, Outcome, Severity
from preflight.__main__ import arguments
from preflight.items import PAIR_LIMIT, asked, leaves, narrowed_to, one_finding
from tests.snapshots import snapshot, with_fact
from tests.toy_checks import ROOT, TOYS, Toy, preflight


def saved(path: Path, nodes: int = 3, dead: str = "", **says: str) -> Path:
    """A snapshot in which each node says ok, or what is given for it."""
    names = tuple(f"node{number}" for number in range(1, nodes + 1))
    snap = snapshot(names)
    for name in names:
        with_fact(snap, name, Toy(says.get(name, "ok")))
    if dead:
        snap.sections[dead] = {"login": {"data": {"reached": False, "cause": "refused"}}}
    snap.save(path / "facts.json")
    return path / "facts.json"


def last_line(output: str) -> str:
    return output.strip().splitlines()[-1]


def ids(output: str) -> list[str]:
    return [line for line in output.splitlines() if "::" in line]


# Ids and what is collected


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
    items = asked([TOYS["ssh.toy-pair"]], job)
    assert [item.id for item in items[:2]] == ["toy-pair-n0", "toy-pair-n1"]
    assert [len(item.claims) for item in items] == [PAIR_LIMIT + 1] * (PAIR_LIMIT + 1)


def test_a_row_of_pairs_is_as_grave_as_its_gravest_and_names_all_like_it():
    row = [
        Finding("ssh.a", "ssh", ("n1", "n2"), Severity.BLOCK, Outcome.PASS),
        Finding("ssh.a", "ssh", ("n1", "n3"), Severity.BLOCK, Outcome.FAIL, "dropped"),
        Finding("ssh.a", "ssh", ("n1", "n4"), Severity.BLOCK, Outcome.FAIL, "dropped too"),
    ]
    folded = one_finding(row)
    assert (folded.subject, folded.outcome) == (("n1",), Outcome.FAIL)
    assert folded.message == "2 of 3 targets (n[3-4]): dropped"
    assert one_finding(row[:1]) is row[0]


def test_a_row_of_passing_and_skipped_pairs_passes():
    row = [
        Finding("ssh.a", "ssh", ("n1", "n2"), Severity.BLOCK, Outcome.SKIP),
        Finding("ssh.a", "ssh", ("n1", "n3"), Severity.BLOCK, Outcome.PASS),
    ]
    assert one_finding(row).outcome is Outcome.PASS


def test_a_selection_by_node_is_told_from_a_selection_by_check():
    job = Job((Node("n1"), Node("n2")), "n1")
    claims = claims_of(TOYS.values(), job)
    assert narrowed_to(claims, job) == set()
    assert narrowed_to([one for one in claims if one.subject == ("n2",)], job) == {"n2"}
    of_pdsh = [one for one in claims if one.check.area == "pdsh"]
    assert narrowed_to(of_pdsh, job) == set(), "the head's own checks are not a choice of nodes"


def test_only_a_pair_with_one_end_outside_leaves_the_selection():
    job = Job((Node("n1"), Node("n2")), "n1")
    items = {item.id: item for item in asked([TOYS["ssh.toy-pair"]], job)}
    assert leaves(items["toy-pair-n1:n2"], {"n2"})
    assert not leaves(items["toy-pair-n2:n2"], {"n2"})
    assert not leaves(items["toy-pair-n1:n1"], {"n2"})


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


# Outcomes and exit codes


def test_all_holds_goes(tmp_path):
    done = preflight("--facts", saved(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert last_line(done.stdout).startswith("GO")


def test_a_blocking_finding_stops_and_shows_no_traceback(tmp_path):
    done = preflight("--facts", saved(tmp_path, node2="block"), "-v", cwd=tmp_path)
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "node2 is low\\x1b[31m\\x00 & <bad> \\ud800" in done.stdout
    assert "sudo mend <it>" in done.stdout
    assert "\x1b" not in done.stdout and "Traceback" not in done.stdout + done.stderr
    assert "require(" not in done.stdout
    assert last_line(done.stdout).startswith("STOP")


def test_a_failure_is_told_once_without_v(tmp_path):
    done = preflight("--facts", saved(tmp_path, node2="block"), cwd=tmp_path)
    assert done.stdout.count("node2 is low") == 1
    assert "FAILURES" not in done.stdout


def test_a_warning_passes_and_is_counted(tmp_path):
    done = preflight("--facts", saved(tmp_path, node2="warn"), cwd=tmp_path)
    assert done.returncode == 0
    assert "1 warned" in done.stdout
    assert "‼" in done.stdout


@pytest.mark.parametrize("words", ["limits", "limits.toy-limit", "names,limits"])
def test_what_is_allowed_is_shown_and_does_not_stop(tmp_path, words):
    done = preflight("--facts", saved(tmp_path, node2="block"), "--allow", words, cwd=tmp_path)
    assert done.returncode == 0
    assert "1 warned" in done.stdout and "(allowed)" in done.stdout


def test_no_answer_is_an_error_and_stops(tmp_path):
    done = preflight("--facts", saved(tmp_path, node2="unknown"), cwd=tmp_path)
    assert done.returncode == 1
    assert "1 error" in done.stdout and "no answer in 5 s" in done.stdout


def test_no_answer_to_what_only_warns_is_shown_and_goes(tmp_path):
    facts = saved(tmp_path, node2="shy")
    done = preflight("--facts", facts, "-k", "nicety", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 error" in done.stdout and "nobody knows" in done.stdout


def test_what_does_not_apply_is_skipped_with_its_reason(tmp_path):
    done = preflight("--facts", saved(tmp_path, node2="skip"), "-v", "-rs", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout and "no GPU" in done.stdout


def test_one_dead_node_is_one_failure_and_some_skips(tmp_path):
    done = preflight("--facts", saved(tmp_path, dead="node3"), cwd=tmp_path)
    assert done.returncode == 1
    assert "1 failed" in done.stdout and "error" not in last_line(done.stdout)
    assert "node3: it was not reached" in done.stdout


def test_a_sites_own_failing_test_stops_too(tmp_path):
    (tmp_path / "test_ours.py").write_text("def test_quota(): assert False\n")
    facts = saved(tmp_path)
    done = preflight("--facts", facts, "preflight/", tmp_path / "test_ours.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "assert False" in done.stdout


def test_lf_asks_again_only_what_failed(tmp_path):
    facts = saved(tmp_path, node2="block")
    preflight("--facts", facts, cwd=tmp_path)
    done = preflight("--facts", facts, "--lf", cwd=tmp_path)
    assert done.returncode == 1
    assert "collected 1 item" in done.stdout


def test_an_items_id_selects_it(tmp_path):
    item = "preflight/test_limits.py::test_limits[toy-limit-node2]"
    done = preflight("--facts", saved(tmp_path), item, cwd=tmp_path)
    assert done.returncode == 0
    assert "1 passed" in done.stdout


# Mistakes: exit 4, one message, no traceback


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((), "no nodes given"),
        (("--hosts", "nowhere.txt"), "nowhere.txt"),
        (("--hosts", "n1,n1"), "n1"),
        (("--hosts", "n1", "--allow", "limit"), "did you mean 'limits'?"),
        (("--hosts", "n1", "--master-port", "70000"), "65535"),
        (("--hosts", "n1", "--master-port", "many"), "many"),
        (("--hosts", "n1", "--head", "n2"), "n2"),
        (("--hosts", "n1", "--report", "no/such/r.json"), "no/such/r.json"),
        (("--facts", "no.json"), "no.json"),
        (("preflight/test_limits.py::test_limits[toy-limit-n1]",), "no nodes given"),
    ],
)
def test_a_mistake_is_one_message(tmp_path, typed, said):
    done = preflight(*typed, cwd=tmp_path)
    assert done.returncode == 4
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "INTERNALERROR" not in done.stdout


def test_saved_facts_have_their_own_nodes(tmp_path):
    done = preflight("--facts", saved(tmp_path), "--hosts", "n1", cwd=tmp_path)
    assert done.returncode == 4
    assert "leave --hosts out" in done.stderr


def test_nothing_selected_is_not_a_go(tmp_path):
    done = preflight("--facts", saved(tmp_path), "-k", "no_such_thing", cwd=tmp_path)
    assert done.returncode == 5
    assert "GO" not in done.stdout


# Files


def test_dry_run_lists_commands_and_asks_nobody(tmp_path):
    done = preflight("--hosts", "no-such-node.invalid", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert "no-such-node.invalid: login to no-such-node.invalid:22" in done.stdout
    assert "STOP" not in done.stdout and "GO" not in done.stdout


def test_report_html_and_facts_are_written(tmp_path):
    facts = saved(tmp_path, node2="block")
    files = ("--report", "r.json", "--html", "r.html", "--save-facts", "again.json")
    done = preflight("--facts", facts, *files, cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads((tmp_path / "r.json").read_text())["decision"] == "stop"
    page = (tmp_path / "r.html").read_text()
    assert "&lt;bad&gt;" in page and "<bad>" not in page
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(facts.read_text())
    assert not (tmp_path / ".preflight").exists(), "saved facts say nothing of the nodes now"


def test_a_whole_run_leaves_its_report_for_the_launcher(tmp_path):
    done = preflight("--hosts", "node1,node2,node3", cwd=tmp_path, facts=saved(tmp_path))
    assert done.returncode == 0, done.stdout
    last = json.loads((tmp_path / ".preflight/last.json").read_text())
    assert last["decision"] == "go" and len(last["digest"]) == 64
    assert (tmp_path / ".preflight/last-facts.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", [("--quick",), ("-k", "limits"), ("preflight/test_ssh.py",)])
def test_a_part_of_the_checks_leaves_no_report_for_the_launcher(tmp_path, part):
    done = preflight("--hosts", "node1,node2,node3", *part, cwd=tmp_path, facts=saved(tmp_path))
    assert done.returncode == 0
    assert not (tmp_path / ".preflight").exists()


# From anywhere


def test_arguments_point_at_this_package_unless_a_part_of_it_is_named(tmp_path):
    assert arguments(["--hosts", "h"], tmp_path)[-1] == str(ROOT / "preflight")
    named = arguments(["preflight/test_ssh.py::test_ssh[x]"], tmp_path)
    assert named[-1] == f"{ROOT}/preflight/test_ssh.py::test_ssh[x]"


def test_a_pytest_ini_of_the_users_changes_nothing(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    assert preflight("--facts", saved(tmp_path), cwd=tmp_path).returncode == 0


def test_pytest_itself_takes_the_options_in_the_checkout():
    environ = {key: value for key, value in os.environ.items() if key != "SLURM_JOB_NODELIST"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "preflight/", "-p", "no:cacheprovider"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 4
    assert "no nodes given" in done.stderr
