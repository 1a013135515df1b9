"""Items of preflight are reported as pytest's own way reports them, and obey a site's marks."""

from __future__ import annotations

import re

import pytest

import preflight.plugin
from preflight.item_protocol import run_item
from tests.support.toy_checks import preflight as run_preflight
from tests.support.toy_facts import save_facts

OUTCOMES = {"node1": "ok", "node2": "block", "node3": "warn", "node4": "unknown", "node5": "skip"}
TIMES = re.compile(r'(time|timestamp)="[^"]*"| in \d+\.\d+s|\d+\.\d+s (setup|call|teardown)')


@pytest.mark.parametrize("options", [(), ("-v",), ("-q",), ("-rA", "--tb=long"), ("-x", "-vv")])
def test_reports_are_those_of_pytests_own_way(tmp_path, monkeypatch, options):
    facts = save_facts(tmp_path, 5, **OUTCOMES)
    seen = []
    for runs in (run_item, lambda *_: False):
        monkeypatch.setattr(preflight.plugin, "run_item", runs)
        done = run_preflight("--facts", facts, "--junitxml", "j.xml", *options, cwd=tmp_path)
        text = done.stdout + (tmp_path / "j.xml").read_text()
        seen.append((done.returncode, TIMES.sub("", text)))
    assert seen[0] == seen[1]
    assert "toy-limit-node2" in seen[0][1]


def test_only_items_that_nobody_changed_leave_pytests_own_way(tmp_path, monkeypatch):
    ways = []
    monkeypatch.setattr(
        preflight.plugin, "run_item", lambda *asked: ways.append(run_item(*asked)) or ways[-1]
    )
    facts = save_facts(tmp_path, 5, **OUTCOMES)
    run_preflight("--facts", facts, "-q", cwd=tmp_path)
    assert ways
    assert all(ways)
    ways.clear()
    run_preflight("--facts", facts, "--setup-show", cwd=tmp_path)
    assert ways
    assert not any(ways)


def test_a_mark_of_a_sites_own_is_obeyed(tmp_path, monkeypatch):
    def mark(items):
        for item in items:
            if "node2" in item.name:
                item.add_marker(pytest.mark.skip(reason="in repair"))

    monkeypatch.setattr(preflight.plugin, "pytest_collection_modifyitems", mark, raising=False)
    facts = save_facts(tmp_path, node2="block")
    done = run_preflight("--facts", facts, "-v", cwd=tmp_path)
    assert re.search(r"toy-limit-node2\] SKIPPED", done.stdout)


def test_an_item_has_what_pytest_keeps_of_it_only_while_somebody_looks(tmp_path, monkeypatch):
    seen = []

    def look(items):
        seen.extend(items)
        assert all(item.nodeid and item.location and item.ihook for item in items)
        assert not any(list(item.iter_markers()) or hasattr(item, "callspec") for item in items)
        assert not any(map(vars, items))
        assert items[0].name in items[0].keywords
        assert vars(items[0])

    monkeypatch.setattr(preflight.plugin, "pytest_collection_modifyitems", look, raising=False)
    done = run_preflight("--facts", save_facts(tmp_path, 5, **OUTCOMES), "-q", cwd=tmp_path)
    assert "toy" in done.stdout
    assert len(seen) >= 5
    assert not any(map(vars, seen))
    assert seen[0].extra_keyword_matches == {"gpu.toy-nicety"}


def test_an_item_has_what_another_release_of_pytest_may_keep_of_it(tmp_path, monkeypatch):
    seen = []
    usual = pytest.Item.__init__

    def start(item, *values, **named):
        usual(item, *values, **named)
        item.kept_by_a_later_release = "kept"

    def look(items):
        seen.extend(items)
        assert {item.kept_by_a_later_release for item in items} == {"kept"}
        assert not any(hasattr(item, "kept_by_nobody") for item in items)

    monkeypatch.setattr(pytest.Item, "__init__", start)
    monkeypatch.setattr(preflight.plugin, "pytest_collection_modifyitems", look, raising=False)
    done = run_preflight("--facts", save_facts(tmp_path, 5, **OUTCOMES), "-q", cwd=tmp_path)
    assert "toy" in done.stdout
    assert len(seen) >= 5
    assert not any(map(vars, seen))
