"""The DeepSpeed config that a script, or a file among its arguments, names by a literal path."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.job.script_paths import PathReader
from checks.quick_dataclass import dataclass

LARGEST = 1 << 20
_KEYWORDS = {"deepspeed", "deepspeed_config", "ds_config", "hf_ds_config", "config_params"}
_OPTION = re.compile(r"--(?:deepspeed|ds)(?:[-_]config(?:[-_]file)?)?(?:=|$)")
_YAML_KEY = re.compile(r"^deepspeed:\s*['\"]?([^\s'\"#]+\.json)\b", re.MULTILINE)
_FIRST_TAKES = {"DeepSpeedPlugin", "HfDeepSpeedConfig", "HfTrainerDeepSpeedConfig"}
_TAKERS = {"DeepSpeedStrategy"}
"""Calls whose first argument, or whose `config`, is one."""
_READ = ("Arguments", "Args", "Config", *_FIRST_TAKES, *_TAKERS)
"""How the names of those end that read the file which they are given."""
_CONFIG_KEYS = {"zero_optimization", "train_batch_size", "train_micro_batch_size_per_gpu"}


@dataclass(frozen=True)
class NamedConfig:
    """The path as it is named, from the working directory, and the file that names it."""

    path: str
    by: str


def find_config(command: Sequence[str], folders: Sequence[str]) -> NamedConfig | None:
    """The one config that is named; None where none is, several are, or an argument names another.

    It is in one of these folders; or it is missing, and the ranks would look for it in vain.
    """
    if any(map(_OPTION.match, command)):
        return None
    script = command[0] if command and command[0].endswith(".py") else ""
    named = {path: (file, False) for path, file in _named_in_arguments(command[1:], folders)}
    needed = _named_in_script(script, folders) if script else {}
    named |= {path: (script, is_needed) for path, is_needed in needed.items()}
    if len(named) != 1:
        return None
    path, (file, is_needed) = next(iter(named.items()))
    return NamedConfig(path, file) if is_needed or _find_file(path, folders) else None


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


def _named_in_arguments(words: Sequence[str], folders: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(path, file) that files of settings among the arguments name, or that are the config."""
    for word in words:
        file = word.rpartition("=")[2]
        if file.endswith((".yml", ".yaml")):
            yield from ((path, file) for path in _YAML_KEY.findall(_read(file, folders)))
        elif file.endswith(".json"):
            yield from ((path, file) for path in _named_in_json(file, folders))


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


def _named_in_script(script: str, folders: Sequence[str]) -> dict[str, bool]:
    """The paths, and whether a file must be there, since nothing shows that the script makes it."""
    try:
        tree = ast.parse(_read(script, folders))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    reader, values = PathReader(tree, script), list(_config_values(tree))
    given = {id(value) for value, _ in values}
    named: dict[str, bool] = {}
    for value, is_read in values:
        path = reader.path_of(value)
        if path and path.endswith(".json"):
            named[path] = named.get(path) or (is_read and not reader.is_handled(path, given))
        else:
            named = dict.fromkeys(reader.literals(value, ".json"), False) | named
    return named


def _config_values(tree: ast.Module) -> Iterator[tuple[ast.expr, bool]]:
    """What is given as the config to whatever takes one, and whether that surely reads a file."""
    initialize = set(_initializers(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            taker = function.rpartition(".")[2]
            names = _KEYWORDS | (
                {"config"} if {function, taker} & {*initialize, *_TAKERS} else set()
            )
            is_read = function in initialize or taker.endswith(_READ)
            yield from ((each.value, is_read) for each in node.keywords if each.arg in names)
            if taker in _FIRST_TAKES and node.args:
                yield node.args[0], True
            if taker == "add_argument" and any(map(_is_option, node.args)):
                yield from ((each.value, True) for each in node.keywords if each.arg == "default")
        elif isinstance(node, ast.Assign):
            targets = {target.id for target in node.targets if isinstance(target, ast.Name)}
            if targets & _KEYWORDS:
                yield node.value, False


def _initializers(tree: ast.Module) -> Iterator[str]:
    """How this script calls `deepspeed.initialize`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (
                f"{name.asname or name.name}.initialize"
                for name in node.names
                if name.name == "deepspeed"
            )
        elif isinstance(node, ast.ImportFrom) and node.module == "deepspeed":
            yield from (
                name.asname or name.name for name in node.names if name.name == "initialize"
            )


def _is_option(word: ast.expr) -> bool:
    return isinstance(word, ast.Constant) and bool(_OPTION.match(str(word.value)))
