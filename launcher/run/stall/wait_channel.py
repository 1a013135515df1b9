"""What a process that sleeps waits for, from the kernel's function that it sleeps in; pure.

`/proc/PID/wchan` names that function. The names are those of Linux 4.18 to 6.12; a compiler may add
an ending (`.constprop.0`), and a kernel may hide them all (`0`).
"""

from __future__ import annotations

WAITS = (
    (("hrtimer_nanosleep", "do_nanosleep"), "sleeping"),
    (
        ("locks_lock_inode_wait", "posix_lock_inode_wait", "flock_lock", "fcntl_setlk"),
        "a file lock",
    ),
    (("wait_for_partner", "pipe_read", "anon_pipe_read", "pipe_wait"), "the other end of a pipe"),
    (("pipe_write", "anon_pipe_write"), "somebody to read a pipe"),
    (("do_wait", "kernel_wait4"), "a child process"),
    (("wait_woken", "sk_wait_data", "inet_csk_accept"), "a peer on the network"),
    (("unix_stream", "unix_wait", "unix_dgram"), "another process on this node"),
    (("futex",), "a lock or another thread"),
    (("poll_schedule", "do_poll", "do_select", "ep_poll", "do_epoll_wait"), "data from elsewhere"),
    (("io_schedule", "folio_wait", "wait_on_page", "jbd2", "blk_mq"), "a disk"),
    (("rpc_wait", "nfs", "request_wait_answer", "fuse", "ceph", "cl_"), "a file server"),
    (("ptrace_stop",), "a debugger"),
)
"""How the function's name begins, and what is waited for."""


def describe_wait(function: str) -> str:
    """`sleeping`, `waiting for a file lock`; empty where the function says nothing."""
    for beginnings, words in WAITS:
        if function.startswith(beginnings):
            return words if words == "sleeping" else f"waiting for {words}"
    return ""
