"""Commands that put a line first in a file, and change nothing when they are typed again."""

from __future__ import annotations

import shlex

QUIET = "case $- in *i*) ;; *) return;; esac"
"""Ends a start-up file of bash here, unless a person types."""


def put_first_command(line: str, path: str) -> str:
    """Puts `line` first in the file at `path`, which is a shell word, where another one is first.

    A file that is empty or missing gets the line as its only one.
    """
    there = f'[ "$(head -n 1 {path})" = {shlex.quote(line)} ]'
    insert = f"{{ [ -s {path} ] || echo >> {path}; }} && sed -i {shlex.quote(f'1i {line}')} {path}"
    return f"{{ {there} || {{ {insert}; }}; }}"


def quiet_bash_command(root_command: str) -> str:
    """Keeps ~/.bashrc to people's shells, and where that is done already, bash's file for all.

    bash reads both in a shell that sshd starts, the one for all first. `root_command` is what
    `quiet_all_command` gives, as this login must type it.
    """
    own = f'[ "$(head -n 1 ~/.bashrc)" = {shlex.quote(QUIET)} ]'
    return f"if {own}; then {root_command}; else {put_first_command(QUIET, '~/.bashrc')}; fi"


def quiet_all_command() -> str:
    """Keeps bash's start-up file for all logins to people's shells, where there is one."""
    path = "/etc/bash.bashrc"
    return f"[ ! -e {path} ] || {put_first_command(QUIET, path)}"
