"""The DeepSpeed config that a script, or a file among its arguments, names by a literal path."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

LARGEST = 1 << 20
MOST_STEPS = 3
"""How many names are followed: `config = json.load(file)`, `open(PATH) as file`, `PATH = "…"`."""
_KEYWORDS = {"deepspeed", "deepspeed_config", "ds_config", "hf_ds_config", "config_params"}
_OPTION = re.compile(r"--(?:deepspeed|ds)(?:[-_]config(?:[-_]file)?)?(?:=|$)")
_YAML_KEY = re.compile(r"^deepspeed:\s*['\"]?([^\s'\"#]+\.json)\b", re.MULTILINE)
_CONFIG_KEYS = {"zero_optimization", "train_batch_size", "train_micro_batch_size_per_gpu"}


def find_config(command: Sequence[str], folders: Sequence[str]) -> str | None:
    """The path as it is named, of a file that is in one of these folders; None where none is named,
    several are, or an argument names another.
    """
    if any(map(_OPTION.match, command)):
        return None
    script = command[0] if command and command[0].endswith(".py") else ""
    named = {
        *_named_in_arguments(command[1:], folders),
        *(_named_in_script(script, folders) if script else ()),
    }
    there = [path for path in named if _find_file(path, folders)]
    return there[0] if len(there) == len(named) == 1 else None


def _find_file(path: str, folders: Sequence[str]) -> Path | None:
    found = (Path(folder, path) for folder in folders)
    return next((file for file in found if file.is_file()), None)


def _read(path: str, folders: Sequence[str]) -> str:
    """The text; empty where there is none that is short enough to be read here."""
    try:
        file = _find_file(path, folders)
        if not file or file.stat().st_size > LARGEST:
            return ""
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _named_in_arguments(words: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """What files of settings among the arguments name, or that such a file is the config itself."""
    for word in words:
        path = word.rpartition("=")[2]
        if path.endswith((".yml", ".yaml")):
            yield from _YAML_KEY.findall(_read(path, folders))
        elif path.endswith(".json"):
            yield from _named_in_json(path, folders)


def _named_in_json(path: str, folders: Sequence[str]) -> Iterator[str]:
    try:
        settings = json.loads(_read(path, folders))
    except (ValueError, RecursionError):
        return
    if not isinstance(settings, dict):
        return
    named = settings.get("deepspeed")
    if isinstance(named, str) and named.endswith(".json"):
        yield named
    elif _CONFIG_KEYS & settings.keys():
        yield path


def _named_in_script(script: str, folders: Sequence[str]) -> Iterator[str]:
    try:
        tree = ast.parse(_read(script, folders))
    except (SyntaxError, ValueError, RecursionError):
        return
    bound = _bound_values(tree)
    for value in _config_values(tree):
        for path in _literal_paths(value, bound, MOST_STEPS):
            yield os.path.join(os.path.dirname(script), path) if _is_beside(value) else path


def _config_values(tree: ast.Module) -> Iterator[ast.expr]:
    """What is given as the config to whatever takes one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            names = _KEYWORDS | ({"config"} if function == "deepspeed.initialize" else set())
            yield from (each.value for each in node.keywords if each.arg in names)
            if function.endswith(".add_argument") and any(map(_is_option, node.args)):
                yield from (each.value for each in node.keywords if each.arg == "default")
        elif isinstance(node, ast.Assign):
            targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
            if targets & _KEYWORDS:
                yield node.value


def _is_option(word: ast.expr) -> bool:
    return isinstance(word, ast.Constant) and bool(_OPTION.match(str(word.value)))


def _bound_values(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What each name is assigned anywhere, or opened as."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.withitem) and node.optional_vars:
            pairs = [(node.optional_vars, node.context_expr)]
        else:
            continue
        for target, value in pairs:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
    return found


def _literal_paths(value: ast.expr, bound: dict[str, list[ast.expr]], steps: int) -> Iterator[str]:
    """The names of JSON files in an expression, and in what its names are bound to."""
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and str(node.value).endswith(".json"):
            yield str(node.value)
        elif isinstance(node, ast.Name) and steps:
            for other in bound.get(node.id, ()):
                yield from _literal_paths(other, bound, steps - 1)


def _is_beside(value: ast.expr) -> bool:
    """Whether a path is made from the script's own."""
    return any(isinstance(node, ast.Name) and node.id == "__file__" for node in ast.walk(value))
