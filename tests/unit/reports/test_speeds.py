"""Speeds between nodes, as shown: a table in the page, and one for other programs."""

from __future__ import annotations

import csv
import io

from lxml import html as parser

from checks.facts import Snapshot
from checks.facts.pairs import Pairs, PairSpeed
from checks.run import Result
from preflight import speeds
from preflight.grid import ROOMY_COLUMNS
from preflight.html_report import render_page
from preflight.speeds import CSV_COLUMNS, speeds_csv
from tests.support.snapshots import snapshot, with_fact


def measured(nodes: int = 3) -> Snapshot:
    """All at 9.4 Gbit/s but what the third node sends to the first."""
    names = tuple(f"node{number}" for number in range(1, nodes + 1))
    snap = snapshot(names)
    for name in names:
        row = {other: PairSpeed(9.4, 9.5, 41.5) for other in names if other != name}
        with_fact(snap, name, Pairs(row))
    slow = {"node1": PairSpeed(0.094, 0.1, 52.0, times=3), "node2": PairSpeed(123.4, 130.0, 40.0)}
    return with_fact(snap, "node3", Pairs(slow))


def page(snap: Snapshot) -> str:
    return render_page(Result(snap, ()))


def cells(text: str) -> list[list[str]]:
    tree = parser.document_fromstring(text)
    return [[cell.text_content() for cell in row] for row in tree.iter("tr")]


def test_a_row_for_each_sender_with_what_is_slow_marked():
    assert cells(page(measured())) == [
        ["from ↓ to →", "node1", "node2", "node3"],
        ["node1", "", "9.4", "9.4"],
        ["node2", "9.4", "", "9.4"],
        ["node3", "‼ 0.094", "123", ""],
    ]


def test_where_there_is_no_room_numbers_are_titles():
    tree = parser.document_fromstring(page(measured(ROOMY_COLUMNS + 1)))
    row = tree.xpath("//tr[th='node3']/td")
    assert [cell.text_content() for cell in row[:3]] == ["‼", "", ""]
    assert [cell.get("title") for cell in row[:2]] == ["0.094", "123"]


def test_the_page_has_the_table_only_where_something_was_measured():
    for snap, there in ((measured(), True), (snapshot(), False)):
        assert ("Gbit/s between nodes" in page(snap)) is there


def test_too_many_nodes_are_not_drawn(monkeypatch):
    monkeypatch.setattr(speeds, "MOST_NODES_DRAWN", 4)
    assert "Too many nodes to draw" not in page(measured(4))
    text = page(measured(5))
    assert "Too many nodes to draw" in text
    assert "<table" not in text


def test_the_csv_has_a_line_for_each_pair():
    rows = list(csv.DictReader(io.StringIO(speeds_csv(measured()))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert len(rows) == 6
    assert rows[4] == {
        "source": "node3", "target": "node1", "gbit_s": "0.094", "latency_us": "52.0"
    }  # fmt: skip


def test_the_csv_of_nothing_is_its_first_line():
    assert speeds_csv(snapshot()) == "source,target,gbit_s,latency_us\n"
