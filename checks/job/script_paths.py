"""Which path an expression of a script is, as far as that can be read without running it."""

from __future__ import annotations

import ast
import os
from collections.abc import Collection, Iterator

MOST_STEPS = 3
"""How many names are followed: `config = json.load(file)`, `open(PATH) as file`, `PATH = "…"`."""
_SAME = {
    *("str", "Path", "pathlib.Path", "os.path.abspath", "os.path.realpath", "os.fspath"),
    *("json.load", "json.loads", "hjson.load", "hjson.loads", "open"),
}
"""Calls of which the first argument says which file is meant."""
_OWN = {"resolve", "absolute", "as_posix", "open", "read_text", "read"}
"""Methods of a path or a file that leave it the same file."""
_READERS = {*_SAME, "print"}


class PathReader:
    """Reads paths in one parsed script, which is run as `script` from the working directory."""

    def __init__(self, tree: ast.Module, script: str) -> None:
        self.tree, self.script = tree, script
        self.bound = _bound_values(tree)
        nodes = list(ast.walk(tree))
        self.parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
        stored = [node.id for node in nodes if isinstance(node, ast.Name) and _is_store(node)]
        self.rebound = {name for name in stored if stored.count(name) > 1}

    def path_of(self, value: ast.expr | None, steps: int = MOST_STEPS) -> str | None:
        """The path; None where it is not plain. It is relative as the script has it."""
        if isinstance(value, ast.Constant):
            return value.value if isinstance(value.value, str) else None
        if isinstance(value, ast.Name):
            return self._path_of_name(value.id, steps)
        if isinstance(value, ast.Attribute) and value.attr == "parent":
            above = self.path_of(value.value, steps)
            return None if above is None else os.path.dirname(above)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            return self._join([value.left, value.right], steps)
        return self._path_of_call(value, steps) if isinstance(value, ast.Call) else None

    def _path_of_name(self, name: str, steps: int) -> str | None:
        if name == "__file__":
            return self.script
        values = self.bound.get(name, [])
        if not steps or len(values) != 1 or name in self.parameters | self.rebound:
            return None
        return self.path_of(values[0], steps - 1)

    def _path_of_call(self, call: ast.Call, steps: int) -> str | None:
        function, first = ast.unparse(call.func), call.args[0] if call.args else None
        if function == "os.path.join":
            return self._join(call.args, steps)
        if function == "os.path.dirname":
            path = self.path_of(first, steps)
            return None if path is None else os.path.dirname(path)
        if function in _SAME and not _writes(call):
            return self.path_of(first, steps)
        own = isinstance(call.func, ast.Attribute) and call.func.attr in _OWN and not _writes(call)
        return self.path_of(call.func.value, steps) if own else None  # type: ignore[attr-defined]

    def _join(self, parts: list[ast.expr], steps: int) -> str | None:
        paths = [self.path_of(part, steps) for part in parts]
        known = [path for path in paths if path is not None]
        return os.path.join(*known) if known and len(known) == len(paths) else None

    def is_handled(self, path: str, given: Collection[int]) -> bool:
        """Whether the script does more with that file than read it: it may write it or look for it.

        `given` are the ids of expressions that need no second look.
        """
        calls = (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))
        return any(self._handles(call, path, given) for call in calls)

    def _handles(self, call: ast.Call, path: str, given: Collection[int]) -> bool:
        function = ast.unparse(call.func)
        if function.endswith("chdir"):
            return True
        words = [*call.args, *(each.value for each in call.keywords)]
        passed = [word for word in words if id(word) not in given and self.path_of(word) == path]
        if passed and (_writes(call) or function not in _READERS):
            return True
        is_method = isinstance(call.func, ast.Attribute) and call.func.attr not in _OWN
        return is_method and self.path_of(call.func.value) == path  # type: ignore[attr-defined]

    def literals(self, value: ast.expr, suffix: str, steps: int = MOST_STEPS) -> Iterator[str]:
        """The literal names with this suffix in it, and in what its names are bound to."""
        for node in ast.walk(value):
            if isinstance(node, ast.Constant) and str(node.value).endswith(suffix):
                yield str(node.value)
            elif isinstance(node, ast.Name) and steps:
                for other in self.bound.get(node.id, ()):
                    yield from self.literals(other, suffix, steps - 1)


def _is_store(name: ast.Name) -> bool:
    return not isinstance(name.ctx, ast.Load)


def _writes(call: ast.Call) -> bool:
    """Whether a call of `open` is for writing, as its mode says."""
    words = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "mode")]
    modes = [word.value for word in words if isinstance(word, ast.Constant)]
    return any(set(str(mode)) & set("wax+") for mode in modes if isinstance(mode, str))


def _bound_values(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What each name is assigned anywhere, or opened as."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.withitem) and node.optional_vars:
            pairs = [(node.optional_vars, node.context_expr)]
        else:
            continue
        for target, value in pairs:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
    return found
