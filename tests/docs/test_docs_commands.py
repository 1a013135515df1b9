"""The pages name every command, option and fault, and none that cannot be typed."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from checks.catalogue import AREAS, CATALOGUE
from launcher import cli
from launcher.lab.faults import FAULTS
from preflight import options
from tests.support.documents import PAGES, ROOT, Page, page, page_params

PYTEST_OPTIONS = {
    *("-k", "-m", "--lf", "-x", "-q", "-v", "--junitxml", "-n", "--collect-only"),
    *("--pyargs", "-p", "-o", "-c"),
}
EXAMPLES = {
    "--version", "--local_rank", "--api-key", "--privileged", "--user", "--scope",
    "--steps", "--max_steps", "--max_train_steps", "--train-iters", "--deepspeed", "--use_cpu",
    "--ddp_backend",
}  # fmt: skip
"""What a page names of other programs, and the one option before any command."""


def preflight_options() -> list[str]:
    flags: list[str] = []
    options.add_options(lambda flag, **_: flags.append(flag))
    return flags


def leaves(parser: argparse.ArgumentParser, *path: str) -> dict[tuple[str, ...], set[str]]:
    """The options of every command, by the words that name it."""
    nested = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    flags = {flag for action in parser._actions for flag in action.option_strings}
    found = {path: flags - {"-h", "--help"}}
    for action in nested:
        for name, sub in action.choices.items():
            found |= leaves(sub, *path, name)
    return found


COMMANDS = {
    path: flags for path, flags in leaves(cli.build_parser()).items() if path and path != ("lab",)
}


def home(path: tuple[str, ...]) -> Page:
    return page("lab.md" if path[0] == "lab" else "launcher.md")


@pytest.mark.parametrize("flag", preflight_options())
def test_every_option_of_the_preflight_is_described(flag):
    assert flag in page("preflight.md").words


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_of_the_launcher_has_a_heading(path):
    assert " ".join(path) in home(path).sections


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_of_a_command_is_described(path):
    assert COMMANDS[path] <= home(path).words


@pytest.mark.parametrize("name", ["launcher.md", "lab.md"])
def test_no_heading_names_a_command_that_is_not_there(name):
    headings = {heading for heading in page(name).sections if heading.islower()}
    assert headings == {" ".join(path) for path in COMMANDS if home(path) == page(name)}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_the_lab_is_listed(name):
    assert name in page("lab.md").code


def test_no_fault_is_listed_that_is_not_there():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", page("lab.md").text, re.MULTILINE)
    assert sorted(rows) == sorted(FAULTS)


@pytest.mark.parametrize("doc", page_params(PAGES))
def test_every_command_line_can_be_typed(doc):
    for line in doc.command_lines:
        words = re.sub(r"^(sudo )?", "", line).split(" | ")[0]
        if words.startswith("python -m launcher"):
            require_launcher_command(shlex.split(words)[3:], line)
        elif words.startswith(("pytest preflight/", "python -m preflight")):
            require_options(shlex.split(words), {*preflight_options(), *PYTEST_OPTIONS}, line)


def require_launcher_command(words: list[str], line: str) -> None:
    path = tuple(words[: 2 if words[:1] == ["lab"] else 1])
    assert path in COMMANDS, line
    own = words[: words.index("--")] if "--" in words else words
    require_options(own, COMMANDS[path], line)


def require_options(words: list[str], known: set[str], line: str) -> None:
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert given <= known, line


@pytest.mark.parametrize("name", ["preflight.md", "launcher.md", "lab.md", "hosts.md"])
def test_no_option_is_described_that_is_not_there(name):
    described = {word for word in page(name).words if re.match(r"--[a-z]", word)}
    known = {*preflight_options(), *PYTEST_OPTIONS, *EXAMPLES}.union(*COMMANDS.values())
    assert described <= known


def sources() -> list[Path]:
    rooms = ("checks", "preflight", "launcher", "examples", "scripts")
    code = [path for room in rooms for path in (ROOT / room).rglob("*") if path.is_file()]
    return [*PAGES, *(path for path in code if path.suffix in ("", ".py", ".toml", ".html"))]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_sends_anybody_to_what_is_not_there(path):
    text = path.read_text(encoding="utf-8")
    for word in re.findall(r"(?:python -m launcher|`launcher) ([a-z][a-z-]+(?: [a-z]+)?)", text):
        names = tuple(word.split())
        assert names in COMMANDS or names[:1] in {*COMMANDS, ("lab",)}, word
    for word in re.findall(rf"\bsee ((?:{'|'.join(AREAS)})\.[a-z][a-z0-9-]+-[a-z0-9-]+)", text):
        assert word in CATALOGUE, word


@pytest.mark.parametrize("target", ["demo", "test", "check", "later", "bench", "clean"])
def test_every_target_that_a_person_types_is_in_the_makefile(target):
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", text, re.MULTILINE)


@pytest.mark.parametrize("doc", page_params(PAGES))
def test_every_make_target_that_a_page_names_is_there(doc):
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^\s*(?:\$ )?)make ([a-z]+)", doc.text, re.MULTILINE):
        assert re.search(rf"^{target}:", text, re.MULTILINE), target
