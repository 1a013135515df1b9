"""The pages say what is there, all of it, and nothing that is not: checks, files, reports."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from typing import Any

import pytest

from checks.catalogue import AREAS, CATALOGUE, area_modules, area_text
from checks.check import claims_of
from checks.facts import ClusterView
from checks.job.hosts import EXPECTED, read_hosts
from checks.job.launch_file import KEYS, parse_launch_file
from checks.judge import judge_claims
from checks.reports.json_report import report_document
from tests.support.documents import PAGES, ROOT, Page, page, page_params
from tests.support.snapshots import snapshot


def test_generated_pages_are_those_of_the_code():
    script = [sys.executable, str(ROOT / "scripts/docs"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=CATALOGUE)
def test_every_check_has_a_section_with_its_four_parts(check):
    section = page(f"checks/{check.area}.md").sections[check.id]
    parts = dict(re.findall(r"^\*\*(\w+)\.\*\* (.+)$", section, re.MULTILINE))
    assert tuple(parts) == ("Claim", "Why", "Measured", "Fix")
    assert all(len(part.split()) > 1 for part in parts.values())
    assert {f"`{cause}`" for fix in check.text.fixes for cause in fix.causes} <= set(
        re.findall(r"`[^`]+`", section)
    )


@pytest.mark.parametrize("area", AREAS)
def test_every_cause_that_a_check_returns_is_described(area):
    trees = [ast.parse(inspect.getsource(module)) for module in area_modules(area)]
    nodes = (node for tree in trees for node in ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    judged = [call for call in calls if getattr(call.func, "id", "") in ("block", "warn")]
    checks = [check for check in CATALOGUE.values() if check.area == area]
    described = {cause for check in checks for fix in check.text.fixes for cause in fix.causes}
    shared = {cause.name for cause in area_text(area).causes}
    assert {cause for call in judged for cause in written(call.args[0])} <= described | shared


@pytest.mark.parametrize("area", AREAS)
def test_every_cause_is_in_the_table_of_fixes_typed_or_with_the_reason_why_not(area):
    row = re.compile(r"\| ([\w -]+) \| `([\w-]+)` \| (typed in \d+ variants?|not typed: .+) \|")
    rows = {(check, cause) for check, cause, _ in row.findall(page("fixes.md").sections[area])}
    own = [check for check in CATALOGUE.values() if check.area == area]
    declared = {
        (check.claim, name) for check in own for fix in check.text.fixes for name in fix.causes
    }
    shared = {cause.name for cause in area_text(area).causes}
    assert rows >= declared
    assert shared <= {cause for _, cause in rows}


def written(cause: ast.expr) -> set[str]:
    """The causes that an argument can be, as far as they are written there."""
    if isinstance(cause, ast.IfExp):
        return written(cause.body) | written(cause.orelse)
    return {str(cause.value)} if isinstance(cause, ast.Constant) else set()


def test_every_area_has_a_page_and_no_other():
    there = {path.stem for path in (ROOT / "docs/checks").glob("*.md")}
    assert there == set(AREAS)


def test_the_example_of_a_check_passes_its_own_test(monkeypatch):
    declaration, its_test = page("adding-a-check.md").fences("python")[:2]
    names: dict[str, Any] = {"__name__": "example"}
    exec(declaration + its_test, names)
    check = names["swap_is_empty"]
    assert check.judge.__name__ == check.claim.replace("-", "_")
    assert all((check.text.claim, check.text.why, check.text.measured, check.text.fixes))
    monkeypatch.setitem(CATALOGUE, check.id, check)
    test = names["test_used_swap_is_reported"]
    cases = test.pytestmark[0].args[1]
    assert len(cases) > 1
    for case in cases:
        test(*case)


@pytest.mark.parametrize("doc", page_params(PAGES))
def test_every_check_that_a_page_names_is_there(doc):
    ids = re.findall(rf"\b(?:{'|'.join(AREAS)})\.[a-z0-9]+(?:-[a-z0-9]+)+\b", doc.text)
    example = {"area.claim-that-should-hold", "limits.swap-is-empty"}
    assert set(ids) - example <= CATALOGUE.keys()


def test_the_example_of_a_launch_file_is_valid_and_has_every_key():
    blocks = page("hosts.md").fences("toml")
    files = [parse_launch_file(block, "docs/hosts.md") for block in blocks]
    assert {name for file in files for name in file.values} == KEYS.keys()


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_every_key_of_the_launch_file_is_described(key):
    assert key.label in page("hosts.md").code


def test_the_example_of_a_hosts_file_is_valid_and_has_every_key():
    (example,) = page("hosts.md").fences("hosts")
    assert len(read_hosts(example, "docs/hosts.md")) > 3
    assert all(f"{key}=" in example for key in re.findall(r"\[(\w+)=", EXPECTED))


def test_every_field_of_the_json_report_is_described():
    snap = snapshot()
    claims = claims_of([CATALOGUE["reach.controller-logs-in"]], snap.job)
    report = report_document(judge_claims(claims, ClusterView(snap)), snap, 1.0)
    fields = {*report, *report["nodes"][0], *report["findings"][0]}
    assert len(fields) > len(report)
    assert fields <= page("preflight.md").words


@pytest.mark.parametrize("doc", page_params(PAGES))
def test_every_link_leads_somewhere(doc):
    for link in doc.links:
        name, _, anchor = link.partition("#")
        target = (doc.path.parent / name).resolve() if name else doc.path
        assert target.exists(), link
        assert not anchor or anchor in Page(target).anchors, link


def test_every_page_is_reached_from_the_index():
    index = page("README.md")
    linked = {(index.path.parent / link.partition("#")[0]).resolve() for link in index.links}
    assert {path for path in PAGES if (ROOT / "docs") in path.parents} <= linked | {index.path}


@pytest.mark.parametrize("doc", page_params(PAGES))
def test_every_file_of_the_project_that_a_page_names_is_there(doc):
    rooms = "checks|preflight|launcher|tests|examples|scripts|docs|benchmarks"
    named = re.findall(rf"`((?:{rooms})/[\w./-]*)`", doc.text)
    for name in named:
        assert (ROOT / name).exists() or "AREA" in name, name
