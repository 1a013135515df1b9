"""What was seen of a cluster at one moment, as plain data that can be saved and judged later."""

from __future__ import annotations

import dataclasses
import json
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from checks.answer import Answer
from checks.errors import FactError, UsageError
from checks.facts.decode import Fact, decode_fact, decode_record
from checks.facts.schema import facts_schema
from checks.masking import mask_job
from checks.model import Job
from checks.next_line import next_line
from checks.private_files import write_private_file
from checks.quick_dataclass import dataclass
from checks.untrusted_json import read_untrusted_json

F = TypeVar("F", bound=Fact)

LARGEST_FACTS = 512 << 20
"""A node's weigh 15 to 300 KiB, and the share that it may send is bounded."""
MOST_OF_BEGIN = 200
_BEGIN = re.compile(rb'\s*\{\s*"schema":\s*"?(?P<schema>[^",]*)"?,\s*"job":\s*\{')


@dataclass(frozen=True)
class Login(Fact):
    """How the controller's own login to a node went. `cause` is empty where it was reached.

    `host_key` is what the node presented, `known_as` the name under which it is looked up in
    `known_hosts`, the controller's file, and `host_name` the one to which ssh connects.
    `public_key` is the first that was offered and refused, or the one with which a login began that
    then ran nothing. `key_options` is what sshd said of the line that accepted it, and `printed`
    what came in place of the probe's answer, `blamed` the file that kept it away, or `file:line:
    words`. `hardware` on `interface` is where this machine sends
    what is for a node that it does not reach, on its own network.
    """

    section: ClassVar[str] = "login"
    momentary: ClassVar[bool] = True
    reached: bool
    cause: str = ""
    detail: str = ""
    address: str = ""
    user: str = ""
    port: int = 22
    seconds: float = 0.0
    noise: str = ""
    key: str = ""
    host_key: str = ""
    public_key: str = ""
    key_options: str = ""
    printed: str = ""
    blamed: str = ""
    host_name: str = ""
    known_as: str = ""
    known_hosts: str = ""
    hardware: str = ""
    interface: str = ""


class OtherVersionError(UsageError):
    """Facts whose fields are not those of this version."""


@dataclasses.dataclass
class Snapshot:
    """All answers of all nodes: `sections[node][section]`, and what each stage took in seconds.

    `decoded` has the facts that somebody asked for, each with the answer that it was decoded from.
    """

    job: Job
    started: str
    sections: dict[str, dict[str, Answer]] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)
    decoded: dict[type[Fact], dict[str, tuple[Answer, Any]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def answer(self, node: str, section: str) -> Answer | None:
        """What came back, or None where nobody asked or nothing came."""
        return self.sections.get(node, {}).get(section)

    def fact(self, node: str, kind: type[F]) -> F | FactError:
        """What the node answered as a typed fact, or why there is none; decoded once."""
        answer = self.answer(node, kind.section)
        if answer is None:
            return FactError(f"{node} gave no answer about its {kind.section}", node)
        known = self.decoded.setdefault(kind, {})
        if node not in known or known[node][0] is not answer:
            known[node] = answer, _decode_answer(node, kind, answer)
        fact: F | FactError = known[node][1]
        return fact

    def forget(self, kinds: Iterable[type[Fact]]) -> None:
        """Nobody asks for these facts any more; for who does they are decoded anew."""
        for kind in kinds:
            self.decoded.pop(kind, None)

    def put(self, node: str, section: str, answer: Answer) -> None:
        """Record one answer."""
        self.sections.setdefault(node, {})[section] = answer

    def put_fact(self, node: str, fact: Fact) -> None:
        """Record a typed fact as what the node answered."""
        self.put(node, fact.section, Answer(fact.as_json()))

    def save(self, path: Path) -> None:
        """Write as JSON, readable by `load`, 0600: addresses and public keys, but no secret."""
        sections = {
            node: {section: answer.as_json() for section, answer in answers.items()}
            for node, answers in self.sections.items()
        }
        document = {
            "schema": facts_schema(),
            "job": dataclasses.asdict(mask_job(self.job)),
            "started": self.started,
            "sections": sections,
            "stages": self.stages,
        }
        write_private_file(path, json.dumps(document, allow_nan=False))

    @classmethod
    def load(cls, path: Path) -> Snapshot:
        """Read what `save` wrote. Raises UsageError for any other file, and for another schema."""
        try:
            document = read_untrusted_json(_read_facts(path))
            return cls(
                decode_record(Job, document["job"], "job"),
                decode_record(str, document["started"], "started"),
                _decode_sections(document["sections"]),
                decode_record(dict[str, float], document["stages"], "stages"),
            )
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
        except (FactError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(f"{path}: not a file written by --save-facts ({error})") from error


def _decode_answer(node: str, kind: type[F], answer: Answer) -> F | FactError:
    if answer.data is None:
        return FactError(f"{node}: {kind.section}: {answer.error}", node)
    try:
        return decode_fact(kind, answer.data)
    except FactError as error:
        return FactError(f"{node}: {error}", node)


def _read_facts(path: Path) -> bytes:
    """The whole file, where its beginning says that this version wrote it; else UsageError.

    So nothing else is parsed, which could take long.
    """
    kind = path.stat().st_mode
    endless = stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)
    if endless and not path.is_relative_to("/dev/fd"):
        raise UsageError(f"{path}: no regular file; name one written by --save-facts")
    with path.open("rb") as file:
        begin = file.read(MOST_OF_BEGIN)
        found = _BEGIN.match(begin)
        if not found:
            raise UsageError(f"{path}: not a file written by --save-facts")
        if found["schema"] != facts_schema().encode():
            line = next_line("preflight", None, "--hosts", "HOSTS", "--save-facts", str(path))
            raise OtherVersionError(
                f"{path}: these facts were saved by another version and have other fields; save "
                f"them again: {line}"
            )
        text = begin + file.read(LARGEST_FACTS)
    if len(text) > LARGEST_FACTS:
        raise UsageError(f"{path}: over {LARGEST_FACTS >> 20} MiB; no facts are so many")
    return text


def _decode_sections(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Answer]]:
    return {
        node: {section: Answer.from_json(answer) for section, answer in answers.items()}
        for node, answers in sections.items()
    }
