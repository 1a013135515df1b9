"""Folded node names, there and back."""

from __future__ import annotations

import pytest

from checks.folded_names import MAX_NAMES, expand_names, fold_names, plural_verb


@pytest.mark.parametrize(
    ("folded", "names"),
    [
        ("node1", ["node1"]),
        ("gpu[01-03,20]", ["gpu01", "gpu02", "gpu03", "gpu20"]),
        ("gpu[01-03,07],login1", ["gpu01", "gpu02", "gpu03", "gpu07", "login1"]),
        ("n[9-11]", ["n9", "n10", "n11"]),
        ("n[098-101]x", ["n098x", "n099x", "n100x", "n101x"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
        ("10.0.0.[1-2]", ["10.0.0.1", "10.0.0.2"]),
    ],
)
def test_expand(folded: str, names: list[str]) -> None:
    assert expand_names(folded) == names


@pytest.mark.parametrize(
    ("folded", "said"),
    [
        ("gpu[03-01]", "backwards"),
        ("gpu[1-]", "expected a number or a range"),
        ("gpu[]", "expected a number or a range"),
        ("gpu[a-b]", "expected a number or a range"),
        ("gpu[1-016]", "same number of digits"),
        ("gpu[1-2", "bracket"),
        ("gpu1-2]", "bracket"),
        ("gpu[[1]]", "bracket"),
        ("a,,b", "empty name"),
        ("", "empty name"),
        ("gpu[1-999999999]", f"more than {MAX_NAMES} nodes"),
        ("gpu[1-9999],x[1-9999]", f"more than {MAX_NAMES} nodes"),
        ("a[1-5000]b[1-5000]", f"more than {MAX_NAMES} nodes"),
        ("a[1-9999,1-9999]", f"more than {MAX_NAMES} nodes"),
    ],
)
def test_expand_says_what_is_wrong(folded: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        expand_names(folded)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("names", "folded"),
    [
        ([], ""),
        (["gpu01", "gpu02"], "gpu[01-02]"),
        (["gpu02", "gpu01", "gpu02"], "gpu[01-02]"),
        (["n1", "n2", "n3", "n7"], "n[1-3,7]"),
        (["n9", "n10"], "n[9-10]"),
        (["n09", "n10"], "n[09-10]"),
        (["n010", "n10", "n11"], "n010,n[10-11]"),
        (["login", "n1", "n2"], "login,n[1-2]"),
        (["b1", "a1", "b2"], "b[1-2],a1"),
        (["node1.cs50.edu", "node2.cs50.edu"], "node[1-2].cs50.edu"),
        (["10.0.0.7", "10.0.0.8", "10.0.1.9"], "10.0.0.[7-8],10.0.1.9"),
    ],
)
def test_fold_and_back(names: list[str], folded: str) -> None:
    assert fold_names(names) == folded
    if names:
        assert sorted(expand_names(folded)) == sorted(set(names))


def test_a_thousand_fold_into_one_word() -> None:
    assert fold_names(f"n{i:04d}" for i in range(1000)) == "n[0000-0999]"


@pytest.mark.parametrize(
    ("verb", "plural"),
    [
        ("is", "are"), ("has", "have"), ("does", "do"), ("was", "were"), ("reaches", "reach"),
        ("passes", "pass"), ("uses", "use"), ("takes", "take"), ("cannot", "cannot"),
    ],
)  # fmt: skip
def test_a_verb_behind_several_names(verb, plural):
    assert plural_verb(verb) == plural
