"""What a training script gives to transformers' TrainingArguments, read without running it."""

import ast

NAMES = (
    *("per_device_train_batch_size", "gradient_accumulation_steps", "auto_find_batch_size"),
    *("learning_rate", "weight_decay", "adam_beta1", "adam_beta2", "adam_epsilon"),
    *("max_grad_norm", "warmup_steps", "warmup_ratio", "max_steps"),
    *("fp16", "fp16_full_eval", "bf16", "bf16_full_eval", "fp16_backend"),
)
"""The arguments that stand in DeepSpeed's config too, or decide what must stand there."""
OWN = ("TrainingArguments", "Seq2SeqTrainingArguments")
"""The classes whose defaults are those of transformers."""
PARSERS = ("HfArgumentParser", "TrlParser")
SETTERS = (
    *("set_training", "set_optimizer", "set_lr_scheduler", "set_dataloader"),
    *("parse_dict", "setattr", "vars"),
)
"""Calls that may set any argument."""


def last_word(expression):
    """`B` of the expression `A.B` or `B`; empty for others."""
    return getattr(expression, "attr", None) or getattr(expression, "id", "")


def names_with_one_value(nodes):
    """{name: expression} of those that are assigned once in the whole script."""
    stores = [
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    ]
    taken = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {
        node.targets[0].id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and stores.count(node.targets[0].id) == 1
        and node.targets[0].id not in taken
    }


def literal_text(expression, names):
    """A number or a truth value as JSON has it; None where it is another, or not literal."""
    expression = names.get(getattr(expression, "id", None), expression)
    try:
        value = ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else None


def transformers_names(nodes):
    """Under which names this script has transformers' own classes of arguments."""
    imported = {
        name.asname or name.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "transformers"
        for name in node.names
        if name.name in OWN
    }
    derived = {
        node.name
        for node in nodes
        if isinstance(node, ast.ClassDef) and any(last_word(base) in OWN for base in node.bases)
    }
    return imported | derived


def changed_names(nodes, call):
    """Arguments that something beside that call may set: another call, an attribute, a class."""
    for node in nodes:
        if isinstance(node, ast.Call) and node is not call:
            for keyword in node.keywords:
                yield keyword.arg
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield node.attr
        elif isinstance(node, ast.ClassDef):
            for line in node.body:
                targets = [getattr(line, "target", None), *list(getattr(line, "targets", ()))]
                for target in targets:
                    yield last_word(target)


def is_own(function, own):
    """Whether a call or a class is transformers' own: by its name, or as `transformers.…`."""
    if isinstance(function, ast.Attribute):
        return function.attr in OWN and last_word(function.value) == "transformers"
    return last_word(function) in own


def the_only_call(nodes):
    """The call that makes the arguments, and whether it is a parser; None where several may."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    parsers = [call for call in calls if last_word(call.func) in PARSERS]
    made = [call for call in calls if makes_arguments(call)]
    if len(made) + len(parsers) != 1 or any(last_word(call.func) in SETTERS for call in calls):
        return None, False
    call = (made + parsers)[0]
    hides_some = len(call.args) > 1 or any(keyword.arg is None for keyword in call.keywords)
    return (None if hides_some else call), bool(parsers)


def makes_arguments(call):
    """Whether it is TrainingArguments(…), or a Config(…) of a library that is built on it."""
    name = last_word(call.func)
    has_output = any(keyword.arg == "output_dir" for keyword in call.keywords)
    return name.endswith("TrainingArguments") or (name.endswith("Config") and has_output)


def trainer_arguments(text):
    """{given, unread, defaults, parsed} of the one TrainingArguments; None where none is seen.

    `given` are {argument: JSON}, `unread` those that may have any value; `defaults` says that the
    others are as transformers has them, `parsed` that options of the command come before those.
    """
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    call, parsed = the_only_call(nodes)
    if call is None:
        return None
    own, names = transformers_names(nodes), names_with_one_value(nodes)
    kinds = [node for node in ast.walk(call) if isinstance(node, (ast.Name, ast.Attribute))]
    pairs = [] if parsed else [(keyword.arg, keyword.value) for keyword in call.keywords]
    values = {name: literal_text(value, names) for name, value in pairs if name in NAMES}
    changed = set(changed_names(nodes, call)) & set(NAMES)
    return {
        "given": {name: value for name, value in values.items() if value and name not in changed},
        "unread": sorted(changed | {name for name, value in values.items() if not value}),
        "defaults": any(is_own(kind, own) for kind in (kinds if parsed else [call.func])),
        "parsed": parsed,
    }
