"""Nodes that give no answer, or half of one: never a verdict, and never on another node."""

from __future__ import annotations

from tests.lab.faults.case import custom

PROBE_KILLED = custom(
    "probe-killed",
    "cat >/usr/local/sbin/ssh <<'END'\n#!/bin/sh\npkill -KILL -f 'sys.stdin.buffer.readline'\nEND\n"
    "chmod +x /usr/local/sbin/ssh",
)
GARBAGE = custom(
    "garbage-in-proc",
    "echo garbage >$SAVED/number; mount --bind $SAVED/number /proc/sys/kernel/pid_max",
)
DISK_FULL = custom(
    "disk-full",
    "cp -a $HOME/.ssh/. $SAVED\n"
    "for path in $HOME/.ssh /var/tmp /var/log; do\n"
    "  mount -t tmpfs -o size=64k,mode=700 full $path\ndone\n"
    "cp -a $SAVED/. $HOME/.ssh\n"
    "for path in $HOME/.ssh /var/tmp /var/log; do cat /dev/zero >$path/full || true; done",
)
