"""What Python and torch say of worker processes, and of the memory that they share."""

from __future__ import annotations

from checks.knowledge.failures.host import SHM_FIX
from checks.knowledge.failures.known import root, symptom

FREE_SHM_FIX = (
    "`df -h /dev/shm` on that node; remove what runs that are over left there; " + SHM_FIX
)

FAILURES = (
    root(
        "python-pickle-local",
        (
            "Can't pickle local object",
            "Can't get local object",
            "Can't pickle <function",
            "Can't pickle <class",
            "cannot pickle '",
        ),
        r"(?:Can't pickle local object '?|Can't get local object '|Can't pickle <(?:function|"
        r"class) '?|cannot pickle ')(?P<object>[^'>]+?)(?:'| object|>)",
        cause="{object} cannot be sent to another process: workers that are spawned, dataset.map "
        "with num_proc, or an object broadcast need what they get by name",
        fix="define the function or class at the top of a module (no lambda, no closure), and "
        "open files, locks, clients and generators inside the worker",
    ),
    root(
        "python-main-guard",
        "An attempt has been made to start a new process before the",
        cause="the script starts processes when it is imported, and each spawned worker imports it",
        fix='put what the script does under `if __name__ == "__main__":`',
    ),
    root(
        "python-daemonic-children",
        "daemonic processes are not allowed to have children",
        cause="a worker of a pool or data loader starts processes itself",
        fix="num_workers=0 (or num_proc=None) in the inner one",
    ),
    root(
        "python-start-method-twice",
        "context has already been set",
        r"RuntimeError: context has already been set",
        cause="set_start_method was called twice, or after a process had been started",
        fix='call it once, first thing under `if __name__ == "__main__":`, or with force=True',
    ),
    symptom(
        "python-process-pool-died",
        (
            "A process in the process pool was terminated abruptly while the future was running "
            "or pending",
            "A child process terminated abruptly, the process pool is not usable anymore",
            "One of the subprocesses has abruptly died during map operation",
        ),
        cause="a worker process was killed: most often the machine's memory was full",
        fix="`dmesg | tail` on that node; fewer workers (num_proc, dataloader_num_workers, "
        "MAX_JOBS); num_proc=1 shows the worker's own error",
        checks=("limits.memory-is-free", "limits.group-allows-enough-memory"),
    ),
    root(
        "semaphores-no-space",
        "OSError: [Errno 28] No space left on device",
        cause="no semaphore can be made: /dev/shm is full or too small (the disk is not)",
        fix=FREE_SHM_FIX,
        checks=("limits.shm-is-large-enough", "limits.shm-is-writable"),
        near=r"multiprocessing[/\\]synchronize\.py|SemLock",
    ),
    root(
        "shm-no-space",
        "[Errno 28] No space left on device: '/dev/shm/",
        cause="/dev/shm is full or too small (the disk is not)",
        fix=FREE_SHM_FIX,
        checks=("limits.shm-is-large-enough", "limits.shm-is-writable"),
    ),
    root(
        "shm-segment-no-space",
        "OSError: [Errno 28] No space left on device",
        cause="a segment of shared memory does not fit /dev/shm, which is full or too small (the "
        "disk is not)",
        fix=FREE_SHM_FIX,
        checks=("limits.shm-is-large-enough", "limits.shm-is-writable"),
        frame="multiprocessing/shared_memory",
    ),
    root(
        "semaphores-not-permitted",
        "SemLock",
        r"(?:PermissionError: \[Errno 13\] Permission denied|OSError: \[Errno 38\] Function not "
        r"implemented).*SemLock|_multiprocessing\.SemLock.*is not implemented",
        cause="this node or container does not let the account create semaphores: /dev/shm is "
        "missing or not writable",
        fix="mount a tmpfs at /dev/shm with mode 1777 on that node",
        checks=("limits.shm-is-writable",),
    ),
    root(
        "python-ancdata",
        "received 0 items of ancdata",
        cause="tensors of data loader workers could not be handed over: the limit of open files "
        "is reached",
        fix="`ulimit -n 65536` for logins over ssh; "
        'torch.multiprocessing.set_sharing_strategy("file_system")',
        checks=("limits.nofile-is-enough",),
    ),
    root(
        "torch-shm-write",
        (
            "unable to write to file </torch_",
            "unable to allocate shared memory(shm) for file </torch_",
            "unable to mmap ",
        ),
        r"unable to (?:write to file </torch_|allocate shared memory\(shm\) for file </torch_|"
        r"mmap \d+ bytes from file </torch_)",
        cause="a data loader worker could not put its batch into /dev/shm: it is full or too small",
        fix=FREE_SHM_FIX + "; num_workers=0 proves it",
        checks=("limits.shm-is-large-enough", "limits.shm-is-writable"),
    ),
    root(
        "dataloader-worker-exited",
        "exited unexpectedly",
        r"DataLoader worker \(pid\(?s?\)? ?(?P<pid>[\d, ]+)\) exited unexpectedly",
        cause="data loader worker {pid} ended without saying why: killed for memory, /dev/shm "
        "full, or crashed in a native library",
        fix="`dmesg | tail` and `df -h /dev/shm` on that node; num_workers=0 shows the error "
        "itself",
        checks=("limits.memory-is-free", "limits.shm-is-large-enough"),
        unless=r"is killed by signal",
    ),
    root(
        "dataloader-pin-memory-exited",
        "Pin memory thread exited unexpectedly",
        cause="the thread that pins batches in memory died: out of memory, locked memory too "
        "small, or a CUDA error before",
        fix="read the first error above; pin_memory=False (dataloader_pin_memory: false) proves "
        "it; `ulimit -l`",
        checks=("limits.memlock-is-unlimited",),
    ),
    root(
        "dataloader-timed-out",
        "DataLoader timed out after",
        r"DataLoader timed out after (?P<seconds>\d+) seconds",
        cause="no batch came within {seconds} s: the workers read from a slow file system, or hang",
        fix="`py-spy dump --pid PID` of a worker on that node; a higher dataloader_timeout; data "
        "on a local disk",
        checks=("files.network-mounts-answer",),
    ),
    root(
        "python-program-missing",
        "[Errno 2] No such file or directory: '",
        r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<program>[\w.+-]+)'",
        near=r"subprocess\.py.?, line \d+, in _execute_child",
        cause="a program that this rank calls, {program}, is not in the PATH of a non-interactive "
        "shell on this node",
        fix="install {program} on every node, or set PATH in .deepspeed_env or [env]",
    ),
)
