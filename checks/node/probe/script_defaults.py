"""What a training script reads where the command does not say: its options' defaults, by reading.

An option counts as given where the command has any of its flags, or the beginning of one.
"""

import ast
import os

from checks.node.probe.script_calls import Visitor
from checks.node.probe.trainer_arguments import last_word, names_with_one_value
from checks.node.runtime.files import READ_LIMIT, read_file

LOADERS = ("from_pretrained", "load_dataset", "snapshot_download")


def text_of(node, names):
    """The text that an expression is, '' where it is none or not written out."""
    node = names.get(getattr(node, "id", None), node)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ""
    return value if isinstance(value, str) else ""


def is_given(flags, command):
    """Whether a word of the command is one of the flags, or short for one."""
    words = [word.partition("=")[0] for word in command if word.startswith("-")]
    return any(
        flag == word or (len(word) > 2 and flag.startswith(word))
        for flag in flags
        for word in words
    )


def read_defaults(text, command):
    """[(option, value)] of defaults that hold, and ("", value) of what the script itself loads."""
    try:
        tree = ast.parse(text)
        visitor = Visitor()
        visitor.visit(tree)
        names = names_with_one_value(list(ast.walk(tree)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found = []
    for call, above in visitor.found:
        word = last_word(getattr(call, "func", None))
        sure = all(kind == "main" or kind.startswith("function ") for kind in above)
        if word == "add_argument" and sure:
            flags = [text_of(argument, names) for argument in call.args]
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            value = text_of(given.get("default"), names)
            option = next((flag[2:] for flag in flags if flag.startswith("--")), "")
            if value and option and not is_given(flags, command):
                found.append((option, value))
        elif word in LOADERS and sure and call.args and text_of(call.args[0], names):
            found.append(("", text_of(call.args[0], names)))
    return found


def default_arguments(args):
    """The same of the script that the command names; none where it is no .py file."""
    command = list(args.get("command") or ())
    if not command or not command[0].endswith(".py"):
        return []
    text = read_file(os.path.join(args.get("workdir") or "/", command[0]), "") or ""
    return read_defaults(text, command[1:]) if len(text) < READ_LIMIT // 4 else []
