"""What Slurm's daemons and the batch script's shell say of a task that ended."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
MEMORY_FIX = ask for more with --mem or --mem-per-gpu (`sacct -j JOB -o MaxRSS,ReqMem` shows both),
   fewer data loader workers, less offload to the CPU, or let fewer ranks load at once
root slurm-oom-kill
  says    oom-kill event
  says    oom_kill event
  pattern [Dd]etected (?:(?P<count>\d+) )?oom[-_]kill event(?:\(s\)|s)?(?: in (?P<step>\S+))?
  cause   the job used more of the node's memory than Slurm gave it, and the kernel killed processes
          of it
  fix     {MEMORY_FIX}
  checks  limits.group-allows-enough-memory, limits.memory-is-free
root slurm-task-out-of-memory
  says    : Out Of Memory
  pattern srun: error: (?P<node>[^\s:]+): tasks? (?P<task>[\d,-]+): Out Of Memory
  cause   task {task} on {node} used more memory than Slurm gave the job
  fix     {MEMORY_FIX}
  checks  limits.group-allows-enough-memory, limits.memory-is-free
symptom shell-killed
  says    " Killed"
  pattern : line \d+: +(?P<pid>\d+) Killed +(?P<command>\S.*)
  cause   `{command}` was ended by SIGKILL: by the kernel or Slurm where memory was full, or by
          somebody
  fix     `dmesg | grep -i oom` and `sacct -j JOB` on that node; if memory was full, {MEMORY_FIX}
  checks  limits.group-allows-enough-memory, limits.memory-is-free
symptom shell-crashed
  says    Segmentation fault
  says    Bus error
  says    Illegal instruction
  says    " Aborted"
  pattern : line \d+: +(?P<pid>\d+) (?P<how>Segmentation fault|Bus error|Illegal instruction|
          Aborted) +(?:\(core dumped\) +)?(?P<command>\S.*)
  cause   `{command}` ended by a crash in native code: {how}
  fix     read what it printed before; PYTHONFAULTHANDLER=1 in [env] shows where it crashed; a bus
          error is most often a full /dev/shm
  checks  limits.shm-is-large-enough
root slurm-job-memory
  says    Exceeded job memory limit at some point
  cause   the job used more memory than Slurm gave it
  fix     ask for more with --mem (`sacct -j JOB -o MaxRSS,ReqMem`), fewer data loader workers, less
          offload
root slurm-virtual-memory
  shows   exceeded virtual memory limit ({used:\d+} > {limit:\d+})
  cause   the step reserved more virtual memory than Slurm permits ({used} of {limit}), which GPUs
          and memory mapping do in passing
  fix     VSizeFactor=0 in slurm.conf (the administrator), or a much higher --mem
root time-limit-after-training
  says    DUE TO TIME LIMIT
  says    "=>> PBS: job killed: walltime "
  says    TERM_RUNLIMIT: job killed
  says    Job was active longer than specified deadline
  near    \b(?:[Tt]raining (?:is |has )?(?:finished|completed?|done)|[Ff]inished [Tt]raining|
          train_runtime|`Trainer\.fit` stopped: `max_)(?![\s\S]*?(?:\bloss\b|\bit/s\b|
          \biteration +\d))
  cause   the training was done, and its processes did not end: they hung on the way out (groups
          that were not destroyed, a profiler or logger that waits, threads of data loaders) until
          the scheduler ended the job at its time limit; where they hung, this log does not tell
  fix     what the training saved is there; more time is no help. Next time `py-spy dump --pid PID`
          of a rank that does not end; dist.barrier() and dist.destroy_process_group() at the end of
          the program, wandb.finish(), `nsys profile --wait=primary --kill=sigkill`, or a `timeout`
          around the step
"""
)
