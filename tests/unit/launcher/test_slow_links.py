"""Which link is named as slow, and that none is where others are as slow or nothing is seen."""

from __future__ import annotations

import pytest

from launcher.run.messages import LinkUse
from launcher.run.slow_links import find_far_node, find_slow_link

QUICK = (0.1, 0.0, 40e6)
RING = ((1, 2), (2, 3), (3, 4), (4, 1))


def uses(links, *, ring=RING):
    """What the nodes say of a ring; `links` has the figures of those that are not quick."""
    found = {f"node{number}": [] for pair in ring for number in pair}
    for here, there in ring:
        figures = links.get((here, there), QUICK)
        found[f"node{here}"].append(LinkUse(f"10.0.0.{here}", f"10.0.0.{there}", *figures))
        if (there, here) in links:
            back = links[there, here]
            found[f"node{there}"].append(LinkUse(f"10.0.0.{there}", f"10.0.0.{here}", *back))
    return found


SLOW, LOST = (0.9, 0.0, 2e6), (0.8, 0.05, 1e6)


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ({(3, 4): SLOW}, "the link between node3 and node4 is slow: data are under way there 90 %"),
        ({(2, 3): SLOW, (3, 4): SLOW}, "the link of node3 is slow: "),
        ({(3, 4): SLOW, (4, 3): SLOW}, "the link between node3 and node4 is slow: "),
        ({(3, 4): LOST}, "the link between node3 and node4 is slow: "),
    ],
    ids=["what one sends", "of a node", "both ways", "loses packets"],
)
def test_the_slow_link_is_named(links, said):
    assert find_slow_link(uses(links)).startswith(said)


def test_its_figures_are_said_beside_those_of_the_next():
    assert find_slow_link(uses({(3, 4): LOST, (1, 2): (0.2, 0.0, 20e6)})) == (
        "the link between node3 and node4 is slow: data are under way there 80 % of the time, "
        "at 1.0 MB/s, 5 % of them again; on any other link they pass at 20.0 MB/s or more"
    )


@pytest.mark.parametrize(
    "seen",
    [
        uses({}),
        uses(dict.fromkeys(RING, SLOW)),
        uses({(1, 2): SLOW, (3, 4): SLOW}),
        uses({(3, 4): (0.9, 0.0, 15e6)}),
        uses({(3, 4): (0.9, 0.0, 60e6)}),
        uses({(3, 4): (0.3, 0.0, 2e6)}),
        uses({(1, 2): SLOW}, ring=((1, 2),)),
        {"node1": [LinkUse("10.0.0.1", "10.0.9.9", *SLOW)], "node2": []},
        {},
    ],
    ids=[
        *("all are quick", "all are alike", "two apart", "little slower", "has more to carry"),
        *("seldom in use", "no other link", "to another machine", "nothing is seen"),
    ],
)
def test_no_link_is_named_where_that_is_not_seen(seen):
    assert find_slow_link(seen) == ""


@pytest.mark.parametrize(
    "ways",
    [
        {"a": [0.001] * 5, "b": [0.001] * 5},
        {"a": [0.001] * 5, "b": [0.001] * 5, "c": [0.06] * 4 + [0.002]},
        {"a": [0.001] * 5, "b": [0.06] * 5, "c": [0.06] * 5},
        {"a": [0.030] * 5, "b": [0.030] * 5, "c": [0.06] * 5},
        {"a": [0.001] * 5, "b": [0.001] * 5, "c": [0.06] * 4},
        {"a": [0.001] * 5, "b": [0.001] * 5, "c": [0.06] * 5, "d": [0.001]},
    ],
    ids=["two", "once quick", "half are far", "all are far", "too few", "one is not known"],
)
def test_no_link_is_called_slow_where_that_is_not_seen(ways):
    assert find_far_node(ways) == ""


def test_a_far_node_is_said_with_the_longest_way_to_another():
    said = find_far_node(
        {"a": [0.001] * 5, "b": [0.004] * 5, "c": [0.001, 0.2, 0.06, 0.07, 0.2, 0.3]}
    )
    assert said == "the way from here to c and back takes 60 ms, to each other node 4 ms at most"
