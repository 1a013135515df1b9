"""The arrows between the rooms, as docs/architecture.md draws them: no import runs upwards."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from graphlib import TopologicalSorter
from pathlib import Path

from tests.support.paths import ROOT

EVERYWHERE = {"checks", "checks.quick_dataclass"}
"""What any module may import."""
ROOMS: dict[str, tuple[str, ...]] = {
    # the spine's nouns
    "checks.printable": (),
    "checks.errors": ("checks.printable",),
    "checks.job.user_files": ("checks.errors",),
    "checks.job.training_words": (),
    "checks.job.value_readers": ("checks.job.training_words", "checks.job.user_files"),
    "checks.job.key": (),
    "checks.answer": (),
    "checks.model": ("checks.job.key", "checks.job.value_readers"),
    "checks.next_line": ("checks.job.key", "checks.model"),
    "checks.folded_names": (),
    "checks.import_order": (),
    "checks.garbage": (),
    "checks.quick_dataclass": (),
    "checks.escaped_streams": ("checks.printable",),
    "checks.private_files": (),
    "checks.units": (),
    "checks.untrusted_json": (),
    "checks.masking": ("checks.job.key", "checks.model"),
    # what is on the nodes, and what was read from them
    "checks.node": (),
    "checks.facts": (
        "checks.answer",
        "checks.errors",
        "checks.masking",
        "checks.model",
        "checks.next_line",
        "checks.private_files",
        "checks.untrusted_json",
    ),
    "checks.run_files": ("checks.errors", "checks.facts"),
    "checks.job": ("checks.errors", "checks.folded_names", "checks.model"),
    "checks.corrected_line": (
        "checks.errors",
        "checks.job.hosts",
        "checks.job.user_files",
        "checks.masking",
        "checks.next_line",
    ),
    # what it means
    "checks.outliers": ("checks.facts", "checks.model"),
    "checks.knowledge": (
        "checks.errors",
        "checks.facts",
        "checks.folded_names",
        "checks.job.slot_filter",
        "checks.model",
        "checks.outliers",
        "checks.untrusted_json",
    ),
    "checks.docstring": (),
    "checks.check": ("checks.docstring", "checks.facts", "checks.model"),
    "checks.areas": (
        "checks.check",
        "checks.errors",
        "checks.facts",
        "checks.folded_names",
        "checks.job.slot_filter",
        "checks.knowledge",
        "checks.masking",
        "checks.model",
        "checks.outliers",
        "checks.units",
    ),
    "checks.declared": ("checks.areas", "checks.check"),
    "checks.catalogue": (
        "checks.check",
        "checks.declared",
        "checks.errors",
        "checks.job.user_files",
        "checks.model",
    ),
    "checks.effects": ("checks.errors", "checks.facts", "checks.model"),
    "checks.judge": (
        "checks.check",
        "checks.effects",
        "checks.errors",
        "checks.facts",
        "checks.knowledge.container_network",
        "checks.knowledge.entered_containers",
        "checks.knowledge.ephemeral_ports",
        "checks.knowledge.unlocking",
        "checks.model",
        "checks.printable",
    ),
    # how it is found out
    "checks.contact": (
        "checks.answer",
        "checks.errors",
        "checks.facts",
        "checks.job.hosts",
        "checks.model",
        "checks.node.runtime",
        "checks.untrusted_json",
    ),
    "checks.stages": (
        "checks.answer",
        "checks.contact",
        "checks.errors",
        "checks.facts",
        "checks.folded_names",
        "checks.knowledge",
        "checks.masking",
        "checks.model",
        "checks.next_line",
        "checks.node.probe",
        "checks.node.programs",
        "checks.outliers",
        "checks.run_files",
        "checks.units",
    ),
    # how it is shown, and one preflight from end to end
    "checks.reports": (
        "checks.catalogue",
        "checks.check",
        "checks.errors",
        "checks.facts",
        "checks.folded_names",
        "checks.job",
        "checks.judge",
        "checks.masking",
        "checks.model",
        "checks.next_line",
        "checks.outliers",
        "checks.printable",
        "checks.private_files",
        "checks.units",
        "checks.untrusted_json",
    ),
    "checks.run": (
        "checks.catalogue",
        "checks.check",
        "checks.contact",
        "checks.errors",
        "checks.facts",
        "checks.job",
        "checks.judge",
        "checks.model",
        "checks.next_line",
        "checks.reports",
        "checks.stages",
    ),
    "preflight": ("checks",),
    # the launcher
    "launcher.agent": ("checks.node.runtime",),
    "launcher.plan": (
        "checks.errors",
        "checks.facts",
        "checks.folded_names",
        "checks.job",
        "checks.knowledge",
        "checks.masking",
        "checks.model",
        "checks.next_line",
        "launcher.agent",
    ),
    "launcher.record": (
        "checks.errors",
        "checks.masking",
        "checks.next_line",
        "checks.node.runtime",
        "checks.private_files",
        "checks.run_files",
    ),
    "launcher.rank_output": ("checks.printable",),
    "launcher.exit_codes": (),
    "launcher.diagnosis": (
        "checks.declared",
        "checks.check",
        "checks.errors",
        "checks.folded_names",
        "checks.knowledge",
        "checks.masking",
        "checks.next_line",
        "checks.units",
        "launcher.rank_output",
        "launcher.record",
    ),
    "launcher.run": (
        "checks.contact",
        "checks.errors",
        "checks.escaped_streams",
        "checks.facts.decode",
        "checks.folded_names",
        "checks.knowledge.exit_status",
        "checks.masking",
        "checks.model",
        "checks.printable",
        "checks.units",
        "checks.untrusted_json",
        "launcher.agent",
        "launcher.diagnosis",
        "launcher.exit_codes",
        "launcher.plan",
        "launcher.rank_output",
        "launcher.record",
    ),
    "launcher.options": ("checks",),
    "launcher.command_line": ("checks",),
    "launcher.gate": ("checks",),
    "launcher.recheck": ("checks",),
    "launcher.commands": (
        "checks",
        "launcher.command_line",
        "launcher.diagnosis",
        "launcher.exit_codes",
        "launcher.gate",
        "launcher.options",
        "launcher.plan",
        "launcher.rank_output",
        "launcher.recheck",
        "launcher.record",
        "launcher.run",
    ),
    "launcher.lab": (
        "checks.errors",
        "checks.folded_names",
        "checks.next_line",
        "launcher.command_line",
    ),
    "launcher.cli": ("checks", "launcher"),
    "launcher.__main__": ("checks.import_order", "launcher.cli"),
}
"""Each room, and the rooms that it may import; those further down may import those above."""

LAUNCHER_FACE = ("launcher.__main__",)
"""What only starts the command line."""

STANDARD_LIBRARY_ONLY = ("checks.node.probe", "checks.node.runtime", "launcher.agent")
"""What runs on nodes under their own python."""
TRAINING_PROGRAMS = ("checks.node.programs", "launcher.commands.weights.merge")
"""What the training interpreter runs: it alone has torch."""
CONTACT = ("checks.contact", "checks.stages")
"""Where connections are opened and nodes are asked."""
HEAVY = ("torch", "deepspeed", "accelerate", "transformers")
PROJECT = ("checks", "preflight", "launcher", "tests")


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {
    module_of(path): path
    for top in ("checks", "preflight", "launcher")
    for path in sorted((ROOT / top).rglob("*.py"))
}


def imports(path: Path) -> set[str]:
    """The modules that a file imports, those of the project in full."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= inner or {node.module or ""}
    return found


IMPORTS = {module: imports(path) for module, path in MODULES.items()}


def first_needs(module: str) -> set[str]:
    """The modules of the project that must be there before this one, packages included."""
    body = ast.parse(MODULES[module].read_text(encoding="utf-8")).body
    names = set()
    for node in body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    ends = [(name, end) for name in names for end, each in enumerate(name + ".") if each == "."]
    found = {name[:end] for name, end in ends} & MODULES.keys()
    return {name for name in found if not inside(module, name)}


def inside(module: str, *rooms: str) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def room_of(module: str) -> str:
    return next((room for room in ROOMS if inside(module, room)), "")


def test_rooms_are_listed_after_those_that_they_import():
    known: list[str] = []
    for room, allowed in ROOMS.items():
        later = {room for room in ROOMS if room not in known}
        unknown = [entry for entry in allowed if not inside(entry, *known)]
        for entry in unknown:  # a whole package: all of its rooms that this one is not part of
            assert entry in ("checks", "launcher"), f"{room} stands before {entry}"
            assert not any(inside(other, entry) for other in later - {room, *LAUNCHER_FACE}), room
        known.append(room)


def test_every_module_stands_in_a_room_and_imports_what_its_room_may():
    offenders = {module: _upward_imports(module) for module in MODULES}
    assert not {module: names for module, names in offenders.items() if names}


def _upward_imports(module: str) -> list[str]:
    """What a module imports of the project although its room may not."""
    room = room_of(module)
    assert room or module in ("checks", "launcher"), f"{module} stands in no room"
    ours = {name for name in IMPORTS[module] if inside(name, *PROJECT)}
    allowed = (room, *ROOMS[room]) if room else ()
    return sorted(name for name in ours - EVERYWHERE if not inside(name, *allowed))


def importers_of(modules: Iterable[str], *packages: str) -> dict[str, list[str]]:
    """Which of the modules import one of the packages, and what of it."""
    found = {
        module: sorted(name for name in IMPORTS[module] if inside(name, *packages))
        for module in modules
    }
    return {module: names for module, names in found.items() if names}


def modules_in(*rooms: str) -> list[str]:
    found = [module for module in MODULES if inside(module, *rooms)]
    assert found, f"no module in {rooms}"
    return found


def modules_outside(*rooms: str) -> list[str]:
    return [module for module in MODULES if not inside(module, *rooms)]


def test_each_module_can_be_imported_first():
    """Modules that wait for each other work or fail by who is imported first."""
    TopologicalSorter({module: first_needs(module) for module in MODULES}).prepare()


def test_what_runs_on_nodes_needs_only_the_standard_library():
    allowed = (*sys.stdlib_module_names, *STANDARD_LIBRARY_ONLY)
    for module in modules_in(*STANDARD_LIBRARY_ONLY):
        wrong = [name for name in IMPORTS[module] if not inside(name, *allowed)]
        assert not wrong, f"{module} imports {wrong}"
        ast.parse(MODULES[module].read_text(encoding="utf-8"), module, feature_version=(3, 6))


def test_only_preflight_knows_pytest():
    assert not importers_of(modules_outside("preflight"), "pytest", "_pytest", "preflight")


def test_only_the_contact_rooms_open_connections():
    contact = modules_in(*CONTACT, "checks.run", "checks.node")
    others = [module for module in modules_in("checks") if module not in contact]
    assert not importers_of(others, "fabric", "paramiko", "subprocess")


def test_judges_are_pure():
    assert not importers_of(modules_in("checks.areas"), "socket", "os", "pathlib", "time")


def test_the_controller_needs_no_torch():
    assert not importers_of(modules_outside(*TRAINING_PROGRAMS), *HEAVY)


def test_the_launchers_root_stays_small():
    assert len([*(ROOT / "launcher").glob("*.py")]) <= 10


def test_nothing_but_the_command_line_knows_the_lab():
    knowing = {
        module
        for module, names in IMPORTS.items()
        if any(inside(name, "launcher.lab") for name in names)
        and not inside(module, "launcher.lab")
    }
    assert knowing == {"launcher.cli"}
