"""The summary for people: folded, marked, with the fix, ending in go or stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.model import HERE, Finding, Fix, Outcome, Severity
from checks.printable import escape_text
from checks.reports.finding_text import describe_finding, evidence_text
from checks.reports.summary import summary_lines

NAMES = [f"gpu{number:02}" for number in range(1, 65)]


def reported(*findings: Finding, colour: bool = False, width: int = 100) -> list[str]:
    return summary_lines(findings, go="Start", stop="run again", colour=colour, width=width)


def low(node: str, **more: object) -> Finding:
    fix = Fix("mend it", node)
    return Finding(
        "limits.l", "limits", (node,), Severity.BLOCK, Outcome.FAIL, f"{node} is low", "low", fix,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def pair(source: str, target: str, outcome: Outcome = Outcome.FAIL) -> Finding:
    message = f"{source} cannot reach {target}:29500" if outcome is Outcome.FAIL else ""
    return Finding(
        "ports.p", "ports", (source, target), Severity.BLOCK, outcome, message, "dropped"
    )


def test_an_area_that_holds_is_one_line():
    lines = reported(*(pair(s, t, Outcome.PASS) for s in NAMES for t in NAMES))
    assert lines == ["√ ports      4096 passed", "", "GO: 4096 checks passed. Start"]


def test_what_is_worth_knowing_is_shown_where_it_is_asked_for():
    known = Finding(
        "limits.l", "limits", ("gpu01",), Severity.BLOCK, Outcome.PASS,
        "gpu01 is low: enough here", "low", Fix("raise it", "gpu01"),
    )  # fmt: skip
    assert reported(known) == ["√ limits     1 passed", "", "GO: 1 check passed. Start"]
    lines = summary_lines([known], go="Start", stop="", colour=False, width=100, noted=True)
    assert "  √ gpu01 is low: enough here" in lines
    assert lines[-1] == "GO: 1 check passed. Start"


def test_what_the_first_training_compiles_is_said_of_all_nodes_at_once_where_it_can_start():
    smokes = [
        Finding(
            "training.t", "training", (name,), Severity.BLOCK, Outcome.PASS,
            evidence={"compiles": "shm_comm"},
        )
        for name in NAMES[:4]
    ]  # fmt: skip
    lines = reported(*smokes)
    assert lines[1].startswith(
        "Where ranks train with DeepSpeed, they first compile shm_comm on gpu["
    )
    assert "torch_adam" not in " ".join(lines)
    adam = replace(smokes[0], evidence={"compiles": "fused_adam, shm_comm", "without": "Do so."})
    said = " ".join(reported(adam, *smokes))
    assert "compile fused_adam and shm_comm on gpu01, each" in said and "Do so." in said
    assert "compile shm_comm on gpu[02-04], each" in said
    assert "compile" not in " ".join(reported(*smokes, low("gpu09")))
    said = " ".join(reported(adam, *smokes[1:], low("gpu09")))
    assert "compile fused_adam and shm_comm on gpu01, each" in said and "Do so." in said
    assert "gpu[02-04]" not in said
    assert "compile" not in " ".join(reported(replace(smokes[0], evidence={})))


def test_a_go_for_want_of_anything_that_applies_says_so():
    lines = reported(pair("gpu01", "gpu02", Outcome.SKIP))
    said = "NOTHING WAS JUDGED: the check was skipped, for the reason above. Start"
    assert lines[-1] == said


def test_one_problem_and_one_warning_are_not_plural():
    assert (
        reported(low("gpu01"))[-1] == "STOP: 1 problem must be fixed first. Fix it, then run again"
    )
    warned = reported(low("gpu01", allowed=True), pair("gpu01", "gpu02", Outcome.PASS))
    assert warned[-1] == "GO: 1 check passed, 1 warning. Start"


def test_equal_findings_are_told_once_over_folded_nodes():
    lines = reported(*map(low, NAMES[:7]))
    assert "  × gpu[01-07] are low" in lines
    assert "      fix (on gpu01; same on gpu[02-07]):" in lines
    assert lines.count("        mend it") == 1
    assert lines[-1] == "STOP: 7 problems must be fixed first. Fix them, then run again"


def told(source: str, target: str, on: str) -> Finding:
    """A pair whose fix names a node: ssh is told about a host."""
    return replace(pair(source, target), fix=Fix(f"tell ssh of {target}", on))


def test_a_fix_that_names_its_node_is_printed_for_every_one_of_them():
    lines = reported(*(told("gpu03", target, "gpu03") for target in NAMES[:2]))
    start = lines.index("      fix (on gpu03):")
    assert lines[start + 1 : start + 3] == [
        "        tell ssh of gpu01",
        "        tell ssh of gpu02",
    ]


def test_what_is_typed_on_other_nodes_is_called_the_same_only_where_it_is():
    lines = reported(told("gpu01", "gpu02", "gpu01"), told("gpu02", "gpu01", "gpu02"))
    start = lines.index("      fix (on gpu01):")
    said = ["        tell ssh of gpu02", "        # on gpu02", "        tell ssh of gpu01"]
    assert lines[start + 1 : start + 4] == said


def test_of_very_many_commands_the_rest_is_where_all_are_written():
    lines = reported(*(told("gpu64", target, "gpu64") for target in NAMES[:63]))
    assert "        tell ssh of gpu12" in lines
    assert "        # 51 more: --fix-script writes them all" in lines


def test_what_one_line_here_fixes_on_all_nodes_is_one_problem():
    here = Fix("copy it", HERE)
    findings = [replace(low(name), fix=here) for name in NAMES[:7]]
    lines = reported(*findings)
    assert "      fix (on this machine):" in lines
    assert lines[-1] == "STOP: 1 problem must be fixed first. Fix it, then run again"
    two = reported(*findings, replace(low(NAMES[7]), fix=Fix("another", HERE)))
    assert two[-1].startswith("STOP: 2 problems")


def test_different_findings_are_not_folded():
    other = Finding(
        "limits.l", "limits", ("gpu02",), Severity.BLOCK, Outcome.FAIL, "gpu02 is off", "low"
    )
    lines = reported(low("gpu01"), other)
    assert "  × gpu01 is low" in lines and "  × gpu02 is off" in lines


def test_a_name_within_another_name_is_left_alone():
    one = Finding(
        "limits.l", "limits", ("n1",), Severity.BLOCK, Outcome.FAIL, "n1 is not n10 nor n1.x"
    )
    two = Finding(
        "limits.l", "limits", ("n2",), Severity.BLOCK, Outcome.FAIL, "n2 is not n10 nor n1.x"
    )
    assert "  × n[1-2] are not n10 nor n1.x" in reported(one, two)


def test_a_dead_target_is_one_line_over_its_sources_and_is_named_below():
    lines = reported(*(pair(name, "gpu07") for name in NAMES if name != "gpu07"))
    assert "  × gpu[01-06,08-64] cannot reach gpu07:29500" in lines
    assert lines[:2] == ["Suspect nodes:", "  gpu07: 63 of 63 peers cannot reach it (dropped)"]


def test_nodes_that_stand_out_for_the_same_reason_are_one_line():
    dead = [
        Finding("reach.r", "reach", (node,), Severity.BLOCK, Outcome.FAIL, "down", "refused")
        for node in NAMES[:7]
    ]
    assert "  gpu[01-07]: it could not be reached (refused)" in reported(*dead)


def test_all_towards_all_others_is_one_line():
    three = NAMES[:3]
    lines = reported(*(pair(s, t) for s in three for t in three if s != t))
    assert "  × gpu[01-03] cannot reach gpu[01-03]:29500" in lines


def test_pairs_are_never_joined_into_pairs_that_hold():
    lines = reported(pair("gpu01", "gpu02"), pair("gpu03", "gpu04"))
    assert "  × gpu01 cannot reach gpu02:29500" in lines
    assert "  × gpu03 cannot reach gpu04:29500" in lines


def test_what_was_not_answered_is_told_once_with_its_checks():
    lines = reported(
        *(
            Finding(f"gpu.{claim}", "gpu", ("n1",), Severity.BLOCK, Outcome.UNKNOWN, "no answer")
            for claim in ("a", "b")
        )
    )
    assert lines[:3] == ["? gpu        2 unknown", "  ? no answer", "      gpu.a, gpu.b"]


def test_an_allowed_finding_is_shown_as_a_warning_and_goes():
    lines = reported(low("gpu01", allowed=True))
    assert lines[0].startswith("‼ limits")
    assert "  ‼ gpu01 is low (allowed)" in lines
    assert lines[-1].startswith("GO")


def test_an_area_that_does_not_apply_says_why():
    skipped = (
        Finding("gpu.g", "gpu", (name,), Severity.BLOCK, Outcome.SKIP, f"{name} has no GPU")
        for name in NAMES[:3]
    )
    alone = Finding("gpu.c", "gpu", (NAMES[0],), Severity.BLOCK, Outcome.SKIP, "no container")
    skipped = tuple(skipped)
    assert reported(*skipped)[0] == "- gpu        3 skipped: gpu[01-03] have no GPU"
    assert reported(alone, *skipped)[0] == "- gpu        4 skipped: gpu[01-03] have no GPU …"


@pytest.mark.parametrize(
    ("program", "where"),
    [
        (["python", "-m", "launcher", "start"], ""),
        (["python", "/venv/bin/launcher", "start"], ""),
        (["python", "-m", "pytest", "preflight/"], ": see --report"),
        (["python", "-m", "preflight"], ": see --report"),
    ],
)
def test_many_different_lines_of_one_cause_are_cut_and_counted(program, where, monkeypatch):
    monkeypatch.setattr("sys.orig_argv", program)
    many = (
        Finding("limits.l", "limits", (name,), Severity.BLOCK, Outcome.FAIL, f"seen {at}", "low")
        for at, name in enumerate(NAMES[:9])
    )
    assert f"    and 4 more like this on gpu[06-09]{where}" in reported(*many)


def test_control_characters_of_a_node_never_reach_the_terminal():
    bad = Finding(
        "limits.l", "limits", ("n1",), Severity.BLOCK, Outcome.FAIL, "a\x1b[2Jb\x00\ud800"
    )
    text = "\n".join(reported(bad))
    assert "\x1b" not in text and "\x00" not in text
    assert "a\\x1b[2Jb\\x00\\ud800" in text
    assert escape_text("two\nlines √") == "two\nlines √"


def test_the_words_of_one_finding_are_those_of_the_summary():
    words = describe_finding(low("gpu01", evidence={"soft": 8})).splitlines()
    assert words == [
        "gpu01 is low",
        "limits.l, gpu01, low",
        "seen: soft 8",
        "fix (on gpu01):",
        "mend it",
    ]
    assert [
        line.strip().removeprefix("× ")
        for line in reported(low("gpu01", evidence={"soft": 8}))[1:6]
    ] == words


def test_a_long_word_and_a_command_are_never_cut():
    path = "/opt/" + "x" * 90
    bad = Finding(
        "limits.l", "limits", ("n1",), Severity.BLOCK, Outcome.FAIL, f"no {path} here",
        fix=Fix(f"touch {path} && touch {path}", "n1"),
    )  # fmt: skip
    lines = reported(bad, width=60)
    assert f"    {path}" in lines and f"        touch {path} && touch {path}" in lines


def test_colour_is_only_added_never_changing_the_text():
    plain, painted = reported(*map(low, NAMES[:2])), reported(*map(low, NAMES[:2]), colour=True)
    assert "\x1b[31m×\x1b[0m" in painted[0]
    assert [line.count("×") for line in plain] == [line.count("×") for line in painted]


def test_prose_fits_the_width():
    long = Finding("limits.l", "limits", ("n1",), Severity.BLOCK, Outcome.FAIL, "word " * 60)
    assert max(map(len, reported(long, width=60))) <= 60


def test_evidence_over_nodes_is_one_text():
    seen = [{"ms": 5, "port": 22, "who": "a"}, {"ms": 9, "port": 22, "who": "b"}]
    assert evidence_text(seen) == "ms 5–9, port 22, who a …"
    assert evidence_text([{"empty": "", "none": None, "zero": 0}]) == "zero 0"
