"""The checks as pytest items: `pytest preflight/ --hosts hosts.txt`; options and fixtures."""

from __future__ import annotations

import sys

import pytest

from checks.facts import NodeView
from checks.model import Finding, Node
from checks.next_line import is_preflight_path, same_line
from preflight import options
from preflight.outcome import require_answer
from preflight.session import PreflightSession
from preflight.site_tests import RemoteRunner, remote_runner


def pytest_addoption(parser: pytest.Parser) -> None:
    """pytest learns --hosts and the others."""
    options.add_options(parser.getgroup("preflight", "is this cluster fit to train?").addoption)
    words = sys.argv[1:]
    if (corrected := options.corrected_words(words)) != words:
        # pytest shows this only where it does not know a word itself
        parser.extra_info["did you mean"] = same_line("preflight", corrected)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """`--help` explains our own options where the checks are what is run."""
    if not config.option.help or not any(
        map(is_preflight_path, map(str, config.invocation_params.args))
    ):
        return None
    print(options.help_text())
    return 0


def pytest_configure(config: pytest.Config) -> None:
    """Each run has its own session."""
    config.pluginmanager.register(PreflightSession(config), "preflight-session")


@pytest.fixture
def finding(request: pytest.FixtureRequest) -> Finding:
    """The judged claim of this item. Skips, or is an error, where there is no answer."""
    judged = _preflight_session(request).item_finding(request.node, request.param)
    require_answer(judged)
    return judged


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
