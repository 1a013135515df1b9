"""One pytest run: what is collected of the checks, the one look at the nodes, and the decision."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO, cast

import pytest

from checks.catalogue import AREAS, CATALOGUE
from checks.check import Claims
from checks.corrected_line import with_line_to_type
from checks.errors import UsageError
from checks.escaped_streams import EscapedStream
from checks.model import Finding, Job
from checks.next_line import failed_again_line, next_line, start_line
from checks.printable import shorten_message
from checks.run import Result, plan_commands
from preflight.item_protocol import ClaimItem, ItemKind
from preflight.items import PreflightItem, leaves_nodes, narrowed_nodes
from preflight.junit import complete_junit, junit_file, private_junit
from preflight.outcome import is_warned, junit_properties, with_one_frame
from preflight.preflight_run import PreflightRun
from preflight.progress import Progress
from preflight.site_tests import asks_each_node, claims_of_tests, finding_of_test, without_traceback

HERE = Path(__file__).parent
_SCOPES = {"_pair": "pair", "_cluster": "cluster"}


class PreflightSession:
    """The hooks of one pytest run. There is a `run` once an item of preflight was collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._run: PreflightRun | None = None
        self._usage_error: UsageError | None = None
        self._judged: dict[str, Finding] = {}

    # Collection

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """A mistake of the user's ends the run with exit 4, whatever pytest makes of it."""
        self._refuse_workers()
        try:
            return (yield)
        except KeyboardInterrupt:
            _end_interrupted()
        except pytest.UsageError as error:
            raise pytest.UsageError(*map(shorten_message, map(str, error.args))) from None
        except RecursionError:
            raise pytest.UsageError("-k or -m: nested too deeply") from None
        finally:
            if self._usage_error:
                raise pytest.UsageError(with_line_to_type(self._usage_error))

    def _refuse_workers(self) -> None:
        named = [Path(str(argument).partition("::")[0]).resolve() for argument in self._config.args]
        ours = any(path == HERE or HERE in path.parents for path in named)
        if ours and self._config.getoption("numprocesses", None):
            raise pytest.UsageError(
                "-n: preflight asks all nodes at the same time anyway; leave it out"
            )

    def pytest_pycollect_makeitem(
        self, collector: pytest.Module | pytest.Class, name: str, obj: object
    ) -> list[pytest.Item] | None:
        """A function of ours makes an item for each claim: none where there is nothing to ask."""
        if collector.path.parent != HERE or not name.startswith("test_"):
            return None
        by_check = itertools.groupby(
            self._asked(collector.path, name), key=lambda asked: asked.check.id
        )
        return [
            ClaimItem.from_parent(collector, asked=asked, kind=kind)
            for check, items in by_check
            for kind in [ItemKind(cast("Any", obj), self.item_finding, {check})]
            for asked in items
        ]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """An item for each node where a site's test takes `node`."""
        if asks_each_node(metafunc):
            nodes = run.job.nodes if (run := self._preflight_run()) else ()
            metafunc.parametrize("node", nodes, indirect=True, ids=[node.name for node in nodes])

    def _asked(self, path: Path, function: str) -> list[PreflightItem]:
        area = path.stem.removeprefix("test_")
        scope = _SCOPES.get(function.removeprefix(f"test_{area}"), "node")
        run = self._preflight_run()
        return list(run.items(area, scope)) if run else []

    def _preflight_run(self) -> PreflightRun | None:
        """The preflight of this session; None where the user's options make none."""
        if self._run is None and self._usage_error is None:
            try:
                self._run = PreflightRun(self._config)
            except UsageError as mistake:
                self._usage_error = mistake
        return self._run

    @property
    def run(self) -> PreflightRun:
        """The preflight, once an item needs it."""
        assert self._run is not None
        return self._run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The areas in their order; after -k, pairs that leave the nodes it narrowed to go too."""
        if self._run is None:
            return
        items.sort(key=_area_position)
        keyword = self._config.getoption("keyword")
        if not keyword:
            return
        if not items:
            self._usage_error = UsageError(_nothing_selected(keyword, self._run.job))
        ours = [asked for item in items if (asked := preflight_item(item))]
        nodes = narrowed_nodes(Claims(ours), self._run.job)
        left = [
            item for item in items if (asked := preflight_item(item)) and leaves_nodes(asked, nodes)
        ]
        if nodes and left:
            self._config.hook.pytest_deselected(items=left)
            gone = set(left)
            items[:] = [item for item in items if item not in gone]

    # The run

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """The nodes are asked once, for exactly the items that are left."""
        run = self._run
        broken = session.testsfailed and not self._config.option.continue_on_collection_errors
        if run is None or self._config.option.collectonly or broken:
            return None
        run.select(asked for item in session.items if (asked := preflight_item(item)))
        _escape_terminal(self._reporter)
        if self._config.getoption("dry_run"):
            for line in self._plan(run, session.items):
                self._reporter.write_line(line)
            return True
        for note in run.notes:
            self._reporter.write_line(note)
        progress = Progress(self._reporter)
        try:
            run.examine(progress.stage, progress.show, claims_of_tests(session.items))
        except UsageError as mistake:
            raise pytest.UsageError(with_line_to_type(mistake)) from None
        except KeyboardInterrupt:
            _end_interrupted()
        finally:
            progress.finish()
        return None

    def _plan(self, run: PreflightRun, items: Sequence[pytest.Item]) -> list[str]:
        """All that would run on a node, for --dry-run."""
        own = [item.nodeid for item in items if not preflight_item(item)]
        others = run.compared_with(claims_of_tests(items))
        claims = [*run.selected_claims, *others]
        return [*plan_commands(run.job, claims), *(f"{test}: a site's own test" for test in own)]

    def item_finding(self, item: ClaimItem) -> Finding:
        """The item's finding, its properties put where JUnit looks for them."""
        if item.nodeid not in self._judged:
            judged = self._judged[item.nodeid] = self.run.finding(item.asked)
            item.user_properties.extend(junit_properties(judged))
        return self._judged[item.nodeid]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        """Ctrl-C among the items ends the run with one line too."""
        try:
            return (yield)
        except KeyboardInterrupt:
            _end_interrupted()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Messages instead of tracebacks; what a site's own test found is noted."""
        if call.excinfo:
            ours = item.nodeid in self._judged
            call.excinfo = (with_one_frame if ours else without_traceback)(call.excinfo)
        report = yield
        judged = self._judged.get(item.nodeid)
        if judged and (call.when == "call" or not report.passed):
            report.duration = judged.seconds
        if self._run and item.nodeid not in self._judged:
            self._note(item, report, self._run)
        return report

    def _note(self, item: pytest.Item, report: pytest.TestReport, run: PreflightRun) -> None:
        """What a phase of a site's own test found; a later phase counts where it went wrong."""
        found = finding_of_test(item, report)
        if found and (item.nodeid not in run.site_findings or report.failed):
            run.site_findings[item.nodeid] = found
            item.user_properties[:] = junit_properties(found)

    def pytest_report_teststatus(
        self, report: pytest.CollectReport | pytest.TestReport
    ) -> tuple[str, str, str | tuple[str, dict[str, bool]]] | None:
        """A claim that does not hold and does not stop the start is counted as warned.

        With -q items of ours leave no letter: the summary says it all, and 64 nodes have thousands.
        """
        if report.nodeid not in self._judged:
            return None
        warned = report.when == "call" and report.passed and is_warned(report.user_properties)
        if self._reporter.verbosity < 0:
            broken = "failed" if report.when == "call" else "error"
            counted = broken if report.failed else report.outcome if _is_outcome(report) else ""
            return "warned" if warned else counted, "", ""
        return ("warned", "w", ("WARNED", {"yellow": True})) if warned else None

    # The end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int | pytest.ExitCode
    ) -> Generator[None, object, object]:
        """The exit status is the decision; the summary comes last."""
        run = self._run
        if run is None:
            return (yield)
        done = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        result = run.result if done else None
        if result and result.findings:
            stop = result.decision == "stop" or session.shouldfail
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if stop else pytest.ExitCode.OK
        file, finished, notes = junit_file(self._config), None, list[str]()
        try:
            with private_junit(file):
                finished = yield
            notes = run.write(result) if result else notes
            complete_junit(file, self._judged.values())
        except OSError as error:
            self._reporter.write_line(f"ERROR: cannot write {error.filename}: {error.strerror}")
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if result:
            self._write_summary(result, notes, complete=run.is_complete)
        return finished

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self) -> Generator[None]:
        """Our own summary has our failures, folded; -v shows pytest's report of them too."""
        stats = self._reporter.stats
        hidden = (
            {}
            if self._reporter.verbosity > 0
            else {category: stats.pop(category, []) for category in ("failed", "error", "skipped")}
        )
        for category, reports in hidden.items():
            others = [report for report in reports if report.nodeid not in self._judged]
            if others:
                stats[category] = others
        try:
            return (yield)
        finally:
            stats.update({category: reports for category, reports in hidden.items() if reports})

    def _write_summary(self, result: Result, notes: Sequence[str], *, complete: bool) -> None:
        reporter = self._reporter
        if not result.findings or reporter.verbosity < -1:
            return
        reporter.write_line("")
        go = _after_go(self.run.job, complete=complete)
        stop = f"ask again what failed: {failed_again_line(result.fixes_of_stops)}"
        noted, colour = reporter.verbosity > 0, reporter.hasmarkup
        for line in result.summary(go=go, stop=stop, colour=colour, notes=notes, noted=noted):
            reporter.write_line(line)

    @property
    def _reporter(self) -> pytest.TerminalReporter:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        assert isinstance(reporter, pytest.TerminalReporter)
        return reporter


def _escape_terminal(reporter: pytest.TerminalReporter) -> None:
    """From now on, as collection redraws its line, what nodes said does nothing there."""
    writer = reporter._tw
    writer._file = cast("TextIO", EscapedStream(writer._file))


def _is_outcome(report: pytest.CollectReport | pytest.TestReport) -> bool:
    """Whether an item ends in this phase, rather than goes on to the next or is torn down."""
    return report.when == "call" or not report.passed


def _after_go(job: Job, *, complete: bool) -> str:
    """The sentence behind a GO: the line that starts the training, with or without a command."""
    what = "Next" if complete else "Not every check ran; start runs the others"
    return f"{what}{start_line(job)}"


def _nothing_selected(keyword: str, job: Job) -> str:
    """What to type where -k selects nothing: with a word that is near, or else what there is."""
    known = {*AREAS, *CATALOGUE, *job.names, *(check.claim for check in CATALOGUE.values())}
    known |= {word for check in CATALOGUE.values() for word in check.claim.split("-")}
    words = {
        word: "".join(difflib.get_close_matches(word, known, n=1, cutoff=0.75))
        for word in keyword.split()
    }
    if all(words.values()) and len(words) == 1:
        return f"-k {keyword}: no check has that in its name; type: " + next_line(
            "preflight", job, "-k", *words.values()
        )
    areas = f"areas are {', '.join(AREAS)}; all checks: {next_line('explain')}"
    return f"-k {keyword}: no check has that in its name; {areas}"


def _area_position(item: pytest.Item) -> int:
    """Where an item's area stands in the catalogue; any other item comes after."""
    asked = preflight_item(item)
    return AREAS.index(asked.check.area) if asked else len(AREAS)


def preflight_item(item: pytest.Item) -> PreflightItem | None:
    """What an item of preflight asks; None for any other item."""
    return item.asked if isinstance(item, ClaimItem) else None


def _end_interrupted() -> NoReturn:
    """One line instead of the place in the code where ctrl-C arrived."""
    pytest.exit("interrupted before the decision", int(pytest.ExitCode.INTERRUPTED))
