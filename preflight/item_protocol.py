"""The items of preflight and how they run: each claim was judged before, so nothing is set up.

pytest's own way keeps a fixture request, a call specification and three reports for each item, and
opens fixtures, log handlers and captures in each of three phases: for thousands of pairs that is
most of a run's processor time and memory. What others see is the same: the hooks for the start, the
reports and the end of an item, three reports of it, with the same outcomes and words. Where there
are no others, only that report is made which counts.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from checks.model import Finding
from checks.quick_dataclass import dataclass
from preflight.items import PreflightItem
from preflight.outcome import is_warned, require_answer

_SLOW_OPTIONS = ("usepdb", "setupshow", "setuponly", "setupplan")
"""With these somebody wants to see pytest's own way."""
_A_FUNCTIONS = frozenset({"callspec", "cls", "fixturenames", "funcargs", "module", "obj"})
"""What test functions have and other items do not, so that plugins ask each item for it."""
_KEPT = frozenset({"_is_whole", "asked", "config", "kind", "parent", "path", "session"})
"""What an item has at all times."""
_FORGOTTEN = tuple(
    {name for kind in pytest.Item.__mro__ for name in vars(kind).get("__slots__", ())}
    - _KEPT
    - {"__dict__", "name"}
)
"""What else this release of pytest gives an item a slot for; the rest is in its `__dict__`."""
_NOTHING: list[Any] = []
_NO_KEYWORDS: dict[str, Any] = {}
_ALONE = pytest.StashKey[bool]()
_Phase = Literal["setup", "call", "teardown"]


@dataclass(slots=True)
class ItemKind:
    """What all items of a check share.

    `judged` looks a finding up once its item runs. -k takes the `keywords` too. `place` is where
    the function stands, once pytest has worked it out.
    """

    function: Callable[[Finding], None]
    judged: Callable[[ClaimItem], Finding]
    keywords: set[str]
    place: tuple[str, int | None] | None = None


class ClaimItem(pytest.Item):
    """What a function of ours asserts of one finding.

    What pytest keeps of an item (markers, keywords, properties, ids) is a kilobyte. There may be
    a hundred thousand items, of which one runs at a time: an item has it from when somebody looks
    until it has run.
    """

    __slots__ = ("_is_whole", "asked", "kind")

    def __init__(self, *, asked: PreflightItem, kind: ItemKind, parent: pytest.Module) -> None:
        self.asked, self.kind, self._is_whole = asked, kind, False
        self.parent, self.config, self.session = parent, parent.config, parent.session
        self.path = parent.path

    def __getattr__(self, name: str) -> Any:
        if name in _KEPT | _A_FUNCTIONS or name.startswith("__") or self._is_whole:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        self._is_whole = True
        super().__init__(self.name, self.parent, nodeid=self._full_id)
        self.extra_keyword_matches = self.kind.keywords
        return getattr(self, name)

    def forget(self) -> None:
        """Nobody looks any more; who does has it anew."""
        for name in _FORGOTTEN:
            with contextlib.suppress(AttributeError):
                delattr(self, name)
        del self.__dict__
        self._is_whole = False

    @property
    def name(self) -> str:
        """The function's, and what is asked between brackets."""
        return f"{self.kind.function.__name__}[{self.asked.id}]"

    @name.setter
    def name(self, name: str) -> None:
        """As pytest sets it."""

    @property
    def nodeid(self) -> str:
        """The module's, and the name."""
        return super().nodeid if self._is_whole else self._full_id

    @property
    def _full_id(self) -> str:
        assert self.parent
        return f"{self.parent.nodeid}::{self.name}"

    def iter_markers_with_node(self, name: str | None = None) -> Iterator[tuple[Any, pytest.Mark]]:
        """Its own, where it has any, and its module's."""
        own = super().iter_markers_with_node
        assert self.parent
        return own(name) if self._is_whole else self.parent.iter_markers_with_node(name)

    @property
    def location(self) -> tuple[str, int | None, str]:
        """As pytest has it."""
        if self.kind.place is None:
            path, line, _ = vars(pytest.Item)["location"].func(self)
            self.kind.place = path, line
        return (*self.kind.place, self.name)

    def setup(self) -> None:
        """Skips, or is an error, where there is no answer."""
        try:
            require_answer(self.kind.judged(self))
        except pytest.skip.Exception as skipped:
            vars(skipped)["_use_item_location"] = True  # as pytest has it of what a fixture skips
            raise

    def runtest(self) -> None:
        """Fails where the claim does not hold."""
        self.kind.function(self.kind.judged(self))

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the function stands."""
        return self.path, self.kind.function.__code__.co_firstlineno - 1, self.name


def run_item(item: pytest.Item) -> bool:
    """Run an item of preflight and report it. False where it is to be run as pytest does.

    The terminal keeps the report that decides, and not those of phases that passed; of one that did
    not fail, what is counted.
    """
    if not isinstance(item, ClaimItem) or _is_changed(item):
        return False
    hooks = item.ihook  # which pytest looks up by path each time
    hooks.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    report = (_decisive_phase if _only_pytest_listens(item) else _all_phases)(item, hooks)
    hooks.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    _drop_passed_phases(item)
    _drop_details(item, report)
    return True


def _all_phases(item: ClaimItem, hooks: Any) -> pytest.TestReport:
    report = _report_phase(item, hooks, "setup", item.setup)
    if report.passed:
        report = _report_phase(item, hooks, "call", item.runtest)
    _report_phase(item, hooks, "teardown", lambda: None)
    return report


def _decisive_phase(item: ClaimItem, hooks: Any) -> pytest.TestReport:
    """The only report that counts: the terminal shows and keeps no others."""
    try:
        item.setup()
    except (pytest.skip.Exception, pytest.fail.Exception):
        return _report_phase(item, hooks, "setup", item.setup)
    return _report_phase(item, hooks, "call", item.runtest)


def _only_pytest_listens(item: ClaimItem) -> bool:
    """Whether no plugin of others is told of reports, nor pytest's own that writes JUnit files."""
    if _ALONE not in item.config.stash:
        told = item.config.hook.pytest_runtest_logreport.get_hookimpls()
        modules = {str(getattr(listener.function, "__module__", "")) for listener in told}
        item.config.stash[_ALONE] = all(
            module.startswith("_pytest.") and module != "_pytest.junitxml" for module in modules
        )
    return item.config.stash[_ALONE]


def _drop_passed_phases(item: pytest.Item) -> None:
    reporter = item.config.pluginmanager.get_plugin("terminalreporter")
    uncounted = reporter.stats.get("", []) if reporter else []
    while uncounted and uncounted[-1].nodeid == item.nodeid:
        uncounted.pop()


def _drop_details(item: ClaimItem, report: pytest.TestReport) -> None:
    """What was said of the item, where nobody shows it again, and what pytest keeps of it."""
    if not report.failed and not is_warned(report.user_properties):
        report.user_properties = report.sections = _NOTHING
        report.keywords = _NO_KEYWORDS
    item.forget()


def _is_changed(item: pytest.Item) -> bool:
    """Whether a site marked it, to skip or to fail, or an option wants the fixtures seen."""
    marked = next(item.iter_markers(), None) is not None
    return marked or any(item.config.getoption(option, default=False) for option in _SLOW_OPTIONS)


def _report_phase(
    item: pytest.Item, hooks: Any, phase: _Phase, step: Callable[[], None]
) -> pytest.TestReport:
    call = pytest.CallInfo.from_call(
        step, phase, reraise=(pytest.exit.Exception, KeyboardInterrupt)
    )
    report: pytest.TestReport = hooks.pytest_runtest_makereport(item=item, call=call)
    hooks.pytest_runtest_logreport(report=report)
    return report
