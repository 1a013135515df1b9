"""How a check is declared: what it claims, what it needs to know, of whom, and one pure judge."""

from __future__ import annotations

import enum
import functools
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from checks.docstring import Docstring, parse_docstring
from checks.model import Job, Severity, Verdict
from checks.quick_dataclass import dataclass

if TYPE_CHECKING:
    from checks.facts import ClusterView, Fact, NodeView

Judge = Callable[..., Verdict]

COMMAND = "command"
"""The field of `Job` that says what is run."""


class Over(enum.Enum):
    """The subjects of which a claim is asked, one by one."""

    EVERY_NODE = "every node"
    HEAD = "the head"
    CLUSTER = "the cluster"
    EVERY_PAIR = "every ordered pair, each node with itself too"
    OTHER_PAIRS = "every ordered pair of two nodes"
    TO_HEAD = "every node towards the head, the head itself too"
    FROM_HEAD = "the head towards every node, itself too"

    @property
    def scope(self) -> str:
        """`node`, `pair` or `cluster`: how long a subject is."""
        if self in (Over.EVERY_NODE, Over.HEAD):
            return "node"
        return "cluster" if self is Over.CLUSTER else "pair"

    def subjects(self, job: Job) -> Sequence[tuple[str, ...]]:
        """All subjects in hosts.txt order: (node,), (source, target) or ()."""
        return _subjects(self, tuple(job.names), job.head)


@functools.lru_cache(maxsize=16)
def _subjects(over: Over, names: tuple[str, ...], head: str) -> Sequence[tuple[str, ...]]:
    """Those of all checks are the same objects: of a thousand nodes each check has a million."""
    if over is Over.CLUSTER:
        return ((),)
    if over is Over.HEAD:
        return ((head,),)
    if over is Over.EVERY_NODE:
        return tuple((name,) for name in names)
    if over is Over.TO_HEAD:
        return tuple((name, head) for name in names)
    if over is Over.FROM_HEAD:
        return tuple((head, name) for name in names)
    if over is Over.EVERY_PAIR:
        return tuple(itertools.product(names, names))
    pairs = _subjects(Over.EVERY_PAIR, names, head)
    return tuple(pair for pair in pairs if pair[0] != pair[1])


class Tag(enum.Enum):
    """What a check is for besides the preflight."""

    AFTER_FAILURE = "asked again after a failure of unknown cause: it may change while a run runs"
    DECISIVE = "where it stops a start, the nodes neither meet nor train: nothing could run"


@dataclass(frozen=True, eq=False)
class Check:
    """A claim that should hold, as data, with the function that judges it.

    `id` is `area.claim`. `needs` are the facts without which it cannot be determined, `optional`
    those that it reads where they are there: of each node in the subject, and of others where the
    judge looks at them. It can read no others. `reads` are the fields of `Job` that the judge reads
    itself, as far as no fact has them among its inputs. `severity` is what a broken claim means
    unless the verdict itself says otherwise. What a person reads about it is the judge's docstring.
    """

    id: str
    over: Over
    needs: tuple[type[Fact], ...]
    severity: Severity
    judge: Judge
    optional: tuple[type[Fact], ...] = ()
    tags: tuple[Tag, ...] = ()
    reads: tuple[str, ...] = ()

    @functools.cached_property
    def area(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @functools.cached_property
    def claim(self) -> str:
        """The part of the id after the dot."""
        return self.id.partition(".")[2]

    @property
    def facts(self) -> tuple[type[Fact], ...]:
        """All facts that the judge may read."""
        return (*self.needs, *self.optional)

    @functools.cached_property
    def sections(self) -> frozenset[str]:
        """The sections of these facts."""
        return frozenset(fact.section for fact in self.facts)

    @property
    def heavy(self) -> bool:
        """Whether it takes a fact for which the nodes train, compute or load the network."""
        return any(fact.heavy for fact in self.facts)

    @property
    def late(self) -> bool:
        """Whether it takes a fact that is known only at the end of a run."""
        return any(fact.late for fact in self.facts)

    @property
    def of_command(self) -> bool:
        """Whether it is about what the job runs, which every start asks and judges."""
        about = COMMAND in self.reads or any(fact.of_command for fact in self.facts)
        return about and not self.heavy

    @property
    def inputs(self) -> tuple[str, ...]:
        """The fields of `Job` with which the verdict may change, beside the nodes, head and ssh.

        Where it is `of_command`, beside what the job runs too.
        """
        fields = {field for fact in self.facts for field in fact.inputs} | set(self.reads)
        return tuple(sorted(fields - {COMMAND}))

    @functools.cached_property
    def text(self) -> Docstring:
        """What the judge's docstring says: claim, why, how it is measured, how to fix it."""
        return parse_docstring(self.judge.__doc__ or "")


def node_check(
    check_id: str,
    *needs: type[Fact],
    over: Over = Over.EVERY_NODE,
    severity: Severity = Severity.BLOCK,
    optional: tuple[type[Fact], ...] = (),
    tags: tuple[Tag, ...] = (),
    reads: tuple[str, ...] = (),
) -> Callable[[Callable[[NodeView], Verdict]], Check]:
    """Declare a claim about one node; the judge is given its `NodeView`."""
    return lambda judge: Check(check_id, over, needs, severity, judge, optional, tags, reads)


def pair_check(
    check_id: str,
    *needs: type[Fact],
    over: Over = Over.EVERY_PAIR,
    severity: Severity = Severity.BLOCK,
    optional: tuple[type[Fact], ...] = (),
    tags: tuple[Tag, ...] = (),
    reads: tuple[str, ...] = (),
) -> Callable[[Callable[[NodeView, NodeView], Verdict]], Check]:
    """Declare a claim about an ordered pair; the judge is given source and target."""
    return lambda judge: Check(check_id, over, needs, severity, judge, optional, tags, reads)


def cluster_check(
    check_id: str,
    *needs: type[Fact],
    severity: Severity = Severity.BLOCK,
    optional: tuple[type[Fact], ...] = (),
    tags: tuple[Tag, ...] = (),
    reads: tuple[str, ...] = (),
) -> Callable[[Callable[[ClusterView], Verdict]], Check]:
    """Declare a claim about all nodes together; the judge is given the `ClusterView`."""
    return lambda judge: Check(
        check_id, Over.CLUSTER, needs, severity, judge, optional, tags, reads
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """One check asked of one subject."""

    check: Check
    subject: tuple[str, ...]

    @property
    def id(self) -> str:
        """`claim-node3`, `claim-node1:node2` or `claim`: what stands between a test's brackets."""
        who = ":".join(self.subject)
        return f"{self.check.claim}-{who}" if who else self.check.claim


@dataclass(frozen=True, slots=True)
class Question:
    """One check asked of subjects, in that order."""

    check: Check
    subjects: Sequence[tuple[str, ...]]


class Claims(Collection[Claim]):
    """The claims of questions, in their order, each made as somebody looks at it.

    Of a thousand nodes each check of pairs has a million.
    """

    def __init__(self, questions: Iterable[Question] = ()) -> None:
        self.questions = list(questions)

    def __len__(self) -> int:
        return sum(len(question.subjects) for question in self.questions)

    def __iter__(self) -> Iterator[Claim]:
        for question in self.questions:
            for subject in question.subjects:
                yield Claim(question.check, subject)

    def __contains__(self, claim: object) -> bool:
        return any(claim == each for each in self)


def claims_of(checks: Iterable[Check], job: Job) -> Claims:
    """Every check asked of every subject it is about."""
    return Claims(Question(check, check.over.subjects(job)) for check in checks)
