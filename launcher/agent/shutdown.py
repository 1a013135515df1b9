"""How a run ends on its node: ranks that expect it may save first, then all are ended.

A rank that is killed while torch builds an operator leaves the build's lock, for which the next
start would wait without end. What the run's processes held goes with them.
"""

import contextlib
import os
import shutil
import signal
import stat
import time

from checks.node.runtime.files import read_file
from checks.node.runtime.processes import is_held_open, open_files
from launcher.agent.marks import run_processes

SAVE_SIGNALS = (signal.SIGUSR1, signal.SIGTERM)
"""How schedulers and frameworks ask for a checkpoint before the end; the first that is expected."""
KILL_S = 5.0


def end_run(supervisor, grace, save=0.0):
    """End the run's processes, pass on their last words, leave nothing."""
    let_ranks_save(supervisor, save)
    left = end_processes(supervisor, grace)
    supervisor.notice_ends()  # of what ended since the last look at it
    supervisor.forward_output(0)
    shutil.rmtree(supervisor.home, ignore_errors=True)
    supervisor.say("run-ended", left=left)
    supervisor.outbox.put(None)
    supervisor.writer.join(KILL_S)
    supervisor.watchdog.dismiss()
    os._exit(1 if left else 0)


def end_without_supervisor(run, home):
    """What the watchdog of a supervisor does that was killed or stopped."""
    deadline = time.monotonic() + KILL_S
    left, locks = run_processes(run, ()), {}
    while left and time.monotonic() < deadline + KILL_S:
        locks.update(held_build_locks(left))
        number = signal.SIGKILL if time.monotonic() > deadline else signal.SIGTERM
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, number)
        time.sleep(0.2)
        left = run_processes(run, ())
    remove_build_locks(locks)
    shutil.rmtree(home, ignore_errors=True)


def let_ranks_save(supervisor, seconds):
    """Signal the ranks whose program handles it, no other, and let those end within `seconds`."""
    asked = {}
    for rank, pid in supervisor.ranks.items() if seconds else ():
        number = next((number for number in SAVE_SIGNALS if has_signal_handler(pid, number)), None)
        with contextlib.suppress(OSError):
            if number:
                os.kill(pid, number)
                asked[rank] = signal.Signals(number).name
    if asked:
        supervisor.say("saving", ranks=asked)
    deadline = time.monotonic() + seconds
    while set(asked) & set(supervisor.ranks) and time.monotonic() < deadline:
        supervisor.forward_output(0.1)
        supervisor.notice_ends()
        supervisor.check_lease()
        shorten_grace(supervisor)
        if supervisor.lost or supervisor.shorter_grace is not None:
            return


def has_signal_handler(pid, number):
    """Whether the process has a handler of its own for that signal, which else would end it."""
    lines = read_file("/proc/%d/status" % pid, "").splitlines()
    masks = [line.split()[1] for line in lines if line.startswith("SigCgt:")]
    return bool(masks) and bool(int(masks[0], 16) >> (number - 1) & 1)


def end_processes(supervisor, grace):
    """End all that is the run's: asked, and after `grace` seconds killed. Returns what stayed."""
    asked, locks, began = set(), {}, time.monotonic()
    while True:
        left = run_processes(supervisor.run, supervisor.sessions)
        locks.update(held_build_locks(left))
        shorten_grace(supervisor)
        if supervisor.shorter_grace is not None:
            grace = min(grace, supervisor.shorter_grace)
        late = time.monotonic() - began - grace
        if not left or late > KILL_S:
            remove_build_locks(locks)
            return sorted(left)
        for pid in left if late > 0 else left - asked:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL if late > 0 else signal.SIGTERM)
        asked |= left
        supervisor.forward_output(0.1)
        supervisor.notice_ends()


def held_build_locks(pids):
    """{path: inode} of the locks of torch's builds that these processes hold.

    torch.utils.file_baton creates an empty, executable file `lock` beside what it builds, and has
    it open for as long as it builds.
    """
    found = {}
    paths = {path for pid in pids for path in open_files(pid).values()}
    for path in paths:
        if os.path.basename(path) != "lock":
            continue
        with contextlib.suppress(OSError):
            status = os.lstat(path)
            empty = stat.S_ISREG(status.st_mode) and not status.st_size
            if empty and status.st_mode & stat.S_IXUSR:
                found[path] = status.st_ino
    return found


def remove_build_locks(locks):
    """Remove those that their holders, which are gone, have left, and nobody has taken since."""
    for path, inode in locks.items():
        with contextlib.suppress(OSError):
            if os.lstat(path).st_ino == inode and not is_held_open(path):
                os.unlink(path)


def shorten_grace(supervisor):
    """Take note where the controller has asked again meanwhile, for less grace."""
    while not supervisor.commands.empty():
        command = supervisor.commands.get()
        if command["kind"] == "stop":
            supervisor.shorter_grace = command["grace"]
