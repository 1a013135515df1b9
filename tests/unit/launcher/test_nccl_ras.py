"""NCCL's RAS: its answers of all versions, its protocol, and what they add to a stall."""

from __future__ import annotations

import dataclasses
import json
import time
from types import SimpleNamespace

import pytest

from checks.facts.decode import decode_record
from launcher.agent import nccl_ras
from launcher.agent.nccl_ras import address_of_run, ask_ras, observe_ras, read_ras
from launcher.run.stall.judge import StallKind, judge_stall
from launcher.run.stall.observation import Collective, RasAnswer
from launcher.run.stall.ras_evidence import with_ras
from tests.support.observations import OWN, READING, observations, rank, rendezvous
from tests.support.paths import ROOT
from tests.support.ras_server import RasServer

RECORDED = ROOT / "tests" / "support" / "recorded" / "nccl_ras"
LOST = {"rank": 7, "pid": 3748990, "host": "node1", "dead": False}
GPU = {"gpus": ((100.0, 294.0),)}
OPERATIONS = ("Broadcast", "Reduce", "AllGather", "ReduceScatter", "AllReduce")


def recorded(name):
    return (RECORDED / name).read_text()


def counted(*pairs, operation="AllReduce"):
    """Counts as read, of (number, ranks, named)."""
    return [
        {"operation": operation, "number": number, "ranks": ranks, "named": list(named)}
        for number, ranks, named in pairs
    ]


@pytest.mark.parametrize(
    ("name", "counts", "missing"),
    [
        ("2.30.7-sleeps.txt", counted((64, 7, ()), (60, 1, (7,))), []),
        ("2.30.7-exited.txt", [], [LOST]),
        (
            "2.26.2-ahead.txt",
            counted((640, 30, ()), (641, 2, (12, 13)), operation="AllGather"),
            [],
        ),
        (
            "2.24-six-behind.txt",
            counted((6650, 26, ()), (6649, 6, (0, 2, 3, 4, 5, 7)), operation="collective"),
            [],
        ),
        ("2.24-lost.txt", [], [{"rank": 21, "pid": 0, "host": "", "dead": False}]),
    ],
)
def test_text_of_each_version_says_who_is_behind_or_lost(name, counts, missing):
    (own,) = read_ras(recorded(name))
    assert (own["counts"], own["missing"]) == (counts, missing)


@pytest.mark.parametrize("name", ["2.30.7-well.txt", "2.30.7-dead.txt"])
def test_text_without_a_communicator_that_differs_says_nothing(name):
    assert read_ras(recorded(name)) == []


def test_a_rank_that_nccl_has_given_up_is_dead():
    dead = recorded("2.30.7-dead.txt").partition("Errors")[2]
    text = recorded("2.30.7-exited.txt").replace(
        "INCOMPLETE\n  Missing communicator data from 1 job",
        dead + "INCOMPLETE\n  Missing communicator data from 1 job",
        1,
    )
    (own,) = read_ras(text)
    assert own["missing"] == [{**LOST, "dead": True}]


def test_json_names_the_rank_that_does_not_answer():
    (own,) = read_ras(recorded("2.29.1-lost.json"))
    lost = {"rank": 1, "pid": 1524345, "host": "172.16.64.245", "dead": False}
    assert (own["size"], own["missing"]) == (2, [lost])


def as_json(*launched, lost=()):
    """An answer as the recorded one, of ranks that have launched so many AllReduce."""
    answer = json.loads(recorded("2.29.1-lost.json"))
    (own,) = answer["communicators"]
    (there,), (missing,) = own["ranks"], own["missing_ranks"]
    idle = dict.fromkeys(OPERATIONS, 0)
    own["size"] = len(launched) + len(lost)
    own["missing_ranks"] = [{**missing, "rank": number} for number in lost]
    own["ranks"] = [
        {**there, "rank": number, "collective_counts": {**idle, "AllReduce": count}}
        for number, count in enumerate(launched)
    ]
    return json.dumps(answer)


def test_ranks_that_left_the_communicator_are_not_lost():
    answer = json.loads(as_json(1, lost=[1]))
    answer["communicators"][0]["missing_ranks"][0]["status"]["unresponsive"] = False
    assert read_ras(json.dumps(answer))[0]["missing"] == []


@pytest.mark.parametrize(
    "odd", ["", "{", "{}", "[]", "null", '{"communicators": [1]}', "#0-0 (ab) MISMATCH\n  Rank 1"]
)
def test_an_odd_answer_says_nothing(odd):
    assert not [own for own in read_ras(odd) if own["counts"] or own["missing"]]


@pytest.fixture
def server():
    made = []

    def make(*answers, **options):
        made.append(RasServer(*answers, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def deadline(seconds=20.0):
    return time.monotonic() + seconds


def test_json_is_asked_for_and_text_taken_where_nccl_knows_no_other(server):
    new, old = server("{}"), server("text", formats=False)
    assert (ask_ras(new.address, deadline()), ask_ras(old.address, deadline())) == ("{}", "text")
    assert new.asked == ["client protocol 2", "timeout 1", "set format json", "verbose status"]


def test_where_a_stopped_process_takes_the_call_another_is_asked(server):
    own = server("{}", silent=1)
    assert ask_ras(own.address, deadline()) == "{}"
    assert len(own.taken) == 2


@pytest.mark.parametrize("options", [{"silent": 1000}, {"pause_s": 0.4}], ids=["silent", "slow"])
def test_who_does_not_answer_in_time_is_left(server, options):
    own = server("x" * 100_000, **options)
    assert ask_ras(own.address, deadline(1.5)) == ""


@pytest.mark.parametrize("address", ["", "localhost", "localhost:x", "localhost:99999999", ":1"])
def test_where_nobody_listens_nothing_is_said(address):
    assert observe_ras(address, 0, deadline()) is None


def test_each_run_has_an_address_of_its_own():
    addresses = {address_of_run(run) for run in ("0a", "0b", "0c")}
    ports = [int(address.partition(":")[2]) for address in addresses]
    assert len(set(ports)) == 3
    assert all(28028 < port < 32768 for port in ports)


def judged(before, now, *ranks):
    """What is said of ranks without a record of torch, where RAS says that."""
    fields = {"communicators": read_ras(now), "before": read_ras(before)}
    answer = decode_record(RasAnswer, fields, "ras")
    seen = observations(*ranks, ras=answer, **GPU)
    plan = rendezvous(len(ranks))
    return judge_stall(plan, with_ras(plan, seen))


def spinning(number, **seen):
    """A rank that may be at work or poll for others."""
    return rank(number, **{"cpu": 1.0, "stack": (OWN,), "moved": False, **seen})


ENDED = Collective("0 default_pg", 6, 6, "all_reduce", "[[3]]", "Float", False, 40.0)
SLEEPS = rank(2, stack=READING, wchan="hrtimer_nanosleep")


def test_a_rank_that_has_not_launched_what_others_have_is_whom_they_wait_for():
    counts = as_json(7, 7, 6)
    stall = judged(counts, counts, spinning(0), spinning(1), SLEEPS)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))
    assert stall.lines[1:] == (
        "rank 2 on node3 has not entered NCCL's AllReduce 7, in which ranks 0 and 1 wait, and is "
        "sleeping, at batch (data.py:7)",
        "ranks 0 and 1 on node[1-2] wait in NCCL's AllReduce 7, at main (train.py:30)",
    )


def test_the_same_by_text_which_leaves_out_the_names_of_most():
    counts = recorded("2.30.7-sleeps.txt")
    most = [spinning(number) for number in range(7)]
    stall = judged(counts, counts, *most, rank(7, stack=READING))
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (7,))
    assert "NCCL's AllReduce 61, in which ranks 0-6 wait, and" in stall.lines[1]


def test_a_run_that_launches_on_is_slow():
    stall = judged(as_json(7, 7, 6), as_json(8, 8, 7), *map(spinning, range(3)))
    assert (stall.kind, stall.odd) == (StallKind.SLOW, ())


def test_a_rank_that_is_at_other_calls_is_at_work_whatever_it_launched():
    counts = as_json(7, 7, 6)
    stall = judged(counts, counts, spinning(0), spinning(1), spinning(2, moved=True))
    assert stall.kind is StallKind.SLOW


def test_equal_counts_prove_nothing():
    stall = judged(as_json(7, 7, 7), as_json(7, 7, 7), *map(spinning, range(3)))
    assert (stall.kind, stall.odd) == (StallKind.UNSURE, ())


def test_counts_of_a_part_of_the_ranks_are_not_taken_for_ranks_of_the_run():
    counts = as_json(7, 6)
    stall = judged(counts, counts, *map(spinning, range(3)))
    assert (stall.kind, stall.odd) == (StallKind.UNSURE, ())


def test_a_recorder_that_has_nothing_is_no_record_of_nccl():
    counts, spins = as_json(7, 7, 6), dataclasses.replace(spinning(0), collectives=())
    seen = (spins, dataclasses.replace(spins, rank=1), dataclasses.replace(SLEEPS, collectives=()))
    stall = judged(counts, counts, *seen)
    assert (stall.kind, stall.odd) == (StallKind.STUCK, (2,))


def test_a_record_of_torch_comes_first():
    answer = decode_record(
        RasAnswer, {"communicators": read_ras(as_json(7, 7, 6)), "before": []}, "ras"
    )
    plan, known = rendezvous(3), dataclasses.replace(spinning(0), collectives=(ENDED,))
    seen = observations(known, spinning(1), SLEEPS, ras=answer)
    assert with_ras(plan, seen)["node1"].ranks == (known,)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (2, "NCCL gets no answer from rank 1 (process 1524345 on 172.16.64.245)"),
        (3, "NCCL gets no answer from rank 1 of a communicator of 2 (process 1524345 on 172.16"),
    ],
)
def test_a_rank_whose_process_does_not_answer_is_named(size, words):
    text = recorded("2.29.1-lost.json")
    stall = judged(text, text, *map(spinning, range(size)))
    assert [line for line in stall.lines if line.startswith(words)]


@pytest.mark.parametrize(("answers_after", "waits"), [(0.5, 1.5), (1.8, 1.0), (9.0, 1.0)])
def test_the_second_question_is_a_moment_after_the_first_and_after_its_answer(
    monkeypatch, answers_after, waits
):
    clock = [100.0]
    slept = []

    def answer(*_):
        clock[0] += answers_after
        return "{}"

    monkeypatch.setattr(nccl_ras, "ask_ras", answer)
    own_time = SimpleNamespace(monotonic=lambda: clock[0], sleep=slept.append)
    monkeypatch.setattr(nccl_ras, "time", own_time)
    assert observe_ras("localhost:1", 2.0, 1000.0) == {"communicators": [], "before": []}
    assert slept == [pytest.approx(waits)]
