"""--include and --exclude, beside what DeepSpeed's own parser says."""

from __future__ import annotations

import pytest

from checks.errors import UsageError
from checks.job.node_filter import kept_nodes, select_slots

SLOTS = {"n1": 2, "n2": 4, "n3": 1}
ALL = {"n1": [0, 1], "n2": [0, 1, 2, 3], "n3": [0]}


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (None, None, ALL),
        ("", "", ALL),
        ("n2", None, {"n2": [0, 1, 2, 3]}),
        ("n2:0,3", None, {"n2": [0, 3]}),
        ("n2:3,0,0", None, {"n2": [0, 3]}),
        ("n3@n1:1", None, {"n1": [1], "n3": [0]}),
        ("n2:1@n2:2", None, {"n2": [1, 2]}),
        (None, "n1", {"n2": [0, 1, 2, 3], "n3": [0]}),
        (None, "n2:0@n3", {"n1": [0, 1], "n2": [1, 2, 3]}),
        (None, "n3:0", {"n1": [0, 1], "n2": [0, 1, 2, 3]}),
    ],
)
def test_select(include: str | None, exclude: str | None, left: dict[str, list[int]]) -> None:
    chosen = select_slots(SLOTS, include, exclude)
    assert chosen == left
    assert list(chosen) == [name for name in SLOTS if name in left]


@pytest.mark.parametrize(
    ("include", "exclude", "said"),
    [
        ("n1", "n2", "--include and --exclude: give one of them, not both"),
        ("n9", None, "--include: no node 'n9' in the hosts file"),
        (None, "n9:0", "--exclude: no node 'n9' in the hosts file"),
        ("n2:4", None, "--include: no slot 4 on n2, which has slots 0 to 3"),
        (None, "n1:7", "--exclude: no slot 7 on n1, which has slots 0 to 1"),
        ("n2:0-3", None, "cannot read 'n2:0-3'; expected NODE, or NODE:SLOT,SLOT"),
        ("n1,n2", None, "cannot read 'n1,n2'; expected NODE"),
        ("n1:", None, "cannot read 'n1:'; expected NODE"),
        ("@n1", None, "cannot read ''; expected NODE"),
        ("fe80::1", None, "cannot read 'fe80::1'; expected NODE"),
        ("n1@n1:0", None, "n1 both whole and by slots; expected NODE"),
        (None, "n1@n2@n3", "--exclude: no slot is left to train on"),
        (None, "n1:0,1@n2@n3", "--exclude: no slot is left to train on"),
    ],
)
def test_a_filter_that_cannot_be_meant(include: str | None, exclude: str | None, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        select_slots(SLOTS, include, exclude)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("include", "exclude", "left"),
    [
        (None, None, ("n1", "n2", "n3")),
        ("n3@n2:0", None, ("n2", "n3")),
        (None, "n1", ("n2", "n3")),
        (None, "n1:0,1", ("n1", "n2", "n3")),
    ],
)
def test_nodes_kept_before_slots_are_known(
    include: str | None, exclude: str | None, left: tuple[str, ...]
) -> None:
    assert kept_nodes(tuple(SLOTS), include, exclude) == left


def test_no_node_kept() -> None:
    with pytest.raises(UsageError, match=r"^--exclude: no node is left to train on"):
        kept_nodes(("n1",), None, "n1")


def test_the_near_node_is_named() -> None:
    with pytest.raises(UsageError, match=r"'gpu02x' in the hosts file; did you mean 'gpu02'\?$"):
        kept_nodes([f"gpu{i:02d}" for i in range(1, 5)], "gpu02x")
