"""Where an unknown error comes from: whose code raised it, in which version, and on what condition.

A library's own `raise` or `assert` says what it objects to, and the `if` around it when. That
condition stands in its source: in the very file that the traceback names, where this machine has
it, else in the same file of the packages of an interpreter here, whose version is then named.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path, PurePosixPath

from checks.quick_dataclass import dataclass
from launcher.diagnosis.traces import Frame, Trace

MAX_SOURCE_SIZE = 4 << 20
MAX_CONDITION = 300
INTERPRETER_LIMIT_S = 20.0
_INSTALLED = re.compile(r"^(?P<root>.*/(?:site|dist)-packages)/(?P<rest>(?P<package>\w+)\b.*)$")
_STANDARD = re.compile(r"/lib/python\d[\d.]*/(?!(?:site|dist)-packages)|^<frozen |^<string>")
_LIBRARIES = (
    *("accelerate", "axolotl", "colossalai", "datasets", "deepspeed", "llamafactory", "megatron"),
    *("nemo", "openrlhf", "peft", "sglang", "swift", "torch", "torchtitan", "torchtune"),
    *("transformers", "trl", "verl", "vllm"),
)
"""What is often run from a checkout, whose folder has the library's name."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PURELIB = "import sysconfig; print(sysconfig.get_path('purelib'))"


@dataclass(frozen=True)
class Origin:
    """Who raised an error: the package, empty outside of installed ones, and its last caller."""

    frame: Frame
    package: str
    version: str
    caller: Frame | None
    condition: str

    @property
    def lines(self) -> Iterator[str]:
        """For a person."""
        place = f"{_short_path(self.frame.path)}:{self.frame.line}"
        function = f", in {self.frame.function}" if self.frame.function else ""
        if not self.package:
            yield f"whose  code outside of installed packages raised it: {place}{function}"
            yield from [f"when   {self.condition}"] if self.condition else []
            return
        is_installed = _INSTALLED.match(self.frame.path)
        name = f"{self.package} {self.version if is_installed else '(a checkout)'}".strip()
        yield f"whose  {name} raised it: {place}{function}{self._called_from}"
        if self.condition:
            yield f"when   {self.condition}"

    @property
    def _called_from(self) -> str:
        caller = self.caller
        return f"; called from {_short_path(caller.path)}:{caller.line}" if caller else ""


def find_origin(trace: Trace, python: Path | None = None) -> Origin | None:
    """Who raised the traceback's first error; None where it has no frames.

    `python` is the interpreter whose packages may be read; by default the one that runs this.
    """
    frames = [frame for frame in trace.frames if not _STANDARD.search(frame.path)]
    if not frames:
        return None
    frame = frames[-1]
    own = [each for each in frames if not library_of(each.path)]
    found = _INSTALLED.match(frame.path)
    if not found:
        package = library_of(frame.path)
        caller = own[-1] if own and package else None
        return Origin(frame, package, "", caller, _asserted(frame.code))
    source, version = _find_source(found["root"], found["rest"], python)
    condition = describe_condition(frame, source.read_text("utf-8", "replace")) if source else ""
    if source and str(source) != frame.path:
        condition += condition and f" (as {found['package']} {version} has it here)"
        version = ""
    condition = condition or _asserted(frame.code)
    return Origin(frame, found["package"], version, own[-1] if own else None, condition)


def library_of(path: str) -> str:
    """The library that a file is of: an installed package, or one in its own checkout; else empty.

    A checkout is known by a folder of the library's name in `src` or in one of nearly its name.
    """
    if found := _INSTALLED.match(path):
        return found["package"]
    parts = PurePosixPath(path).parts[:-1]
    for folder, name in pairwise(parts):
        is_checkout = folder == "src" or name in folder.lower().replace("-", "")
        if name in _LIBRARIES and is_checkout:
            return name
    return ""


def _asserted(code: str) -> str:
    """What a line of source asserts, where the traceback shows the condition whole."""
    if not code.startswith("assert "):
        return ""
    try:
        return _condition_of(ast.parse(code.rstrip(" \\(,")).body[:1])
    except SyntaxError:
        return ""


def _short_path(path: str) -> str:
    """Of a library from its package on, else the last two parts."""
    if found := _INSTALLED.match(path):
        return found["rest"]
    package = library_of(path)
    if package:
        return path[path.rindex(f"/{package}/") + 1 :]
    return "/".join(PurePosixPath(path).parts[-2:])


def _find_source(root: str, rest: str, python: Path | None) -> tuple[Path | None, str]:
    """The file, and the version of its package; None and empty where there is no such file here."""
    folders = [Path(root), *([Path(_packages_of(str(python)))] if python else [])]
    for folder in (*folders, Path(sysconfig.get_path("purelib"))):
        path = folder / rest
        if ".." not in path.parts and path.suffix == ".py" and path.is_file():
            readable = path.stat().st_size <= MAX_SOURCE_SIZE
            return path if readable else None, _installed_version(folder, rest)
    return None, ""


@cache
def _packages_of(python: str) -> str:
    """Where an interpreter has its packages; a folder that is none where it does not run."""
    try:
        done = subprocess.run(
            [python, "-I", "-c", _PURELIB],
            capture_output=True,
            text=True,
            timeout=INTERPRETER_LIMIT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "/nonexistent"
    return done.stdout.strip()


def _installed_version(folder: Path, rest: str) -> str:
    package = rest.partition("/")[0]
    names = [path.name for path in folder.glob(f"{package}-*.dist-info")]
    return names[0].removeprefix(f"{package}-").removesuffix(".dist-info") if names else ""


def describe_condition(frame: Frame, source: str) -> str:
    """When the statement of the frame raises, in the source's own words; empty if it is no raise.

    The statement has to stand in the very line and function of the frame: elsewhere it is another
    version of the file, whose condition may be another.
    """
    lines = source.splitlines()
    is_there = 0 < frame.line <= len(lines) and lines[frame.line - 1].strip() == frame.code
    if not is_there or not frame.code.startswith(("raise ", "assert ")):
        return ""
    try:
        path = _path_to(ast.parse(source), frame.line)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    return _condition_of(path) if _function_name(path) == frame.function else ""


def _function_name(path: Sequence[ast.AST]) -> str:
    return next((node.name for node in reversed(path) if isinstance(node, _FUNCTIONS)), "<module>")


def _condition_of(path: Sequence[ast.AST]) -> str:
    statement = path[-1] if path else None
    if isinstance(statement, ast.Assert):
        return f"it asserts `{_text_of(statement.test)}`, which does not hold"
    conditions = list(_guards(path))
    if conditions:
        return f"it raises this if `{_text_of(conditions[-1])}`"
    handler = next((node for node in reversed(path) if isinstance(node, ast.ExceptHandler)), None)
    if handler and handler.type:
        return f"it raises this where `{_text_of(handler.type)}` came up"
    return ""


def _path_to(tree: ast.AST, number: int) -> Sequence[ast.AST]:
    """The nodes from the module down to the raise or assert that begins in that line."""
    for child in ast.iter_child_nodes(tree):
        first, last = getattr(child, "lineno", 0), getattr(child, "end_lineno", 0)
        if isinstance(child, ast.Raise | ast.Assert) and first == number:
            return [tree, child]
        if not first or first <= number <= last:
            below = _path_to(child, number)
            if below:
                return [tree, *below]
    return []


def _guards(path: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """The conditions under which the last node of the path runs, within its function."""
    functions = [at for at, node in enumerate(path) if isinstance(node, _FUNCTIONS)]
    path = path[functions[-1] :] if functions else path
    for parent, child in pairwise(path):
        if isinstance(parent, ast.If) and child in parent.body:
            yield parent.test
        elif isinstance(parent, ast.If) and child in parent.orelse:
            yield ast.UnaryOp(ast.Not(), parent.test)


def _text_of(node: ast.expr) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= MAX_CONDITION else text[:MAX_CONDITION] + " …"
