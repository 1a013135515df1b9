"""What one source file says, read as a syntax tree or line by line; nothing is imported."""

from __future__ import annotations

import ast
import contextlib
import keyword
import re
from collections.abc import Iterator, Sequence

_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS = (ast.If, ast.Try, ast.With)
_KEYWORDS = frozenset(keyword.kwlist)
_VERSION_TEST = re.compile(r"[Vv]ersion|hasattr|TYPE_CHECKING|greater_or_equal|_at_least|[<>]")


def read_source(text: str) -> dict:
    """What a module defines and imports, as plain data."""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):
        tree = ast.parse(text)
        module = {
            "names": [],
            "imports": [],
            "stars": [],
            "classes": {},
            "functions": {},
            "all": None,
        }
        _read_body(tree.body, module)
        module["uses"] = read_uses(tree)
        module["names"] = sorted(set(module["names"]))
        return module
    return {}


_OUTLINE = re.compile(
    r"^class (?P<class>\w+)|^(?:async )?def (?P<function>\w+)|^__all__ \+?= \[(?P<all>[^\]]*)\]"
    r"|^    (?P<field>[a-z]\w*):? |^        self\.(?P<attribute>[a-z]\w*) = ",
    re.MULTILINE,
)


def read_outline(text: str) -> dict:
    """The names of a module and of what its classes hold, which takes a tenth of the time."""
    module: dict = {
        "names": [],
        "imports": [],
        "stars": [],
        "classes": {},
        "functions": {},
        "all": None,
        "uses": [],
    }
    held: list[str] = []
    for found in _OUTLINE.finditer(text):
        kind, name = found.lastgroup, found[found.lastgroup]
        if kind == "class":
            held = []
            module["classes"][name] = {
                "bases": [],
                "attributes": held,
                "methods": {},
                "fields": None,
            }
        elif kind == "function":
            module["functions"][name], held = [], []
        elif kind == "all":
            module["all"] = (module["all"] or []) + re.findall(r"[\"'](\w+)[\"']", name)
        elif name not in _KEYWORDS:
            held.append(name)
    return module


def _read_body(body: Sequence[ast.stmt], module: dict) -> None:
    for node in body:
        if isinstance(node, _FUNCTION):
            module["functions"][node.name] = _arguments(node)
        elif isinstance(node, ast.ClassDef):
            module["classes"][node.name] = _read_class(node)
        elif isinstance(node, ast.ImportFrom):
            _read_import(node, module)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            _read_assignment(node, module)
        elif isinstance(node, _BLOCKS):
            for block in _blocks_of(node):
                _read_body(block, module)


def _blocks_of(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    yield from (getattr(node, name, []) for name in ("body", "orelse", "finalbody"))
    yield from (handler.body for handler in getattr(node, "handlers", []))


def _read_import(node: ast.ImportFrom, module: dict) -> None:
    for alias in node.names:
        if alias.name == "*":
            module["stars"].append([node.level, node.module or ""])
        else:
            module["imports"].append(
                [alias.asname or alias.name, node.level, node.module or "", alias.name]
            )


def _read_assignment(node: ast.Assign | ast.AnnAssign | ast.AugAssign, module: dict) -> None:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        for name in ast.walk(target):
            if isinstance(name, ast.Name) and not isinstance(target, ast.Subscript):
                module["names"].append(name.id)
                if name.id == "__all__" and node.value is not None:
                    words = [
                        each.value
                        for each in ast.walk(node.value)
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    ]
                    module["all"] = (module["all"] or []) + words


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Names of the arguments in order, with those that a decorator still takes; `**` for any."""
    given = node.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    deprecated = [
        word.value
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and "deprecate" in ast.unparse(decorator.func)
        for word in ast.walk(decorator)
        if isinstance(word, ast.Constant) and str(word.value).isidentifier()
    ]
    return [*names, *deprecated, *(["**"] if given.kwarg else [])]


def _read_class(node: ast.ClassDef) -> dict:
    """Its bases as written, its attributes, the arguments of its methods."""
    decorators = [ast.unparse(each) for each in node.decorator_list]
    found: dict = {
        "bases": [ast.unparse(each) for each in node.bases if not isinstance(each, ast.Subscript)],
        "attributes": [],
        "methods": {},
        "fields": None,
    }
    if any("dataclass" in each for each in decorators):
        found["fields"] = []
    _read_class_body(node.body, found)
    found["attributes"] = sorted(set(found["attributes"]))
    return found


def _read_class_body(body: Sequence[ast.stmt], found: dict) -> None:
    for node in body:
        if isinstance(node, _FUNCTION):
            found["methods"][node.name] = _arguments(node)
            found["attributes"] += [node.name, *_set_on_self(node), *_defaults_of(node)]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [each.id for each in targets if isinstance(each, ast.Name)]
            found["attributes"] += names
            if found["fields"] is not None and isinstance(node, ast.AnnAssign):
                found["fields"] += names
        elif isinstance(node, _BLOCKS):
            for block in _blocks_of(node):
                _read_class_body(block, found)


def _defaults_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """What a method such as `_get_global_generation_defaults` names, to be set on the object."""
    if node.name.endswith("_defaults"):
        keys = (key for each in ast.walk(node) if isinstance(each, ast.Dict) for key in each.keys)
        yield from (key.value for key in keys if isinstance(key, ast.Constant))


def _set_on_self(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for each in ast.walk(node):
        is_set = isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
        if is_set and isinstance(each.value, ast.Name) and each.value.id == "self":
            yield each.attr


def read_uses(tree: ast.AST) -> list[str]:
    """`module name` of each absolute import that nothing guards."""
    found: set[str] = set()
    _read_uses(tree, found)
    return sorted(found)


def _read_uses(tree: ast.AST, found: set[str]) -> None:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Try) or (isinstance(node, ast.If) and _asks_version(node)):
            continue
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.update(f"{node.module} {alias.name}" for alias in node.names)
        elif isinstance(node, ast.stmt):
            _read_uses(node, found)


def _asks_version(node: ast.If) -> bool:
    return bool(
        re.search(
            r"[Vv]ersion|hasattr|TYPE_CHECKING|greater_or_equal|_at_least|[<>]",
            ast.unparse(node.test),
        )
    )
