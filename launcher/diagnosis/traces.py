"""Python tracebacks, each read whole from where it begins, also where ranks are mixed.

Eight ranks that fail at once write eight tracebacks into one log, line by line among each other. A
traceback's own lines have its writer's prefix (prefixes.py); it ends by its own form: indented
frames, then one line `SomeError: …` at the margin, the rest of a message of several lines, then
perhaps a chained one ("During handling of the above", or frames again, as of Ray's RayTaskError). A
line at the margin that is no error is another writer's and is passed over; after 400 of them the
rest will not come.

Of a rank the last traceback counts, as one that was caught may stand before it; where lines have no
rank the first, as the last is often an echo of another rank's failure.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import field, replace

from checks.quick_dataclass import dataclass
from launcher.diagnosis.log_lines import Line, Place
from launcher.rank_output import is_step_line

KEPT_HEAD, KEPT_TAIL = 20, 40
LINES_AFTER_ERROR = 12
MAX_FOREIGN_LINES = 400
MAX_PLACES = 512
RECENT_TRACES = 64
KEPT_RANKED, KEPT_MIXED = 4, 32
_ERROR = re.compile(
    r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*"
    r"(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Aborted|Failure|NotFound)\b"
    r"(?=:|\s*$|\(\w+\):)"
)
_ANY_ERROR = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?=:|\s*$)")
_BEGINS_OF_OTHER = re.compile(r".*[\[\](){}|:\d].*Traceback \(most recent call last\)")
"""Behind another writer's prefix; `Original Traceback` is of the same."""
_CHAIN = ("During handling of the above", "The above exception was the direct")
_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?')
_RICH_FRAME = re.compile(r"^\s*(?P<path>[^\s:]+\.py):(?P<line>\d+) in(?: (?P<function>\S+))?\s*$")
_RICH_CODE = re.compile(r"^\s*❱ +\d+ (?P<code>.*)")
_CODE = re.compile(r" {4}(?P<code>[^│]+)$")
_RECORD = re.compile(
    r"\[?\d{4}[-/]\d\d|\[(?:INFO|WARN|ERROR|DEBUG)|\[[EWIF]\d{4} |[EWIF]\d{4} |wandb: |\{'"
    r"|(?:INFO|WARNING|ERROR|DEBUG|CRITICAL)\b|\s*\d+%\||={9}|-{9}|frame #\d"
    r"|srun: |slurmstepd: |pdsh@|\S+: line \d+: +\d+ |make(?:\[\d+\])?: |\++ \w|(?:real|user|sys)\t"
    r"|(?:[A-Z][a-z]{2} ){2} ?\d{1,2} \d\d:|time=\"|Set the environment variable HYDRA_FULL_ERROR"
)
_ECHO = re.compile(
    r"(?:[\w.]*\.)?(?:ChildFailedError|(?:Base)?ExceptionGroup|CalledProcessError|Process(?:Exited|Raised)Exception|SignalException"
    r"|KeyboardInterrupt|SystemExit|BrokenPipeError|ConnectionResetError|EOFError"
    r"|Dist(?:Backend|Network|Store)Error|(?:Ray)?ActorDiedError|RayActorError"
    r"|WorkerCrashedError|BrokenProcessPool|BrokenBarrierError|TerminatedWorkerError|OwnerDiedError"
    r"|RayTaskError|TrainingFailedError|WorkerGroupError|TuneError|EngineDeadError|KilledWorker"
    r"|ExecuteUserScriptError)\b"
)
_REMOTE = re.compile(r"(?:[\w.]*\.)?RayTaskError\((\w+)\)")
"""How Ray reports another process's error, by name; its own line may follow."""


@dataclass(frozen=True)
class Frame:
    """One call of a traceback, with the line of source code where it shows one."""

    path: str
    line: int
    function: str
    code: str = ""


@dataclass
class Trace:
    """One traceback with what was chained to it: where it began, and its lines, bounded."""

    first: Line
    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """The errors' own lines, the first of a chain first."""
    details: list[str] = field(default_factory=list)
    """The other lines of the last error's message."""
    frames: list[Frame] = field(default_factory=list)
    """The calls that lead to the first error of a chain."""
    paths: set[str] = field(default_factory=set)
    roles: dict[int, str] = field(default_factory=dict)
    """What its lines are, by number: `error`, `detail`, or else `code`."""
    explained: bool = False
    was_ignored: bool = False
    """Whether it could not end anything: of a destructor, of the logging itself, or of what its
    program then goes on without."""
    was_caught: bool = False
    """Whether the lines around it say that the program went on: a retry, a fall-back."""
    was_logged: bool = False
    """Whether it stands between two records of one logger, which wrote it down, or is quoted."""
    is_bare: bool = False
    """Whether the log lacks its beginning: an error with the frames before it, if any."""

    @property
    def message(self) -> str:
        """The last error's own line, with those joined to it that rich broke at its width."""
        width = next((len(line) for line in self.lines if line.startswith("╰")), 0)
        message = last = self.error
        for line in self.details if width else ():
            word = line.split(" ", 1)[0]
            if len(last.rstrip()) + 1 + len(word) <= width:
                break
            message += line if len(last) == width else f" {line}"
            last = line
        return message

    @property
    def is_broken(self) -> bool:
        """Whether rich broke the error's own line."""
        return self.message != self.error

    @property
    def error(self) -> str:
        """The last error's own line; empty where the traceback is cut off."""
        return self.errors[-1] if self.errors else ""

    @property
    def ended_program(self) -> bool:
        """Whether nobody caught it, as far as the log shows."""
        excused = self.is_bare or self.was_ignored or self.was_caught or self.was_logged
        return bool(self.error) and not excused

    def ends_program_with(self, text: str) -> bool:
        """Whether the text is the error that it ends with, which nobody caught; of another
        process's error, as Ray reports it, its own line stands below."""
        if not self.ended_program:
            return False
        is_remote = bool(_REMOTE.match(self.error)) and text[:400] in self.details
        return text.startswith(self.error) or (is_remote and begins_error(text))

    @property
    def is_told(self) -> bool:
        """Whether another one that ended a program goes before it: of a line alone, or logged."""
        return self.was_logged or (self.is_bare and not self.frames)

    @property
    def last_number(self) -> int:
        """Where its last error stands, or its last line."""
        errors = (number for number, role in self.roles.items() if role == "error")
        return max(errors, default=max(self.roles))

    @property
    def is_echo(self) -> bool:
        """Whether such errors report that something else failed."""
        remote = _REMOTE.match(self.error)
        if remote and any(f"{remote[1]}:" in line for line in self.details):
            return False
        return bool(self.errors) and all(map(_ECHO.match, self.errors))


def read_trace(first: Line, following: Iterable[tuple[int, str | None]]) -> Trace:
    """The traceback that begins there. Lines without text are other writers'."""
    reader = _Reader(Trace(first, [first.text], roles={first.number: "code"}))
    for number, text in following:
        goes_on = reader.pass_over() if text is None else reader.take(number, text)
        if not goes_on:
            break
    return reader.trace


def begins_error(text: str) -> bool:
    """Whether the text is an exception's own line, as Python prints it."""
    return bool(_ERROR.match(text))


class _Reader:
    """Takes line after line while more may follow."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._is_complete = False
        self._is_chained = False
        self._gap = False
        self._foreign = 0
        self._margin = ""
        """What the error of an indented traceback within a message begins with."""

    def take(self, number: int, text: str) -> bool:
        if text.lstrip().startswith("Traceback "):
            self._margin = text[: len(text) - len(text.lstrip())]
        if text.startswith(_CHAIN):
            self._reopen()
        elif text.startswith("Traceback ") and not self._is_chained:
            return False
        elif self._is_complete and _FRAME.match(text):
            self._reopen()
            self.trace.errors.pop()
            self.trace.frames.clear()
        if self._is_complete:
            return self._take_behind_error(number, text)
        if self._begins_error(text.removeprefix(self._margin)):
            self.trace.errors.append(text.removeprefix(self._margin)[:1000])
            self.trace.details = []
            self._is_complete, self._is_chained = True, False
            return self._keep(number, text, "error")
        if text.strip() and not text.startswith((" ", "\t", "Traceback ", *_CHAIN, "│", "╰")):
            return self.pass_over()
        self._read_code(text)
        return self._keep(number, text, "code")

    def _reopen(self) -> None:
        """What follows an error belongs to it: a chained one, or the frames of another process."""
        self._is_complete = self._gap = False
        self._is_chained = True

    def pass_over(self) -> bool:
        """A line of somebody else: after the error's, the message ends with it."""
        self._gap = self._is_complete
        self._foreign += 1
        return self._foreign < MAX_FOREIGN_LINES and not (
            self._is_complete and self._foreign > LINES_AFTER_ERROR
        )

    def _take_behind_error(self, number: int, text: str) -> bool:
        if _BEGINS_OF_OTHER.match(text):
            return False
        is_repeated = text in (self.trace.error, *self.trace.details)
        if not self._gap and (is_repeated or not text.strip()):
            return True
        if self._gap or _RECORD.match(text) or is_step_line(text):
            return self.pass_over()
        self.trace.details.append(text[:400])
        self._keep(number, text, "detail")
        return len(self.trace.details) < LINES_AFTER_ERROR

    def _begins_error(self, text: str) -> bool:
        after_code = self.trace.lines[-1].startswith((" ", "\t", "│", "╰"))
        may_be = after_code and not _RECORD.match(text)
        return bool(_ERROR.match(text) or (may_be and _ANY_ERROR.match(text)))

    def _read_code(self, text: str) -> None:
        if found := _FRAME.match(text) or _RICH_FRAME.match(text):
            frame = Frame(found["path"], int(found["line"]), found["function"] or "")
            self.trace.paths.add(frame.path)
            if not self.trace.errors:
                self.trace.frames.append(frame)
                del self.trace.frames[:-KEPT_TAIL]
        elif (found := _RICH_CODE.match(text) or _CODE.match(text)) and self._awaits_code:
            self.trace.frames[-1] = replace(self.trace.frames[-1], code=found["code"].strip())

    @property
    def _awaits_code(self) -> bool:
        frames = self.trace.frames
        return bool(frames) and not frames[-1].code and not self.trace.errors

    def _keep(self, number: int, text: str, role: str) -> bool:
        """Of two ranks whose lines are mixed, each line is shown once."""
        self.trace.roles[number] = role
        if text[:400] != self.trace.lines[-1]:
            self.trace.lines.append(text[:400])
        if len(self.trace.lines) > KEPT_HEAD + KEPT_TAIL:
            del self.trace.lines[KEPT_HEAD]
        return True


class Traces:
    """The tracebacks of each place, the first ones and the last, and whose a line is."""

    def __init__(self) -> None:
        self.by_place: dict[Place, list[Trace]] = {}
        self._recent: deque[Trace] = deque(maxlen=RECENT_TRACES)

    def add(self, trace: Trace) -> bool:
        """One more, in the order of the log; returns whether it is one of its place's first."""
        place = trace.first.place
        self._recent.append(trace)
        if place not in self.by_place and len(self.by_place) == MAX_PLACES:
            return False
        of_place = self.by_place.setdefault(place, [])
        kept = KEPT_RANKED if place.rank is not None else KEPT_MIXED
        is_early = len(of_place) < kept
        of_place[kept - 1 :] = [trace]
        return is_early

    def take_out(self, source: str) -> Traces:
        """Those of one log, which are no longer among these."""
        taken = Traces()
        taken.by_place = {
            place: traces for place, traces in self.by_place.items() if place.source == source
        }
        self.by_place = {
            place: traces for place, traces in self.by_place.items() if place not in taken.by_place
        }
        return taken

    def at(self, source: str, number: int) -> Trace | None:
        """The one that the line is part of, by the number of its last line so far."""
        return next(
            (
                trace
                for trace in reversed(self._recent)
                if number in trace.roles and trace.first.place.source == source
            ),
            None,
        )

    def numbers_of_others(self, trace: Trace) -> set[int]:
        """The numbers of the lines of other tracebacks, of the same log, that stand near."""
        source = trace.first.place.source
        others = (other for other in self._recent if other is not trace)
        return set().union(*(other.roles for other in others if other.first.place.source == source))

    def that_count(self, survived: Callable[[Trace], bool]) -> list[Trace]:
        """Of each place one that is not explained and that the run did not survive.

        A rank's last, the first where ranks are mixed; those that echo another failure, were
        caught or logged only where there is no other.
        """
        found = []
        for place, traces in self.by_place.items():
            ending = [trace for trace in traces if not survived(trace)]
            own = [trace for trace in ending if trace.error and not trace.is_echo] or ending
            own = [trace for trace in own if not trace.was_caught] or own
            own = [trace for trace in own if not trace.is_told] or own
            if own:
                trace = own[-1 if place.rank is not None else 0]
                found += [trace] if not trace.explained else []
        return found
