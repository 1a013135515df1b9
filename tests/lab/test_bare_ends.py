"""How runs of bare `deepspeed` end, or do not, and how a start ends in the same place.

| goes wrong | shown |
|---|---|
| exit 0 while ranks run on: ssh killed | test_a_killed_ssh_… |
| exit 0 while ranks run on: pdsh killed | test_a_killed_pdsh_…; a start's in test_start_ends_lab |
| a pid file left behind | same |
| one rank dead and the others waiting | test_a_dead_rank_… |
| another job's processes killed, and that job a success | test_ctrl_c_… |
"""

from __future__ import annotations

import pytest

from tests.lab.starts.bare import Site, interrupt

pytestmark = pytest.mark.long


def test_a_killed_ssh_is_a_success_while_ranks_run_on(site: Site):
    with site.job(29501) as bare, site.ours_under_way() as run:
        ranks = {pid for pids in site.ranks for pid in pids}
        site.head.run(["pkill", "-9", "-x", "ssh"], check=True)
        text, _ = run.communicate(timeout=120)
        assert run.returncode == 1, text
        assert bare.wait(60) == 0
        left = {pid for pids in site.ranks for pid in pids}
    assert len(ranks) == 4
    assert len(left) == 2, "those of bare deepspeed; nothing of ours runs on"


def test_a_killed_pdsh_is_a_success_while_ranks_run_on(site: Site):
    with site.job(29501, "--save_pid") as bare:
        site.head.run(["pkill", "-9", "-f", "^pdsh "], check=True)
        assert bare.wait(60) == 0
        assert all(site.ranks)
    files = "ls /tmp/*.deepspeed && rm /tmp/*.deepspeed"
    for node in site.lab.nodes:
        assert node.run(files).stdout.strip(), "the next run with that number would refuse to start"


def test_a_dead_rank_leaves_the_others_waiting(site: Site):
    done = site.bare(*site.on_both, "tell.py", "fail")
    assert done.returncode != 0
    assert "rank 0 went on to its end" in done.stdout
    code, text = site.ours("fail")
    assert code == 1
    assert "rank 1 on node2 failed: exit 3" in text
    assert "rank 0 went on to its end" not in text
    assert not any(site.ranks)


def test_ctrl_c_ends_other_jobs_too(site: Site):
    with site.job(29501) as victim:
        before = site.ranks
        with site.ours_under_way() as run:
            code, text = interrupt(run)
        assert code == 130, text
        assert site.ranks == before, "the other job goes on"
        assert victim.poll() is None
        with site.job(29502) as other:
            site.head.run(["pkill", "-INT", "-f", "bin/deepspeed .*29502"], check=True)
            assert other.wait(60) != 0
            assert victim.wait(60) == 0, "ended by another job's pkill, and says that all is well"
