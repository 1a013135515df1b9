"""The options that a script's own argparse takes, by reading it; none where any may come from else.

One parser of argparse's own, made, filled and asked in one list of statements that surely runs,
every option of it written out. What a function adds, a loop or a base class, is not known here.
"""

import ast
import os

from checks.node.probe.core import section
from checks.node.probe.script_calls import Visitor
from checks.node.probe.trainer_arguments import last_word, names_with_one_value
from checks.node.probe.trainer_options import UncertainError, trainer_parser
from checks.node.runtime.files import READ_LIMIT, read_file

PLAIN = {"prog", "usage", "description", "epilog", "formatter_class", "add_help", "allow_abbrev"}
"""Of a parser's arguments those that say nothing of its options, or are read here."""
GROUPS = ("add_argument_group", "add_mutually_exclusive_group")
HARMLESS = ("set_defaults", "print_help", "print_usage", "format_help", "format_usage", "error")
SHOWN = {"help", "metavar", "dest", "default", "const", "version", "deprecated"}
"""Of an option's arguments those that say nothing of which words it takes."""
KNOWN = {"action", "nargs", "type", "required", "choices"}
COUNTS = {"OPTIONAL": "?", "ZERO_OR_MORE": "*", "ONE_OR_MORE": "+", "REMAINDER": "..."}
ACTIONS = (
    *("store", "store_true", "store_false", "store_const"),
    *("append", "append_const", "extend", "count", "boolean", "version", "help"),
)
KINDS = ("int", "float", "str")
OF_DEEPSPEED = [
    *({"flags": [flag], "action": "store_true"} for flag in ("--deepspeed", "--deepscale")),
    *({"flags": [flag]} for flag in ("--deepspeed_config", "--deepscale_config")),
    {"flags": ["--deepspeed_mpi"], "action": "store_true"},
]
"""What deepspeed.add_config_arguments adds."""
SAME = ("record", "no_grad", "inference_mode")
"""Decorators under which a function is still called as it is written."""
MOST = 500


class UnsureError(Exception):
    """What the parser takes is not certain."""


def literal(node, names):
    """The value of an expression that is written out. Raises UnsureError."""
    node = names.get(getattr(node, "id", None), node)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise UnsureError from None


def blocks_of(tree):
    """Every list of statements that a module, a function or a branch has."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.If)):
            yield node.body


def imported_from(nodes):
    """{(name, module)} of what the script imports: of a whole module its own name."""
    return {
        (each.asname or each.name, getattr(node, "module", None) or each.name)
        for node in nodes
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for each in node.names
    }


def is_parser(call, imported):
    """Whether the call makes a parser of argparse's own."""
    if not isinstance(call, ast.Call) or last_word(call.func) != "ArgumentParser":
        return False
    name = last_word(getattr(call.func, "value", call.func))
    return {module for known, module in imported if known == name} == {"argparse"}


def made_by(statement):
    """The name that a statement `name = call(…)` gives, and the call; ('', None) for others."""
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        target = statement.targets[0]
        if len(statement.targets) == 1 and isinstance(target, ast.Name):
            return target.id, statement.value
    return "", None


def option_of(call, names):
    """{"flags"} of an option, and what of "action", "nargs", "type", "required" and "choices" is
    given. Raises UnsureError where what it takes is not written out.
    """
    flags = [literal(argument, {}) for argument in call.args]
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if not flags or not all(isinstance(flag, str) for flag in flags) or set(given) - KNOWN - SHOWN:
        raise UnsureError
    values = {name: value_of(name, given[name], names) for name in sorted(KNOWN & set(given))}
    return dict({name: value for name, value in values.items() if value is not None}, flags=flags)


def value_of(argument, node, names):
    """What an option's argument says. Raises UnsureError where that decides how many it takes."""
    word = last_word(node)
    if argument == "action":
        action = "boolean" if word == "BooleanOptionalAction" else literal(node, names)
        if action not in ACTIONS:
            raise UnsureError
        return action
    if argument == "nargs":
        count = COUNTS[word] if word in COUNTS else literal(node, names)
        return None if count is None else str(count)
    if argument == "type":
        return word if isinstance(node, ast.Name) and word in KINDS else "any"
    try:
        value = literal(node, names)
    except UnsureError:
        return False if argument == "required" else None
    if argument == "required":
        return bool(value)
    is_list = isinstance(value, (list, tuple, set, frozenset, dict))
    return sorted(map(str, value)) if is_list else None


class Reader:
    """Reads the statements beside the one that makes the parser."""

    def __init__(self, name, names):
        self.holders, self.names, self.options = {name}, names, []
        self.asked, self.known = None, set()

    def statement(self, node):
        """Take what one statement does with the parser. Raises UnsureError where it may return."""
        target, call = made_by(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            call = node.value
        if call is not None and self.takes(call, target):
            return
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)):
            for each in ast.walk(node):
                if isinstance(each, ast.Call) and last_word(each.func) == "parse_args":
                    self.takes(each, "")
        if self.asked is None and returns(node):
            raise UnsureError

    def takes(self, call, target):
        """Whether this call is one of the parser's; what it does is noted."""
        if last_word(call.func) == "add_config_arguments" and len(call.args) == 1:
            if not self.holds(call.args[0]) or (target and target not in self.holders):
                return False
            self.options += OF_DEEPSPEED
            self.known.add(id(call.args[0]))
            return True
        if not isinstance(call.func, ast.Attribute) or not self.holds(call.func.value):
            return False
        method = call.func.attr
        if method == "add_argument":
            self.options.append(option_of(call, self.names))
        elif method in GROUPS:
            self.holders |= {target} if target else set()
        elif method == "parse_args" and not call.args and not call.keywords:
            self.asked = self.asked or call
        else:
            return False
        self.known.add(id(call.func.value))
        return True

    def holds(self, node):
        """Whether the expression is the parser, or a group of it that is made on the spot."""
        if isinstance(node, ast.Name):
            return node.id in self.holders
        is_group = isinstance(node, ast.Call) and last_word(node.func) in GROUPS
        return is_group and self.takes(node, "")


def returns(node):
    """Whether a statement may leave the function that it stands in."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    return isinstance(node, ast.Return) or any(map(returns, ast.iter_child_nodes(node)))


def runs(above, calls, odd, tried=()):
    """Whether what is below these branches surely runs: no function of them is `odd`, and each is
    called by its name where that is as sure.
    """
    for kind in above:
        name = kind[9:] if kind.startswith("function ") else ""
        if kind == "main":
            continue
        if not name or name in odd or name in tried:
            return False
        if not any(
            isinstance(getattr(call, "func", None), ast.Name)
            and call.func.id == name
            and runs(other, calls, odd, (*tried, name))
            for call, other in calls
        ):
            return False
    return True


def decorated(nodes):
    """Functions that something else may call in another way."""
    return {
        node.name
        for node in nodes
        for each in getattr(node, "decorator_list", ())
        if last_word(getattr(each, "func", each)) not in SAME
    }


def meddles(nodes):
    """Whether the script may change the words before they are read, or go on after a refusal."""
    for node in nodes:
        word = last_word(node)
        if word in ("argv", "SystemExit", "parse_known_args", "parse_intermixed_args"):
            return True
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            return True
    return False


def read_options(tree):
    """{"line", "abbreviates", "helps", "options"} of the script's parser. Raises UnsureError."""
    nodes = list(ast.walk(tree))
    imported, names = imported_from(nodes), names_with_one_value(nodes)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    made = [call for call in calls if last_word(call.func).endswith("Parser")]
    if len(made) != 1 or not is_parser(made[0], imported) or meddles(nodes):
        raise UnsureError
    blocks = [block for block in blocks_of(tree) if made[0] in (made_by(each)[1] for each in block)]
    told = {keyword.arg: keyword.value for keyword in made[0].keywords}
    if len(blocks) != 1 or set(told) - PLAIN:
        raise UnsureError
    name = next(made_by(each)[0] for each in blocks[0] if made_by(each)[1] is made[0])
    reader = Reader(name, names)
    for statement in blocks[0]:
        reader.statement(statement)
    require_certain(reader, tree, nodes)
    return {
        "line": made[0].lineno,
        "abbreviates": "allow_abbrev" not in told or bool(literal(told["allow_abbrev"], names)),
        "helps": "add_help" not in told or bool(literal(told["add_help"], names)),
        "options": reader.options,
    }


def require_certain(reader, tree, nodes):
    """Raises UnsureError where the parser is used elsewhere too, or may not be asked at all."""
    harmless = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Attribute) and node.attr in HARMLESS
    }
    used = {
        id(node)
        for node in nodes
        if isinstance(node, ast.Name)
        and node.id in reader.holders
        and isinstance(node.ctx, ast.Load)
    }
    visitor = Visitor()
    visitor.visit(tree)
    asked = [above for call, above in visitor.found if call is reader.asked]
    sure = asked and runs(asked[0], visitor.found, decorated(nodes))
    if used - harmless - reader.known or not sure or len(reader.options) > MOST:
        raise UnsureError


def trainer_options(tree, python):
    """The same of a script that has transformers read its data classes. Raises UncertainError."""
    nodes = list(ast.walk(tree))
    odd = decorated(nodes)
    sure = lambda above, calls: runs(above, calls, odd)  # noqa: E731
    return trainer_parser(tree, imported_from(nodes), python, meddles, sure)


def script_options(text, python=""):
    """What the script's parser takes; None where it has none, or that is not certain."""
    try:
        tree = ast.parse(text)
        return (
            read_options(tree) if "HfArgumentParser" not in text else trainer_options(tree, python)
        )
    except (UnsureError, UncertainError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@section("script_options")
def options_of_script(args):
    """Those of the script that the command names; none where it is no .py file."""
    command = args.get("command") or [""]
    if not command[0].endswith(".py"):
        return {"parser": None}
    path = os.path.join(args.get("workdir") or "/", command[0])
    text = read_file(path, "") or ""
    return {"parser": script_options(text, args["python"]) if len(text) < READ_LIMIT // 4 else None}
