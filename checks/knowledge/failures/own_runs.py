"""What this launcher itself says of a run that does not go on."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "rank-holds-others",
        (" is elsewhere than the others", " is apart: it ", " has not entered "),
        r"rank (?P<rank>\d+) on (?P<node>\S+) (?P<does>(?:is elsewhere than the others, and"
        r"|is apart: it|has not entered \w+ \d+.*, in which) .+)",
        cause="rank {rank} on {node} kept the others waiting: it {does}",
        fix="read that line of the program: a branch that only this rank takes, its own data, or "
        "a disk or server that does not answer; the lines beside it say where the others were",
        survivable=True,
    ),
)
