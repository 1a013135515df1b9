"""Of ranks whose collectives timed out: who is behind, absent, or called another one."""

from __future__ import annotations

import pytest

from launcher.diagnosis.diagnose import diagnose_logs

TIMED_OUT = (
    "[rank{rank}]:[E321 02:07:08.408271257 ProcessGroupNCCL.cpp:607] [Rank {rank}] Watchdog caught "
    "collective operation timeout: WorkNCCL(SeqNum={number}, OpType=ALLREDUCE, NumelIn=512, "
    "NumelOut=512, Timeout(ms)=600000) ran for 600060 milliseconds before timing out.\n"
)


def laggards_of(tmp_path, numbers):
    """By rank the number of the collective in which it waits."""
    log = tmp_path / "train.log"
    lines = (TIMED_OUT.format(rank=rank, number=number) for rank, number in numbers.items())
    log.write_text("".join(lines), encoding="utf-8")
    return diagnose_logs([log])[1].laggards


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        ((1, 2, 3), "all wait in collective 801 but rank 0: look there first"),
        ((0, 1, 2, 4, 5, 6, 7), "all wait in collective 801 but rank 3: look"),
        ((0, 1, 2, 3), "rank 0, rank 1, rank 2, rank 3 all wait in collective 801"),
        ((0, 1), ""),
        ((8, 9, 10, 11), ""),
    ],
)
def test_who_is_absent_where_others_wait_is_told(tmp_path, waiting, said):
    told = laggards_of(tmp_path, dict.fromkeys(waiting, 801))
    assert told.startswith(said)
    assert bool(told) == bool(said)


def test_who_waits_in_an_earlier_one_is_behind_and_nobody_absent(tmp_path):
    told = laggards_of(tmp_path, {0: 57, 2: 41, 3: 57})
    assert told == "rank 2 is behind: collective 41, others are at 57"
