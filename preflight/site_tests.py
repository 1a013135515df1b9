"""A site's own checks: plain pytest tests beside ours, with fixtures for each node.

Their outcomes become findings of the area `site`, so that the summary, the reports and the decision
know of them as of any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from checks.catalogue import CATALOGUE
from checks.check import Check, Claim, Over
from checks.contact.held_logins import HeldLogins
from checks.errors import FactError
from checks.facts import Fact, Login, NodeView
from checks.model import Finding, Node, Outcome, Severity, ok
from checks.quick_dataclass import dataclass
from checks.stages.stage_list import STAGED_SECTIONS

SITE_AREA = "site"
UNKNOWN_PREFIX = "could not be determined: "


@dataclass(frozen=True)
class CommandResult:
    """What a command did on the node: exit status (negative: died of that signal) and output."""

    rc: int
    out: str
    err: str


RemoteRunner = Callable[..., CommandResult]


def remote_runner(view: NodeView, logins: HeldLogins | None) -> RemoteRunner:
    """What the fixture `remote` is on that node."""
    if logins is None:
        pytest.skip("--facts: no node is touched")

    def remote(*argv: str, timeout: float = 10.0) -> CommandResult:
        """Run a command there, over the open login, for at most `timeout` seconds."""
        answer = logins.run(view.name, argv, timeout)
        command = f"{view.name}: {' '.join(argv)}"
        if answer.data is None:
            raise FactError(f"{command}: {answer.error}")
        if answer.data["timed_out"]:
            raise FactError(f"{command}: did not end within {timeout:g} s")
        return CommandResult(*(answer.data[key] for key in ("rc", "out", "err")))

    return remote


def claims_of_tests(items: Iterable[pytest.Item]) -> list[Claim]:
    """What these tests want to know, as claims for `examine`: all plain facts if they read any."""
    wanted: dict[str, bool] = {}
    for item in items:
        node, names = node_of_test(item), getattr(item, "fixturenames", ())
        if node and {"facts", "remote"} & set(names):
            wanted[node.name] = wanted.get(node.name, False) or "facts" in names
    return [Claim(_FACTS if facts else _LOGIN, (name,)) for name, facts in wanted.items()]


def asks_each_node(metafunc: pytest.Metafunc) -> bool:
    """Whether a test takes our fixture `node`, not one of its own of that name."""
    found = metafunc._arg2fixturedefs.get("node", ())
    return bool(found) and found[-1].func.__module__ == "preflight.plugin"


def node_of_test(item: pytest.Item) -> Node | None:
    """The node that a test is about."""
    callspec = getattr(item, "callspec", None)
    node = callspec.params.get("node") if callspec else None
    return node if isinstance(node, Node) else None


def _plain_facts() -> tuple[type[Fact], ...]:
    """Every fact that a node reports by itself, without meeting others."""
    left_out = STAGED_SECTIONS | {Login.section}
    facts = dict.fromkeys(fact for check in CATALOGUE.values() for fact in check.facts)
    return tuple(fact for fact in facts if fact.section not in left_out)


_LOGIN = Check(f"{SITE_AREA}.login", Over.EVERY_NODE, (), Severity.BLOCK, lambda _: ok())
_FACTS = Check(
    f"{SITE_AREA}.facts", Over.EVERY_NODE, _plain_facts(), Severity.BLOCK, lambda _: ok()
)


def without_traceback(
    raised: pytest.ExceptionInfo[BaseException],
) -> pytest.ExceptionInfo[BaseException]:
    """A fact that is not there as one line; any other failure as it was raised."""
    if not isinstance(raised.value, FactError):
        return raised
    failed = pytest.fail.Exception(f"{UNKNOWN_PREFIX}{raised.value}", pytrace=False)
    return pytest.ExceptionInfo.from_exc_info((type(failed), failed, raised.tb))


def finding_of_test(item: pytest.Item, report: pytest.TestReport) -> Finding | None:
    """What a phase of a site's test says; None where it says nothing that is not said already."""
    outcome = _phase_outcome(report)
    if outcome is None:
        return None
    node = node_of_test(item)
    name = getattr(item, "originalname", item.name).removeprefix("test_").replace("_", "-")
    subject = (node.name,) if node else ()
    return Finding(
        f"{SITE_AREA}.{name}",
        SITE_AREA,
        subject,
        Severity.BLOCK,
        outcome,
        message="" if outcome is Outcome.PASS else _reason_line(report),
        evidence={} if outcome in (Outcome.PASS, Outcome.SKIP) else {"test": item.nodeid},
        allowed=hasattr(report, "wasxfail"),
        seconds=round(report.duration, 3),
    )


def _phase_outcome(report: pytest.TestReport) -> Outcome | None:
    if report.skipped:
        return Outcome.FAIL if hasattr(report, "wasxfail") else Outcome.SKIP
    if report.failed:
        sure = report.when == "call" and not report.longreprtext.startswith(UNKNOWN_PREFIX)
        return Outcome.FAIL if sure else Outcome.UNKNOWN
    return Outcome.PASS if report.when == "call" else None


def _reason_line(report: pytest.TestReport) -> str:
    """The first line of what a person would read: the assertion, or the reason of a skip."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longreprtext
    first = next(iter(text.splitlines()), "")
    return first.removeprefix("AssertionError: ").removeprefix(UNKNOWN_PREFIX)
