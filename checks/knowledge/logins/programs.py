"""Whether the shell of a login finds the system's own programs, and the fix of a PATH without them.

Where it does not, `ssh` and `uname` are missing only in name: nothing else is wrong there.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.knowledge.nccl_variables import comment_out_command
from checks.model import Fix

FINDS_PROGRAMS = "ssh.shell-finds-the-systems-programs"


def hidden_programs(node: NodeView) -> Mapping[str, str]:
    """{program: its path} of what the node has and its shell does not find."""
    return node.read(Environment).hidden_programs if node.has(Environment) else {}


def system_path_fix(node: NodeView) -> Fix:
    """Takes out the lines that replace PATH, by programs with full paths: no others are found.

    `sed` is in the same folder as what is hidden: both belong to every system.
    """
    environment = node.read(Environment)
    folder = posixpath.dirname(min(environment.hidden_programs.values()))
    places = environment.path_replaced_in
    if not places:
        files = "~/.[a-z]* /etc/environment /etc/ssh/sshd_config"
        find = f"{folder}/grep -snE '(PATH|path)[= ]' {files}"
        return node.fix(
            find, f"what it finds replaces PATH: add {folder} to it, for the next login"
        )
    edits = [f"{folder}/{comment_out_command(place)}" for place in places]
    note = "for the next login; to keep its folders set PATH=FOLDER:$PATH there"
    return node.fix(" && ".join(edits), note, root=any("/etc/" in place for place in places))
