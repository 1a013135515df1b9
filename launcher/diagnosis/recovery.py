"""Whether a run went on after an error, which then did not end it: steps, and good ends, after it.

Ranks of one step print many lines, and the others may finish theirs when one has failed. So a run
went on where several different steps follow, or several step lines of one place if they show no
number, or where it says itself that it ended well and nothing failed after.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile

from checks.quick_dataclass import dataclass
from launcher.diagnosis.log_lines import Line, Place, clean_text
from launcher.diagnosis.log_sources import Source
from launcher.diagnosis.prefixes import Prefixes
from launcher.diagnosis.scan import RawLine
from launcher.rank_output import counts_no_steps, is_step_line, parse_step_line

RECOVERED_STEPS = 5
STEPS_WITHOUT_RANK = 3
"""So many cannot be done any more when a rank has failed: the others wait for it."""
NAN_STEPS = 3
MAX_MARKS = 20_000
LINES_BACK = 60
END_LINES = 6
_GOOD_END = re.compile(
    r"successfully finished|exits successfully|\btrain_runtime\b|State=COMPLETED\b"
    r"|[Tt]raining (?:is |has )?(?:completed?|finished|done)\b|[Ff]inished [Tt]raining\b"
    r"|(?P<good>\d+) of (?P=good) ranks ended well"
    r"|(?<!\d)100%\|\S*\| (?P<all>[2-9]|\d{2,})/(?P=all) \["
    r"|\bsucceeded\b.*\bJob\b|\bJob\b.*\bsucceeded\b"
    r"|^# Avg bus bandwidth|^# OSU .* Test v|^total images/sec: \d"
    r"|^\"?Succeeded\"?\s*$|\bResult\(.*\berror=None\b"
    r"|`Trainer\.fit` stopped: `max_|Reporting training SUCCESS"
    r"|={3,} (?:\d+ (?!failed|error)\w+, )*\d+ passed\b(?!.*\b(?:failed|errors?)\b).* in [\d.]+s"
)
_TRAINED = re.compile(
    r"\btrain_runtime\b|[Tt]raining (?:is |has )?(?:completed?|finished|done)\b"
    r"|[Ff]inished [Tt]raining\b|`Trainer\.fit` stopped: `max_"
    r"|\b[Ee]poch\D{0,4}(?P<last>\d+)/(?P=last)\b.*(?:\bdone\b|\b(?P<end>\d+)/(?P=end)\b)"
)
"""What stands where all steps are done, whatever a program does after them."""
_BAD_END = re.compile(
    r"\b(?:exit(?:s|ed|ing)?|ended|return(?:s|ed)?|finished|terminated)\b.{0,20}"
    r"\b(?:code|status)\b[ :=]*-?[1-9]|^\W*(?:exit|return)[ _-]?(?:code|status)\W+-?[1-9]",
    re.IGNORECASE,
)
"""How a launcher reports a process that failed."""

_ASKED = re.compile(
    r"\b(?:code|status)\b[ :=]*(?:143|-15)\b|\b(?:signal|SIG(?:NAL)?)\W{0,3}(?:15|TERM)\b"
)
"""How it reports one that ended since it was asked to, as what served another is at its end."""
_EXITED = re.compile(r"^(?P<name>[\w.-]+) exited with code (?P<code>\d+)\s*$")
_STOPS_REST = re.compile(r"^Aborting on container exit")
"""docker compose, which ends all containers when the first one has ended."""

_IS_OVER = re.compile(
    r"(?<![a-z])(?:done|(?:finish|succeed|pass|complet)ed|succe(?:ss(?:ful(?:ly)?)?|eds)|completes?"
    r"|(?:job|run|training|program) (?:is )?over|end time\b.*\d|(?:exit(?:ed)?|code|status)[ :=]+0"
    r"|exit (?:code|status) 0(?::0)?)\b(?!\?)|\bepoch\D{0,4}(?P<last>\d+)/(?P=last)\b"
    r"|before program exit|before we destruct|after training is done"
    r"|\b(?:step|iter(?:ation)?)\D{1,12}(?P<end>\d+)\s*/\s*(?P=end)\b"
    r"|^wandb: (?:Synced \d|.*Find logs at: )|^Figure saved at: |\*{3,} train metrics \*{3,}"
    r"|^\s*train_samples_per_second\s+="
    r"|\b(?:wrote|written|results? saved)\b.*\.(?:jsonl?|csv|tsv|html|parquet|xml|md)\b",
    re.IGNORECASE,
)
_IS_NOT_OVER = re.compile(
    r"\b(?:not(?! called| been)|no|un\w+|(?<!\b0 )(?:errors?|fail\w*)(?![=:]? *0\b)|exception"
    r"|(?:abort|kill|load|init|download|tokeni|compil|connect|prepar|import|build|cach|setup)\w*"
    r"|checkpoint|(?:epoch|step) (?:\d+ )?done)\b",
    re.IGNORECASE,
)
_NO_PROGRESS = re.compile(r"\b(?:\w*error|\w*exception|fail\w*|abort\w*|cancel\w*|kill\w*)\b", re.I)
"""In a line that counts a step without its loss: it says where something ended."""
_EPOCH = re.compile(r"\bepoch[\s:#=\[(]{0,4}(\d+)\b.*\d\.\d", re.IGNORECASE)


@dataclass(frozen=True)
class _Step:
    number: int
    step: int | None
    place: Place
    loss: float | None


class Progress:
    """The steps and good ends of each log, as far as they stand near what it shows."""

    def __init__(self) -> None:
        self._steps: dict[str, set[_Step]] = defaultdict(set)
        self._good_ends: dict[str, int] = {}
        self._over: set[str] = set()
        self._stopped: dict[str, int] = {}
        self._trained: dict[str, list[int]] = {}

    def add_before(
        self, line: Line, raw: RawLine, prefixes: Prefixes, count: int = LINES_BACK
    ) -> None:
        """The steps among the lines, at most `count`, before one that showed something."""
        near = islice(raw.lines_before(), min(count, LINES_BACK))
        lines = ((number, clean_text(data)) for number, data in near)
        self._add(line.place.source, lines, prefixes)

    def take_out(self, source: str) -> Progress:
        """What was seen of one log, which is no longer part of this."""
        taken = Progress()
        taken._steps[source] = self._steps.pop(source, set())
        return taken

    def add_end(self, source: Source, prefixes: Prefixes) -> None:
        """Those of the log's end."""
        name = source.place.source
        lines = [(at, part) for at, text in source.last_lines() for part in text.split("\r")]
        self._add(name, ((at, clean_text(text.encode())) for at, text in lines), prefixes)
        self._trained[name] = [at for at, text in lines if _TRAINED.search(text)]
        ends = [at for at, text in lines if _GOOD_END.search(text) and not counts_no_steps(text)]
        if stopped := self._find_stop(name, lines, ends):
            self._stopped[name] = stopped
            ends.append(stopped)
        failed = (
            at
            for at, text in lines
            if _BAD_END.search(text) and not _ASKED.search(text) and not 0 < stopped < at
        )
        if ends and max(ends) > max(failed, default=0):
            self._good_ends[name] = max(ends)
        last = [text for _, text in lines if text.strip()][-END_LINES:]
        if any(_IS_OVER.search(text) and not _IS_NOT_OVER.search(text) for text in last):
            self._over.add(name)

    def _find_stop(self, source: str, lines: Sequence[tuple[int, str]], ends: Sequence[int]) -> int:
        """Where an orchestrator begins to end all others since the one that trained has ended well;
        0 if it does not."""
        name = ""
        for at, text in lines:
            if found := _EXITED.match(text):
                name = found["name"] if found["code"] == "0" else ""
            elif _STOPS_REST.match(text):
                is_over = any(end < at for end in ends) or self._last_writer(source, at) == name
                return at if name and is_over else 0
        return 0

    def _last_writer(self, source: str, number: int) -> str:
        """Whose the last step before that line is."""
        before = [step for step in self._steps[source] if step.number < number]
        return max(before, key=lambda step: step.number).place.node if before else ""

    def _add(self, source: str, lines: Iterable[tuple[int, str]], prefixes: Prefixes) -> None:
        steps = self._steps[source]
        if len(steps) < MAX_MARKS:
            steps.update(_read_steps(source, lines, prefixes))

    def has_steps(self, source: str) -> bool:
        """Whether the log shows any step."""
        return bool(self._steps[source])

    def goes_on_after(self, source: str, number: int) -> bool:
        """Whether any step follows the line."""
        return any(step.number > number for step in self._steps[source])

    def recovers_after(self, source: str, number: int) -> bool:
        """Whether so many steps follow the line that the run went on."""
        return self._steps_between(source, number, math.inf) >= RECOVERED_STEPS

    def recovers_between(self, source: str, first: int, last: int) -> bool:
        """Whether steps stand between two lines that a rank which had failed does not allow."""
        return self._steps_between(source, first, last) >= STEPS_WITHOUT_RANK

    def _steps_between(self, source: str, first: float, last: float) -> int:
        """How many different steps do; of lines without a number those of one place."""
        between = [step for step in self._steps[source] if first < step.number < last]
        numbered = {step.step for step in between} - {None}
        of_places = Counter(step.place for step in between if step.step is None)
        return max([len(numbered), *of_places.values()])

    def nan_since(self, source: str) -> int:
        """The line since which every loss is NaN, of the last lines with one; 0 if none is."""
        losses = sorted(
            (step.number, step.loss) for step in self._steps[source] if step.loss is not None
        )
        broken = list(takewhile(lambda pair: math.isnan(pair[1]), reversed(losses)))
        return broken[-1][0] if len(broken) >= NAN_STEPS else 0

    def trained_before(self, source: str, number: int) -> int:
        """The last line before that one which says that all steps are done; 0 if none does."""
        return max((at for at in self._trained.get(source, ()) if at < number), default=0)

    def good_end(self, source: str) -> int:
        """Where the log says last that the run ended well; 0 if it does not."""
        return self._good_ends.get(source, 0)

    def stopped_rest(self, source: str) -> int:
        """Where an orchestrator ends what still runs, as what trained is over; 0 if it does not."""
        return self._stopped.get(source, 0)

    def says_it_is_over(self, source: str) -> bool:
        """Whether its last lines say so in any words, which excuse no error."""
        return source in self._good_ends or source in self._over


def _read_steps(
    source: str, lines: Iterable[tuple[int, str]], prefixes: Prefixes
) -> Iterator[_Step]:
    for number, text in lines:
        if is_step_line(text):
            place, rest = prefixes.split(text, Place(source))
            step = parse_step_line(rest)
            loss = step.loss if step else None
            if loss is None and not (step and step.bar) and _NO_PROGRESS.search(rest):
                continue
            yield _Step(number, step.number if step else None, place, loss)
        elif epoch := _EPOCH.search(text):
            place, _ = prefixes.split(text, Place(source))
            yield _Step(number, int(epoch[1]), place, None)
