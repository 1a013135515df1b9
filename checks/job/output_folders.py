"""The folders that a job writes, as far as its command and launch.toml say so."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from checks.model import Job

_WRITTEN = re.compile(
    r"-{1,2}(((model|train\w*)[-_])?(output|out|save|results?)[-_](dir|directory|path|folder)"
    r"|save|logging[-_]dir|default[-_]root[-_]dir)"
)
"""Options that name a folder which is written and by no script read first: `--checkpoint_dir` of
one script is another's weights to begin with."""
_FOLDER = re.compile(r"[\w./~+@=-]*[A-Za-z_][\w./~+@=-]*")
_READ = re.compile("resume|load|from|init|pretrained")
_CHECKPOINT = re.compile(r"(.*/)?(global_step|checkpoint-)\d+(/.*)?")
_NO_FOLDER = re.compile(
    r"(true|false|yes|no|none|null|auto)|.*\.(py|json|ya?ml|toml)", re.IGNORECASE
)


def output_folders(job: Job) -> tuple[str, ...]:
    """`output` of launch.toml and what the command's arguments name, absolute, each once."""
    named = [*([job.output] if job.output else []), *_written_words(job.command[1:])]
    whole = (posixpath.normpath(posixpath.join(job.workdir, path)) for path in named)
    return tuple(dict.fromkeys(whole))


def checkpoints_read(job: Job) -> tuple[str, ...]:
    """The paths in the command that a run begins with: a checkpoint, or what an option loads."""
    written = {*_written_words(job.command[1:])}
    pairs = zip(("", *job.command), job.command, strict=False)
    split = ((option, word) for before, word in pairs for option, word in _option_of(before, word))
    return tuple(
        word
        for option, word in split
        if word not in written and (_CHECKPOINT.fullmatch(word) or _READ.search(option.lower()))
    )


def _option_of(before: str, word: str) -> list[tuple[str, str]]:
    """(option, value) of a word, whatever stands in front of it; nothing for an option alone."""
    option, equals, value = word.partition("=")
    if option.startswith("-"):
        return [(option, value)] if equals else []
    return [(before if before.startswith("-") else "", word)]


def _written_words(words: Sequence[str]) -> Iterator[str]:
    for word, following in zip(words, (*words[1:], ""), strict=False):
        option, equals, value = word.partition("=")
        value = value if equals else following
        is_folder = _FOLDER.fullmatch(value) and not value.startswith("-")
        if _WRITTEN.fullmatch(option) and is_folder and not _NO_FOLDER.fullmatch(value):
            yield value
