"""Whether somebody reads the variables that are set: misspelt, renamed and dropped ones."""

from __future__ import annotations

import functools
import shlex

from checks.areas.nccl.fixes import unset_fix
from checks.areas.nccl.known_variables import (
    FOREIGN_PREFIXES,
    IGNORED_VARIABLES,
    KNOWN_VARIABLES,
    MISTAKEN_VARIABLES,
    RENAMED_VARIABLES,
)
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.knowledge.nccl_variables import Setting, collective_settings
from checks.model import Fix, Severity, Verdict, ok, warn


@node_check("nccl.variable-names-are-known", Environment, severity=Severity.WARN)
def variable_names_are_known(node: NodeView) -> Verdict:
    """Every variable that is set for NCCL, gloo or PyTorch is one that they read.

    A misspelt name is ignored silently: the run uses the interface, the adapter or the timeout that
    it would have used anyway.

    Measured: Names that begin like NCCL's, gloo's or PyTorch's against those that are read. Names
    of plugins and images (NCCL_OFI_, NCCL_IBEXT_, NCCL_FASTRAK_, NCCL_VERSION …) and names that
    resemble no known one are accepted and listed.

    Fix:
        misspelt, renamed: writes the same line with the correct name.
        ignored: removes the line.
    """
    settings = collective_settings(node)
    for name, setting in settings.items():
        if name in IGNORED_VARIABLES:
            message = f"{setting} is not read by any program: {IGNORED_VARIABLES[name]}"
            return warn("ignored", message, unset_fix(node, name))
        intended = intended_variable(name)
        if intended and name in RENAMED_VARIABLES:
            message = f"{setting} was renamed to {intended}; support for the old name will end"
            return warn("renamed", message, _rename_variable_fix(node, setting, intended))
        if intended:
            message = f"{setting} is not read by any program; did you mean {intended}?"
            return warn("misspelt", message, _rename_variable_fix(node, setting, intended))
    unknown = [name for name in settings if name not in KNOWN_VARIABLES]
    summary = f"{len(settings) - len(unknown)} variables of NCCL, gloo and PyTorch on {node.name}"
    return ok(f"{summary}; unknown here: {', '.join(unknown)}" if unknown else summary)


def is_read_name(name: str) -> bool:
    """Whether nothing is wrong with the name: it is known, or looks like none that is."""
    return name not in IGNORED_VARIABLES and not intended_variable(name)


@functools.cache
def intended_variable(name: str) -> str:
    """The variable that is read, where this one is not; '' where it may well be somebody's."""
    if (
        name in KNOWN_VARIABLES
        or name in IGNORED_VARIABLES
        or (name not in RENAMED_VARIABLES and name.startswith(FOREIGN_PREFIXES))
    ):
        return ""
    listed = RENAMED_VARIABLES.get(name) or MISTAKEN_VARIABLES.get(name.upper())
    if listed or name.upper() in KNOWN_VARIABLES:
        return listed or name.upper()
    allowed = 1 if len(name) < 14 else 2
    near = [
        (_edit_distance(name.upper(), variable, allowed), variable)
        for variable in KNOWN_VARIABLES
        if _may_be_slip(name, variable)
    ]
    distance, best = min(near, default=(allowed + 1, ""))
    return best if distance <= allowed else ""


def _may_be_slip(name: str, known_name: str) -> bool:
    """Whether few letters of difference may be a slip: IB_SL is none of IB_TC."""
    last, known_last = name.upper().rpartition("_")[2], known_name.rpartition("_")[2]
    return last == known_last or max(len(last), len(known_last)) > 3


def _rename_variable_fix(node: NodeView, setting: Setting, intended: str) -> Fix:
    """The same line with the name that is read."""
    if "launch.toml" in setting.where:
        return Fix("", "", f'in [env] of launch.toml: {intended} = "{setting.value}"')
    places = node.read(Environment).set_in.get(setting.name, ())
    if not places:
        return unset_fix(node, setting.name, f"and set {intended}={setting.value} in its place")
    parts = (place.rpartition(":") for place in places)
    edits = [
        f"sed -i '{line}s/\\b{setting.name}\\b/{intended}/' {shlex.quote(path)}"
        for path, _, line in parts
    ]
    root = any(place.startswith("/etc/") for place in places)
    return node.fix(" && ".join(edits), "for the next login", root=root)


def _edit_distance(name: str, known_name: str, most: int) -> int:
    """How many letters to add, drop, change or swap; more than `most` is no matter how many."""
    if abs(len(name) - len(known_name)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(known_name) + 1))
    for i, letter in enumerate(name, 1):
        row = [i]
        for j, wanted in enumerate(known_name, 1):
            cost = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            if before and j > 1 and letter == known_name[j - 2] and name[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
