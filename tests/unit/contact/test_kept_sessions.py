"""Logins that are left open for the next: each is used once, or ended."""

import pytest

from checks.contact.kept_sessions import KeptSessions


class Session:
    """As far as it matters here; a broken one cannot even be closed."""

    def __init__(self, *, is_open=True, stalled=False):
        self.is_open, self.stalled, self.closed = is_open, stalled, False

    def close(self):
        self.closed = True
        if not self.is_open:
            raise EOFError


def test_each_is_taken_once_and_what_nobody_took_is_closed():
    kept, first, second = KeptSessions(), Session(), Session()
    kept.keep("node1", first)
    kept.keep("node2", second)
    assert kept.take("node1") is first and kept.take("node1") is None
    kept.close()
    assert (first.closed, second.closed) == (False, True)
    assert kept.take("node2") is None


@pytest.mark.parametrize("state", [{"is_open": False}, {"stalled": True}])
def test_one_that_is_not_good_any_more_is_closed_and_not_given(state):
    kept, session = KeptSessions(), Session(**state)
    kept.keep("node1", session)
    assert kept.take("node1") is None and session.closed


def test_of_two_to_one_node_the_earlier_is_closed():
    kept, first, second = KeptSessions(), Session(), Session()
    kept.keep("node1", first)
    kept.keep("node1", second)
    assert first.closed and kept.take("node1") is second
