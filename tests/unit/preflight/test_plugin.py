"""The pytest face: outcomes, exit codes, mistakes. CONTRACT of `pytest preflight/`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from preflight.preflight_run import PreflightRun
from preflight.session import PreflightSession
from tests.support.paths import ROOT
from tests.support.toy_checks import preflight
from tests.support.toy_facts import save_facts


def last_line(output: str) -> str:
    return output.strip().splitlines()[-1]


# Outcomes and exit codes


def test_all_holds_goes(tmp_path):
    done = preflight("--facts", save_facts(tmp_path), cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert last_line(done.stdout).startswith("GO: ")


def test_what_only_logins_and_pages_need_is_not_imported_before():
    program = "import pytest, preflight.plugin, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"paramiko", "fabric", "invoke", "jinja2", "rich"} & {*done.stdout.split()}


@pytest.mark.parametrize(
    "place", [(PreflightRun, "examine"), (PreflightSession, "item_finding")], ids=["nodes", "items"]
)
def test_ctrl_c_is_one_line(tmp_path, monkeypatch, place):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(*place, interrupt)
    done = preflight("--facts", save_facts(tmp_path), cwd=tmp_path)
    assert done.returncode == 2
    (line,) = [line for line in done.stdout.splitlines() if "nterrupt" in line]
    assert "interrupted before the decision" in line
    assert "KeyboardInterrupt" not in done.stdout + done.stderr


def test_a_blocking_finding_stops_and_shows_no_traceback(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, node2="block"), "-v", cwd=tmp_path)
    assert done.returncode == 1
    assert "1 failed" in done.stdout
    assert "node2 is low\\x1b[31m\\x00 & <bad> \\ud800" in done.stdout
    assert "sudo mend <it>" in done.stdout
    assert "\x1b" not in done.stdout and "Traceback" not in done.stdout + done.stderr
    assert "require(" not in done.stdout
    assert last_line(done.stdout).startswith("STOP")


def test_quiet_leaves_no_letter_and_counts_all(tmp_path):
    facts = save_facts(tmp_path, node1="block", node2="warn", node3="skip")
    done = preflight("--facts", facts, "-q", cwd=tmp_path)
    head = done.stdout.partition("Suspect")[0].partition("× ")[0]
    counts = [line for line in head.splitlines() if " passed" in line]
    assert [line.strip() for line in head.splitlines() if line.strip()] == counts
    for count in ("1 failed", "1 warned", "1 skipped"):
        assert count in counts[0]
    loud = preflight("--facts", facts, cwd=tmp_path)
    assert re.search(r"test_limits.py \S*F\S*", loud.stdout)


def test_quiet_counts_what_could_not_be_determined(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, node2="unknown"), "-q", cwd=tmp_path)
    assert "1 error" in done.stdout
    assert done.returncode == 1


def test_a_failure_is_told_once_without_v(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, node2="block"), cwd=tmp_path)
    assert done.stdout.count("node2 is low") == 1
    assert "FAILURES" not in done.stdout


def test_a_warning_passes_and_is_counted(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, node2="warn"), cwd=tmp_path)
    assert done.returncode == 0
    assert "1 warned" in done.stdout
    assert "‼" in done.stdout


@pytest.mark.parametrize("words", ["limits", "limits.toy-limit", "names,limits"])
def test_what_is_allowed_is_shown_and_does_not_stop(tmp_path, words):
    done = preflight("--facts", save_facts(tmp_path, node2="block"), "--allow", words, cwd=tmp_path)
    assert done.returncode == 0
    assert "1 warned" in done.stdout and "(allowed)" in done.stdout


def test_no_answer_is_an_error_and_stops(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, node2="unknown"), cwd=tmp_path)
    assert done.returncode == 1
    assert "1 error" in done.stdout and "no answer in 5 s" in done.stdout


def test_no_answer_to_what_only_warns_is_shown_and_goes(tmp_path):
    facts = save_facts(tmp_path, node2="shy")
    done = preflight("--facts", facts, "-k", "nicety", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 error" in done.stdout and "nobody knows" in done.stdout


def test_what_does_not_apply_is_skipped_with_its_reason(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, node2="skip"), "-v", "-rs", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 skipped" in done.stdout and "no GPU" in done.stdout


def test_one_dead_node_is_one_failure_and_some_skips(tmp_path):
    done = preflight("--facts", save_facts(tmp_path, dead="node3"), cwd=tmp_path)
    assert done.returncode == 1
    assert "1 failed" in done.stdout and "error" not in last_line(done.stdout)
    assert "node3: it could not be reached" in done.stdout


def test_a_sites_own_failing_test_stops_too(tmp_path):
    (tmp_path / "test_ours.py").write_text("def test_quota(): assert False\n")
    facts = save_facts(tmp_path)
    done = preflight("--facts", facts, "preflight/", tmp_path / "test_ours.py", cwd=tmp_path)
    assert done.returncode == 1
    assert "assert False" in done.stdout


def test_lf_asks_again_only_what_failed(tmp_path):
    facts = save_facts(tmp_path, node2="block")
    preflight("--facts", facts, cwd=tmp_path)
    done = preflight("--facts", facts, "--lf", cwd=tmp_path)
    assert done.returncode == 1
    assert "collected 1 item" in done.stdout


def test_an_items_id_selects_it(tmp_path):
    item = "preflight/test_limits.py::test_limits[toy-limit-node2]"
    done = preflight("--facts", save_facts(tmp_path), item, cwd=tmp_path)
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
    done = preflight("--facts", save_facts(tmp_path), "--hosts", "n1", cwd=tmp_path)
    assert done.returncode == 4
    assert "leave --hosts out" in done.stderr


def test_saved_facts_of_another_version_are_a_mistake(tmp_path):
    facts = save_facts(tmp_path)
    facts.write_text(facts.read_text().replace('"schema": "', '"schema": "older-'))
    done = preflight("--facts", facts, cwd=tmp_path)
    assert done.returncode == 4
    assert f"--hosts HOSTS --save-facts {facts}" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("typed", "said"),
    [("no_such_thing", "areas are reach, ssh"), ("limts", "-k limits"), ("not toy", "areas are")],
)
def test_nothing_selected_is_a_mistake(tmp_path, typed, said):
    done = preflight("--facts", save_facts(tmp_path), "-k", typed, cwd=tmp_path)
    assert done.returncode == 4
    assert said in done.stderr
    assert "GO" not in done.stdout


def test_a_checks_id_selects_it(tmp_path):
    facts = save_facts(tmp_path)
    by_claim = preflight("--facts", facts, "-k", "toy-limit", cwd=tmp_path)
    by_id = preflight("--facts", facts, "-k", "limits.toy-limit", cwd=tmp_path)
    assert "GO: 3 checks passed" in by_id.stdout
    assert last_line(by_id.stdout) == last_line(by_claim.stdout)


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        (("--hosst", "n1"), "--hosts n1"),
        (("--hostfile=n1",), "--hosts=n1"),
        (("--save_facts", "f"), "--save-facts f"),
        (("--htos", "n1", "--color=no", "-q"), "--hosts n1 --color=no -q"),
        (("--wholly-unknown",), "--help"),
    ],
)
def test_an_option_that_is_not_there_has_the_line_with_one_that_is(tmp_path, typed, instead):
    done = subprocess.run(
        [sys.executable, "-m", "preflight", *typed], cwd=tmp_path, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert f": {sys.executable} -m preflight {instead}\n" in done.stderr
    assert "pytest.main" not in done.stderr


def test_a_hosts_file_without_its_option_has_the_line_with_it(tmp_path):
    (tmp_path / "hosts.txt").write_text("n1\n")
    done = preflight("hosts.txt", cwd=tmp_path)
    assert done.returncode == 4
    assert "-m preflight --hosts hosts.txt" in done.stderr


def test_help_is_that_of_our_own_options(tmp_path):
    done = preflight("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert "--hosts FILE|NODES" in done.stdout.partition("options:")[2][:60]
    assert "--pastebin" not in done.stdout
