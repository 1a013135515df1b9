"""The pages say what is there, all of it, and nothing that is not."""

from __future__ import annotations

import argparse
import ast
import re
import shlex

import pytest

from checks.catalogue import AREAS, CATALOGUE
from checks.causes import MEANING
from checks.check import claims_of
from checks.cluster.hosts import EXPECTED, read_hosts
from checks.cluster.launchfile import READERS, parse_launch_file
from checks.facts import ClusterView
from checks.judge import judge
from checks.report import document
from launcher import cli
from launcher.lab.faults import FAULTS
from preflight import options
from tests.documents import PAGES, ROOT, Page, page
from tests.snapshots import snapshot

PARTS = ("Claim", "Why", "Measured", "Mend")
SHOWN_AREAS = list(dict.fromkeys(check.area for check in CATALOGUE.values()))
PYTEST_OPTIONS = {
    *("-k", "-m", "--lf", "-x", "-q", "-v", "--junitxml", "-n", "--collect-only"),
    *("--pyargs", "-p", "-o", "-c"),
}


class Recorder:
    """Stands where pytest's parser does and remembers the options."""

    def __init__(self):
        self.flags: list[str] = []

    def getgroup(self, *_):
        return self

    def addoption(self, *flags, **_):
        self.flags += flags


def preflight_options() -> list[str]:
    recorder = Recorder()
    options.add(recorder)
    return recorder.flags


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
    path: flags for path, flags in leaves(cli.parser()).items() if path and path != ("lab",)
}


def shown(pages):
    return [pytest.param(Page(path), id=str(path.relative_to(ROOT))) for path in pages]


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


@pytest.mark.parametrize("check", CATALOGUE.values(), ids=CATALOGUE)
def test_every_check_has_a_heading_and_its_four_parts(check):
    section = page(f"checks/{check.area}.md").sections[check.id]
    parts = dict(re.findall(r"^\*\*(\w+)\.\*\* (.+)$", section, re.MULTILINE))
    assert tuple(parts) == PARTS
    assert all(len(part.split()) > 1 for part in parts.values())


@pytest.mark.parametrize("area", SHOWN_AREAS)
def test_every_cause_that_a_check_tells_is_on_its_page(area):
    tree = ast.parse((ROOT / f"checks/{area}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    judged = [call for call in calls if getattr(call.func, "id", "") in ("block", "warn")]
    causes = {cause for call in judged for cause in written(call.args[0])}
    assert causes <= page(f"checks/{area}.md").code


def written(cause: ast.expr) -> set[str]:
    """The causes that an argument can be, as far as they are written there."""
    if isinstance(cause, ast.IfExp):
        return written(cause.body) | written(cause.orelse)
    return {str(cause.value)} if isinstance(cause, ast.Constant) else set()


def test_every_cause_of_a_failed_login_is_described():
    assert MEANING.keys() <= page("checks/ssh.md").code


def test_every_area_with_checks_has_a_page_and_no_other():
    there = {path.stem for path in (ROOT / "docs/checks").glob("*.md")}
    assert there == set(SHOWN_AREAS)


@pytest.mark.parametrize("area", SHOWN_AREAS)
def test_no_heading_names_a_check_that_is_not_there(area):
    headings = {heading for heading in page(f"checks/{area}.md").sections if "." in heading}
    assert headings <= CATALOGUE.keys()


@pytest.mark.parametrize("doc", shown(PAGES))
def test_every_check_that_a_page_names_is_there(doc):
    ids = re.findall(rf"\b(?:{'|'.join(AREAS)})\.[a-z0-9]+(?:-[a-z0-9]+)+\b", doc.text)
    example = {"area.claim-that-should-hold", "limits.swap-is-off"}
    assert set(ids) - example <= CATALOGUE.keys()


def test_the_example_of_a_launch_file_is_valid_and_has_every_key():
    blocks = page("hosts.md").fences("toml")
    files = [parse_launch_file(block, "docs/hosts.md") for block in blocks]
    given = {name for file in files for name, value in vars(file).items() if value is not None}
    assert READERS.keys() | {"env"} <= given


@pytest.mark.parametrize("field", READERS)
def test_every_key_of_the_launch_file_is_described(field):
    from checks.cluster.launchfile import _KEYS

    table, key = next(
        (table, key) for table, keys in _KEYS.items() for key in keys if keys[key][0] == field
    )
    assert (f"[{table}] {key}" if table else key) in page("hosts.md").code


def test_the_example_of_a_hosts_file_is_valid_and_has_every_key():
    (example,) = page("hosts.md").fences("hosts")
    assert len(read_hosts(example, "docs/hosts.md")) > 3
    assert all(f"{key}=" in example for key in re.findall(r"\[(\w+)=", EXPECTED))


def test_every_field_of_the_json_report_is_described():
    snap = snapshot()
    claims = claims_of([CATALOGUE["reach.controller-logs-in"]], snap.job)
    report = document(judge(claims, ClusterView(snap)), snap, 1.0)
    fields = {*report, *report["nodes"][0], *report["findings"][0]}
    assert len(fields) > len(report)
    assert fields <= page("preflight.md").words


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_of_the_lab_is_listed(name):
    assert name in page("lab.md").code


def test_no_fault_is_listed_that_is_not_there():
    rows = re.findall(r"^\| `([a-z0-9-]+)` \|", page("lab.md").text, re.MULTILINE)
    assert sorted(rows) == sorted(FAULTS)


@pytest.mark.parametrize("doc", shown(PAGES))
def test_every_link_leads_somewhere(doc):
    for link in doc.links:
        name, _, anchor = link.partition("#")
        target = (doc.path.parent / name).resolve() if name else doc.path
        assert target.exists(), link
        assert not anchor or anchor in Page(target).anchors, link


def test_every_page_is_reached_from_the_index():
    index = page("README.md")
    linked = {(index.path.parent / link.partition("#")[0]).resolve() for link in index.links}
    assert {path for path in PAGES if (ROOT / "docs") in path.parents} <= linked | {index.path}


@pytest.mark.parametrize("doc", shown(PAGES))
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


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "clean"])
def test_every_target_that_a_person_types_is_in_the_makefile(target):
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", text, re.MULTILINE)


@pytest.mark.parametrize("doc", shown(PAGES))
def test_every_make_target_that_a_page_names_is_there(doc):
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^\s*(?:\$ )?)make ([a-z]+)", doc.text, re.MULTILINE):
        assert re.search(rf"^{target}:", text, re.MULTILINE), target


@pytest.mark.parametrize("doc", shown(PAGES))
def test_every_file_of_the_project_that_a_page_names_is_there(doc):
    rooms = "checks|preflight|launcher|tests|examples|scripts|docs|benchmarks"
    named = re.findall(rf"`((?:{rooms})/[\w./-]*)`", doc.text)
    for name in named:
        assert (ROOT / name).exists() or "AREA" in name, name
