"""What Python and torch say of worker processes, and of the memory that they share."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.host import SHM_FIX

FREE_SHM_FIX = (
    "`df -h /dev/shm` on that node; remove what runs that are over left there; " + SHM_FIX
)

FAILURES = read_entries(
    r"""
root python-pickle-local
  says    Can't pickle local object
  says    Can't get local object
  says    Can't pickle <function
  says    Can't pickle <class
  says    cannot pickle '
  pattern (?:Can't pickle local object '?|Can't get local object '|Can't pickle <(?:function|class)
          '?|cannot pickle ')(?P<object>[^'>]+?)(?:'| object|>)
  cause   {object} cannot be sent to another process: workers that are spawned, dataset.map with
          num_proc, or an object broadcast need what they get by name
  fix     define the function or class at the top of a module (no lambda, no closure), and open
          files, locks, clients and generators inside the worker
root python-main-guard
  says    An attempt has been made to start a new process before the
  cause   the script starts processes when it is imported, and each spawned worker imports it
  fix     put what the script does under `if __name__ == "__main__":`
root python-daemonic-children
  says    daemonic processes are not allowed to have children
  cause   a worker of a pool or data loader starts processes itself
  fix     num_workers=0 (or num_proc=None) in the inner one
root python-start-method-twice
  shows   RuntimeError: context has already been set
  cause   set_start_method was called twice, or after a process had been started
  fix     call it once, first thing under `if __name__ == "__main__":`, or with force=True
symptom python-process-pool-died
  says    A process in the process pool was terminated abruptly while the future was running or
          pending
  says    A child process terminated abruptly, the process pool is not usable anymore
  says    One of the subprocesses has abruptly died during map operation
  cause   a worker process was killed: most often the machine's memory was full
  fix     `dmesg | tail` on that node; fewer workers (num_proc, dataloader_num_workers, MAX_JOBS);
          num_proc=1 shows the worker's own error
  checks  limits.memory-is-free, limits.group-allows-enough-memory
root semaphores-no-space
  says    OSError: [Errno 28] No space left on device
  near    multiprocessing[/\\]synchronize\.py|SemLock
  cause   no semaphore can be made: /dev/shm is full or too small (the disk is not)
  fix     {FREE_SHM_FIX}
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root shm-no-space
  says    [Errno 28] No space left on device: '/dev/shm/
  cause   /dev/shm is full or too small (the disk is not)
  fix     {FREE_SHM_FIX}
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root shm-segment-no-space
  says    OSError: [Errno 28] No space left on device
  frame   multiprocessing/shared_memory
  cause   a segment of shared memory does not fit /dev/shm, which is full or too small (the disk is
          not)
  fix     {FREE_SHM_FIX}
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root semaphores-not-permitted
  says    SemLock
  pattern (?:PermissionError: \[Errno 13\] Permission denied|OSError: \[Errno 38\] Function not
          implemented).*SemLock|_multiprocessing\.SemLock.*is not implemented
  cause   this node or container does not let the account create semaphores: /dev/shm is missing or
          not writable
  fix     mount a tmpfs at /dev/shm with mode 1777 on that node
  checks  limits.shm-is-writable
root python-ancdata
  says    received 0 items of ancdata
  cause   tensors of data loader workers could not be handed over: the limit of open files is
          reached
  fix     `ulimit -n 65536` for logins over ssh;
          torch.multiprocessing.set_sharing_strategy("file_system")
  checks  limits.nofile-is-enough
root torch-shm-write
  says    unable to write to file </torch_
  says    unable to allocate shared memory(shm) for file </torch_
  says    "unable to mmap "
  pattern unable to (?:write to file </torch_|allocate shared memory\(shm\) for file </torch_|mmap
          \d+ bytes from file </torch_)
  cause   a data loader worker could not put its batch into /dev/shm: it is full or too small
  fix     {FREE_SHM_FIX}; num_workers=0 proves it
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root dataloader-worker-exited
  says    exited unexpectedly
  pattern DataLoader worker \(pid\(?s?\)? ?(?P<pid>[\d, ]+)\) exited unexpectedly
  unless  is killed by signal
  cause   data loader worker {pid} ended without saying why: killed for memory, /dev/shm full, or
          crashed in a native library
  fix     `dmesg | tail` and `df -h /dev/shm` on that node; num_workers=0 shows the error itself
  checks  limits.memory-is-free, limits.shm-is-large-enough
root dataloader-pin-memory-exited
  says    Pin memory thread exited unexpectedly
  cause   the thread that pins batches in memory died: out of memory, locked memory too small, or a
          CUDA error before
  fix     read the first error above; pin_memory=False (dataloader_pin_memory: false) proves it;
          `ulimit -l`
  checks  limits.memlock-is-unlimited
root dataloader-timed-out
  shows   DataLoader timed out after {seconds:\d+} seconds
  cause   no batch came within {seconds} s: the workers read from a slow file system, or hang
  fix     `py-spy dump --pid PID` of a worker on that node; a higher dataloader_timeout; data on a
          local disk
  checks  files.network-mounts-answer
root python-program-missing
  shows   FileNotFoundError: [Errno 2] No such file or directory: '{program:[\w.+-]+}'
  near    subprocess\.py.?, line \d+, in _execute_child
  cause   a program that this rank calls, {program}, is not in the PATH of a non-interactive shell
          on this node
  fix     install {program} on every node, or set PATH in .deepspeed_env or [env]
root spawned-process-killed
  shows   process {local:\d+} terminated with signal SIGKILL
  cause   a process that torch.multiprocessing.spawn started was killed, most often by the kernel
          because the memory was full
  fix     `dmesg | grep -i 'killed process'` on that node; let fewer ranks load at once, or offload
          less
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.kernel-kills-no-rank
  follows kernel-oom, kernel-group-oom
root python-pickle-cut-off
  says    _pickle.UnpicklingError: pickle data was truncated
  cause   a pickled file or message ends too early: its writing was cut off (a full disk, a killed
          run, two ranks that wrote it at once), or the process that sent it ended
  fix     remove the file that the traceback names, so that it is written again; let one rank write
          it and the others wait
  checks  files.needed-data-is-whole
symptom pin-memory-thread-failed
  says    in pin memory thread for device
  cause   an error of a data loader's thread is passed on; the traceback above it is the error's own
  fix     read the last error before this line; pin_memory=False shows whether pinning is at fault
symptom dataloader-worker-ended, survivable
  says    "is killed by signal: "
  pattern DataLoader worker \(pid\(?s?\)? ?(?P<pid>[\d, ]+)\) is killed by signal:
          (?:Terminated|Interrupt|Hangup)
  cause   data loader worker {pid} was asked to end (SIGTERM), as happens where its rank is ended by
          a launcher, a scheduler or another rank's failure
  fix     read the output of the rank that failed first
root spawned-process-crashed
  says    terminated with signal SIGSEGV
  says    terminated with signal SIGABRT
  says    terminated with signal SIGBUS
  says    terminated with signal SIGILL
  says    terminated with signal SIGFPE
  pattern terminated with signal SIG(?P<name>SEGV|ABRT|BUS|ILL|FPE)
  cause   a process that torch.multiprocessing.spawn started crashed in native code (SIG{name};
          SIGBUS most often is a full /dev/shm)
  fix     PYTHONFAULTHANDLER=1 in [env] shows where; `df -h /dev/shm`; build extensions once more
          for this torch
  follows kernel-unknown-instruction, python-segfault, rank-bus-error
symptom spawned-process-ended
  shows   ProcessExitedException: process {local:\d+} terminated with exit code {code:\d+}
  cause   a process that torch.multiprocessing.spawn started ended with {code}
  fix     read the output of that process above
symptom background-workers-gone
  says    One or more background workers are no longer alive
  cause   a worker that prepares batches (batchgenerators, nnU-Net) has ended; its own error stands
          above, and where there is none, it was killed, most often for want of memory
  fix     read the first `Exception in background worker` above; without one `dmesg | grep -i
          'killed process'` on that node, and fewer workers (nnUNet_n_proc_DA)
  follows python-unbound-local, kernel-oom, kernel-group-oom
root python-state-of-another-release
  says    "KeyError: '"
  says    "AttributeError: "
  says    "TypeError: "
  near    line \d+, in __setstate__\n +(?!super).*\n(?:[ ~^]+\n)?(?:KeyError|AttributeError|
          TypeError): (?P<what>.+)
  cause   an object was unpickled by another release of its library than pickled it ({what}): one
          that rank 0 broadcast to a node with other versions, or a cached file of an earlier
          install
  fix     the same versions of that library and Python on every node; remove caches that the older
          one wrote (a dataset's cache folder, *.pkl)
  checks  software.versions-are-equal
root python-socket-path-too-long
  says    AF_UNIX path too long
  cause   Python's worker processes meet at a socket in the temporary folder, whose path is longer
          than the some 100 bytes that a socket's name may have
  fix     TMPDIR=/tmp in [env], or another short path on a local disk
  checks  files.temporary-folder-is-usable
""",
    FREE_SHM_FIX=FREE_SHM_FIX,
)
