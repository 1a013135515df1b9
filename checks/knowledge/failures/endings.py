"""How launchers report that a process ended; most of them are consequences."""

from __future__ import annotations

from checks.knowledge.exit_status import signal_meaning, signal_name
from checks.knowledge.failures.entries import read_entries

CRASHES = {
    str(number): f"{signal_name(number)}: {signal_meaning(number)}" for number in (4, 7, 8, 9, 11)
}
SHELL_WORDS = {
    "Killed": signal_meaning(9),
    "Segmentation fault": "it crashed in native code",
    "Bus error": signal_meaning(7),
}

FAILURES = read_entries(
    r"""
READ_FIRST_RANK = read the output of the rank that failed first
symptom torchrun-child-failed
  says    ChildFailedError
  cause   torchrun reports that a rank failed; its section `Root Cause` names the first one
  fix     {READ_FIRST_RANK}
symptom torchrun-worker-failed
  shows   failed (exitcode: {code:-?\d+}) local_rank: {local:\d+}
  cause   the rank with local rank {local} ended with {code}; what it said of it is not in this log,
          unless it stands above
  fix     {READ_FIRST_RANK}; where that is lost, start again with torchrun --log-dir DIR --tee 3,
          which keeps each rank's output in a file of its own, or @record of torch's elastic at
          main() with TORCHELASTIC_ERROR_FILE=/tmp/error.json, which keeps its traceback
symptom torchrun-sigabrt
  says    "Signal 6 (SIGABRT) received by PID "
  cause   a rank aborted itself: NCCL's watchdog after a time-out, or an error in native code
  fix     read what stands above this line
symptom accelerate-command-failed
  says    subprocess.CalledProcessError: Command '
  pattern subprocess\.CalledProcessError: Command '.*returned non-zero exit status (?P<code>\d+)
  near    accelerate[/\\]commands[/\\]launch\.py|\baccelerate launch\b
  cause   accelerate reports that the command it started ended with {code}
  fix     {READ_FIRST_RANK}
symptom command-failed, survivable
  says    CalledProcessError: Command '
  pattern CalledProcessError: Command '(?P<command>.{1,120}).*?' returned non-zero exit status
          (?P<code>\d+)
  cause   a command that the program ran ended with {code}: {command}
  fix     its own message stands above, if it printed one; else type the command on that node
root command-killed
  says    died with <Signals.SIGKILL: 9>
  says    died with <Signals.SIGBUS: 7>
  pattern Command '.*' died with <Signals\.(?P<signal>SIGKILL: 9|SIGBUS: 7)>
  cause   the process that was started was ended by {signal}: most often the machine's memory was
          full (SIGKILL), or /dev/shm (SIGBUS)
  fix     `dmesg | tail` and `df -h /dev/shm` on that node; let fewer ranks load at once, or offload
          less
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.kernel-kills-no-rank
  follows kernel-oom, kernel-group-oom
root torchrun-worker-killed
  shows   failed (exitcode: -9) local_rank: {local:\d+}
  cause   the rank with local rank {local} was killed, most often by the kernel because the
          machine's memory, or that of its container or Slurm step, was full
  fix     `dmesg | grep -i 'killed process'` on that node, `sacct -j JOB -o State,MaxRSS`; let fewer
          ranks load at once, load under zero.Init, or offload less
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.kernel-kills-no-rank
  follows kernel-oom, kernel-group-oom
root torchrun-worker-crashed
  shows   failed (exitcode: -{signal:4|8|11}) local_rank: {local:\d+}
  cause   the rank with local rank {local} crashed in native code (signal {signal}) and left no word
          of where: that is not in this log. It may be a broken or mismatched library, a driver, or
          the machine itself (after many good steps more likely than at the start)
  fix     `dmesg | tail` on that node names the library, or a GPU's or memory's fault;
          PYTHONFAULTHANDLER=1 in [env] shows where it crashed, if it does again
  checks  software.versions-are-equal
  follows kernel-unknown-instruction, python-segfault, rank-bus-error
symptom ended-by-signal
  says    "SignalException: Process "
  pattern SignalException: Process \d+ got signal: (?P<signal>\d+)
  cause   the launcher on this node was ended by signal {signal}: ctrl-C, a time limit, or a closed
          terminal
  fix     start it so that it outlives the terminal (tmux, a batch job), or use `python -m launcher
          start --detach`
symptom interrupted
  says    KeyboardInterrupt
  pattern ^\W*KeyboardInterrupt\b
  cause   someone pressed ctrl-C, or the launcher passed on an interrupt
  fix     nothing, if that was intended; else {READ_FIRST_RANK}
symptom peer-reset, survivable
  says    Connection reset by peer
  says    Broken pipe
  says    Connection was likely closed
  cause   the process at the other end of the connection is gone
  fix     find the rank that failed first
symptom slurm-step-cancelled
  says    "slurmstepd: error: *** "
  pattern slurmstepd: error: \*\*\* (?:STEP|JOB) (?P<job>\S+) ON (?P<node>\S+) CANCELLED AT \S+(?:
          DUE TO (?P<why>[A-Z ]+))?
  cause   Slurm ended {job}: it was cancelled, or a task failed
  fix     `sacct -j JOB` shows which; {READ_FIRST_RANK}
symptom slurm-task-exited
  says    "srun: error: "
  pattern srun: error: (?P<node>[^\s:]+): tasks? (?P<task>[\d,-]+): (?P<how>Exited with exit code
          \d+|Killed|Out Of Memory|Bus error|Segmentation fault.*|Aborted.*)
  cause   task {task} on {node} ended: {how}
  fix     {READ_FIRST_RANK}
root mpi-rank-crashed
  says    " exited on signal "
  pattern process rank (?P<rank>\d+) with PID \d+ on node (?P<node>[^\s,]+) exited on signal
          (?P<signal>4|7|8|9|11)\b
  cause   rank {rank} on {node} was ended by signal {signal}, without a word of its own
  fix     `dmesg | tail` and `df -h /dev/shm` on {node}; PYTHONFAULTHANDLER=1 in [env] shows where
          it crashed; after an illegal instruction build there what was built elsewhere
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.kernel-kills-no-rank,
          limits.shm-is-large-enough, software.versions-are-equal
  follows kernel-oom, kernel-group-oom, kernel-unknown-instruction, python-segfault, rank-bus-error
root shell-reports-crash, survivable
  says    Killed
  says    Segmentation fault
  says    Bus error
  pattern ^(?P<how>Killed|Segmentation fault|Bus error)(?: \(core dumped\))?\s*$
  cause   the shell that started the program says how it ended, and it said nothing itself: {how}
  fix     `dmesg | tail` and `df -h /dev/shm` on that node; PYTHONFAULTHANDLER=1 in [env] shows
          where a program crashes
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.kernel-kills-no-rank,
          limits.shm-is-large-enough
  follows kernel-oom, kernel-group-oom, kernel-unknown-instruction, python-segfault, rank-bus-error
symptom container-exited
  says    " exited with code "
  says    "Exit Code: "
  pattern ^(?:[\w.-]+ exited with code |\s*Exit Code: ) *(?P<code>[1-9]\d*)\s*$
  cause   the container ended with {code}
  fix     read what it printed before that; after 137 `kubectl describe pod` or `docker inspect`
          says whether its memory was full
symptom mpi-rank-exited
  says    mpirun noticed that process
  says    mpirun has exited due
  says    mpirun detected that one
  pattern mpirun (?:noticed that process rank|has exited due to process|detected that one or more)
  cause   mpirun ended the job because a rank ended
  fix     {READ_FIRST_RANK}
noise omp-threads-noise
  says    Setting OMP_NUM_THREADS environment variable for each process to be 1
  cause   torchrun gives each rank one thread by default
  fix     nothing; set OMP_NUM_THREADS in [env] if data preparation is slow
symptom torchrun-kills-late
  shows   Unable to shutdown process {pid:\d+} via {signal:\S+}, forcefully exiting via
  cause   a rank of this node did not end when it was asked to, and torchrun killed it: it hung in a
          collective or a driver
  fix     read the output of the rank that failed first
symptom command-exit-137
  says    command terminated with exit code 137
  cause   a command within a container was killed (SIGKILL): its memory limit was reached, or the
          pod was deleted
  fix     `kubectl describe pod` (OOMKilled, Evicted) and `dmesg | grep -i oom` on its node; a
          higher limit, or less memory per rank
  checks  limits.group-allows-enough-memory
""",
    meanings={"mpi-rank-crashed": CRASHES, "shell-reports-crash": SHELL_WORDS},
)
