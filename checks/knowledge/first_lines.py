"""Commands that put a line first in a file, and change nothing when they are typed again."""

from __future__ import annotations

import shlex

PEOPLE_ALONE = '[ -n "$SSH_TTY" ] || exit 0'
"""Ends what sshd runs before a command here, unless a terminal was asked for (its session.c)."""
PEOPLES_FILE = "case $-$SSH_TTY in *i*|*/*) ;; *) return 2>/dev/null || exit 0;; esac"
"""The same for either kind of file: what sshd runs, and what a shell does."""
USER_RC, SYSTEM_RC = ".ssh/rc", "/etc/ssh/sshrc"
QUIET = "case $- in *i*) ;; *) return;; esac"
"""Ends a start-up file of bash here, unless a person types."""


def put_first_command(line: str, path: str) -> str:
    """Puts `line` first in the file at `path`, which is a shell word, where another one is first.

    A file that is empty or missing gets the line as its only one.
    """
    there = f'[ "$(head -n 1 {path})" = {shlex.quote(line)} ]'
    insert = f"{{ [ -s {path} ] || echo >> {path}; }} && sed -i {shlex.quote(f'1i {line}')} {path}"
    return f"{{ {there} || {{ {insert}; }}; }}"


def add_line_command(line: str, path: str) -> str:
    """Adds `line` at the end of the file at `path`, which is a shell word.

    A file whose last line has no end, as editors leave it, would have both in one line.
    """
    end = f'{{ [ -z "$(tail -c 1 {path} 2>/dev/null)" ] || echo >> {path}; }}'
    return f"{end} && echo {shlex.quote(line)} >> {path}"


def quiet_bash_command(root_command: str) -> str:
    """Keeps ~/.bashrc to people's shells, and where that is done already, bash's file for all.

    bash reads both in a shell that sshd starts, the one for all first. `root_command` is what
    `quiet_all_command` gives, as this login must type it.
    """
    own = f'[ "$(head -n 1 ~/.bashrc)" = {shlex.quote(QUIET)} ]'
    return f"if {own}; then {root_command}; else {put_first_command(QUIET, '~/.bashrc')}; fi"


def quiet_waiting_command(sed: str) -> str:
    """Keeps to people what waits, or reads without end, before each command, and no other file.

    Each is tried by itself, with an input that never ends. `sed` is how this login types it as
    root.
    """
    run = "env -i HOME=$HOME PATH=$PATH timeout 9 bash $f </dev/ptmx >/dev/null 2>&1"
    edit = f"{sed} -i {shlex.quote(f'1i {PEOPLES_FILE}')} $f"
    files = f"~/{USER_RC} {SYSTEM_RC} ~/.bashrc /etc/bash.bashrc ~/.zshenv"
    return f"for f in {files}; do {run}; [ $? != 124 ] || {edit}; done"


def quiet_rc_command(sudo: str) -> str:
    """Keeps what sshd itself runs before each command to people's logins, where it prints or waits.

    It fails where that file does neither, or is not there. `sudo` is what this login types before
    a command to act as root.
    """
    ran = 'o=$(env -u SSH_TTY timeout 9 sh $f </dev/null 2>&1); [ $? = 124 ] || [ -n "$o" ]'
    edit = f"sed -i {shlex.quote(f'1i {PEOPLE_ALONE}')} $f"
    found = f"f=~/.ssh/rc; [ -e $f ] || f=/etc/ssh/sshrc; [ -e $f ] && {{ {ran}; }}"
    if not sudo:
        return f"{found} && {edit}"
    return f"{found} && {{ [ $f = ~/.ssh/rc ] && {edit} || {sudo}{edit}; }}"


def quiet_all_command() -> str:
    """Keeps bash's start-up file for all logins to people's shells, where there is one."""
    path = "/etc/bash.bashrc"
    return f"[ ! -e {path} ] || {put_first_command(QUIET, path)}"
