"""Which ranks are separate, from what their libraries reported; and who is not accused."""

from __future__ import annotations

import pytest

from launcher.run.messages import RankWorld
from launcher.run.worlds import SETTLED_S, RankWorlds, SeparationNotice

LOADED = (0, "")
WHOLE, PAIR, ALONE = (4, "nccl"), (2, "nccl"), (1, "nccl")


def worlds_of(reports, *, training=True, planned=4):
    """What four ranks reported: the worlds of torch.distributed by rank, one after the other."""
    worlds = RankWorlds(planned)
    for rank, seen in reports.items():
        for size, backend in seen:
            worlds.take(RankWorld(rank, "torch.distributed", size, 0, backend, 1.0))
    worlds.training_shown = training
    return worlds


def everyone(*seen):
    return dict.fromkeys(range(4), (LOADED, *seen))


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        (
            everyone(ALONE),
            ["  ranks 0-3 saw a world of 1 (nccl)", "something in the pro"],
        ),
        (everyone(PAIR), ["  ranks 0-3 saw a world of 2 (nccl)"]),
        (everyone((3, "nccl")), ["  ranks 0-3 saw a world of 3 (nccl)"]),
        (everyone(), ["  ranks 0-3 did not initialise torch.distributed", "has to call"]),
        (
            {**everyone(), 0: (LOADED, ALONE)},
            ["  rank 0 saw a world of 1 (nccl)", "  ranks 1-3 did not initialise torch.d"],
        ),
        (
            {0: (LOADED, ALONE)},
            ["  rank 0 saw a world of 1 (nccl)", "  ranks 1-3 did not load torch"],
        ),
        (
            {**everyone(WHOLE), 3: (LOADED, ALONE)},
            ["  ranks 0-2 saw a world of 4 (nccl)", "  rank 3 saw a world of 1 (nccl)"],
        ),
        ({}, ["  ranks 0-3 did not load torch", "is not known"]),
    ],
    ids=[
        "copies",
        "pairs",
        "one short",
        "never",
        "one",
        "no torch in others",
        "one apart",
        "no torch",
    ],
)
def test_each_rank_that_is_separate_is_named_with_what_it_saw(reports, words):
    worlds = worlds_of(reports)
    text = worlds.find_separation(missing=True)
    assert text.startswith("4 ranks were planned to train together, and are not seen to:\n  rank")
    assert [word for word in words if word not in text] == []
    assert "--allow-separate" in text
    assert worlds.describe() == ("not in one world" if reports else "none of them loaded torch")


@pytest.mark.parametrize(
    ("reports", "described"),
    [
        (everyone(WHOLE), "in one world of 4 (nccl)"),
        (everyone(WHOLE, LOADED, ALONE), "in one world of 4 (nccl)"),
        (everyone(ALONE, LOADED, WHOLE, LOADED), "in one world of 4 (nccl)"),
        (everyone((5, "gloo")), "in one world of 5 (gloo)"),
        ({0: (LOADED, WHOLE)}, "in one world of 4 (nccl)"),
        ({**everyone(WHOLE), 3: (LOADED,)}, "in one world of 4 (nccl)"),
    ],
    ids=["whole", "alone at last", "alone at first", "more", "one is seen", "another process's"],
)
def test_ranks_that_were_in_one_world_are_not_accused(reports, described):
    worlds = worlds_of(reports)
    assert worlds.find_separation(missing=True) == ""
    assert worlds.describe() == described


def test_what_does_not_train_need_not_meet():
    worlds = worlds_of({}, training=False)
    assert worlds.find_separation(missing=True) == ""
    assert worlds.describe() == "none of them loaded torch"
    alone = worlds_of({0: (LOADED, ALONE)}, planned=1)
    assert (alone.find_separation(missing=True), alone.describe()) == ("", "")


@pytest.mark.parametrize(("processes", "found"), [((1,), True), ((1, 4), False), ((4,), False)])
def test_an_accelerator_that_takes_itself_for_alone_divides_no_data(processes, found):
    worlds = worlds_of(everyone((4, "gloo")))
    for size in processes:
        worlds.take(RankWorld(2, "accelerate", size, 0, "", 1.0))
    text = worlds.find_separation(missing=True)
    assert ("rank 2 in a world of 4 (gloo), but accelerate there saw one of 1" in text) == found
    assert ("only with --use_cpu True" in text) == found


def test_the_notice_comes_once_when_it_has_been_so_for_a_while():
    said: list[str] = []
    worlds = worlds_of(everyone(), training=False)
    notice = SeparationNotice(worlds, set(), said.append)
    notice.check(0)
    notice.check(1000)
    assert said == [], "the ranks may still join"
    worlds.training_shown = True
    notice.check(1000)
    notice.check(2000)
    assert said == [], "a step without a loss may be one of a preparation"
    worlds.loss_shown = True
    for now in (1000, 1000 + SETTLED_S - 0.1):
        notice.check(now)
    assert said == []
    for now in (1000 + SETTLED_S, 2000):
        notice.check(now)
    assert [text.splitlines()[-1] for text in said] == ["  the run goes on; Ctrl-C ends it"]
    assert notice.said in said[0]
    assert notice.seen == notice.said
    for rank in range(4):
        worlds.take(RankWorld(rank, "torch.distributed", 4, rank, "gloo", 1.0))
    assert notice.seen == "", "they have joined after all"


def test_no_run_is_said_to_go_on_whose_ranks_have_shown_an_error():
    said: list[str] = []
    erring: set[int] = set()
    notice = SeparationNotice(worlds_of(everyone(ALONE)), erring, said.append)
    notice.check(0)
    erring.update((1, 2))
    notice.check(SETTLED_S)
    last = "  an error of ranks 1 and 2 was printed; where the run goes on, Ctrl-C ends it"
    assert [text.splitlines()[-1] for text in said] == [last]


def test_a_group_that_is_made_again_in_time_is_not_mentioned():
    said: list[str] = []
    worlds = worlds_of(everyone(ALONE))
    notice = SeparationNotice(worlds, set(), said.append)
    notice.check(0)
    for rank in range(4):
        worlds.take(RankWorld(rank, "torch.distributed", 4, rank, "gloo", 1.0))
    notice.check(SETTLED_S + 1)
    assert (said, notice.said) == ([], "")


def with_engines(engines, *, config="ds.json", planned=4):
    """Ranks in one world, of which each may report engines of DeepSpeed of so many ranks."""
    worlds = RankWorlds(planned, config)
    for rank in range(planned):
        worlds.take(RankWorld(rank, "torch.distributed", planned, rank, "gloo", 1.0))
    for rank, sizes in engines.items():
        for size in sizes:
            worlds.take(RankWorld(rank, "deepspeed", size, rank, "ZeRO-2", 1.0))
    return worlds


@pytest.mark.parametrize("planned", [1, 4])
@pytest.mark.parametrize(
    ("engines", "config", "unseen"),
    [
        ({}, "ds.json", True),
        ({0: (4,)}, "ds.json", False),
        ({}, "", False),
        ({0: (0,)}, "ds.json", True),
    ],
)
def test_a_config_that_no_rank_is_seen_to_use_is_said_of_a_run(engines, config, unseen, planned):
    worlds = with_engines(engines, config=config, planned=planned)
    assert ("none was seen to use DeepSpeed, whose config ds.json" in worlds.describe()) == unseen
    assert ("in one world of 4 (gloo)" in worlds.describe()) == (planned == 4)


def test_what_loads_no_torch_is_not_accused_of_training_without_deepspeed():
    assert RankWorlds(4, "ds.json").describe() == "none of them loaded torch"


@pytest.mark.parametrize(
    ("engines", "found"),
    [
        (dict.fromkeys(range(4), (0,)), "leaves it out (ranks 0-3): this trains without ZeRO"),
        ({2: (0,)}, "leaves it out (rank 2): this trains without ZeRO"),
        ({2: (0, 4)}, ""),
        ({2: (4, 0)}, ""),
        ({}, ""),
    ],
)
def test_deepspeed_that_accelerate_leaves_out_is_said_while_it_trains(engines, found):
    worlds, said = with_engines(engines, config=""), []
    assert found in worlds.find_left_out()
    assert bool(worlds.find_left_out()) == bool(found)
    notice = SeparationNotice(worlds, set(), said.append)
    notice.check(0)
    notice.check(SETTLED_S)
    assert [found in text for text in said] == [True] * bool(found)
