"""Settings for which sshd ends a session that goes on."""

import pytest

from checks.facts.sshd import Sshd, SshdSetting
from checks.knowledge.logins.session_ends import seconds
from tests.support.snapshots import judged, snapshot, with_fact

WHERE = "/etc/ssh/sshd_config:7"


def found(**values):
    """The finding on a node whose sshd has these settings, at line 7."""
    settings = {name: (SshdSetting(value, WHERE),) for name, value in values.items()}
    snap = with_fact(snapshot(("node1",)), "node1", Sshd(user="root", settings=settings))
    return judged(snap, "ssh.sessions-last")["node1",]


@pytest.mark.parametrize(
    ("values", "cause"),
    [
        ({}, ""),
        ({"channeltimeout": "none"}, ""),
        ({"channeltimeout": "direct-tcpip=10s x11-connection=5m"}, ""),
        ({"channeltimeout": "session:shell=5m"}, ""),
        ({"channeltimeout": "session:command=5m"}, "session-timeout"),
        ({"channeltimeout": "agent-connection=1s *=1h"}, "session-timeout"),
        ({"channeltimeout": "session=0"}, ""),
        ({"clientaliveinterval": "0", "clientalivecountmax": "3"}, ""),
        ({"clientaliveinterval": "300", "clientalivecountmax": "0"}, ""),
        ({"clientaliveinterval": "5", "clientalivecountmax": "3"}, "session-impatient"),
        ({"clientaliveinterval": "15"}, ""),
    ],
)
def test_what_ends_a_session_is_found(values, cause):
    finding = found(**values)
    assert (finding.cause, finding.stops) == (cause, False)
    assert not cause or finding.fix.command.startswith("sed -i '7s/^/# /' /etc/ssh/sshd_config")


def test_times_are_read_as_sshd_reads_them():
    assert [seconds(text) for text in ("90", "5m", "1h30M", "none")] == [90, 300, 5400, 0]
