"""--every-check and --published, for tests only: preflight itself is loaded without them."""

import signal

import pytest

from tests.support.judgements import EveryCheck


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this checkout's tests."""
    meaning = "fail unless this run saw each check hold and fail"
    parser.addoption("--every-check", action="store_true", help=meaning)
    meaning = "run tests/published over this folder of files that others published"
    parser.addoption("--published", metavar="FOLDER", help=meaning)


def pytest_configure(config: pytest.Config) -> None:
    """A warning fails a test; who checks a cluster is not stopped by a library's.

    Nobody counts unless asked: a part of the tests sees a part of the checks. A closed terminal
    ends what is tested, also where the tests were called with nohup.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    config.addinivalue_line("filterwarnings", "error")
    if config.getoption("every_check"):
        config.pluginmanager.register(EveryCheck())
