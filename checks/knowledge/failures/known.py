"""The noun of the table: one failure that a log can show, why it happens and what fixes it.

Most failures show in one line: `says`, and `pattern` where the literal alone is too common. Where
one line would accuse wrongly, a second condition narrows it. All of them look at the surroundings
of the line: the lines of the same rank, up to 40 before and 40 after it, without what launchers put
before them, and the traceback that it ends.

- `near`: a pattern that matches somewhere in the surroundings. It may span lines (`[\\s\\S]*?`, or
  `^` and `$`, which match at each line), and its groups fill gaps of `cause` and `fix` too:
  `near=r"multiprocessing/synchronize\\.py"` distinguishes a missing semaphore from a full disk.
- `corrects`: a group with options that a program does not know, and one with text that names those
  that it has. The nearest fill `{nearest}`; where none is near, the line does not show the failure.
- `divides`: a group with a number and those of numbers whose product should divide it.
  `{multiples}` names the nearest that it does divide.
- `unless`: a pattern that matches nowhere in the surroundings.
- `frame`: a part of a path that the traceback passes through, `deepspeed/runtime/zero`.
- `follows`: ids of failures that it may be a consequence of; where one of them is seen too, that
  one is the cause, whatever its time and rank: `Xid 79` of `CUDA error: unknown error`.
- `history`: the tables of which release of a library has what (knowledge/api_history) give a more
  exact cause and fix where they know the name. `asked`: else the entry's own hold; `apart`: these
  hold but for what one's own code asks of one's own code; `needed`: else the line does not show the
  failure.
- `platforms`: the log names one of these accelerators (knowledge/platforms.py): `npu, xpu`.
- `versions`: what the log says of a package's version, `nccl>=2.28.3,<2.28.9`; a log that does not
  name the version does not show the failure; VERSION_LINES are what names versions.

Of several entries that fit one line a root goes first, then one that looks for more than the name
of an exception, then one with conditions, then the longer literal. A line of source code within a
traceback shows nothing: name the error's own line in `says` and the code in `near`.

Entries are written as text (entries.py). Each has a sample in
`tests/support/recorded/failures/LAYER.txt`: `id<TAB>line`, the lines of a longer one joined by
` ⏎ `. `!id<TAB>line` is a near miss, which must not show this failure.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from functools import cached_property

from checks.knowledge.api_history.callers import is_own_call
from checks.knowledge.api_history.misfit import explain_misfit
from checks.knowledge.exit_status import name_exit
from checks.knowledge.failures.grams import GRAM
from checks.knowledge.misspelt_options import correct_options
from checks.knowledge.releases import is_version_within
from checks.quick_dataclass import dataclass


class FailureKind(enum.Enum):
    """What a line that shows a failure says of the run."""

    ROOT = "root"
    """Here it began."""
    SYMPTOM = "symptom"
    """Something else failed before, here or on another rank."""
    SILENT = "silent"
    """Nothing seems to fail, yet the run is not what was meant."""
    STALL = "stall"
    """The last line before a silence."""
    NOISE = "noise"
    """It looks alarming and is harmless."""


_VERSION = r"\d+(?:\.\d+)+"
_INSTALLED = (
    *("torch", "deepspeed", "transformers", "accelerate", "numpy", "peft", "bitsandbytes"),
    *("trl", "datasets", "vllm", "pydantic"),
)
VERSION_LINES: Mapping[str, re.Pattern[str]] = {
    words: re.compile(pattern.replace("VERSION", _VERSION))
    for words, pattern in (
        ("NCCL version ", r"NCCL version (?P<nccl>VERSION)"),
        ("DeepSpeed info: version=", r"DeepSpeed info: version=(?P<deepspeed>VERSION)"),
        ("deepspeed info ..", r"deepspeed info \.+ (?P<deepspeed>VERSION)"),
        ("torch version ..", r"torch version \.+ (?P<torch>VERSION)"),
        ("PyTorch version", r"PyTorch version(?: \(GPU\?\))?: (?P<torch>VERSION)"),
        ("Python version: ", r"Python version: (?P<python>VERSION)"),
        ("transformers` version: ", r"`transformers` version: (?P<transformers>VERSION)"),
        ("ccelerate` version: ", r"`?Accelerate`? version: (?P<accelerate>VERSION)"),
        ("Accelerate version: ", r"Accelerate version: (?P<accelerate>VERSION)"),
        ("ZeroOptimizer_Stage3", r"DeepSpeedZeroOptimizer_Stage(?P<zero>3)"),
        ("zero_optimization_stage ", r"zero_optimization_stage \.+ (?P<zero>\d)"),
        ("ZeroStageEnum.weights", r"ZeroStageEnum\.weights: (?P<zero>3)"),
        (
            "Successfully installed ",
            "|".join(rf"\b{package}-(?P<{package}>VERSION)" for package in _INSTALLED),
        ),
    )
}
"""What a line that names versions contains, and the pattern that reads them, by package; `zero` is
the stage of ZeRO."""


def versions_in(text: str) -> Mapping[str, str]:
    """The versions of packages that a text names, as programs report them."""
    found = (
        match.groupdict().items()
        for words, pattern in VERSION_LINES.items()
        if words in text
        for match in pattern.finditer(text)
    )
    return {package: version for items in found for package, version in items if version}


def _whole_number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,12}", text) else 0


def _nearest_multiples(number: int, factor: int) -> str:
    """The multiples of a factor next to a number, from one of it on."""
    below = number // factor * factor if factor else number
    return f"{below} or {below + factor}" if below else str(factor)


LEAST_LETTERS = 2
_LETTER = re.compile(r"[A-Za-z]")
_FEW_WORDS = re.compile(r"[A-Za-z]+(?: [A-Za-z]+){0,3}")
_GOES_ON = re.compile(r" ?[a-z]")
_EXCEPTION_NAME = re.compile(r"\w+(?:Error|Exception)(?:: )?|Value error, ")


def _may_be_message(match: re.Match[str]) -> bool:
    """Whether more than chance put these words there, as it does in prose where they are few.

    A message begins with them behind a mark or a level: no sentence leads to them, nor, where a
    line begins with them or they are a name, goes on with them.
    """
    words, line = match[0], match.string
    if not _FEW_WORDS.fullmatch(words):
        return True
    before, is_name = line[: match.start()].rstrip("\"'`"), " " not in words
    is_quoted = len(before) < match.start() and line[match.end() :][:1] == line[match.start() - 1]
    if is_quoted:
        return True
    if (
        not is_name
        and re.search(r"[a-z] $", before)
        and not before.endswith(("error ", "Error ", "ERROR "))
    ):
        return False
    return not ((is_name or not before.strip()) and _GOES_ON.match(line, match.end()))


@dataclass(frozen=True)
class Surroundings:
    """What stands around a line: its rank's text, the traceback's files, versions by package, and
    the accelerator that the log names, if it is none of NVIDIA's."""

    text: str
    frames: Collection[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    platform: str = ""


@dataclass(frozen=True)
class KnownFailure:
    """A known failure.

    Each line that shows it contains one of the literals `says`, and matches `pattern` where there
    is one. Of the pattern's groups `node` and `rank` are whom it concerns; `cause` and `fix` may
    name every group in braces. `checks` are the preflight's, which would have found it before the
    start. `survivable`: a healthy run may print it too, and goes on. `of_usage`: the program
    refuses what was typed, and no node has a part in that. `peer`: a rank may print it also where
    a peer ended, so that what ended another rank is the cause. `warns`: its program prints it as a
    warning or less, and yet it ends the run. `near`, `unless`, `frame` and `versions` are
    conditions on what surrounds the line, as described above.
    `meanings` explain values of the groups, such as an exit code.
    """

    kind: FailureKind
    id: str
    says: str | tuple[str, ...]
    pattern: str = ""
    cause: str = field(kw_only=True)
    fix: str = field(kw_only=True)
    checks: tuple[str, ...] = field(default=(), kw_only=True)
    survivable: bool = field(default=False, kw_only=True)
    of_usage: bool = field(default=False, kw_only=True)
    peer: bool = field(default=False, kw_only=True)
    warns: bool = field(default=False, kw_only=True)
    near: str = field(default="", kw_only=True)
    corrects: tuple[str, str] | None = field(default=None, kw_only=True)
    divides: tuple[str, ...] = field(default=(), kw_only=True)
    unless: str = field(default="", kw_only=True)
    history: str = field(default="", kw_only=True)
    frame: str = field(default="", kw_only=True)
    versions: str = field(default="", kw_only=True)
    platforms: tuple[str, ...] = field(default=(), kw_only=True)
    follows: tuple[str, ...] = field(default=(), kw_only=True)
    layer: str = field(default="", kw_only=True)
    meanings: Mapping[str, str] = field(default_factory=dict, kw_only=True)

    def __post_init__(self) -> None:
        for literal in self.literals:
            if len(literal) < GRAM or len(_LETTER.findall(literal)) < LEAST_LETTERS:
                raise ValueError(
                    f"{self.id}: {literal!r} is looked for by its letters and needs "
                    f"{GRAM} characters, {LEAST_LETTERS} of them letters"
                )

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What a line needs to contain one of."""
        return (self.says,) if isinstance(self.says, str) else self.says

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """What a line has to match."""
        return re.compile(self.pattern or "|".join(map(re.escape, self.literals)))

    def find_in(self, line: str) -> re.Match[str] | None:
        """Where the line shows it, of itself."""
        return next(filter(_may_be_message, self.regex.finditer(line)), None)

    @cached_property
    def is_general(self) -> bool:
        """Whether its literals are names of exceptions alone, so that any other entry is better."""
        return all(_EXCEPTION_NAME.fullmatch(literal) for literal in self.literals)

    @property
    def is_conditional(self) -> bool:
        """Whether the line alone does not prove it."""
        return bool(self.near or self.unless or self.frame or self.versions or self.platforms)

    @property
    def needs_surroundings(self) -> bool:
        """Whether more than the line is looked at."""
        return self.is_conditional or bool(self.history)

    def with_history(self, line: str, around: Surroundings) -> KnownFailure | None:
        """With the cause and the fix that the tables of releases give, where it asks for them.

        None where it needs them and they do not know the name, or where no library takes part.
        """
        misfit = explain_misfit(line, around.text, around.versions) if self.history else None
        if misfit:
            return replace(self, cause=misfit.cause, fix=misfit.fix)
        is_own = self.history == "apart" and is_own_call(line, around.text)
        return None if is_own or self.history == "needed" else self

    def groups_in(
        self, match: re.Match[str], around: Surroundings
    ) -> Mapping[str, str | None] | None:
        """The values of the groups of `pattern` and `near`; None where a condition fails."""
        near = re.search(self.near, around.text, re.MULTILINE) if self.near else None
        if (self.near and not near) or not self._fits(around):
            return None
        groups = {**(near.groupdict() if near else {}), **match.groupdict()}
        if self.corrects:
            typed, known = (groups[name] or "" for name in self.corrects)
            groups["nearest"] = correct_options(typed, known)
            return groups if groups["nearest"] else None
        if self.divides:
            number, *factors = (_whole_number(groups[name]) for name in self.divides)
            groups["multiples"] = _nearest_multiples(number, math.prod(factors))
        return groups

    def _fits(self, around: Surroundings) -> bool:
        if self.unless and re.search(self.unless, around.text, re.MULTILINE):
            return False
        if self.frame and not any(self.frame in path for path in around.frames):
            return False
        if self.platforms and around.platform not in self.platforms:
            return False
        return not self.versions or is_version_within(self.versions, around.versions)

    def fill_in(self, template: str, groups: Mapping[str, str | None]) -> str:
        """`cause` or `fix` with the groups of a line in its gaps, or else their names."""

        def value(gap: re.Match[str]) -> str:
            text = groups.get(gap[1]) or gap[1].upper()
            if meaning := self.meanings.get(text):
                return f"{text} ({meaning})"
            is_code = gap[1] == "code" and re.fullmatch(r"-?\d{1,9}", text)
            return name_exit(text) if is_code else text

        return re.sub(r"\{(\w+)\}", value, template)
