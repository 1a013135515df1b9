"""Who was in the middle of what when an error came up, by the frames of its traceback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from checks.knowledge.api_history.tables import LIBRARIES
from checks.quick_dataclass import dataclass

_FRAME = re.compile(
    r'^\s*(?:File "(?P<path>[^"]+)", line \d+(?:, in (?P<function>.+))?'
    r"|(?P<rich_path>\S+\.py):\d+ in (?P<rich_function>\S+))"
)
_BEGIN = "Traceback (most recent call last)"
_PACKAGE = re.compile(r"/(?:site|dist)-packages/(?P<package>[A-Za-z]\w*)[/.]")
_STANDARD = re.compile(r"/lib/python\d[\d.]*/(?!(?:site|dist)-packages)|^<")
_LIBRARY_CLASS = re.compile(
    r"\b(?:\w*(?:Accelerator|Arguments|Cache|Config|Engine|Plugin|State|Trainer)|(?:Auto|Baichuan"
    r"|Bert|CLIP|ChatGLM|Deepseek|Falcon|GPT|Gemma|Intern|Llama|MPT|Mi[sx]tral|Peft|Phi|Pre[tT]rained"
    r"|Qwen|T5)\w*)\b"
)
_PASSING_ON = ("__getattr__", "__getattribute__")
"""Functions that look up what their caller asked for."""


@dataclass(frozen=True)
class Caller:
    """Whose code asked: a package, "" of one's own; its file, and the line of code if shown."""

    package: str = ""
    path: str = ""
    code: str = ""

    @property
    def is_model(self) -> bool:
        """Whether it came with a model, with trust_remote_code."""
        return "/transformers_modules/" in self.path

    @property
    def words(self) -> str:
        """For a person."""
        name = PurePosixPath(self.path).name
        if self.is_model:
            return f"the model's own code ({name})"
        return self.package or (f"your code ({name})" if name else "the code that runs")


def is_own_call(error: str, text: str) -> bool:
    """Whether one's own code asked, and the error names nothing that is called as a library's."""
    caller = find_caller(text, error)
    is_own = caller.path and not (caller.package or caller.is_model)
    return bool(is_own and not _LIBRARY_CLASS.search(error))


def find_caller(text: str, error: str) -> Caller:
    """Whose code the traceback ends in that `error` ends; empty where there are no frames."""
    frames = [
        Caller(_package_of(path), path, code)
        for path, function, code in _frames_before(text, error)
        if not _STANDARD.search(path) and function not in _PASSING_ON
    ]
    return frames[-1] if frames else Caller()


def _frames_before(text: str, error: str) -> Iterator[tuple[str, str, str]]:
    """Path, function and code of the calls between the last beginning and the error."""
    lines = text[: text.find(error)].split("\n")
    begins = [at for at, line in enumerate(lines) if _BEGIN in line]
    lines = lines[begins[-1] if begins else 0 :]
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if found := _FRAME.match(line):
            path, function = (
                found["path"] or found["rich_path"],
                found["function"] or found["rich_function"],
            )
            yield path, function or "", "" if _FRAME.match(below) else below.strip()


def _package_of(path: str) -> str:
    """The installed package, or the library whose sources are in a folder of its name."""
    if found := _PACKAGE.search(path):
        return found["package"]
    folders = [part for part in PurePosixPath(path).parts[:-1] if part in LIBRARIES]
    return folders[-1] if folders else ""
