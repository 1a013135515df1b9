"""Processes of this machine as /proc shows them, and how they are ended."""

import glob
import os
import pwd
import signal

from checks.node.runtime.files import list_folder, read_file


class Process:
    """One line of /proc/PID/stat.

    `ticks` is the processor time it used and `born` when it started, both in clock ticks, the
    latter since boot: with the pid it names a process for ever. `pages` is its resident memory.
    """

    def __init__(self, pid, stat):
        name, _, rest = stat.rpartition(")")
        fields = rest.split()
        self.pid, self.name, self.state = pid, name.partition("(")[2], fields[0]
        self.parent, self.session = int(fields[1]), int(fields[3])
        self.ticks, self.born = int(fields[11]) + int(fields[12]), int(fields[19])
        self.pages = int(fields[21])

    @property
    def alive(self):
        """Whether it still runs: a zombie only waits to be reaped."""
        return self.state not in "ZX"

    @property
    def stopped(self):
        """Whether ctrl-Z or a debugger has stopped it: it takes no other signal than SIGKILL."""
        return self.state in "Tt"


def process_ids():
    """The ids of all processes that this login sees."""
    return [int(name) for name in list_folder("/proc") if name.isdigit()]


def find_process(pid: int) -> "Process | None":
    """The process of that id; None where it is gone."""
    stat = read_file("/proc/%d/stat" % pid)
    return Process(pid, stat) if stat else None


def all_processes():
    """{pid: Process} of all that this login sees."""
    found = map(find_process, process_ids())
    return {process.pid: process for process in found if process}


def threads_of(pid):
    """The threads of a process, each as a Process."""
    folder = "/proc/%d/task" % pid
    stats = ((int(name), read_file("%s/%s/stat" % (folder, name))) for name in list_folder(folder))
    return [Process(thread, stat) for thread, stat in stats if stat]


def process_owner(pid):
    """The account's number that runs the process; None where it is gone."""
    try:
        return os.stat("/proc/%d" % pid).st_uid
    except OSError:
        return None


def processor_wait(pid):
    """Seconds in which a process was ready to run and had no processor; 0 where unknown."""
    words = (read_file("/proc/%d/schedstat" % pid) or "").split()
    return round(int(words[1]) / 1e9, 1) if len(words) == 3 else 0.0


def user_name(uid):
    """The name of that account, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def login_account():
    """Name, home and shell of this uid; containers may run one without an entry in passwd."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return tuple(os.environ.get(name, "") for name in ("USER", "HOME", "SHELL"))
    return entry.pw_name, entry.pw_dir, entry.pw_shell


def process_user(pid):
    """The name of who runs the process; empty where it is gone."""
    uid = process_owner(pid)
    return "" if uid is None else user_name(uid)


def command_line(pid):
    """The words that a process was started with; none where it is gone."""
    text = read_file("/proc/%d/cmdline" % pid, "")
    return text.split("\0") if text else []


def descendants_of(ancestors, processes):
    """Ids of `processes` ({pid: Process}) below any of `ancestors`.

    Those in sessions of their own are among them: pdsh gives each ssh one.
    """
    children = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process.pid)
    found, parents = [], list(ancestors)
    while parents:
        young = children.get(parents.pop(), [])
        found += young
        parents += young
    return found


def open_files(pid):
    """What each descriptor of a process refers to (`socket:[INODE]`, a path), by its number.

    Empty where that may not be seen.
    """
    folder = "/proc/%d/fd" % pid
    found = {}
    for number in list_folder(folder):
        try:
            found[number] = os.readlink("%s/%s" % (folder, number))
        except OSError:
            continue  # closed meanwhile
    return found


def is_held_open(path):
    """Whether a process that this login sees has the file open."""
    return process_holding(path) is not None


def process_holding(path):
    """The id of a process that this login sees and that has the file open; None for nobody."""
    for link in glob.iglob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(link) == path:
                return int(link.split("/")[2])
        except OSError:
            continue  # gone meanwhile, or another user's
    return None


def kill_all(pids):
    """Kill these processes, and the groups of those that lead one. Returns how many they were."""
    for pid in pids:
        for kill in (os.killpg, os.kill):
            try:
                kill(pid, signal.SIGKILL)
            except OSError:
                pass
    return len(pids)


def kill_tree(process):
    """End a Popen and all that it started, then reap it."""
    kill_all([process.pid, *descendants_of([process.pid], all_processes())])
    process.wait()
