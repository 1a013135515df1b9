"""Whether the script takes the arguments that the command gives it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence

from checks.areas.software.argparse_refusal import refusal
from checks.check import Over, node_check
from checks.facts import NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.script_options import ScriptOptions, ScriptParser
from checks.knowledge.misspelt_options import correct_options, correct_words
from checks.masking import MASK, mask_argv
from checks.model import HERE, Fix, Job, Verdict, block, ok, skip

LOCAL_RANK = "--local_rank"
MOST_SHOWN = 12
_REQUIRED = "the following arguments are required: "


@node_check(
    "software.script-takes-its-arguments",
    ScriptOptions,
    over=Over.HEAD,
    optional=(ControllerFiles,),
    reads=("launcher", "no_local_rank"),
)
def script_takes_its_arguments(node: NodeView) -> Verdict:
    """The script's own argparse accepts the arguments that the command gives it.

    Else every rank ends with its usage text before it has done anything, once the nodes are up.

    Measured: The script is parsed, not run. What its `add_argument` calls say is asked of argparse
    with the command's arguments; of an `HfArgumentParser` the names of the options alone, with
    those of TrainingArguments as the installed transformers has them. Only where all options are
    written out one by one: nothing is said of a script that uses `parse_known_args`, subcommands,
    parents, a loop or another module's parser or data class, or that touches `sys.argv`.

    Fix:
        arguments-refused: the line to type, or the command to write in launch.toml, with the option
            of the script that is spelt most like it; without what the script does not know.
    """
    job, parser = node.job, node.read(ScriptOptions).parser
    if not job.command or not job.command[0].endswith(".py"):
        return skip("the command is no .py file")
    if parser is None:
        return skip(f"what options {job.command[0]} takes cannot be read from it alone")
    words = [*_given_by_launcher(job, parser), *job.command[1:]]
    said = _masked(job, refusal(words, parser))
    if parser.of_trainer and not _is_unknown(said):
        said = ""
    if not said or (parser.of_trainer and len(job.command) == 2):
        return ok(f"{job.command[0]} takes its {len(job.command) - 1} arguments")
    shown = 1 if parser.of_trainer else None  # the others are spellings of the first
    options = [flag for each in parser.options for flag in each.flags[:shown]]
    options = [flag for flag in options if flag != LOCAL_RANK]
    message = f"{job.command[0]} refuses the command's arguments: {said}"
    if _is_unknown(said):
        nearest = correct_options(said, " ".join(options))
        known = ", ".join([flag for flag in options if flag[:2] == "--"][:MOST_SHOWN])
        message += f"; it has {nearest or known or 'no options'}"
    return block("arguments-refused", message, _fix(node, said, options), line=parser.line)


def _is_unknown(said: str) -> bool:
    return said.startswith("unrecognized arguments: ")


def _given_by_launcher(job: Job, parser: ScriptParser) -> tuple[str, ...]:
    """`--local_rank`, where the start gives it to such a script."""
    takes_it = any(LOCAL_RANK in option.flags for option in parser.options)
    given = job.launcher == "deepspeed" and not job.no_local_rank and takes_it
    return (f"{LOCAL_RANK}=0",) if given else ()


def _masked(job: Job, text: str) -> str:
    """The text without the secrets of the command."""
    for word, shown in zip(job.command, mask_argv(job.command), strict=True):
        text = text.replace(word, shown) if shown != word else text
    return text


def _fix(node: NodeView, said: str, options: Sequence[str]) -> Fix:
    """The command without what is refused, or what to write in it."""
    if "local_rank" in said or "local-rank" in said:
        return Fix("", HERE, "let the script read LOCAL_RANK, and require no option for it")
    words = mask_argv(node.job.command)
    known = " ".join(options)
    corrected, left_out = correct_words(words, said if _is_unknown(said) else "", known)
    note = f"type it without {shlex.join(left_out)}" if left_out else ""
    typed = node.read(ControllerFiles).typed if node.has(ControllerFiles) else ()
    at = typed.index("--") + 1 if "--" in typed else len(typed)
    is_typed = list(typed[at:]) == words
    if corrected and is_typed:
        return Fix(shlex.join((*typed[:at], *corrected)), HERE, note)
    if corrected and MASK not in corrected:
        without = f" (without {shlex.join(left_out)})" if left_out else ""
        return Fix("", HERE, f"in launch.toml, [start]: command = {json.dumps(corrected)}{without}")
    what = said.partition(_REQUIRED)[2]
    if is_typed:
        return Fix("", HERE, f"type {what or 'what it takes'} behind --")
    where = "in `command` of [start] in launch.toml"
    return Fix("", HERE, f"give it {what} {where}" if what else f"correct that {where}")
