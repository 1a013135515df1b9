"""A check reads what it declares and nothing else, so `-k` gives the verdict of a whole run."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from checks.catalogue import CATALOGUE
from checks.check import Check, claims_of, node_check
from checks.contact.probe_program import section_modules
from checks.facts import ClusterView, Fact, Login
from checks.facts.account import Account
from checks.facts.gpus import Gpus
from checks.facts.limits import Limits
from checks.facts.ports import DialResults, Listeners
from checks.facts.smoke import Smoke
from checks.facts.view import ALWAYS_KNOWN, UndeclaredFactError
from checks.judge import judge_claims
from checks.model import Outcome, ok
from checks.stages.gather import complete_sections
from checks.stages.stage_list import STAGED_SECTIONS, STAGES
from tests.support.paths import ROOT
from tests.support.snapshots import snapshot, with_fact

ALWAYS_SAME = frozenset({"nodes", "node", "names", "head", "ssh", "container", "where"})
"""Of a job for which an earlier verdict holds; and where the hosts file lies, which fixes name."""
OF_COMMAND = frozenset(
    {"command", "same", "exist", "output", "deepspeed_config", "accelerate_config"}
    | {"accelerate_deepspeed"}
)
"""What the job runs and reads."""
PEERS = frozenset({"names", "peers"})


def facts_of_checks() -> list[type[Fact]]:
    """Every fact that a check reads."""
    facts = {fact for check in CATALOGUE.values() for fact in check.facts}
    return sorted(facts, key=lambda fact: fact.section)


Function = tuple[str, str]
"""A module and a function or class in it."""


@pytest.mark.parametrize("ask", ["read", "has"])
def test_a_fact_that_is_not_declared_cannot_be_read(ask):
    with pytest.raises(UndeclaredFactError, match="reads Limits, which it does not declare"):
        getattr(ClusterView(snapshot()).limited_to([Gpus])["node1"], ask)(Limits)


def test_who_is_logged_in_is_known_to_every_check():
    view = ClusterView(with_fact(snapshot(), "node1", Login(True))).limited_to([])
    assert view["node1"].read(Login).reached
    assert not view["node1"].has(Account)


def test_a_judge_that_reads_more_says_so_and_determines_nothing():
    greedy = node_check("area.is-greedy", Gpus)(lambda node: ok(str(node.has(Limits))))
    snap = snapshot()
    found = judge_claims(claims_of([greedy], snap.job), ClusterView(snap))
    assert {finding.outcome for finding in found} == {Outcome.UNKNOWN}
    assert "Limits, which it does not declare" in found[0].message


def test_an_optional_fact_may_be_read_and_may_be_missing():
    modest = node_check("area.is-modest", optional=(Limits,))(
        lambda node: ok(str(node.has(Limits)))
    )
    snap = snapshot()
    found = judge_claims(claims_of([modest], snap.job), ClusterView(snap))
    assert {finding.outcome for finding in found} == {Outcome.PASS}


def test_what_a_stage_fills_asks_for_the_stage_and_for_what_that_needs():
    assert complete_sections([Listeners.section]) >= {DialResults.section, "interfaces", "names"}
    assert complete_sections([Smoke.section]) == {Smoke.section, Gpus.section, Account.section}
    assert {"listen", "firewall", "port_holder"} <= STAGED_SECTIONS


def test_every_fact_that_the_source_of_a_judge_reads_is_declared():
    undeclared = {
        check.id: facts_read(source_of(check))
        - {fact.__name__ for fact in (*check.facts, *ALWAYS_KNOWN)}
        for check in CATALOGUE.values()
    }
    assert {name: facts for name, facts in undeclared.items() if facts} == {}


def test_every_field_of_the_job_that_a_judge_reads_is_declared():
    """A verdict holds for a later start while these fields do; what the job runs is judged anew."""
    undeclared = {
        check.id: job_fields_read(source_of(check)) - ALWAYS_SAME - {*check.inputs}
        for check in CATALOGUE.values()
        if not check.of_command
    }
    assert {name: fields for name, fields in undeclared.items() if fields} == {}


def source_of(check: Check) -> Function:
    return check.judge.__module__, check.judge.__name__


def asked_of_the_probe() -> list[type[Fact]]:
    """The facts that a section of the probe answers by itself; stages ask the others."""
    asked = section_modules().keys() - STAGED_SECTIONS
    return [kind for kind in facts_of_checks() if kind.section in asked]


@pytest.mark.parametrize("kind", asked_of_the_probe(), ids=lambda kind: kind.section)
def test_every_field_of_the_job_that_a_section_of_the_probe_reads_is_declared(kind):
    module = section_modules()[kind.section]
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    read = set(re.findall(r"""args(?:\[|\.get\()['"](\w+)""", without_other_sections(source, kind)))
    assert read - PEERS <= {*kind.inputs, *(OF_COMMAND if kind.of_command else ())}


def without_other_sections(source: str, kind: type[Fact]) -> str:
    """The source of a probe's module without the functions that answer other sections."""
    tree = ast.parse(source)
    own = f"section('{kind.section}')"
    tree.body = [
        statement
        for statement in tree.body
        if not getattr(statement, "decorator_list", ())
        or own in map(ast.unparse, statement.decorator_list)
    ]
    return ast.unparse(tree)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.section)
def test_every_field_of_the_job_that_a_stage_reads_is_declared(stage):
    tree = ast.parse(Path(inspect.getfile(stage.run)).read_text(encoding="utf-8"))
    (kind,) = (kind for kind in facts_of_checks() if kind.section == stage.section)
    network = {"env"} if "training_network" in ast.unparse(tree) else set()
    read = (fields_read(tree) | network) - ALWAYS_SAME - {"nccl_tests"}  # where a program lies
    assert read <= {*kind.inputs, *(OF_COMMAND if kind.of_command else ())}
    assert {field for need in stage.needs for field in need.inputs} <= {*kind.inputs}


def fields_read(tree: ast.AST) -> set[str]:
    """The fields of a job that a definition reads."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and (getattr(node.value, "attr", "") == "job" or getattr(node.value, "id", "") == "job")
    }


@functools.cache
def _fields_of_job(function: Function) -> frozenset[str]:
    return frozenset(fields_read(definitions()[function]))


def facts_read(start: Function) -> set[str]:
    """The facts that a function can reach by calls; `slots` reads GPUs."""
    return set().union(*map(_reads, reachable(start)))


def job_fields_read(start: Function) -> set[str]:
    """The fields of the job that a function can reach by calls."""
    return set().union(*map(_fields_of_job, reachable(start)))


def reachable(start: Function) -> set[Function]:
    """All that a function can reach by calls."""
    seen, waiting = {start}, [start]
    while waiting:
        called = _called(waiting.pop()) - seen
        seen |= called
        waiting += called
    return seen


@functools.cache
def _reads(function: Function) -> frozenset[str]:
    return frozenset(_facts_named(function))


def _facts_named(function: Function) -> Iterator[str]:
    """The facts named in `read` and its like, or handed on to a function that reads them."""
    kinds = fact_names()
    for node in ast.walk(definitions()[function]):
        if isinstance(node, ast.Attribute) and node.attr == "slots" and not _is_of_job(node):
            yield Gpus.__name__
        if isinstance(node, ast.Call) and not _is_declaration(node):
            yield from (
                arg.id for arg in node.args if isinstance(arg, ast.Name) and arg.id in kinds
            )


def _is_of_job(node: ast.Attribute) -> bool:
    """`node.node.slots` is what hosts.txt says."""
    return isinstance(node.value, ast.Attribute) and node.value.attr == "node"


def _is_declaration(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id.endswith("_check")


@functools.cache
def fact_names() -> frozenset[str]:
    waiting, names = [Fact], set()
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        names |= {kind.__name__ for kind in subclasses if kind.section}
        waiting += subclasses
    return frozenset(names)


@functools.cache
def definitions() -> Mapping[Function, ast.AST]:
    """Each function, class and constant of areas, knowledge and outliers."""
    return {
        (module, name): statement
        for module, tree in modules().items()
        for statement in tree.body
        for name in _names_of(statement)
    }


def _names_of(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    return [target.id for target in targets if isinstance(target, ast.Name)]


@functools.cache
def modules() -> Mapping[str, ast.Module]:
    rooms = ("checks/areas", "checks/knowledge", "checks/outliers")
    paths = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return {
        name.removesuffix(".__init__"): ast.parse(path.read_text(encoding="utf-8"))
        for name, path in zip(names, paths, strict=True)
    }


@functools.cache
def _called(function: Function) -> frozenset[Function]:
    """The functions, classes and constants of these rooms that a definition names."""
    module, _ = function
    nodes = ast.walk(definitions()[function])
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return frozenset(
        definitions().keys() & {imported(module).get(name, (module, name)) for name in names}
    )


@functools.cache
def imported(module: str) -> Mapping[str, Function]:
    """What a module imports from these rooms, by the name that it has there."""
    return {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in ast.walk(modules()[module])
        if isinstance(node, ast.ImportFrom) and node.module in modules()
        for alias in node.names
    }
