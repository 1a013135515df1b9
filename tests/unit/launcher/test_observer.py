"""What is known of ranks that wait is looked at again before the end, where that was long ago."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from launcher.run import observer as module
from launcher.run.observer import FRESH_S, RunObserver
from tests.support.snapshots import snapshot


@pytest.fixture
def looks(monkeypatch):
    """What has been asked of ranks before an end."""
    asked = []
    monkeypatch.setattr(module, "observe_last", lambda *_: asked.append("look"))
    return asked


@pytest.mark.parametrize(
    ("later_s", "quiet", "expected"),
    [(1.0, True, 0), (FRESH_S + 1, True, 1), (FRESH_S + 1, False, 0), (None, True, 1)],
)
def test_an_old_look_is_not_the_last(looks, tmp_path, later_s, quiet, expected):
    now = [100.0]
    progress = SimpleNamespace(seconds=lambda: now[0], is_quiet=quiet)
    plan = SimpleNamespace(ranks=(), nodes=(), master_address="", master_port=1)
    unused = SimpleNamespace(say=print, show=print)
    observer = RunObserver(
        *(snapshot().job, plan, SimpleNamespace(path=tmp_path), unused, progress, unused, unused),
        *(print, 600.0),
    )
    if later_s is not None:
        observer._answer_questions({"said": "rank 0 waits"})
        now[0] += later_s
    observer.observe_last(print, lambda: True)
    assert len(looks) == expected
