"""The checks as pytest items: `pytest preflight/ --hosts hosts.txt`; options and fixtures."""

from __future__ import annotations

import sys

import pytest

from checks.errors import UsageError
from checks.facts import NodeView
from checks.model import Node
from checks.next_line import is_preflight_path, same_line
from checks.printable import shorten_message
from preflight import options
from preflight.item_protocol import run_item
from preflight.junit import junit_file
from preflight.session import PreflightSession
from preflight.site_tests import RemoteRunner, remote_runner


def pytest_addoption(parser: pytest.Parser) -> None:
    """pytest learns --hosts and the others."""
    options.add_options(parser.getgroup("preflight", "is this cluster fit to train?").addoption)
    _explain_errors(parser)


def _explain_errors(parser: pytest.Parser) -> None:
    """An option that is not there has the line to type instead; other errors are pytest's own.

    What it says of a word that it cannot take repeats the word, however long that is.
    """
    say_error = parser.optparser.error

    def error(message: str) -> None:
        words = sys.argv[1:]
        named = message.partition("unrecognized arguments: ")[2].split()
        unknown = [word for word in named if word in words]
        if explained := options.explained_error(message):
            raise pytest.UsageError(explained)
        if not unknown:
            say_error(shorten_message(message))
        corrected = options.corrected_words(words, unknown)
        advice = ("type", corrected) if corrected != words else ("all options", ["--help"])
        line = same_line("preflight", advice[1])
        said = shorten_message(f"unrecognized arguments: {' '.join(unknown)}")
        raise pytest.UsageError(f"{said}\n{advice[0]}: {line}")

    vars(parser.optparser)["error"] = error


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """`--help` explains our own options where the checks are what is run."""
    if not config.option.help or not _checks_are_run(config):
        return None
    print(options.help_text())
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Each run has its own session; pytest itself would write its JUnit file into a pipe."""
    if (file := junit_file(config)) and _checks_are_run(config):
        try:
            options.require_file_path("--junitxml", file)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(PreflightSession(config), "preflight-session")


def _checks_are_run(config: pytest.Config) -> bool:
    return any(map(is_preflight_path, map(str, config.invocation_params.args)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """An item of ours that nobody changed is only reported."""
    return run_item(item) or None


@pytest.fixture
def node(request: pytest.FixtureRequest) -> Node:
    """For a site's own tests: each node of the hosts file."""
    assert isinstance(request.param, Node)
    return request.param


@pytest.fixture
def facts(request: pytest.FixtureRequest, node: Node) -> NodeView:
    """For a site's own tests: a node's facts, `facts.read(Limits)`. Skips an unreached node."""
    return _preflight_session(request).run.node(node.name)


@pytest.fixture
def remote(request: pytest.FixtureRequest, node: Node) -> RemoteRunner:
    """For a site's own tests: runs a command on the node, bounded. Skips with --facts."""
    run = _preflight_session(request).run
    return remote_runner(run.node(node.name), run.held_logins)


def _preflight_session(request: pytest.FixtureRequest) -> PreflightSession:
    session = request.config.pluginmanager.get_plugin("preflight-session")
    assert isinstance(session, PreflightSession)
    return session
