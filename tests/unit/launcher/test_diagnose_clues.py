"""The log's own clues decide: what other ranks print, what stands before and behind an error."""

from __future__ import annotations

from tests.support.verdicts import diagnosis_of, failure_id

BATCH = (
    "AssertionError: Check batch related parameters. train_batch_size is not equal to "
    "micro_batch_per_gpu * gradient_acc_step * world_size 24 != 2 * 1 * "
)


def test_several_ranks_that_each_count_one_are_alone_whatever_the_batch_size(tmp_path):
    def shown(*ranks, world=1):
        log = "".join(f"[1,{rank}]<stderr>:{BATCH}{world}\n" for rank in ranks)
        return failure_id(diagnosis_of(tmp_path, log))

    assert shown(0, 2) == "ranks-alone"
    assert shown(2) == "batch-triple"
    assert shown(0, 2, world=4) == "batch-triple"


GONE = """\
(TaskRunner pid=7) Training Progress:   3%|▎         | 18/600 [1:12<38:21, 23.2s/it]
Traceback (most recent call last):
  File "/d/main_ppo.py", line 101, in run_ppo
    ray.get(runner.run.remote(config))
ray.exceptions.RayTaskError(ActorDiedError): ray::Runner.run() (pid=7, ip=10.0.0.11)
ray.exceptions.ActorDiedError: The actor died unexpectedly before finishing this task.
\tpid: 27499
\tname: w0
\tip: 10.0.0.11
The actor is dead because its worker process has died. Worker exit type: SYSTEM_ERROR
"""


def test_a_worker_of_ray_that_vanished_ends_the_run_though_steps_stand_before(tmp_path):
    assert failure_id(diagnosis_of(tmp_path, GONE)) == "ray-worker-gone"
    bar = "(TaskRunner pid=7) Training Progress:   3%|▎         | {}/600 [1:12<38:21, 23.2s/it]\n"
    assert (
        failure_id(diagnosis_of(tmp_path, GONE + "".join(map(bar.format, range(19, 30))))) is None
    )
