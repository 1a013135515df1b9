"""What is printed to be typed next works where it is printed: called as this was, same options."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checks.job.build import build_job
from checks.knowledge.failures import FAILURES
from checks.model import Fix
from checks.next_line import (
    Call,
    as_called,
    failed_again_line,
    is_preflight_path,
    next_line,
    read_call,
    start_line,
    typed_options,
    with_option,
    without_allowances,
    without_option,
)
from launcher.commands.start import line_with_option
from tests.support.paths import ROOT

HERE = os.path.dirname(sys.executable)


def job(**typed):
    return build_job({"hosts": "n1", **typed}, cwd=Path("/run"), environ={})


BOTH = ("{bin}/python -m preflight", "{bin}/python -m launcher")
BY_PATH = ("{exe} -m preflight", "{exe} -m launcher")
SCRIPTS = ("/opt/x/preflight", "/opt/x/launcher")


@pytest.mark.parametrize(
    ("argv", "preflight", "launcher"),
    [
        (["{bin}/python", "-m", "launcher", "start"], *BOTH),
        (["{bin}/python", "-m", "preflight", "-q"], *BOTH),
        (["{bin}/python", "-B", "-m", "launcher"], *BOTH),
        (["/gone/python", "-m", "launcher"], *BY_PATH),
        (["python", "/opt/x/pytest", "tests/unit"], *BY_PATH),
        (["python", "-c", "import x"], *BY_PATH),
        (["python", "/opt/x/launcher", "init"], *SCRIPTS),
        (["python", "/opt/x/preflight", "-q"], *SCRIPTS),
        (["python", "/opt/x/pytest", "preflight/"], "/opt/x/pytest preflight/", BY_PATH[1]),
        (
            ["{bin}/python", "-m", "pytest", "preflight/"],
            "{bin}/python -m pytest preflight/",
            BOTH[1],
        ),
    ],
)
def test_each_face_is_called_as_the_program_was(argv, preflight, launcher, monkeypatch):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "orig_argv", [word.format(bin=HERE) for word in argv])
    places = {"bin": HERE, "exe": sys.executable}
    assert next_line("preflight") == preflight.format(**places)
    assert next_line("trust") == launcher.format(**places) + " trust"


def test_a_word_that_the_shell_finds_is_left_as_it_was_typed(monkeypatch):
    monkeypatch.setenv("PATH", HERE)
    call = read_call([os.path.basename(sys.executable), "-m", "launcher"])
    assert call.line_of("preflight") == (os.path.basename(sys.executable), "-m", "preflight")


def test_a_console_scripts_own_interpreter_is_found_by_its_other_name(tmp_path, monkeypatch):
    for name in ("python", "python3"):
        (tmp_path / name).symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setenv("PATH", str(tmp_path))
    call = read_call(["/x/python3", str(tmp_path / "pytest"), "preflight/"])
    assert call.line_of("launcher") == ("python", "-m", "launcher")
    monkeypatch.setenv("PATH", HERE)
    assert call.line_of("launcher") == (str(tmp_path / "python3"), "-m", "launcher")


LAUNCH_FILE = ["--launch-file", "l.toml"]
PLACE = ["--master-port", "1234", "--allow", "time", *LAUNCH_FILE]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("preflight", ["--hosts", "n1", *PLACE]),
        ("start", ["--hosts", "n1", "--with", "torchrun", *PLACE]),
        ("trust", ["--hosts", "n1", *LAUNCH_FILE]),
        ("sync", ["--hosts", "n1", "--sync-exclude", "*.log", *LAUNCH_FILE]),
    ],
)
def test_a_command_gets_the_typed_options_that_it_takes(command, words, tmp_path):
    (tmp_path / "l.toml").write_text('python = "python3"\n')
    typed = {"hosts": "n1", "with_": "torchrun", "master_port": 1234, "allow": ["time"]}
    if command == "sync":
        typed["sync_exclude"] = ["*.log"]
    made = build_job(typed, cwd=tmp_path, environ={}, launch_file="l.toml")
    assert typed_options(command, made) == words


def test_what_a_shell_would_change_is_quoted():
    assert next_line("preflight", job(hosts="gpu[01-16]")).endswith("--hosts 'gpu[01-16]'")


def test_the_start_of_a_job_names_its_command_or_which_word_to_replace():
    own = start_line(job(command=["train.py", "--steps", "5"]), "--sync")
    assert own == f": {next_line('start', job(), '--sync')}"
    line = next_line("start", job(), "--", "train.py")
    assert start_line(job()).endswith(f"in place of train.py: {line}")


@pytest.mark.parametrize(
    ("typed", "again"),
    [
        (["{bin}/python", "-m", "preflight", "--hosts", "n[1-2]"], "--hosts 'n[1-2]' --lf"),
        (["{bin}/python", "-m", "preflight", "--lf"], "{bin}/python -m preflight --lf"),
        (["{bin}/python", "-m", "preflight"], "{bin}/python -m preflight --lf"),
        (["python", "/opt/x/pytest", "preflight/", "-q"], "/opt/x/pytest preflight/ -q --lf"),
    ],
)
def test_what_failed_is_asked_again_by_the_line_that_was_typed(typed, again, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "orig_argv", [word.format(bin=HERE) for word in typed])
    assert failed_again_line().endswith(again.format(bin=HERE))


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (
            "start --hosts h -- t.py --token x",
            "start --hosts h --no-local-rank -- t.py --token '***'",
        ),
        ("start --with deepspeed", "start --with deepspeed --no-local-rank"),
    ],
)
def test_an_option_is_added_to_the_line_that_was_typed(typed, line, monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["/x/python", "-m", "launcher", *typed.split()])
    assert line_with_option("--no-local-rank").endswith(f" -m launcher {line}")


def test_what_launch_toml_says_is_not_typed_again(tmp_path):
    (tmp_path / "launch.toml").write_text('hosts = "n1"\npython = "/p"\n')
    assert build_job({}, cwd=tmp_path, environ={}).typed == ()


@pytest.mark.parametrize(
    "word", ["preflight/", "preflight/test_ssh.py", "preflight/test_ssh.py::x[y]"]
)
def test_a_path_of_the_checks_is_one(word, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert is_preflight_path(word)
    assert not is_preflight_path(f"tests/{word}")


def test_a_call_without_a_program_is_none():
    assert read_call(["python"]) == Call("python", (), ())


@pytest.mark.parametrize(("command", "more"), [("help", ""), ("preflight", " --help")])
def test_the_printed_line_can_be_typed(tmp_path, command, more):
    """From a folder that is no checkout: what is printed there runs there."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = f"from checks.next_line import next_line; print(next_line({command!r}))"

    def run(*argv: str) -> str:
        done = subprocess.run(
            argv, cwd=tmp_path, env=env, text=True, capture_output=True, check=True, timeout=60
        )
        return done.stdout.strip()

    assert "--hosts" in run("sh", "-c", run(sys.executable, "-c", code) + more) or command == "help"


def test_an_option_is_added_before_the_command_and_once():
    words = ("start", "--sync", "--", "train.py", "--dry-run")
    expected = ("start", "--sync", "--dry-run", "--", "train.py", "--dry-run")
    assert with_option(words, "--dry-run") == expected
    assert with_option(expected, "--dry-run") == expected
    assert with_option(("start",), "--dry-run") == ("start", "--dry-run")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("start -- t.py --master-port 1", "start --master-port 2 -- t.py --master-port 1"),
        ("start --master-port 1 --sync", "start --sync --master-port 2"),
    ],
)
def test_an_option_that_was_typed_gets_its_new_value(words, expected):
    assert with_option(words.split(), "--master-port", "2") == tuple(expected.split())


@pytest.mark.parametrize("typed", ["--dry-run", "--dry"])
def test_an_option_is_left_out_of_our_own_words_only(typed):
    words = ("start", typed, "--sync", "--", "t.py", "--dry-run")
    assert without_option(words, "--dry-run") == ("start", "--sync", "--", "t.py", "--dry-run")


OTHERS = "python -m launcher.agent; python -m launchers; /venv/bin/python -m launcher sync"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`python -m launcher sync` copies", "`/opt/x/launcher sync` copies"),
        ("python -m preflight -q", "/opt/x/preflight -q"),
        (OTHERS, OTHERS),
    ],
)
def test_our_own_commands_in_a_text_are_called_as_here(text, expected, monkeypatch):
    monkeypatch.setattr(sys, "orig_argv", ["python", "/opt/x/launcher", "start"])
    assert as_called(text) == expected


def test_every_text_names_our_commands_so_that_they_can_be_typed():
    """What a person reads has `python -m launcher start`, which is put in as it is called here."""
    texts = {known.id: f"{known.cause} {known.fix}" for known in FAILURES.values()}
    for path in [*(ROOT / "checks").rglob("*.py"), *(ROOT / "launcher").rglob("*.py")]:
        nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
        docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts |= {
            f"{path}:{node.lineno}": node.value
            for node in nodes
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docs
        }
    assert not [where for where, text in texts.items() if re.search(r"`launcher [a-z]+", text)]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("start --allow a.one -- t.py", "start -- t.py"),
        ("start --allow=a.one,b -- t.py", "start --allow=b -- t.py"),
        ("start --allow b.two --allow a -- t.py", "start --allow b.two -- t.py"),
        ("start --allow-separate -- t.py", "start --allow-separate -- t.py"),
        ("start --sync --allow a.one && start --allow a", "start --sync && start"),
        ("start -- t.py --allow Everything", "start -- t.py --allow Everything"),
    ],
)
def test_what_is_mended_need_not_be_allowed(line, shown):
    assert without_allowances(line, {"a.one", "a"}) == shown


@pytest.mark.parametrize(
    ("typed", "fixes", "line"),
    [
        ("--python /gone -q", [("--python", "/v")], "-q --python /v --lf"),
        ("--python=/gone -q", [("--python", "/v")], "-q --python /v --lf"),
        ("-q", [("--python", "/v"), ()], "-q --python /v --lf"),
        ("--python /gone", [("--python", "/v"), ("--python", "/w")], "--python /gone --lf"),
        ("", [("--python", "/v"), ("--master-port", "1")], "--python /v --master-port 1 --lf"),
    ],
)
def test_what_failed_is_asked_again_with_the_options_that_fixes_change(
    typed, fixes, line, monkeypatch
):
    monkeypatch.setattr(sys, "orig_argv", ["/x/python", "-m", "preflight", *typed.split()])
    again = failed_again_line([Fix(option=option) for option in fixes])
    assert again.endswith(f" -m preflight {line}")
