"""What must not be shown: values that name themselves as secrets, in environments and arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from checks.model import Job

MASK = "***"
_SECRET = re.compile(
    r"token|secret|passw|credential|api_?key|access_?key|private_?key|(^|_)(key|auth|pat)$", re.I
)
LEAST = 6
"""Characters of a secret that is looked for in what ranks print: a shorter one is in many words."""
_IN_URL = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def is_secret(name: str) -> bool:
    """Whether a variable or option of that name holds a secret."""
    return bool(_SECRET.search(name.strip("-").replace("-", "_")))


def masked(text: str) -> str:
    """`text` without the login in a URL."""
    return _IN_URL.sub(MASK, text)


def masked_env(env: Mapping[str, str]) -> dict[str, str]:
    """The environment as it may be shown."""
    return {name: MASK if is_secret(name) else masked(value) for name, value in env.items()}


def masked_argv(argv: Sequence[str]) -> list[str]:
    """The arguments as they may be shown: `--token=x`, `token=x` and `--token x` lose the x."""
    shown: list[str] = []
    for word, before in zip(argv, ("", *argv), strict=False):
        name, equals, _ = word.partition("=")
        if equals and is_secret(name):
            shown.append(f"{name}={MASK}")
        elif before.startswith("--") and "=" not in before and is_secret(before):
            shown.append(word if word.startswith("--") else MASK)
        else:
            shown.append(masked(word))
    return shown


def masked_job(job: Job) -> Job:
    """The job as it may be written down."""
    return replace(
        job,
        env=masked_env(job.env),
        command=tuple(masked_argv(job.command)),
        before=tuple(tuple(masked_argv(words)) for words in job.before),
    )


def masking(envs: Iterable[Mapping[str, str]]) -> Callable[[str], str]:
    """Takes the secrets of these environments out of a line, quoted as Python and JSON do too."""
    values = {value for env in envs for name, value in env.items() if is_secret(name)}
    ways = {
        way
        for value in values
        if len(value) >= LEAST
        for way in (value, repr(value)[1:-1], json.dumps(value)[1:-1])
    }
    if not ways:
        return lambda line: line
    secret = re.compile("|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True)))
    return lambda line: secret.sub(MASK, line)
