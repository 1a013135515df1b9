"""The fixes of all findings as shell scripts, one for each place where they are to be typed."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from checks.folded_names import fold_names
from checks.model import HERE, Finding, Outcome
from checks.printable import escape_text
from checks.private_files import make_private_folder, write_private_file
from checks.reports.finding_text import finding_mark

MARK = "# Fixes that preflight found, to be run on "
"""How the second line of each begins: by it those of an earlier run are known."""
_HEAD = """\
#!/bin/sh
{mark}{place}. Nothing of it was run.
# Read it, delete what you do not want, then run it there with the login of the launch.
# The fixes do not depend on each other; of one that does not work the script says so.
{folder}
failed=0
"""
_FIX = """\
(
{command}
) || {{ echo {failure} >&2; failed=1; }}
"""


def fix_scripts(findings: Iterable[Finding], cwd: Path) -> dict[str, str]:
    """{place: text}: a node, or this machine, and a script for sh with all that is to do there.

    A fix that stands for several findings is there once. `cwd` is where this machine's commands
    are to be typed.
    """
    places: dict[str, dict[str, list[Finding]]] = {}
    for finding in findings:
        if finding.outcome in (Outcome.FAIL, Outcome.UNKNOWN) and (fix := finding.fix):
            fixes = places.setdefault(fix.on or HERE, {})
            fixes.setdefault(fix.command or fix.note, []).append(finding)
    return {
        place: _script_text(place, fixes.values(), cwd if place == HERE else None)
        for place, fixes in places.items()
    }


def _script_text(place: str, fixes: Iterable[Sequence[Finding]], cwd: Path | None) -> str:
    folder = f"cd {shlex.quote(str(cwd))} || exit" if cwd else ""
    head = _HEAD.format(mark=MARK, place=place, folder=folder)
    blocks = ("\n".join(_fix_lines(findings)) for findings in fixes)
    return "\n".join([head, *blocks, 'exit "$failed"\n'])


def _fix_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What was found, what the fix that cures all of it does, and its command."""
    for finding in findings:
        yield _comment(f"{finding_mark(finding)} {finding.message or 'no answer'}", "  ")
        yield _comment(f"  {_about(finding)}")
    fixes = [finding.fix for finding in findings if finding.fix]
    by_hand = "" if fixes[0].command else "by hand: "
    for note in dict.fromkeys(fix.note for fix in fixes if fix.note):
        yield _comment(f"  {by_hand}{note}")
    command = escape_text(fixes[0].command)
    if _is_valid(command):
        failure = shlex.quote(f"did not work: {_about(findings[0])}")
        yield _FIX.format(command=command, failure=failure)
    elif command:
        yield _comment(f"  not for sh as it stands: {command}", "  ") + "\n"


def _is_valid(command: str) -> bool:
    """Whether sh could run it, as far as its grammar goes; one that could not spoils a script."""
    argv, nothing = ["sh", "-n"], subprocess.DEVNULL
    text = f"(\n{command}\n)"
    done = subprocess.run(argv, input=text.encode(), check=False, stdout=nothing, stderr=nothing)
    return bool(command) and done.returncode == 0


def _about(finding: Finding) -> str:
    nodes = " → ".join(fold_names([name]) for name in finding.subject)
    return ", ".join(part for part in (finding.check, nodes, finding.cause) if part)


def _comment(text: str, further: str = "") -> str:
    first, *others = escape_text(text).split("\n")
    return "\n".join(("# " + first, *(f"# {further}{line}" for line in others)))


def write_fix_scripts(scripts: dict[str, str], folder: Path, places: Iterable[str]) -> list[Path]:
    """Each script, mode 0700, and no other of ours for one of `places`; what was written.

    Raises OSError. `folder` is made where it is not there.
    """
    make_private_folder(folder)
    for place in {HERE, *places} - scripts.keys():
        path = _script_path(folder, place)
        if path.is_file() and MARK in path.read_text(errors="replace"):
            path.unlink()
    return [
        _write_script(_script_path(folder, place), scripts[place])
        for place in dict.fromkeys((HERE, *places, *scripts))
        if place in scripts
    ]


def _script_path(folder: Path, place: str) -> Path:
    return folder / f"{place.replace(' ', '-')}.sh"


def _write_script(path: Path, text: str) -> Path:
    write_private_file(path, text)
    path.chmod(0o700)
    return path


def scripts_note(folder: Path, written: Sequence[Path]) -> str:
    """What a person reads of them."""
    if not written:
        return f"--fix-script {folder}: there is nothing to fix, and no script was written"
    return f"Fixes to run, of which none was run: {', '.join(map(str, written))}"
