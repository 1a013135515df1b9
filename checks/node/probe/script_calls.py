"""Calls of a training script with which its ranks cannot meet, or wait for each other: by reading.

Only what is certain as far as one file shows it is reported: nothing below an `if` of another kind,
a `try`, or in a function that nobody calls.
"""

import ast
import os
import re

from checks.node.probe.core import section
from checks.node.probe.trainer_arguments import last_word, names_with_one_value
from checks.node.runtime.files import read_file

ITSELF = r"(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0)"
OWN_ADDRESS = re.compile(ITSELF + "$")
OWN_METHOD = re.compile(r"tcp://" + ITSELF + r"(:|/|$)")
MEETING = ("init_process_group", "init_distributed")
SAVES = ("save_checkpoint", "load_checkpoint", "save_16bit_model")
"""What every rank of a DeepSpeed engine must call: it waits for the others there."""
FIRST_RANK = re.compile(
    r"^(\w+\.)*(rank|global_rank|world_rank|get_rank\(\))==0$"
    r"|^not(\w+\.)*(rank|global_rank|get_rank\(\))$"
    r"|^(\w+\.)*(is_main_process|is_world_process_zero)(\(\))?$"
)
MAIN = re.compile(r"^__name__==.__main__.$")
UNCERTAIN = (ast.Try, ast.IfExp, ast.ExceptHandler, ast.Lambda, ast.BoolOp)
"""What in these may not be run, or may be caught."""
MOST = 8


def source_of(node):
    """The expression as compact text, of the kinds that a test of the rank has; else ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return "%s.%s" % (source_of(node.value), node.attr)
    if isinstance(node, ast.Call):
        return source_of(node.func) + "()" if not node.args and not node.keywords else ""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return "not" + source_of(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        sides = [source_of(node.left), source_of(node.comparators[0])]
        return "==".join(sides[::-1] if sides[0] == "0" else sides)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""
    return repr(value) if isinstance(value, (int, str)) else ""


class Visitor(ast.NodeVisitor):
    """Every call and assignment with the branches above it."""

    def __init__(self):
        self.above, self.found = [], []

    def branches(self, node):
        """Each with what it takes to be run."""
        test = source_of(node.test)
        kind = "main" if MAIN.match(test) else "first" if FIRST_RANK.match(test) else "other"
        self.visit(node.test)
        self.inside(kind, node.body)
        self.inside("other" if kind != "main" else "main", node.orelse)

    def inside(self, kind, nodes):
        """Visit these as of a branch of that kind."""
        self.above.append(kind)
        for node in nodes:
            self.visit(node)
        self.above.pop()

    def visit(self, node):
        if isinstance(node, (ast.Call, ast.Assign)):
            self.found.append((node, tuple(self.above)))
        if isinstance(node, ast.If):
            self.branches(node)
        elif isinstance(node, UNCERTAIN):
            self.inside("other", ast.iter_child_nodes(node))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.inside("function " + node.name, ast.iter_child_nodes(node))
        else:
            self.generic_visit(node)


def is_reached(above, loaded):
    """Whether nothing above decides: functions that somebody names, and the script's own end."""
    return all(
        kind == "main" or (kind.startswith("function ") and kind[9:] in loaded) for kind in above
    )


def method_text(call, names):
    """How the process group is told to meet, as far as it is literal."""
    given = [keyword.value for keyword in call.keywords if keyword.arg == "init_method"]
    given += call.args[1:2] if last_word(call.func) == "init_process_group" else []
    value = names.get(getattr(given[0], "id", None), given[0]) if given else None
    if isinstance(value, ast.JoinedStr) and value.values:
        value = value.values[0]
    text = getattr(value, "s" if type(value).__name__ == "Str" else "value", None)
    return text if isinstance(text, str) else ""


def own_address(node, names):
    """The address of itself that `os.environ["MASTER_ADDR"] = …` gives; '' for all else."""
    target = node.targets[0]
    if not isinstance(target, ast.Subscript) or source_of(target.value) != "os.environ":
        return ""
    key = getattr(target.slice, "value", target.slice)  # Python 3.8 has an Index around it
    key = key if isinstance(key, ast.AST) else target.slice
    value = names.get(getattr(node.value, "id", None), node.value)
    text = source_of(value).strip("'\"")
    return text if source_of(key) == "'MASTER_ADDR'" and OWN_ADDRESS.match(text) else ""


def engine_names(nodes):
    """The names to which deepspeed.initialize gives its engine, and nothing else does."""
    found, others = set(), set()
    for node in nodes:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            is_engine = isinstance(value, ast.Call) and source_of(value.func) in (
                "deepspeed.initialize",
                "initialize",
            )
            first = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
            (found if is_engine else others).add(source_of(first))
    return found - others - {""}


def saves_shards(call, engines):
    """Whether it is a call of DeepSpeed's engine that all ranks must make."""
    return last_word(call.func) in SAVES and source_of(getattr(call.func, "value", None)) in engines


def script_calls(text):
    """[{"kind", "line", "words"}]: own-address, own-method, one-rank-saves."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    nodes = list(ast.walk(tree))
    names, engines, visitor = names_with_one_value(nodes), engine_names(nodes), Visitor()
    visitor.visit(tree)
    loaded = {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }
    saved = [last_word(node.func) for node, _ in visitor.found if isinstance(node, ast.Call)]
    found = []
    for node, above in visitor.found:
        kind = words = ""
        outside = tuple(each for each in above if each != "first")
        if isinstance(node, ast.Assign):
            kind, words = "own-address", own_address(node, names)
        elif last_word(node.func) in MEETING:
            method = method_text(node, names)
            kind, words = "own-method", method if OWN_METHOD.match(method) else ""
        elif (
            last_word(node.func) in SAVES
            and source_of(getattr(node.func, "value", None)) in engines
        ):
            once = saved.count(last_word(node.func)) == 1
            if "first" in above and once and is_reached(outside, loaded):
                found.append(
                    {"kind": "one-rank-saves", "line": node.lineno, "words": source_of(node.func)}
                )
        if words and is_reached(above, loaded):
            found.append({"kind": kind, "line": node.lineno, "words": words})
    return found[:MOST]


@section("script_calls")
def calls_of_script(args):
    """Those of the script that the command names; none where it is no .py file."""
    command = args.get("command") or [""]
    if not command[0].endswith(".py"):
        return {"calls": []}
    path = os.path.join(args.get("workdir") or "/", command[0])
    return {"calls": script_calls(read_file(path, "") or "")}
