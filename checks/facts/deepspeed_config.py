"""DeepSpeed's config on a node, as text, and what surrounds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from checks.facts.decode import Fact
from checks.quick_dataclass import dataclass


def _refusal(text: str) -> None:
    if text not in ("", "not-json", "not-an-object", "duplicate-key"):
        raise ValueError("not why a config is refused")


RefusalName = Annotated[str, _refusal]


@dataclass(frozen=True)
class ConfigText:
    """`state` is there, missing, denied or error; `text` is cut at 256 KiB, `bytes` is not.

    `refused` is the cause why it is no config, in line `line` if that is not 0; there is no text
    then. `detail` says more.
    """

    state: str
    absolute: str
    text: str = ""
    bytes: int = 0
    detail: str = ""
    refused: RefusalName = ""
    line: int = 0


@dataclass(frozen=True)
class TrainerArguments:
    """What a script gives to transformers' TrainingArguments.

    `given` are {argument: its value as JSON}, `unread` the arguments that may have any value. Where
    `defaults` is true all others are as transformers has them; where it is `parsed`, options of the
    command come before those.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    defaults: bool = False
    parsed: bool = False


@dataclass(frozen=True)
class TrainingScript:
    """The training script; `words` are those of the probe's `deepspeed_config` that it contains.

    `settings` has the same of the JSON and YAML files among its arguments. `arguments` is None
    where no TrainingArguments are seen, or several. `outputs` are folders that it, or else those
    files, seem to write to.
    """

    path: str
    words: tuple[str, ...] = ()
    arguments: TrainerArguments | None = None
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class OffloadFolder:
    """A folder to offload to, or the deepest existing one above it (`nearest`)."""

    absolute: str
    nearest: str
    directory: bool = True
    writable: bool = True


@dataclass(frozen=True)
class DeepspeedConfig(Fact):
    """`config` is None where the job has none; `script` where the command names no .py file.

    `nvme` is by path as written in the config. `kept_operators` were compiled by an earlier
    training, {operator: the folder of the torch that it is built on}, "" where that is not known;
    they are looked for where there is a config. `links_libaio` is whether the C compiler links it,
    None where nothing is offloaded to NVMe or that is not known.
    """

    section: ClassVar[str] = "deepspeed_config"
    inputs: ClassVar[tuple[str, ...]] = ("env", "python", "workdir")
    of_command: ClassVar[bool] = True
    config: ConfigText | None = None
    script: TrainingScript | None = None
    nvme: Mapping[str, OffloadFolder] = field(default_factory=dict)
    kept_operators: Mapping[str, str] = field(default_factory=dict)
    links_libaio: bool | None = None
