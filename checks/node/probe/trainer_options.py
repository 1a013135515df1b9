"""The options of a script that has transformers read its data classes from the command line."""

import ast
import glob
import os

from checks.node.probe.script_calls import Visitor
from checks.node.probe.trainer_arguments import OWN, last_word
from checks.node.runtime.files import read_file

SITE = "lib*/python3*/site-packages/transformers"
FILES = {"TrainingArguments": "training_args.py"}
FILES["Seq2SeqTrainingArguments"] = "training_args_seq2seq.py"
ASKED = "parse_args_into_dataclasses"
READ_FILES = ("parse_json_file", "parse_yaml_file")


class UncertainError(Exception):
    """Which options there are is not certain."""


class WithoutOneFile(ast.NodeTransformer):
    """The script as it runs with more than one argument.

    Of `if len(sys.argv) == 2 and sys.argv[1].endswith(".json")` what stands behind `else`.
    """

    def visit_If(self, node):
        """The other branch, where the test is of one file alone."""
        self.generic_visit(node)
        inside = list(ast.walk(node.test))
        counts = any(last_word(getattr(each, "func", None)) == "len" for each in inside)
        if counts and any(last_word(each) == "argv" for each in inside):
            two = [each for each in inside if isinstance(each, ast.Compare)][:1]
            if two and isinstance(two[0].ops[0], ast.Eq) and value_is(two[0].comparators[0], 2):
                return node.orelse or ast.Pass()
        return node


def value_is(node, value):
    """Whether an expression is that literal."""
    try:
        return ast.literal_eval(node) == value
    except (ValueError, TypeError, SyntaxError):
        return False


def classes_of(tree):
    """{name: its statement}; a name that is defined twice is not known."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found[node.name] = None if node.name in found else node
    return found


def library_class(name, prefix):
    """transformers' own class of that name as the environment has it. Raises UncertainError."""
    found = glob.glob(os.path.join(prefix, SITE, FILES[name]))
    paths = set(map(os.path.realpath, found))  # lib64 is often a link to lib
    if len(paths) != 1:
        raise UncertainError
    tree = ast.parse(read_file(paths.pop(), "") or "")
    found = classes_of(tree).get(name)
    if found is None:
        raise UncertainError
    return found


def fields_of(name, classes, own, prefix):
    """The fields that a data class takes from the command line, those that it inherits first.

    `own` are the names of transformers' classes there. Raises UncertainError.
    """
    if name in own:
        classes, own, node = {}, set(OWN), library_class(name, prefix)
    else:
        node = classes.get(name)
    marks = [last_word(getattr(each, "func", each)) for each in getattr(node, "decorator_list", ())]
    if node is None or node.keywords or "dataclass" not in marks:
        raise UncertainError
    above = [fields_of(last_word(base), classes, own, prefix) for base in node.bases]
    inherited = [each for names in above for each in names]
    return inherited + [each for line in node.body for each in field_of(line)]


def field_of(line):
    """The name of a field that is an option; none for other statements of a class."""
    if not isinstance(line, ast.AnnAssign) or not isinstance(line.target, ast.Name):
        return []
    words = {last_word(each) for each in ast.walk(line.annotation)}
    call = line.value if isinstance(line.value, ast.Call) else None
    if words & {"ClassVar", "InitVar"} or last_word(getattr(call, "func", None)) == "HfArg":
        raise UncertainError
    given = {each.arg: each.value for each in call.keywords} if call else {}
    metadata = given.get("metadata")
    if metadata is not None and not isinstance(metadata, ast.Dict):
        raise UncertainError
    if any(not is_plain_key(key) for key in getattr(metadata, "keys", ())):
        raise UncertainError
    return [] if "init" in given and not value_is(given["init"], True) else [line.target.id]


def is_plain_key(key):
    """Whether it is a literal, and not the one that gives an option more names."""
    try:
        return key is not None and ast.literal_eval(key) != "aliases"
    except (ValueError, TypeError, SyntaxError):
        return False


def options_of(name):
    """Every spelling of one field, which may take any number of values."""
    dashed = name.replace("_", "-")
    flags = ["--" + name, "--no_" + name]
    flags += ["--" + dashed, "--no-" + dashed] if dashed != name else ["--no-" + dashed]
    return {"flags": flags, "nargs": "*", "type": "any"}


def parsed_classes(tree):
    """The names of the data classes, the call that makes the parser, and the one that reads them.

    Raises UncertainError where the parser is used for more than that.
    """
    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    made = [call for call in calls if last_word(call.func).endswith("Parser")]
    asked = [call for call in calls if last_word(call.func) == ASKED]
    if len(made) != 1 or len(asked) != 1 or last_word(made[0].func) != "HfArgumentParser":
        raise UncertainError
    if len(made[0].args) != 1 or made[0].keywords or asked[0].args or asked[0].keywords:
        raise UncertainError
    require_only_asked(nodes, made[0], asked[0])
    given = made[0].args[0]
    listed = given.elts if isinstance(given, (ast.Tuple, ast.List)) else [given]
    if not all(isinstance(each, ast.Name) for each in listed):
        raise UncertainError
    return [last_word(each) for each in listed], made[0], asked[0]


def require_only_asked(nodes, made, asked):
    """Raises UncertainError where the parser is given to others, or more options."""
    names = [
        node.targets[0].id
        for node in nodes
        if isinstance(node, ast.Assign)
        and node.value is made
        and isinstance(node.targets[0], ast.Name)
    ]
    uses = [
        node
        for node in nodes
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in names
    ]
    loads = [
        node
        for node in nodes
        if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)
    ]
    direct = asked.func.value is made or getattr(asked.func.value, "id", None) in names
    others = [node for node in uses if node.attr not in (ASKED, "set_defaults", *READ_FILES)]
    if others or len(loads) != len(uses) or not direct:
        raise UncertainError


def trainer_parser(tree, imported, python, meddles, runs):
    """{"line", "abbreviates", "helps", "options"} as `script_options` has them, or UncertainError.

    `meddles` and `runs` say of the script whether it changes its words, and what surely runs.
    """
    tree = ast.fix_missing_locations(WithoutOneFile().visit(tree))
    names, made, asked = parsed_classes(tree)
    from_library = {name for name, module in imported if module == "transformers"}
    visitor = Visitor()
    visitor.visit(tree)
    above = [each for call, each in visitor.found if call is asked]
    if "HfArgumentParser" not in from_library or meddles(list(ast.walk(tree))):
        raise UncertainError
    if not above or not runs(above[0], visitor.found):
        raise UncertainError
    own, prefix = from_library & set(OWN), os.path.dirname(os.path.dirname(python))
    classes = classes_of(tree)
    fields = [each for name in names for each in fields_of(name, classes, own, prefix)]
    options = [options_of(name) for name in sorted(set(fields))]
    found = {"line": made.lineno, "abbreviates": True, "helps": True, "of_trainer": True}
    return dict(found, options=options)
