"""What nobody may write, not even root: flags of the file system, and mounts that are read-only."""

import fcntl
import os
import struct

from checks.node.runtime.files import mount_of, read_file
from checks.node.runtime.processes import login_account

OTHER_ENCODING = ("ppc", "mips", "sparc", "alpha")
"""Machines on which the numbers of ioctls are made otherwise (asm/ioctl.h)."""
FLAGS = ((0x10, "i"), (0x20, "a"))
"""FS_IMMUTABLE_FL and FS_APPEND_FL of linux/fs.h, by lsattr's letters."""
MAY_CHANGE_FLAGS, MAY_MOUNT = 9, 21
"""CAP_LINUX_IMMUTABLE and CAP_SYS_ADMIN."""
OF_THE_LOGIN = (
    "~/.ssh", "~/.ssh/known_hosts", "~/.ssh/authorized_keys", "~/.ssh/config", "~/.ssh/environment",
    "~/.ssh/rc", "~/.ssh/id_ed25519", "~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.bashrc",
    "~/.bash_profile", "~/.profile", "~/.zshenv", "~/.deepspeed_env", "~/.nccl.conf",
)  # fmt: skip
OF_THE_SYSTEM = (
    "/etc/hosts", "/etc/hostname", "/etc/hosts.allow", "/etc/hosts.deny", "/etc/passwd",
    "/etc/shadow", "/etc/group", "/etc/fstab", "/etc/environment", "/etc/profile",
    "/etc/bash.bashrc", "/etc/bashrc", "/etc/nccl.conf", "/etc/resolv.conf", "/etc/nsswitch.conf",
    "/etc/nftables.conf", "/etc/sysctl.conf", "/etc/sysctl.d", "/etc/security/limits.conf",
    "/etc/security/limits.d", "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d",
    "/etc/ssh/ssh_config", "/etc/ssh/ssh_known_hosts", "/tmp", "/dev/shm",
)  # fmt: skip
"""What fixes change, which would be refused."""


def get_flags_request():
    """FS_IOC_GETFLAGS of this machine: _IOR('f', 1, long)."""
    size = struct.calcsize("l")
    read = 0x40000000 if os.uname().machine.startswith(OTHER_ENCODING) else 0x80000000
    return read | size << 16 | ord("f") << 8 | 1


def lock_flag(path):
    """`i` for what is immutable, `a` for what can only grow; "" for all else, and where unknown."""
    if not (os.path.isfile(path) or os.path.isdir(path)):  # a pipe would be waited for
        return ""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        answer = fcntl.ioctl(file, get_flags_request(), struct.pack("l", 0))
        flags = struct.unpack("i", answer[: struct.calcsize("i")])[0]
    except OSError:  # a file system that has none
        return ""
    finally:
        os.close(file)
    return next((letter for bit, letter in FLAGS if flags & bit), "")


def has_capability(number):
    """Whether anybody in this container could act by that capability."""
    for line in (read_file("/proc/self/status", "") or "").splitlines():
        if line.startswith("CapBnd:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return True


def read_only_mount(path):
    """Where the file system of that path is mounted, if nothing on it can be written; else ""."""
    real = os.path.realpath(path)
    try:
        closed = os.statvfs(real).f_flag & os.ST_RDONLY
    except OSError:
        return ""
    return mount_of(real)[0] if closed else ""


def write_lock(path):
    """{"path", "flag", "mount", "removable"} of what keeps all from writing; None for nothing."""
    flag, mount = lock_flag(path), read_only_mount(path)
    if not flag and not mount:
        return None
    removable = has_capability(MAY_CHANGE_FLAGS if flag else MAY_MOUNT)
    return {"path": path, "flag": flag, "mount": "" if flag else mount, "removable": removable}


def locked_files():
    """The locks on files that fixes change."""
    home = os.environ.get("HOME") or login_account()[1]
    paths = [home + path[1:] for path in OF_THE_LOGIN] + list(OF_THE_SYSTEM)
    return [lock for lock in map(write_lock, paths) if lock]
