"""The page: self-contained, readable without a script, and harmless whatever a node says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html as parser

from checks.answer import Answer
from checks.catalogue import CATALOGUE
from checks.facts import Snapshot
from checks.model import Finding, Fix, Outcome, Severity
from checks.reports.last_run import save_good_run
from checks.run import Result
from preflight.grid import MOST_NODES_DRAWN
from preflight.html_report import render_page
from tests.support.snapshots import snapshot

MEMLOCK, SSH = "limits.memlock-is-unlimited", "ssh.every-node-logs-in-to-every-node"


def node(name: str, outcome: Outcome, **more: object) -> Finding:
    return Finding(MEMLOCK, "limits", (name,), Severity.BLOCK, outcome, **more)  # type: ignore[arg-type]


def pairs(snap: Snapshot, bad: str = "") -> list[Finding]:
    names = snap.job.names
    return [
        Finding(
            SSH, "ssh", (source, target), Severity.BLOCK,
            Outcome.FAIL if target == bad != source else Outcome.PASS,
            f"{source} cannot log in to {target}",
        )
        for source in names
        for target in names
    ]  # fmt: skip


def shown(findings: list[Finding], snap: Snapshot | None = None, cwd: Path | None = None):
    text = render_page(Result(snap or snapshot(), tuple(findings), 1.5, cwd))
    return text, parser.document_fromstring(text)


def heading(tree, title: str):
    """The section below that heading; None where it is not there."""
    found = [element for element in tree.iter("section") if element.find("h2").text == title]
    return found[0] if found else None


def texts(element) -> str:
    return " ".join(element.text_content().split())


def test_notes_have_a_section_of_their_own():
    known = node("node1", Outcome.PASS, message="enough here", cause="low", fix=Fix("x", "node1"))
    _, tree = shown([known])
    assert "enough here" in texts(heading(tree, "Notes"))
    assert heading(tree, "Problems") is None
    _, tree = shown([node("node1", Outcome.PASS, message="plain")])
    assert heading(tree, "Notes") is None


def test_it_asks_nothing_of_a_network_and_runs_no_script():
    text, tree = shown(pairs(snapshot(), "node2"))
    assert not list(tree.iter("script", "link", "img", "iframe", "object"))
    assert not re.search(r"https?:|url\(|@import|\bon\w+=", text)


def test_verdict_and_blame_come_first():
    _, tree = shown(pairs(snapshot(), "node2"))
    assert tree.find(".//h1").text == "STOP"
    assert [element.find("h2").text for element in tree.iter("section")][:2] == [
        "Suspect nodes", "Problems",
    ]  # fmt: skip
    assert "node2: 2 of 2 peers cannot log in to it" in texts(heading(tree, "Suspect nodes"))


def test_a_healthy_cluster_has_no_section_of_what_is_wrong():
    _, tree = shown([node(name, Outcome.PASS) for name in snapshot().job.names])
    assert tree.find(".//h1").text == "GO"
    assert heading(tree, "Problems") is None and heading(tree, "Suspect nodes") is None


def test_every_cell_of_a_matrix_has_its_headers_and_says_its_mark():
    _, tree = shown(pairs(snapshot(), "node2"))
    table = heading(tree, "Checks by pair of nodes").find(".//table")
    columns = [element.get("title") for element in table.findall("thead/tr/th")][1:]
    assert columns == ["node1", "node2", "node3"]
    rows = {row.find("th").text_content(): row.findall("td") for row in table.findall("tbody/tr")}
    assert {name: [cell.text for cell in cells] for name, cells in rows.items()} == {
        "node1": ["√", "×", "√"], "node2": ["√", "√", "√"], "node3": ["√", "×", "√"],
    }  # fmt: skip
    assert all(element.get("scope") in ("col", "row") for element in tree.iter("th"))


def test_nodes_and_checks_meet_in_one_table_and_what_holds_is_folded():
    found = [
        node("node1", Outcome.PASS),
        node("node2", Outcome.FAIL, message="node2 is low"),
        node("node3", Outcome.UNKNOWN, message="no answer"),
        *(Finding("limits.x", "limits", (f"node{n}",), Severity.BLOCK, Outcome.PASS) for n in (1, 2, 3)),  # noqa: E501
        Finding("names.y", "names", (), Severity.BLOCK, Outcome.PASS),
    ]  # fmt: skip
    _, tree = shown(found)
    section = heading(tree, "Checks by node")
    loud = section.find("div").find(".//tbody")
    assert [cell.text for cell in loud.iter("td")] == ["√", "×", "?"]
    folded = section.find("details")
    assert folded.find("summary").text == "2 checks without a finding"
    assert [cell.get("colspan") for cell in folded.iter("td")] == [None, None, None, "3"]


def test_a_finding_shows_its_fix_and_what_was_seen():
    bad = node(
        "node2", Outcome.FAIL, message="node2 is low", cause="low",
        fix=Fix("raise it", "node2", "as root"), evidence={"soft": 8},
    )  # fmt: skip
    _, tree = shown([bad])
    card = heading(tree, "Problems").find("article")
    assert card.find("pre").text == "raise it"
    assert "seen: soft 8" in texts(card) and "fix (on node2): as root" in texts(card)


def test_what_a_node_says_is_text():
    evil = "<script>alert(1)</script>\x1b[31m\ud800$kind"
    text, tree = shown([node("node2", Outcome.FAIL, message=evil, fix=Fix(evil, evil, evil))])
    assert "<script>" not in text and "\x1b" not in text
    assert "<script>alert(1)</script>" in texts(heading(tree, "Problems"))
    text.encode()


def test_facts_that_differ_are_told_with_majority_and_outliers():
    snap = snapshot(("n1", "n2", "n3", "n4", "n5"))
    for name in snap.job.names:
        snap.put(name, "gpus", Answer({"driver": "570" if name == "n4" else "550"}))
    _, tree = shown([], snap)
    (row,) = heading(tree, "Facts that differ between nodes").findall(".//tr")[1:]
    assert [texts(cell) for cell in row] == ["gpus.driver", "550: n[1-3,5]", "570: n4"]


def test_what_changed_is_told_as_before_and_now(tmp_path):
    good, now = snapshot(), snapshot()
    good.started, now.started = "2026-11-20T18:02:00Z", "2026-11-21T18:02:00Z"
    good.put("node2", "gpus", Answer({"driver": "550"}))
    now.put("node2", "gpus", Answer({"count": 1}))
    save_good_run(tmp_path, good)
    _, tree = shown([node("node2", Outcome.FAIL)], now, tmp_path)
    section = heading(tree, "Changed since the last go")
    assert "2026-11-20 18:02:00Z" in texts(section)
    assert ["node2", "gpus.driver", "550", "(gone)"] in [
        [texts(cell) for cell in row] for row in section.findall(".//tr")
    ]


def test_stages_tell_their_seconds():
    snap = snapshot()
    snap.stages.update(facts=0.5, ssh=2.0)
    _, tree = shown([], snap)
    rows = heading(tree, "Time by stage").findall(".//tr")
    assert [texts(row) for row in rows] == ["facts0.50 s", "ssh logins2.00 s"]


def test_64_nodes_fit_and_long_labels_are_shortened():
    snap = snapshot(tuple(f"gpu{number:02}" for number in range(1, 65)))
    text, tree = shown(pairs(snap, "gpu07"), snap)
    assert len(text) < 300_000
    labels = [
        element.text_content()
        for element in heading(tree, "Checks by pair of nodes").findall(".//thead/tr/th")
    ][1:]
    assert labels[:2] == ["01", "02"] and len(labels) == 64


def test_a_matrix_that_nobody_could_read_is_not_drawn():
    snap = snapshot(tuple(f"n{number}" for number in range(MOST_NODES_DRAWN + 1)))
    _, tree = shown(pairs(snap), snap)
    assert "Too many nodes to draw" in texts(heading(tree, "Checks by pair of nodes"))


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast of two colours."""

    def luminance(colour: str) -> float:
        digits = colour if len(colour) == 6 else "".join(digit * 2 for digit in colour)
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(dark):
    text, _ = shown([])
    found = re.findall(r"--([\w-]+): #([0-9a-f]{3,6})", text)
    half = len(found) // 2
    colours = dict(found[half:] if dark else found[:half])
    grounds = {"text": "page", "dim": "page", "go": "page", "stop": "page", "s-text": "page"}
    grounds |= {f"{kind}-text": kind for kind in "pwfu"} | {}
    for name, ground in grounds.items():
        assert contrast(colours[name], colours[ground]) >= 4.5, name


def test_every_check_of_the_catalogue_can_stand_on_it():
    found = [
        Finding(check.id, check.area, ("node1", "node2")[: 2 if check.over.scope == "pair" else 1],
                Severity.BLOCK, Outcome.PASS)
        for check in CATALOGUE.values()
    ]  # fmt: skip
    _, tree = shown(found)
    assert all(check.id in texts(tree).replace(" ", "") for check in CATALOGUE.values())
