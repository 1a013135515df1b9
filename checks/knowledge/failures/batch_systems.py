"""What PBS and LSF say of jobs that they end."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "batch-time-limit",
        ("=>> PBS: job killed: walltime ", "TERM_RUNLIMIT: job killed"),
        cause="the job reached its time limit",
        fix="ask for more (PBS -l walltime, LSF -W), or save checkpoints more often and resume",
    ),
    root(
        "batch-memory-limit",
        ("=>> PBS: job killed: ", "TERM_MEMLIMIT: job killed"),
        r"=>> PBS: job killed: (?:v|p|pv)?mem |TERM_MEMLIMIT: job killed",
        cause="the job used more memory than the batch system gave it",
        fix="ask for more (PBS -l mem, LSF -M), fewer data loader workers, less offload to the "
        "CPU, or let fewer ranks load at once",
        checks=("limits.group-allows-enough-memory", "limits.memory-is-free"),
    ),
    root(
        "batch-killed",
        ("TERM_OWNER: job killed", "TERM_ADMIN: job killed", "TERM_PREEMPT: job killed"),
        r"(?P<code>TERM_(?:OWNER|ADMIN|PREEMPT)): job killed",
        cause="the job was ended from outside: by its owner, an administrator, or a job with more "
        "priority",
        fix="`bhist -l JOB` shows who; start again and resume",
    ),
)
