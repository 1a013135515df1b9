"""What differs: on a node since the last go, and between nodes now. Pure, over two snapshots.

Only what a person sets or installs is compared: versions, variables, limits, mounts, interfaces.
What is measured, counts up or is another each time says nothing, and what names itself a secret is
left out.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from checks.catalogue import CATALOGUE
from checks.errors import FactError
from checks.facts import Snapshot
from checks.facts.controller_files import ControllerFiles
from checks.facts.decode import Fact, decode_fact
from checks.facts.schema import fact_records
from checks.folded_names import fold_names
from checks.masking import is_secret
from checks.model import HERE, Finding, Job
from checks.next_line import where_all_are
from checks.quick_dataclass import dataclass
from checks.reports.blame import blamed_nodes
from checks.untrusted_json import read_untrusted_json

VOLATILE_FIELDS = re.compile(
    r"(^|_)(s|ms|us|seconds|time|mtime|age|now|steady|uptime|free|available|used|busy|share|load"
    r"|pid|pids|count_now|threads|open|rx|tx|errors|dropped|temperature|power|draw|utilization"
    r"|usage|nonce|inode|inodes|processes|neighbours|stale|noise|entries|weights|weight_bytes|uncorrected"
    r"|tracked|near|nearest)(_|$)"
)
"""In a field's name: another value each time it is read, one that counts up, or a suggestion."""
IDENTITY_FIELDS = re.compile(r"(^|_)(id|uuid|serial|mac|address|addresses|hostname|host|guid|bus)$")
"""In a field's name: another value on each node, and rightly so."""
ITEM_NAME_KEYS = ("name", "path", "uuid", "index", "device")
"""What distinguishes the items of a list."""
ARGUMENT_FACTS = frozenset(
    {
        "software.unfound",
        "software.misread",
        "job_paths.arguments",
        "job_paths.written",
        "job_paths.written_folders",
    }
)
FOLDER_FILES = re.compile(r"job_paths\..*\bfiles\.")
"""The sizes of what lies in a folder of the job."""
OUTPUT_STATE = re.compile(r"(files\.output|job_paths\.written_folders\..*)\.state")
_DIGEST = re.compile("[0-9a-f]{64}")
CONTENT_FACTS = re.compile(
    r"(files\.same|job_paths\.(named_)?paths)\.(?P<file>.+)\.digest|local_modules\.files\.(?P<module>.+)"
)
"""The digests of what the job runs and reads."""
_OF_CONTENT = ("differs", "missing")
"""Causes of checks that compare files."""
FILE_FIELDS = frozenset(
    {"state", "kind", "bytes", "digest", "partial", "detail", "refused", "line"}
)
"""What is said of a file beside what is in it."""
DERIVED_FACTS = frozenset({"deepspeed_config.script.settings", "deepspeed_config.kept_operators"})
"""What was found out about the script and the caches, which no person sets."""
SCRIPT_FACTS = frozenset({"local_modules", "deepspeed_config.script"})
VALUE_WIDTH = 80
MAX_CHANGES_SHOWN = 8
"""The most changed facts that the terminal shows."""


@dataclass(frozen=True)
class FactChange:
    """One fact that is not what it was; `before` or `now` is empty where it was not there."""

    nodes: tuple[str, ...]
    fact: str
    before: str
    now: str
    of_content: bool = False
    """Whether `fact` is a file's path, and the values are digests."""

    @property
    def shown(self) -> tuple[str, str]:
        """Before and now, long ones cut to where they part."""
        pairs = enumerate(zip(self.before, self.now, strict=False))
        at = next((at for at, (was, now) in pairs if was != now), 0)
        return _cut_value(self.before, at), _cut_value(self.now, at)

    def __str__(self) -> str:
        before, now = self.shown
        if self.of_content:
            return f"{fold_names(self.nodes)}: {self.fact} changed"
        values = f"{before or '(absent)'} → {now or '(gone)'}"
        return f"{fold_names(self.nodes)}: {self.fact} {values}"


@dataclass(frozen=True)
class ChangesSinceGo:
    """What changed on the accused nodes since the run of `since` (UTC, as in snapshots) said go."""

    since: str
    changes: tuple[FactChange, ...]

    @property
    def lines(self) -> list[str]:
        """What a person reads of it, under a blank line."""
        when = self.since.replace("T", " ").removesuffix("Z")
        if not self.changes:
            return [
                "",
                f"What can be compared on the nodes is as at the last go ({when} UTC).",
            ]
        left = len(self.changes) - MAX_CHANGES_SHOWN
        more = [f"  and {left} more{where_all_are()}"] if left > 0 else []
        shown = [f"  {change}" for change in self.changes[:MAX_CHANGES_SHOWN]]
        return ["", f"Changed since the last go ({when} UTC):", *shown, *more]

    @property
    def document(self) -> dict[str, Any]:
        """As it stands in the JSON report: one entry for each node and fact."""
        facts = [
            {"node": node, "fact": change.fact, "before": change.shown[0], "now": change.shown[1]}
            for change in self.changes
            for node in change.nodes
        ]
        return {"since": self.since, "facts": facts}


@dataclass(frozen=True)
class Difference:
    """One fact that is not alike on all nodes: each value with its nodes, the commonest first."""

    fact: str
    values: tuple[tuple[str, tuple[str, ...]], ...]


def changes_since(
    good: Snapshot, now: Snapshot, findings: Sequence[Finding]
) -> ChangesSinceGo | None:
    """What is another than in `good` on the nodes that the findings accuse.

    What the failing checks look at comes first. Where they compare files, these count on all nodes
    and on the controller: the one that was edited need not be the one that is accused. None where
    the run was no later than `good`.
    """
    if now.started <= good.started:
        return None
    found: dict[tuple[str, str, str, bool], dict[str, None]] = {}
    accused = accused_nodes(findings, now.job.names)
    related = _sections_of_failed_checks(findings)
    compared = any(finding.stops and finding.cause in _OF_CONTENT for finding in findings)
    for name in now.job.names if compared else accused:
        for fact, pair in _changes_on(good, now, name).items():
            content = CONTENT_FACTS.fullmatch(fact)
            if content:
                path = content["file"] or content["module"]
                found.setdefault((path, *pair, True), {})[name] = None
            elif name in accused:
                found.setdefault((fact, *pair, False), {})[name] = None
    for key in _edits_here(good, now) if compared else ():
        if now.job.head not in found.get(key, ()):
            found.setdefault(key, {})[HERE] = None
    changes = [FactChange(tuple(nodes), *key) for key, nodes in found.items()]
    changes.sort(
        key=lambda change: not change.of_content and change.fact.partition(".")[0] not in related
    )
    return ChangesSinceGo(good.started, tuple(changes))


def _changes_on(good: Snapshot, now: Snapshot, name: str) -> dict[str, tuple[str, str]]:
    """(before, now) by fact, of one node."""
    before, after = comparable_facts(good, name), comparable_facts(now, name)
    others = _other_questions(before, after) | _facts_of_command(good.job, now.job)
    others |= DERIVED_FACTS
    changed = {
        fact: pair
        for fact in dict.fromkeys((*before, *after))
        if (pair := (before.get(fact, ""), after.get(fact, "")))[0] != pair[1]
        and not _grew_by_use(fact, *pair)
        and not any(f"{fact}.".startswith(f"{other}.") for other in others)
    }
    return touched_things(changed, after)


def _edits_here(good: Snapshot, now: Snapshot) -> Iterator[tuple[str, str, str, bool]]:
    """The controller's own files that are others: path, digests before and now."""
    before, after = map(_digests_here, (good, now))
    for path, digest in after.items():
        if before.get(path, digest) != digest:
            yield path, _value_text(before[path]), _value_text(digest), True


def _digests_here(snapshot: Snapshot) -> Mapping[str, str]:
    """By path as written, of what the controller has."""
    answers = (answers.get(ControllerFiles.section) for answers in snapshot.sections.values())
    for answer in answers:
        if answer and answer.data:
            with contextlib.suppress(FactError):
                here = decode_fact(ControllerFiles, answer.data)
                return {**here.in_folder, **here.at_path}
    return {}


def touched_things(
    changed: Mapping[str, tuple[str, str]], after: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """The changes, (before, now) by fact, with those of one file told once.

    A file that several sections describe is one thing: where its settings are others, these are
    told; where it cannot be read any more, that alone; else that it is another.
    """
    left = dict(changed)
    places: dict[str, list[str]] = {}
    for fact, path in after.items():
        if fact.endswith(".absolute"):
            places.setdefault(path, []).append(fact.removesuffix(".absolute"))
    for path, prefixes in places.items():
        own = [fact for fact in left if any(fact.startswith(f"{each}.") for each in prefixes)]
        refused = [each for each in prefixes if left.get(f"{each}.refused", ("", ""))[1]]
        gone = [fact for fact in own if fact.endswith(".state")]
        about = [
            fact
            for fact in own
            if fact.rpartition(".")[0] in prefixes and fact.rpartition(".")[2] in FILE_FIELDS
        ]
        kept = [] if refused else gone[:1] or [fact for fact in own if fact not in about] or own[:1]
        if refused:
            now = after.get(f"{refused[0]}.detail") or after[f"{refused[0]}.refused"]
            left[refused[0]] = "readable", f"{path}: {now}"
        for fact in {*own} - {*kept}:
            del left[fact]
    return left


def _grew_by_use(fact: str, was: str, now: str) -> bool:
    """Whether a run wrote it: a file in a folder is new or larger, or the output folder is new."""
    if OUTPUT_STATE.fullmatch(fact) and (was, now) == ("missing", "there"):
        return True
    sized = FOLDER_FILES.match(fact) and now.isdecimal() and (was or "0").isdecimal()
    return bool(sized) and int(now) > int(was or "0")


def _other_questions(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """What begins the names of facts that were asked only once: they say nothing of a change.

    A section that one of both lacks, or that is about another path, as of a configuration or an
    interpreter; a path that only one was asked for, which has its `state` there alone.
    """
    sections = [{fact.partition(".")[0] for fact in facts} for facts in (before, after)]
    one_sided = {fact for fact in {*before} ^ {*after} if fact.endswith(".state")}
    paths = {
        section for section in sections[0] if _path_of(section, before) != _path_of(section, after)
    }
    return sections[0] ^ sections[1] | paths | {fact.removesuffix(".state") for fact in one_sided}


def _facts_of_command(good: Job, now: Job) -> frozenset[str]:
    """The facts that are about what only one of two commands names: its paths, its script."""
    if good.command == now.command:
        return frozenset()
    programs = [job.command[: 2 if job.command[:1] == ("-m",) else 1] for job in (good, now)]
    return ARGUMENT_FACTS | (SCRIPT_FACTS if programs[0] != programs[1] else frozenset())


def _path_of(section: str, facts: Mapping[str, str]) -> str:
    return facts.get(f"{section}.path", "")


def _sections_of_failed_checks(findings: Iterable[Finding]) -> set[str]:
    """What the checks that stop the start declare to read; nothing of a site's own tests."""
    failed = {finding.check for finding in findings if finding.stops}
    checks = (CATALOGUE[check] for check in failed if check in CATALOGUE)
    return {fact.section for check in checks for fact in check.facts}


def accused_nodes(findings: Sequence[Finding], names: Sequence[str]) -> list[str]:
    """The nodes that stop the start, in order; of pairs both ends, where nobody stands out."""
    stopping = [finding for finding in findings if finding.stops]
    singles = {finding.subject[0] for finding in stopping if len(finding.subject) == 1}
    accused = singles | {blame["node"] for blame in blamed_nodes(findings)}
    accused = accused or {name for finding in stopping for name in finding.subject}
    accused = accused or (set(names) if stopping else set())
    return [name for name in names if name in accused]


def differing_facts(snapshot: Snapshot) -> list[Difference]:
    """The facts that some nodes have otherwise than most; what differs on each is its identity."""
    seen: dict[str, dict[str, str]] = {}
    names = [name for name in snapshot.job.names if comparable_facts(snapshot, name)]
    for name in names:
        for fact, value in comparable_facts(snapshot, name).items():
            seen.setdefault(fact, {})[name] = value.replace(name, "NODE")
    return [
        difference
        for fact, values in seen.items()
        if not IDENTITY_FIELDS.search(fact.rpartition(".")[2])
        and (difference := _fact_difference(fact, {name: values.get(name, "") for name in names}))
    ]


def _fact_difference(fact: str, values: Mapping[str, str]) -> Difference | None:
    counts = Counter(values.values())
    if len(counts) < 2 or len(counts) * 2 > max(len(values), 4):
        return None
    nodes = {value: tuple(n for n, v in values.items() if v == value) for value in counts}
    return Difference(fact, tuple((value, nodes[value]) for value, _ in counts.most_common()))


def comparable_facts(snapshot: Snapshot, name: str) -> dict[str, str]:
    """`section.field.field` and its value as text, of each answer that can be compared."""
    momentary = _momentary_sections()
    return {
        f"{section}.{path}" if path else section: value
        for section, answer in snapshot.sections.get(name, {}).items()
        if section not in momentary
        for path, value in _leaf_values(answer.data, ())
    }


@functools.cache
def _momentary_sections() -> frozenset[str]:
    facts = [record for record in fact_records() if issubclass(record, Fact)]
    return frozenset(fact.section for fact in facts if fact.momentary or fact.heavy or fact.late)


def _leaf_values(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if path and (VOLATILE_FIELDS.search(path[-1]) or is_secret(path[-1])):
        return
    folder = isinstance(value, dict) and value.get("kind") == "directory"
    by_content = folder or (isinstance(value, dict) and bool(value.get("digest")))
    for key, inner in _named_parts(value):
        if by_content and key in ("bytes", "modified"):  # as what is in it
            continue
        if key == "text" and (settings := _settings_in(inner)):
            yield from _leaf_values(settings, path)
        else:
            yield from _leaf_values(inner, (*path, key))
    if value is not None and not isinstance(value, dict) and not _named_parts(value):
        yield ".".join(path), _value_text(value)


def _settings_in(text: Any) -> Mapping[str, Any]:
    """What a file of settings says, where its text is JSON; nothing of any other."""
    if not isinstance(text, str) or text.lstrip()[:1] != "{":
        return {}
    try:
        found = read_untrusted_json(text.encode())
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _named_parts(value: Any) -> Iterable[tuple[str, Any]]:
    """The parts of an object, or of a list whose items have names; nothing for any other value."""
    if isinstance(value, dict):
        return [(str(key), inner) for key, inner in value.items()]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return []
    for key in ITEM_NAME_KEYS:
        names = [item.get(key) for item in value]
        if all(isinstance(name, str | int) for name in names) and len({*names}) == len(names):
            return [(str(name), entry) for name, entry in zip(names, value, strict=True)]
    return []


def _value_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = f"{text[:12]}…" if _DIGEST.fullmatch(text) else " ".join(text.split())
    return re.sub(r"(?<=://)[^/@\s]+(?=@)", "***", text)


def _cut_value(text: str, at: int) -> str:
    """At most WIDTH characters, from shortly before `at`."""
    if len(text) <= VALUE_WIDTH:
        return text
    start = max(min(at - 10, len(text) - VALUE_WIDTH), 0)
    end = start + VALUE_WIDTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
