"""What a library's own message asks for is the remedy of an error that the table does not know."""

from __future__ import annotations

import pytest

from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis

TRACE = """\
Traceback (most recent call last):
  File "/data/train.py", line 9, in <module>
    main()
  File "{path}", line 700, in check
    {code}
{error}
"""
LIBRARY = "/v/lib/python3.11/site-packages/trl/trainer/some.py"


def fix_of(tmp_path, error, path=LIBRARY, code="raise SomeError("):
    log = tmp_path / "x.log"
    log.write_text(TRACE.format(path=path, code=code, error=error), encoding="utf-8")
    evidence, verdict = diagnose_logs([log])
    said = render_diagnosis(verdict, evidence).splitlines()
    return next((line.split(maxsplit=1)[1] for line in said if line.startswith("fix ")), "")


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (
            "SomeError: Widgets are not there for the frobber. Set `frob=False`.",
            "as its message asks: Set `frob=False`.",
        ),
        (
            "SomeError: the frobber was never called, please initialize it first",
            "as its message asks: please initialize it first",
        ),
        (
            "SomeError: You must pass a frobber to the widget",
            "as its message asks: You must pass a frobber to the widget",
        ),
        (
            "SomeError: widgets differ.\nTry frob=True or a smaller widget.",
            "as its message asks: Try frob=True or a smaller widget.",
        ),
        (
            "SomeError: `frob_size` must be a positive integer, got -3",
            "what it was given has to fit this: `frob_size` must be a positive integer, got -3",
        ),
        ("SomeError: frob 3 != widget 4", "what has to agree, and does not: frob 3 != widget 4"),
        (
            "SomeError: Frobbing is not supported with widgets",
            "what excludes each other, of which one has to be left out, or a newer trl taken: "
            "Frobbing is not supported with widgets",
        ),
        (
            "SomeError: Unknown frob: k4",
            "a value that this trl knows, in place of the one it names: Unknown frob: k4",
        ),
        (
            "SomeError: frob file /a/b does not exist",
            "what it looks for has to be there, on every node: frob file /a/b does not exist",
        ),
        ("SomeError: frobbed", ""),
        ("SomeError: This should not happen. Please file an issue on GitHub.", ""),
    ],
)
def test_an_unknown_error_has_the_remedy_of_its_message(tmp_path, error, fix):
    assert fix_of(tmp_path, error) == fix


def test_an_error_of_the_users_own_code_or_of_no_raise_has_none(tmp_path):
    error = "SomeError: You must pass a frobber"
    assert not fix_of(tmp_path, error, path="/data/rows.py")
    assert not fix_of(tmp_path, error, code="return self._frob(widget)")


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ('frob(logs["acc"])', "what rows.py:700 looks it up in has no 'acc': print its keys there"),
        ("frob(logs)", ""),
    ],
)
def test_a_key_that_a_programs_own_line_looks_up_is_told_with_its_place(tmp_path, code, fix):
    assert fix_of(tmp_path, "KeyError: 'acc'", path="/data/rows.py", code=code) == fix
    assert not fix_of(tmp_path, "KeyError: 'acc'", code=code)


def test_an_entry_for_all_that_a_library_refuses_says_it_first(tmp_path):
    path = "/v/lib/python3.11/site-packages/verl/workers/frob.py"
    error = "ValueError: the frobber has no widget. Set `frob.widget=1`."
    fix = fix_of(tmp_path, error, path, 'raise ValueError("')
    assert fix.startswith("as its message asks: Set `frob.widget=1`.; ")
