"""What every program takes for granted on a machine, each tried as a program would use it."""

import os
import pwd
import re
import socket
import stat

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.runtime.files import read_file

COMMANDS = ("opens and reads devices, connects to 127.0.0.1, looks up localhost", "env true")

READ, WRITE = os.O_RDONLY, os.O_WRONLY
DEVICES = {
    "/dev/null": (READ, WRITE),
    "/dev/zero": (READ,),
    "/dev/random": (),
    "/dev/urandom": (READ,),
    "/dev/tty": (),
    "/dev/ptmx": (os.O_RDWR,),
}
"""In which ways programs open each. /dev/random may block, /dev/tty needs a terminal."""
LINKS = ("/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr")
FILES = ("/etc/passwd", "/etc/group", "/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf")
KERNEL = ("/proc/meminfo", "/proc/cpuinfo", "/sys/class/net", "/sys/devices/system/cpu")
LOOPBACK_S = 1.0
SETTINGS = ("core/somaxconn", "ipv4/tcp_syn_retries", "ipv4/tcp_rmem", "ipv4/tcp_wmem")


def device_complaint(path):
    """What is wrong with a device; '' where a program can use it."""
    try:
        mode = os.stat(path).st_mode
    except OSError as error:
        return "is missing" if isinstance(error, FileNotFoundError) else error.strerror
    if not stat.S_ISCHR(mode):
        return "is %s, not a device" % ("a folder" if stat.S_ISDIR(mode) else "a file")
    wanted = os.R_OK if path == "/dev/random" else os.R_OK | os.W_OK
    if not os.access(path, wanted):
        return "may not be used by the login (mode %04o)" % stat.S_IMODE(mode)
    for flags in DEVICES[path]:
        try:
            os.close(os.open(path, flags | os.O_NOCTTY))
        except OSError as error:
            return "cannot be opened: %s" % error.strerror
    return ""


def path_complaint(path):
    """What keeps the login from reading what is there; '' for nothing."""
    if not os.path.lexists(path):
        return "is missing"
    if os.access(path, os.R_OK):
        return ""
    if not os.path.exists(path):
        return "is a link to nothing"
    found = os.stat(path)
    return "may not be read by the login (mode %04o)" % stat.S_IMODE(found.st_mode)


def shared_folder_complaint(path):
    """What is wrong with a folder in which all accounts write; of /tmp others ask if they can."""
    try:
        mode = stat.S_IMODE(os.stat(path).st_mode)
    except OSError:
        return "is missing"
    if mode & 0o002 and not mode & stat.S_ISVTX:
        return "has mode %04o, in which everybody can delete the files of others" % mode
    usable = path == "/tmp" or os.access(path, os.W_OK)
    return "" if usable else "may not be written by the login (mode %04o)" % mode


def account_complaints():
    """Of the login's entry in the system's list of accounts, and its shell."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return {"account": "%d has no entry in /etc/passwd" % os.getuid()}
    shells = [line.strip() for line in (read_file("/etc/shells", "") or "").splitlines()]
    unlisted = bool(shells) and entry.pw_shell and entry.pw_shell not in shells
    home = os.environ.get("HOME", entry.pw_dir)
    return {
        "account": "",
        "/etc/shells": "does not list %s" % entry.pw_shell if unlisted else "",
        "HOME": "" if os.path.isdir(home) else "is %s, which is not there" % home,
    }


def loader_complaint():
    """{where it is set: what the dynamic loader says of a program that does nothing}, as of all."""
    try:
        said = run_command(["/bin/true"], 5.0).err.strip()
    except Undetermined:  # nothing was loaded that could complain
        return {}
    preloads = "LD_PRELOAD" if os.environ.get("LD_PRELOAD") else "/etc/ld.so.preload"
    return {preloads: "has it say: " + said.splitlines()[0][:300] if said else ""}


def loopback_complaint():
    """Why a program cannot talk to another one of its machine; '' where it can."""
    server, caller = socket.socket(), socket.socket()
    try:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        caller.settimeout(LOOPBACK_S)
        caller.connect(server.getsockname())
    except socket.timeout:
        return "no answer in %g s" % LOOPBACK_S
    except OSError as error:
        return error.strerror
    finally:
        server.close()
        caller.close()
    return ""


def localhost():
    """What that name means here, in the resolver's order; nothing where it means nothing."""
    try:
        entries = socket.getaddrinfo("localhost", None, 0, socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(where[0] for _, _, _, _, where in entries))


def network_settings():
    """{name under /proc/sys/net: its numbers} of those that the kernel has."""
    found = {name: read_file("/proc/sys/net/" + name) for name in SETTINGS}
    return {name: [int(word) for word in text.split()] for name, text in found.items() if text}


def unreadable_to_itself():
    """Whether the umask takes the rights of a new file from its own owner."""
    found = re.search(r"^Umask:\s*(\d+)", read_file("/proc/self/status", "") or "", re.M)
    mask = int(found.group(1), 8) if found else 0
    return "of %04o takes new files from their own owner" % mask if mask & 0o600 else ""


@section("surroundings")
def surroundings(args):
    """{what: what is wrong with it, '' for nothing}, the loopback, and settings of the network."""
    seen = {path: device_complaint(path) for path in DEVICES}
    seen.update({path: path_complaint(path) for path in (*LINKS, *FILES, *KERNEL)})
    seen.update({path: shared_folder_complaint(path) for path in ("/tmp", "/var/tmp")})
    seen.update(account_complaints())
    seen["/dev/pts"] = "" if os.path.ismount("/dev/pts") else "is not mounted"
    seen.update(loader_complaint())
    seen["umask"] = unreadable_to_itself()
    return {
        "seen": seen,
        "loopback": loopback_complaint(),
        "localhost": localhost(),
        "network": network_settings(),
    }
