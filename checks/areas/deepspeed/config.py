"""DeepSpeed's config file as a value: read as DeepSpeed reads it, asked by dotted names.

DeepSpeed reads Hjson (comments, commas left out or too many) and refuses a key that stands twice;
Hugging Face and accelerate read JSON. (deepspeed.runtime.config, accelerate.utils.deepspeed)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

AUTO = "auto"
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|#[^\n]*|/\*.*?\*/', re.DOTALL)
_COMMA_LEFT_OUT = re.compile(r'(["\d\]}a-z])[ \t\r]*\n(\s*")')
_COMMA_TOO_MANY = re.compile(r",(?=\s*[}\]])")


class NotAConfig(Exception):  # noqa: N818 - it is an answer, not a mistake
    """The text is no config: `cause` is not-json, not-an-object or duplicate-key; the text why."""

    def __init__(self, cause: str, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.cause, self.line = cause, line


@dataclass(frozen=True)
class ParsedConfig:
    """What the file says. `strict` is the complaint of a JSON reader where only Hjson reads it."""

    values: Mapping[str, Any]
    strict: str = ""

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
        except (TypeError, ValueError):
            return 0

    def device(self, kind: str) -> str:
        """Where `offload_param` or `offload_optimizer` puts things: none, cpu or nvme."""
        old = {"offload_param": "cpu_offload_param", "offload_optimizer": "cpu_offload"}[kind]
        given = self.get(f"zero_optimization.{kind}.device") or "none"
        return "cpu" if self.on(f"zero_optimization.{old}") else str(given)

    def auto_names(self) -> list[str]:
        """The dotted names whose value is "auto"."""
        return list(_auto_names(self.values, ""))


def _auto_names(values: Mapping[str, Any], above: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _auto_names(value, f"{above}{key}.")
        elif value == AUTO:
            yield f"{above}{key}"


def parse_config(text: str) -> ParsedConfig:
    """The config in `text`. Raises NotAConfig."""
    try:
        return ParsedConfig(_load_object(text))
    except json.JSONDecodeError as error:
        strict = f"line {error.lineno}, column {error.colno}: {error.msg}"
        line = error.lineno
    try:
        return ParsedConfig(_load_object(_hjson_to_json(text)), strict)
    except json.JSONDecodeError:
        raise NotAConfig("not-json", strict, line) from None


def _load_object(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_refuse_duplicates)
    except RecursionError:
        raise NotAConfig("not-json", "nested too deep") from None
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a bare value"
        raise NotAConfig("not-an-object", f"it is {kind}; expected an object {{…}}")
    return value


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise NotAConfig("duplicate-key", f'"{key}" stands twice in one object')
        seen[key] = value
    return seen


def _hjson_to_json(text: str) -> str:
    """Hjson's commonest freedoms taken out: comments, and commas left out or too many."""
    plain = _TOKEN.sub(lambda match: match[0] if match[0].startswith('"') else "", text)
    return _COMMA_TOO_MANY.sub("", _COMMA_LEFT_OUT.sub(r"\1,\n\2", plain))
