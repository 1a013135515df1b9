"""Whether a script's own argparse refuses the `--local_rank=N` that deepspeed passes on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_PLAIN = {"prog", "usage", "description", "epilog", "formatter_class", "add_help", "allow_abbrev"}
"""Of a parser's arguments those that change nothing in which options it takes."""
_GROUPS = {"add_argument_group", "add_mutually_exclusive_group"}
_METHODS = _GROUPS | {"add_argument", "set_defaults", "parse_args"}
_UNSURE = {"parse_known_args", "parse_known_intermixed_args"}


def refuses_local_rank(source: str) -> bool:
    """True only where nothing in the file could take it.

    Each parser is argparse's own, no other code is handed it, every option is written out, and all
    arguments must be known. False says nothing.
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names = set(_parser_names(nodes))
    return bool(names) and not any(_may_take_more(node, names) for node in nodes) and any(
        isinstance(node, ast.Attribute) and node.attr == "parse_args" for node in nodes
    )  # fmt: skip


def _parser_names(nodes: list[ast.AST]) -> Iterator[str]:
    """What is assigned a parser, or a group of one's options."""
    for node in nodes:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.targets[0], ast.Name)
            and _name_of(node.value.func) in {"ArgumentParser", *_GROUPS}
        ):
            yield node.targets[0].id


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _may_take_more(node: ast.AST, names: set[str]) -> bool:
    """Whether an option may come from elsewhere, or an unknown one be accepted, by this node."""
    match node:
        case ast.Constant(value=str(text)):
            return "local_rank" in text or "local-rank" in text
        case ast.ImportFrom(module=module, names=imported):
            own = any((each.asname or each.name) == "ArgumentParser" for each in imported)
            return own and module != "argparse"
        case ast.ClassDef():
            return any("Parser" in _name_of(base) for base in node.bases)
        case ast.Call(func=ast.Attribute(attr="add_argument"), args=args):
            return not all(isinstance(argument, ast.Constant) for argument in args)
        case ast.Call(func=ast.Attribute(attr="add_config_arguments")):
            return False  # DeepSpeed's own, which adds no --local_rank
        case ast.Call(func=function) if _name_of(function) == "ArgumentParser":
            return any(keyword.arg not in _PLAIN for keyword in node.keywords)
        case ast.Call(func=ast.Attribute(attr="parse_args")):
            return bool(node.args or node.keywords)
        case ast.Attribute(value=ast.Name(id=name), attr=attribute):
            return attribute in _UNSURE or (name in names and attribute not in _METHODS)
        case ast.Attribute(attr=attribute) | ast.Name(id=attribute):
            return attribute in _UNSURE
    return _hands_on(node, names)


def _hands_on(node: ast.AST, names: set[str]) -> bool:
    """Whether a parser stands there as a value, and not before the name of one of its methods."""
    return any(isinstance(child, ast.Name) and child.id in names and isinstance(child.ctx, ast.Load)
               for child in ast.iter_child_nodes(node))  # fmt: skip
