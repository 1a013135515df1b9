"""A site's own tests beside ours: their fixtures, and that what they find decides as ours does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from checks.facts import Login
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.support.documents import ROOT, page
from tests.support.lab_fixtures import MakeLab
from tests.support.snapshots import snapshot, with_fact
from tests.support.toy_checks import Toy, preflight

EXAMPLE = next(body for body in page("adding-a-check.md").fences("python") if "remote" in body)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site_tests").mkdir()
    return tmp_path / "site_tests" / "test_site.py"


def facts_of(folder: Path, *, dead: str = "") -> Path:
    """Three nodes of which the toys have nothing to say."""
    snap = snapshot()
    for name in snap.job.names:
        with_fact(snap, name, Toy())
    if dead:
        snap.sections[dead] = {}
        with_fact(snap, dead, Login(reached=False, cause="refused"))
    snap.save(folder / "facts.json")
    return folder / "facts.json"


def run_site(
    site: Path, text: str, *options: str, dead: str = ""
) -> subprocess.CompletedProcess[str]:
    site.write_text(text)
    folder = site.parents[1]
    words = ("--facts", facts_of(folder, dead=dead), *options, "--report", "r.json", "site_tests")
    return preflight(*words, cwd=folder)


def findings_by_subject(site: Path) -> dict[tuple[str, ...], dict[str, object]]:
    """The site's findings by check and subject."""
    report = json.loads((site.parents[1] / "r.json").read_text())
    return {
        (finding["check"], *finding["subject"]): finding
        for finding in report["findings"]
        if finding["area"] == "site"
    }


READS = """
from tests.support.toy_checks import Toy
def test_it_says_ok(node, facts):
    assert facts.read(Toy).says == "ok"
    assert facts.name == node.name
"""


def test_node_is_each_node_and_facts_are_its_own(site):
    done = run_site(site, READS)
    assert done.returncode == 0, done.stdout
    assert "√ site       3 passed" in done.stdout
    assert set(findings_by_subject(site)) == {("site.it-says-ok", f"node{at}") for at in (1, 2, 3)}


def test_k_of_a_node_chooses_its_items(site):
    done = run_site(site, READS, "-k", "it_says_ok and node2")
    assert done.returncode == 0, done.stdout
    assert set(findings_by_subject(site)) == {("site.it-says-ok", "node2")}


def test_a_failing_test_stops_in_words_in_the_report_and_in_junit(site):
    text = 'def test_quota_is_set(node): assert node.name != "node2", "no quota"'
    done = run_site(site, text, "--junitxml", "j.xml")
    assert done.returncode == 1
    assert (
        done.stdout.strip()
        .splitlines()[-1]
        .startswith("STOP: 1 problem must be fixed first. Fix it, then ")
    )
    assert "  × no quota" in done.stdout
    assert json.loads((site.parents[1] / "r.json").read_text())["decision"] == "stop"
    assert findings_by_subject(site)["site.quota-is-set", "node2"]["outcome"] == "fail"
    cases = etree.parse(site.parents[1] / "j.xml").iterfind(".//testcase[properties]")
    reported = [
        {
            element.get("name"): element.get("value")
            for element in case.iterfind("properties/property")
        }
        for case in cases
    ]
    assert {
        finding["outcome"] for finding in reported if finding["check"] == "site.quota-is-set"
    } == {
        "pass",
        "fail",
    }


def test_a_test_without_a_node_is_of_the_cluster(site):
    done = run_site(site, "def test_licence(): assert False")
    assert done.returncode == 1
    assert findings_by_subject(site)["site.licence",]["subject"] == []


@pytest.mark.parametrize(
    ("text", "outcome", "status"),
    [
        ("def test_x(node): raise OSError('gone')", "fail", 1),
        ("import pytest\n@pytest.fixture\ndef f(): 1/0\ndef test_x(node, f): pass", "unknown", 1),
        ("def test_x(remote): remote('true')", "skip", 0),
        ("import pytest\ndef test_x(node): pytest.xfail('known')", "fail", 0),
        ("from checks.facts.limits import Limits\ndef test_x(facts): facts.read(Limits)", "unknown", 1),  # noqa: E501
    ],
)  # fmt: skip
def test_each_end_of_a_test_is_an_outcome(site, text, outcome, status):
    done = run_site(site, text)
    assert done.returncode == status, done.stdout
    assert {finding["outcome"] for finding in findings_by_subject(site).values()} == {outcome}


def test_a_fact_that_did_not_come_is_told_without_a_traceback(site):
    text = "from checks.facts.limits import Limits\ndef test_x(facts): facts.read(Limits)"
    done = run_site(site, text)
    assert "could not be determined: node1 gave no answer about its limits" in done.stdout
    assert "Traceback" not in done.stdout and "FactError" not in done.stdout


def test_an_unreached_node_skips(site):
    done = run_site(site, READS, dead="node3")
    assert findings_by_subject(site)["site.it-says-ok", "node3"]["outcome"] == "skip"
    assert done.stdout.count("must be fixed first") == 1


def test_an_unreached_node_is_unknown_where_nobody_else_says_so(site):
    done = run_site(site, READS, "-k", "it_says_ok", dead="node3")
    assert findings_by_subject(site)["site.it-says-ok", "node3"]["outcome"] == "unknown"
    assert done.returncode == 1


def test_a_dry_run_names_the_tests_and_runs_none(site):
    site.write_text("def test_x(remote): open('touched', 'w')")
    done = preflight("--hosts", "node1", "--dry-run", "site_tests", cwd=site.parents[1])
    assert done.returncode == 0
    assert "test_x[node1]: a site's own test" in done.stdout
    assert not (site.parents[1] / "touched").exists()


def test_fixtures_of_a_sites_own_names_are_its_own(site):
    text = (
        "import pytest\n@pytest.fixture\ndef node(): return 7\ndef test_x(node): assert node == 7"
    )
    assert run_site(site, text).returncode == 0


# On real nodes


@pytest.fixture
def pair(odd_lab: MakeLab) -> Lab:
    return odd_lab(LabShape(nodes=2))


def run_on_lab(lab: Lab, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "preflight", "--hosts", str(lab.hosts), "--report", "r.json"]
    return subprocess.run(
        [*argv, *words, "site_tests"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_example_of_the_docs_finds_what_it_looks_for(pair, site):
    site.write_text(EXAMPLE)
    done = run_on_lab(pair, site.parents[1], "-k", "test_site")
    assert done.returncode == 1, done.stdout
    reported = findings_by_subject(site)
    assert reported["site.scratch-is-mounted", "node1"]["message"] == "node1: /scratch is missing"
    both = [
        reported["site.open-files-are-as-our-image-has-them", name] for name in ("node1", "node2")
    ]
    assert [finding["outcome"] for finding in both] == ["pass", "pass"], both


REMOTE = """
def test_it_is_the_node_itself(node, remote):
    assert remote("uname", "-n").out.strip() == node.name

def test_words_are_words(remote):
    ran = remote("sh", "-c", 'echo "$1" >&2; exit 3', "sh", "a  b; *")
    assert (ran.rc, ran.out, ran.err) == (3, "", "a  b; *\\n")

def test_it_ends(remote):
    remote("sh", "-c", "sleep 971 & sleep 972", timeout=1)

def test_nothing_of_that_name(remote):
    remote("no-such-command")
"""


def test_remote_runs_words_on_that_node_and_is_bounded(pair, site):
    site.write_text(REMOTE)
    done = run_on_lab(pair, site.parents[1], "-k", "test_site")
    reported = {key: finding["outcome"] for key, finding in findings_by_subject(site).items()}
    for name in ("node1", "node2"):
        assert reported["site.it-is-the-node-itself", name] == "pass", done.stdout
        assert reported["site.words-are-words", name] == "pass", done.stdout
        assert reported["site.it-ends", name] == "unknown"
        assert reported["site.nothing-of-that-name", name] == "unknown"
    assert "node1: no-such-command: no-such-command is not installed" in done.stdout
    assert "did not end within 1 s" in done.stdout


INTERRUPTED = """
import threading, time
def test_x(remote):
    threading.Thread(target=remote, args=("sleep", "973"), daemon=True).start()
    time.sleep(0.5)
    raise KeyboardInterrupt
"""


def test_an_interrupted_run_leaves_nothing_on_the_nodes(pair, site):
    site.write_text(INTERRUPTED)
    assert run_on_lab(pair, site.parents[1], "-k", "test_site").returncode == 2
