"""What must not be shown: values that name themselves as secrets, in environments and arguments."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from checks.job.key import declared_keys
from checks.model import Job

MASK = "***"
_SECRET_NAME = re.compile(
    r"token(?!iz)|secret|passw|credential|api_?key|access_?key|private_?key|(^|_)(key|auth|pat|pwd)$",
    re.I,
)
_PLAIN = re.compile(r"[A-Za-z_]*|[\d.,_-]*|<.*>|.*/.*")
"""A word, a number, a token of a language model, a path or a model's name: arguments such as
`--max_tokens` and `--text_key` have those, and ranks print them for good reasons."""
MIN_SECRET_LENGTH = 6
"""Characters of a secret that is looked for in what ranks print: a shorter one is in many words."""
_URL_LOGIN = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def is_secret(name: str) -> bool:
    """Whether a variable or option of that name holds a secret."""
    return bool(_SECRET_NAME.search(name.strip("-").replace("-", "_")))


def mask_urls(text: str) -> str:
    """`text` without the login in a URL."""
    return _URL_LOGIN.sub(MASK, text)


def mask_env(env: Mapping[str, str]) -> dict[str, str]:
    """The environment as it may be shown."""
    return {name: MASK if is_secret(name) else mask_urls(value) for name, value in env.items()}


def mask_argv(argv: Sequence[str]) -> list[str]:
    """The arguments as they may be shown: `--token=x`, `token=x` and `--token x` lose the x."""
    shown: list[str] = []
    for word, before in zip(argv, ("", *argv), strict=False):
        name, equals, _ = word.partition("=")
        if equals and is_secret(name):
            shown.append(f"{name}={MASK}")
        elif before.startswith("-") and "=" not in before and is_secret(before):
            shown.append(word if word.startswith("--") else MASK)
        else:
            shown.append(mask_urls(word))
    return shown


def mask_typed(words: Sequence[str]) -> list[str]:
    """What was typed after a command's name, to be shown or typed again: our own options with
    secrets, also abbreviated, are left out, secrets among the script's arguments are masked.
    """
    own = list(itertools.takewhile(lambda word: word != "--", words))
    shown: list[str] = []
    is_value = False
    for word in own:
        name, equals, _ = word.partition("=")
        if is_value or _is_secret_option(name):
            is_value = not is_value and not equals
        else:
            shown.append(word)
    return mask_argv([*shown, *words[len(own) :]])


def _is_secret_option(name: str) -> bool:
    """Whether it is one of ours, whole or as argparse takes it."""
    flags = [key.flag for key in declared_keys(Job) if key.secret]
    return name[2:] != "" and any(flag.startswith(name) for flag in flags)


def _argument_secrets(argv: Sequence[str]) -> Iterator[str]:
    """The values that `mask_argv` takes out, but for plain words and numbers."""
    for word, masked in zip(argv, mask_argv(argv), strict=True):
        if masked.endswith(MASK):
            secret = word[len(masked) - len(MASK) :]
            if not _PLAIN.fullmatch(secret):
                yield secret


def mask_job(job: Job) -> Job:
    """The job as it may be written down."""
    secret = [key for key in declared_keys(Job) if key.secret]
    flags = {key.flag for key in secret}
    masked: dict[str, Any] = {key.field: MASK for key in secret if key.value_in(job)}
    return replace(
        job,
        **masked,
        typed=tuple((flag, MASK if flag in flags else value) for flag, value in job.typed),
        env=mask_env(job.env),
        command=tuple(mask_argv(job.command)),
        before=tuple(tuple(mask_argv(words)) for words in job.before),
    )


def secret_masker(
    envs: Iterable[Mapping[str, str]], commands: Iterable[Sequence[str]] = ()
) -> Callable[[str], str]:
    """Takes the secrets of these environments and commands out of a line, however it quotes them.

    So too the logins of URLs there. A plain word or number of a command is no secret.
    """
    envs, commands = list(envs), list(commands)
    values = {value for env in envs for name, value in env.items() if is_secret(name)}
    values |= {value for argv in commands for value in _argument_secrets(argv)}
    texts = [*(value for env in envs for value in env.values()), *itertools.chain(*commands)]
    logins = {login for text in texts for login in _URL_LOGIN.findall(text)}
    values |= logins | {login.partition(":")[2] for login in logins}
    ways = {
        way
        for value in values
        if len(value) >= MIN_SECRET_LENGTH
        for way in (value, repr(value)[1:-1], json.dumps(value)[1:-1])
    }
    if not ways:
        return lambda line: line
    secret = re.compile("|".join(re.escape(way) for way in sorted(ways, key=len, reverse=True)))
    return lambda line: secret.sub(MASK, line)
