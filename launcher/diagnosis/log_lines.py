"""A line of a log: who wrote it and when, as far as the log shows, and its text."""

from __future__ import annotations

import re
from dataclasses import field

from checks.quick_dataclass import dataclass

_COLOUR = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_DATE = re.compile(
    r"\b\d{4}[-/](?P<month>\d\d)[-/](?P<day>\d\d)[ T_]"
    r"(?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d(?:[.,]\d+)?)"
    r"|(?:\[|\b)[EWIF] ?(?P<month2>\d{1,2})(?P<day2>\d\d) "
    r"(?P<h2>\d\d):(?P<m2>\d\d):(?P<s2>\d\d\.\d+)"
    rf"|\b(?P<month3>{'|'.join(_MONTHS)}) +(?P<day3>\d\d?) "
    r"(?P<h3>\d\d):(?P<m3>\d\d):(?P<s3>\d\d(?:\.\d+)?)"
    r"|\b(?:DEBUG|INFO|WARNING|ERROR) (?P<month4>\d\d)-(?P<day4>\d\d) "
    r"(?P<h4>\d\d):(?P<m4>\d\d):(?P<s4>\d\d)\b"
)


@dataclass(frozen=True)
class Place:
    """Who wrote a line: node and rank as far as the log shows them, else `stream`.

    torchrun names the folders of its logs by the rank within the node: `local_rank`.
    """

    source: str = ""
    node: str = ""
    rank: int | None = None
    stream: str = ""
    local_rank: int | None = None

    def may_be(self, other: Place) -> bool:
        """Whether both may be one: nothing differs as far as it is known."""
        pairs = (
            (self.node or None, other.node or None),
            (self.rank, other.rank),
            (self.local_rank, other.local_rank),
        )
        return all(entry is None or another is None or entry == another for entry, another in pairs)

    def __str__(self) -> str:
        """Rank and node, for a person; empty where neither is known."""
        local = "" if self.local_rank is None else f"local rank {self.local_rank}"
        rank = local if self.rank is None else f"rank {self.rank}"
        return " on ".join(part for part in (rank, self.node) if part)


@dataclass(frozen=True)
class Line:
    """One line, without what its launcher put before it."""

    place: Place
    number: int
    text: str
    time: float | None = None
    order: int = field(default=0, compare=False)


def clean_text(data: bytes) -> str:
    """A line as text that a terminal can be given."""
    text = data.decode("utf-8", "replace")
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    return _CONTROL.sub("�", text)


def parse_time(text: str) -> float | None:
    """Seconds of the last date in the text, from an origin that all logs share; None without."""
    found = list(_DATE.finditer(text))
    if not found:
        return None
    get = found[-1].groupdict()
    month, *numbers = (
        get[key] or get[key + "2"] or get[key + "3"] or get[key + "4"]
        for key in ("month", "day", "h", "m", "s")
    )
    day, hour, minute, second = (float(number.replace(",", ".")) for number in numbers)
    month_number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month)
    return (((month_number * 31 + day) * 24 + hour) * 60 + minute) * 60 + second
