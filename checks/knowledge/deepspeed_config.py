"""DeepSpeed's config file as a value: read as DeepSpeed reads it, looked up by dotted names.

DeepSpeed reads Hjson (comments, keys without quotes, commas left out or too many) and refuses a
duplicate key; Hugging Face and accelerate read JSON. (deepspeed.runtime.config,
accelerate.utils.deepspeed)
"""

from __future__ import annotations

import difflib
import functools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from checks.facts.deepspeed_config import ConfigText
from checks.knowledge.deepspeed_keys import TOP_KEYS
from checks.quick_dataclass import dataclass

AUTO = "auto"
_KEY = re.compile(r"""(?:["']([^"'\n]*)["']|(?<![\w-])([\w-]+))[ \t]*:""")
MOST_DIGITS = 309
"""Of the largest number that a float holds."""
MOST_COMMAS = 20
"""That somebody may have left out; a file without any is Hjson of its author's choice."""
OFFLOAD_KINDS = ("offload_param", "offload_optimizer")


class NotAConfig(Exception):  # noqa: N818 - it is an answer, not a mistake
    """The text is no config: `cause` is not-json, not-an-object or duplicate-key; the text why."""

    def __init__(self, cause: str, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.cause, self.line = cause, line


@dataclass(frozen=True)
class ParsedConfig:
    """What the file says. `json_error` is why a JSON reader refuses it, empty where it does not."""

    values: Mapping[str, Any]
    json_error: str = ""

    def get(self, name: str) -> Any:
        """The value at a dotted name such as `zero_optimization.stage`, else None."""
        value: Any = self.values
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return value

    def section(self, name: str) -> Mapping[str, Any]:
        """The object at that name, empty where there is none."""
        value = self.get(name)
        return value if isinstance(value, dict) else {}

    def on(self, name: str) -> bool:
        """Whether the switch at that name is plainly on."""
        return self.get(name) in (True, 1, "true", "True")

    @property
    def stage(self) -> int:
        """The stage of ZeRO, 0 where it is off."""
        if self.get("zero_optimization") is True:
            return 1
        try:
            return int(float(self.get("zero_optimization.stage")))
        except (TypeError, ValueError, OverflowError):
            return 0

    def device(self, kind: str) -> str:
        """Where `offload_param` or `offload_optimizer` puts things: none, cpu or nvme."""
        old_key = {"offload_param": "cpu_offload_param", "offload_optimizer": "cpu_offload"}[kind]
        name = self.get(f"zero_optimization.{kind}.device") or "none"
        return "cpu" if self.on(f"zero_optimization.{old_key}") else str(name)

    def nvme_paths(self) -> list[str]:
        """The folders to which something is offloaded, each once."""
        kinds = [kind for kind in OFFLOAD_KINDS if self.device(kind) == "nvme"]
        paths = [self.get(f"zero_optimization.{kind}.nvme_path") for kind in kinds]
        return sorted({path for path in paths if isinstance(path, str) and path})

    def auto_names(self) -> list[str]:
        """The dotted names whose value is "auto"."""
        return list(_auto_names(self.values, ""))


def _auto_names(values: Mapping[str, Any], above: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _auto_names(value, f"{above}{key}.")
        elif value == AUTO:
            yield f"{above}{key}"


def read_config(config: ConfigText) -> ParsedConfig:
    """The node's config. Raises NotAConfig, also for one whose text was not kept."""
    if config.refused:
        raise NotAConfig(config.refused, config.detail, config.line)
    return parse_config(config.text)


def require_config(text: str) -> None:
    """Raises NotAConfig where it is none, or has keys and not one that resembles DeepSpeed's."""
    keys = {quoted or bare for quoted, bare in _KEY.findall(text)}
    if keys and not any(nearest_key(key, TOP_KEYS) for key in sorted(keys)):
        raise NotAConfig("not-an-object", "it has no key of DeepSpeed's")
    parse_config(text)


def nearest_key(key: str, known: Iterable[str]) -> str:
    """The known key that was probably meant, empty where none is near."""
    matches = difflib.get_close_matches(key.lower(), sorted(known), 1, 0.84)
    return matches[0] if matches else ""


@functools.lru_cache(maxsize=64)
def parse_config(text: str) -> ParsedConfig:
    """The config in `text`. Raises NotAConfig for what DeepSpeed refuses, and for an empty file."""
    import hjson  # costs milliseconds, and most runs read no config

    if not text.strip():
        raise NotAConfig("not-json", "it is empty")
    json_error, json_line = _json_error(text)
    try:
        values = hjson.loads(text, object_pairs_hook=_refuse_duplicates, parse_int=_bounded_int)
    except RecursionError:
        raise NotAConfig("not-json", "nested too deep") from None
    except (ValueError, ArithmeticError, LookupError) as error:  # whatever its scanner runs into
        reason = _describe_error(error)
        if json_error and json_error != reason:
            reason += f"; a JSON reader stops at {json_error}"
        lines = [line for line in (getattr(error, "lineno", 0), json_line) if line]
        raise NotAConfig("not-json", reason, min(lines, default=0)) from None
    if not isinstance(values, dict):
        kind = "a list" if isinstance(values, list) else "a bare value"
        raise NotAConfig("not-an-object", f"it is {kind}; expected an object {{…}}")
    return ParsedConfig(values, json_error)


def _json_error(text: str) -> tuple[str, int]:
    """Why and in which line a JSON reader refuses `text`; empty and 0 where it does not."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return _describe_error(error), error.lineno
    except RecursionError:
        return "nested too deep", 0
    except ValueError as error:  # Python's own bound on digits
        return str(error), 0
    return "", 0


def lines_without_comma(text: str) -> list[int]:
    """The lines, from 1, at whose end a comma is all that JSON lacks; none where it is not all."""
    lines: list[int] = []
    while len(lines) < MOST_COMMAS and (end := _end_without_comma(text)):
        lines.append(text.count("\n", 0, end) + 1)
        text = f"{text[:end]},{text[end:]}"
    return [] if any(_json_error(text)) else lines


def _end_without_comma(text: str) -> int:
    """Where a line ends behind which JSON wants a comma before anything else; else 0."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        end = len(text[: error.pos].rstrip())
        if error.msg == "Expecting ',' delimiter" and "\n" in text[end : error.pos]:
            return end
    except (ValueError, RecursionError):
        pass
    return 0


def _bounded_int(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NotAConfig("not-json", f"a number of {len(digits)} digits")
    return int(digits)


def _describe_error(error: Exception) -> str:
    line, column = getattr(error, "lineno", 0), getattr(error, "colno", 0)
    return f"line {line}, column {column}: {getattr(error, 'msg', '')}" if line else str(error)


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        keys = [key for key, _ in pairs]
        key = next(key for key in values if keys.count(key) > 1)
        raise NotAConfig("duplicate-key", f'"{key}" is given twice in one object')
    return values
