"""What this launcher itself says of a run that does not go on."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root rank-holds-others, survivable
  says    " elsewhere than the others"
  says    " is apart: it"
  says    ", in which rank"
  pattern (?P<whom>ranks? (?P<rank>\d+)[\d, and-]*) on (?P<node>\S+) (?P<does>(?:(?:is|are)
          elsewhere than the others, and|is apart: it|(?:has|have) not entered \w+ \d+.*, in which
          rank).+)
  cause   the others waited for {whom} on {node}, which {does}
  fix     read that line of the program: a branch that only this rank takes, its own data, or a disk
          or server that does not answer; the lines beside it say where the others were
"""
)
