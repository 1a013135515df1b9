"""Who wrote a line, and when: what launchers put before the text of a rank."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NAME = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
_OWN = r"launcher|agent|pdsh|ssh(?!: (?:connect|Could))|openmpi|mpirun|slurm|srun|before\d*"
_PREFIXES = (
    re.compile(r"\[(?:[\w.-]+\|)?rank(?P<rank>\d+)\]: ?"),
    re.compile(r"\[(?P<stream>default\d+)\]: ?"),
    re.compile(r"\[\d+,(?P<rank>\d+)\]<std(?:out|err)>: ?"),
    re.compile(r"(?P<rank>\d{1,6}): "),
    re.compile(rf"(?P<stream>{_OWN}): "),
    re.compile(rf"(?P<host>{_NAME}) +(?:(?P<rank>\d{{1,6}})|(?P<stream>{_OWN})): "),
    re.compile(rf"(?P<host>{_NAME})(?:: |:$| +\| )"),
)
_MAYBE = re.compile(rf"\[|{_NAME} *[:|\d]|{_NAME} +(?:{_OWN}):")
_HOST = re.compile(
    r"\d{1,3}(?:\.\d{1,3}){3}|(?=[a-z-]*\d)(?!python|lib)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*"
)
_NOT_HOST = re.compile(r"\.(?:py|cc|cpp|cu|so|sh|h|json|ya?ml)$|Error$|Exception$|Warning$")
_NOT_HOSTS = {"python", "python3", "bash", "sh", "make", "ssh", "error", "warning", "info", "note"}
_TARGETS = re.compile(r"\bpdsh .*?-w ?(?P<names>\S+)")
_NCCL = re.compile(rf"(?P<host>{_NAME}):\d+:\d+ \[\d+\] ")
_RANK = re.compile(r"\[(?:[^\]]* )?R(?:ank|ANK) (?P<rank>\d+)\]")
_DATE = re.compile(
    r"\b\d{4}-(?P<month>\d\d)-(?P<day>\d\d)[ T_](?P<h>\d\d):(?P<m>\d\d):(?P<s>\d\d(?:[.,]\d+)?)"
    r"|\[[EWIF] ?(?P<month2>\d{1,2})(?P<day2>\d\d) (?P<h2>\d\d):(?P<m2>\d\d):(?P<s2>\d\d\.\d+)"
)


@dataclass(frozen=True)
class Place:
    """Who wrote a line: node and rank as far as the log shows them, else `stream`."""

    source: str = ""
    node: str = ""
    rank: int | None = None
    stream: str = ""

    def may_be(self, other: Place) -> bool:
        """Whether both may be one: neither node nor rank differs as far as they are known."""
        return (not self.node or not other.node or self.node == other.node) and (
            self.rank is None or other.rank is None or self.rank == other.rank
        )

    def __str__(self) -> str:
        """Rank and node, for a person; empty where neither is known."""
        rank = "" if self.rank is None else f"rank {self.rank}"
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


def find_hosts(sample: str) -> frozenset[str]:
    """The names that stand before lines: pdsh's own targets, and what many lines begin with."""
    named = {name for found in _TARGETS.finditer(sample) for name in found["names"].split(",")}
    lines = sample.splitlines()
    first = Counter(found["host"] for line in lines if (found := _PREFIXES[-1].match(line)))
    often = {name for name, count in first.items() if count >= max(5, len(lines) // 10)}
    return frozenset(named | {name for name in often if _may_be_host(name)})


def _may_be_host(name: str) -> bool:
    return name.lower() not in _NOT_HOSTS and not _NOT_HOST.search(name)


def split_prefix(text: str, place: Place, hosts: frozenset[str]) -> tuple[Place, str]:
    """Who wrote the line, and its text without prefix; `place` is what the file's name shows."""
    for _ in range(3 if _MAYBE.match(text) else 0):
        for pattern in _PREFIXES:
            found = pattern.match(text)
            if found and _is_place(found.groupdict(), hosts):
                place = _update_place(place, found.groupdict())
                text = text[found.end() :]
                break
        else:
            break
    if found := _NCCL.match(text):
        place = _update_place(place, {"host": place.node or found["host"]})
    if place.rank is None and (found := _RANK.search(text)):
        place = _update_place(place, {"rank": found["rank"]})
    return place, text


def _is_place(found: dict[str, str | None], hosts: frozenset[str]) -> bool:
    name = found.get("host")
    if name is None or name in hosts:
        return True
    return bool(_HOST.fullmatch(name)) and _may_be_host(name)


def _update_place(place: Place, found: dict[str, str | None]) -> Place:
    return replace(
        place,
        node=found.get("host") or place.node,
        rank=int(found["rank"] or 0) if found.get("rank") else place.rank,
        stream=found.get("stream") or place.stream,
    )


def parse_time(text: str) -> float | None:
    """Seconds of the last date in the text, from an origin that all logs share; None without."""
    found = list(_DATE.finditer(text))
    if not found:
        return None
    get = found[-1].groupdict()
    month, day, hour, minute, second = (
        float((get[key] or get[key + "2"]).replace(",", "."))
        for key in ("month", "day", "h", "m", "s")
    )
    return (((month * 31 + day) * 24 + hour) * 60 + minute) * 60 + second
