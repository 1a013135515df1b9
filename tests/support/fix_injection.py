"""A pytest plugin: laces what nodes said with shell code, and runs each fix of it, fenced in.

For every fix that a test's snapshot leads to, each text of the facts that stands in the command is
replaced by one with a payload, wherever the nodes said it, and the claim is judged once more. The
command then runs in an empty root, where every program is a stub; a payload that runs is recorded
in FIX_INJECTIONS, a file of JSON lines, beside what was covered, and what had nothing to type.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

from checks import judge
from checks.answer import Answer
from checks.facts import ClusterView, Snapshot

PAYLOADS = (
    "$(pwned)", "`pwned`", ";pwned;", "';pwned;'", '";pwned;"', "\npwned\n", "|pwned|", "&pwned&",
    "${x:=$(pwned)}", "\\';pwned;#", "}; pwned; {", "\tx >pwned", "{{pwned}}", "%s\\n$(pwned)",
)  # fmt: skip
MOST_TEXTS, SNAPSHOTS_A_CAUSE = 6, 3
STUBS = r"""
command_not_found_handle() {
  case $1 in pwned|*/pwned) echo >/PWNED;; esac
  name=${1##*/}; shift
  case $name in
    sudo|env|exec|nohup|xargs)
      while [[ $1 == -* || $1 == *=* ]]; do shift; done; [ $# = 0 ] || "$@";;
    sh|bash) while [ $# -gt 1 ] && [[ $1 != -c ]]; do shift; done; [ $# -lt 2 ] || eval "$2";;
    ssh) while [[ $1 == -* ]]; do case $1 in -[pliFoJWbcDEeILmOQRSw]) shift;; esac; shift; done
         shift; [ $# = 0 ] || eval "$*";;
    pdsh) eval "${@: -1}";;
    scp|rsync) for word; do [[ $word != *:* ]] || eval ": ${word#*:}"; done;;
  esac
  return 0
}
sudo() { command_not_found_handle sudo "$@"; }
kill() { :; }; ulimit() { :; }; exit() { :; }; sleep() { builtin exit 0; }
PATH=/stubs; unset LD_PRELOAD
eval "$FIX"
"""
_seen: Counter[tuple[str, str]] = Counter()
_judge_claim, _make_finding = judge._judge_claim, judge._make_finding
_snapshot = None
_busy = False


@cache
def fence() -> Path:
    """A root with nothing but a shell and the libraries that it loads."""
    root = Path(os.environ["FIX_ROOT"])
    listed = subprocess.run(["ldd", "/bin/bash"], capture_output=True, text=True, check=True).stdout
    for path in ("/bin/bash", *re.findall(r"(/\S+) \(", listed)):
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(os.path.realpath(path), target)
    for name in ("dev", "etc/sysctl.d", "etc/security/limits.d", "root/.ssh", "tmp", "stubs"):
        (root / name).mkdir(parents=True, exist_ok=True)
    return root


def runs_payload(command: str) -> bool:
    """Whether code of a payload runs where the command is typed."""
    root = fence()
    argv = [
        "unshare",
        "--net",
        "--pid",
        "--fork",
        "--ipc",
        f"--root={root}",
        "/bin/bash",
        "-c",
        STUBS,
    ]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(
            argv, env={"FIX": command}, timeout=20, check=False, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    found = [*root.rglob("PWNED"), *root.rglob("pwned")]
    for path in found:
        path.unlink()
    return bool(found)


def texts_in(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, dict):
        return set().union(*map(texts_in, (*value, *value.values()))) if value else set()
    return (
        set().union(*map(texts_in, value)) if isinstance(value, list | tuple) and value else set()
    )


def replaced(value: object, text: str, laced: str) -> object:
    if isinstance(value, str):
        return laced if value == text else value
    if isinstance(value, dict):
        pairs = value.items()
        return {replaced(key, text, laced): replaced(entry, text, laced) for key, entry in pairs}
    return (
        [replaced(entry, text, laced) for entry in value]
        if isinstance(value, list | tuple)
        else value
    )


def laced_snapshot(snapshot: Snapshot, text: str, laced: str) -> Snapshot:
    sections = {
        node: {
            name: Answer.from_json(replaced(answer.as_json(), text, laced))
            for name, answer in answers.items()
        }
        for node, answers in snapshot.sections.items()
    }
    return Snapshot(snapshot.job, snapshot.started, sections, snapshot.stages)


def report(**seen: object) -> None:
    with open(os.environ["FIX_INJECTIONS"], "a", encoding="utf-8") as file:
        file.write(json.dumps(seen) + "\n")


OF_THIS_MACHINE = ("controller_files", "own_ranks")
"""Sections that no node answers: their lines are made here."""


def try_payloads(claim, snapshot, allowed, command):
    """Lace each text of the facts that stands in the command; how often a payload got there."""
    answers = [
        entry.as_json()
        for own in snapshot.sections.values()
        for section, entry in own.items()
        if section not in OF_THIS_MACHINE
    ]
    names = {"data", *snapshot.job.names}
    texts = sorted(text for text in texts_in(answers) - names if len(text) > 2 and text in command)
    reached = 0
    for text in sorted(texts, key=len, reverse=True)[:MOST_TEXTS]:
        for laced in (*(text + payload for payload in PAYLOADS), f"-{text}pwned"):
            cluster = ClusterView(laced_snapshot(snapshot, text, laced))
            (finding,) = judge.judge_claims([claim], cluster, allowed)
            if finding.fix and "pwned" in finding.fix.command:
                reached += 1
                if runs_payload(finding.fix.command):
                    report(injected=[claim.check.id, finding.cause, laced, finding.fix.command])
    return texts, reached


def judge_and_note(claim, cluster, reach_subjects):
    """Note by what the claim is judged, for when its finding is made."""
    global _snapshot
    _snapshot = cluster.snapshot
    return _judge_claim(claim, cluster, reach_subjects)


def make_and_try(claim, verdict, allowed, slowest_s):
    global _busy
    snapshot, finding = _snapshot, _make_finding(claim, verdict, allowed, slowest_s)
    key = finding.check, finding.cause
    if _busy or not finding.cause or _seen[key] >= SNAPSHOTS_A_CAUSE:
        return finding
    if not (finding.fix and finding.fix.command):
        report(bare=[*key])
        return finding
    _busy = True
    _seen[key] += 1
    try:
        texts, reached = try_payloads(claim, snapshot, allowed, finding.fix.command)
        report(covered=[*key], texts=texts, reached=reached, command=finding.fix.command)
    finally:
        _busy = False
    return finding


judge._judge_claim, judge._make_finding = judge_and_note, make_and_try
