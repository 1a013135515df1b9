"""Groups that are cut off from others in matrices of pairs: who they are, and between what."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from checks.folded_names import fold_names
from tests.support.matrices import SIZES, blame_texts, matrix, node_names


def place(at: int) -> Callable[[str], str]:
    """Addresses of two networks, the first `at` nodes in the first."""
    return lambda name: f"10.0.{1 if int(name[4:]) <= at else 2}.{int(name[4:])}"


@pytest.mark.parametrize("size", SIZES)
def test_each_cut_in_two_names_the_smaller_side_and_the_networks(size):
    for at in range(2, size - 1):
        first, second = node_names(size)[:at], node_names(size)[at:]
        cut = matrix(
            "ports", size, lambda s, t: (s in first) != (t in first), network=place(at)  # noqa: B023 - called at once
        )  # fmt: skip
        side, other = (first, second) if len(first) < len(second) else (second, first)
        here, there = (f"10.0.{1 if entry is first else 2}.0/24" for entry in (side, other))
        assert blame_texts(cut) == {
            fold_names(
                side
            ): f"cut off from {fold_names(other)}, both ways: check switches, VLANs and "
            f"security groups between {here} and {there}"
        }


@pytest.mark.parametrize("group", list(itertools.combinations(node_names(6), 2)))
def test_each_pair_of_nodes_that_reaches_only_itself_is_one_group(group):
    found = blame_texts(matrix("ports", 6, lambda s, t: (s in group) != (t in group)))
    rest = fold_names(name for name in node_names(6) if name not in group)
    assert list(found) == [fold_names(group)]
    assert found[fold_names(group)].startswith(f"cut off from {rest}, both ways")


@pytest.mark.parametrize(
    ("out", "because"),
    [
        (True, "cannot reach node[01-05], which can reach them"),
        (False, "cannot be reached by node[01-05], which they can reach"),
    ],
)
def test_a_cut_of_one_direction_says_which(out, because):
    group = node_names(8)[5:]
    found = blame_texts(matrix("ports", 8, lambda s, t: (s if out else t) in group and not {s, t} <= set(group)))  # fmt: skip  # noqa: E501
    assert list(found) == ["node[06-08]"]
    assert found["node[06-08]"].startswith(because)


def test_three_racks_apart_are_told_in_two_lines():
    found = blame_texts(
        matrix("ports", 9, lambda s, t: (int(s[4:]) - 1) // 3 != (int(t[4:]) - 1) // 3)
    )
    assert list(found) == ["node[04-06]", "node[07-09]"]
    assert "from node[01-03,07-09], both ways" in found["node[04-06]"]


def test_a_cut_is_told_once_for_ports_and_logins():
    halves = [
        matrix(area, 8, lambda s, t: (s < "node05") != (t < "node05")) for area in ("ssh", "ports")
    ]
    assert list(blame_texts([*halves[0], *halves[1]])) == ["node[05-08]"]


def test_a_cut_explains_the_master_port_behind_it():
    def apart(source: str, target: str) -> bool:
        return (source < "node05") != (target < "node05")

    to_head = [
        finding
        for finding in matrix("ports", 8, apart, claim="master-port-is-reachable")
        if finding.subject[1] == "node01"
    ]
    assert list(blame_texts([*to_head, *matrix("ports", 8, apart)])) == ["node[05-08]"]


def test_a_node_that_is_dead_beside_a_cut_is_told_beside_it():
    def fails(source: str, target: str) -> bool:
        return source != target and (
            "node09" in (source, target) or (source < "node05") != (target < "node05")
        )

    assert set(blame_texts(matrix("ports", 9, fails))) == {"node09", "node[05-08]"}


def test_a_stray_pair_does_not_hide_a_cut_between_networks():
    stray = ("node02", "node07")
    cut = matrix(
        "ports", 8,
        lambda s, t: (s < "node05") != (t < "node05") and tuple(sorted((s, t))) != stray,
        network=place(4),
    )  # fmt: skip
    assert list(blame_texts(cut)) == ["node[05-08]"]


@pytest.mark.parametrize(("failing", "blamed"), [(2, False), (9, True)])
def test_what_a_cut_explains_speaks_against_no_node_beside_it(failing, blamed):
    far = node_names(20)[10:]
    unlucky, targets = far[0], far[1 : 1 + failing]
    found = blame_texts(
        matrix(
            "ports",
            20,
            lambda s, t: (s in far) != (t in far) or (s == unlucky and t in targets),
        )
    )
    assert any(because.startswith("cut off from") for because in found.values())
    assert any("it cannot reach" in because for because in found.values()) is blamed
