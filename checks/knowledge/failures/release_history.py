"""What Python says of a name that one release has and another lacks, where the tables know it."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
BOTH_FIX = the traceback's last frame names who asks for it: bring both to releases of one time; `uv
  pip list` on each node
root history-name-missing, survivable
  says    cannot import name '
  pattern ImportError: cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'
  history needed
  cause   the installed release has no `{name}` in {module}, which another release has
  fix     {BOTH_FIX}
  checks  software.versions-are-equal, software.releases-work-together
root history-attribute-missing
  says    has no attribute
  pattern AttributeError: (?P<owner>.{1,120}?) has no attribute '?(?P<name>\w+)
  history needed
  cause   {owner} has no `{name}` in the installed release, and in another one it has
  fix     {BOTH_FIX}
  checks  software.versions-are-equal, software.releases-work-together
root history-argument-count
  shows   TypeError: {function:[\w.]+}() takes {takes:(?:from \d+ to )?\d+} positional
          {word:arguments?} but {given:\d+} {was:were|was} given
  history needed
  cause   {function} takes {takes} arguments in the installed release, and its caller of another
          release passes {given}
  fix     {BOTH_FIX}
  checks  software.versions-are-equal, software.releases-work-together
"""
)
