"""What was asked of a library when an error came up: the message's words, found in the tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from checks.knowledge.api_history.callers import Caller
from checks.knowledge.api_history.tables import LIBRARIES, Symbol, Table, table_of
from checks.quick_dataclass import dataclass

_IMPORT = re.compile(r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'")
_MODULE = re.compile(r"No module named '(?P<module>\w+(?:\.\w+)+)'")
_MODULE_ATTRIBUTE = re.compile(
    r"AttributeError: module '?(?P<module>[\w.]+)'? has no attribute '?(?P<name>\w+)"
)
_ATTRIBUTE = re.compile(
    r"AttributeError: (?:type object )?'?(?P<owner>\w+)'?(?: object)? has no attribute "
    r"'?(?P<name>\w+)"
)
_KEYWORD = re.compile(
    r"(?P<function>[\w.]+)\(\) got an unexpected keyword argument '(?P<name>\w+)'"
)
_NEEDED = re.compile(
    r"(?P<function>[\w.]+)\(\) missing \d+ required [\w-]+ arguments?: '(?P<name>\w+)'"
)
_COUNT = re.compile(
    r"(?P<function>[\w.]+)\(\) takes (?:from \d+ to )?(?P<takes>\d+) positional arguments? "
    r"but (?P<given>\d+) (?:was|were) given"
)
_CIRCULAR = "partially initialized module"
_COMPILED = re.compile(r"^_|cuda|_ext|_cpp|_lib|kernel|_pb2|ops$", re.IGNORECASE)
_CALL = re.compile(r"\b([A-Z]\w*)\((?:[^()]*\)|[^()]*)$")
_COMMON_NAME = re.compile(
    r"[a-z_]\w*|(?:Base|Custom|Data|Model|My|Script)?"
    r"(?:[A-Z][a-z]+|Arguments|Args|Collator|Config|Dataset|Model|Tokenizer|Trainer)"
)
"""Names that a program may well have given to something of its own."""
_NEVER_OVERRIDDEN = ("__init__", "__call__", "forward")
_TOKENIZER = ("PreTrainedTokenizerBase", "PreTrainedTokenizer", "PreTrainedTokenizerFast")
_FAMILIES = {
    "Trainer": ("Trainer",),
    "Arguments": ("TrainingArguments",),
    "Tokenizer": _TOKENIZER,
    "TokenizerFast": _TOKENIZER,
    "Processor": ("ProcessorMixin",),
    "Config": ("PreTrainedConfig", "PretrainedConfig"),
    "Cache": ("Cache",),
    "Model": ("PreTrainedModel",),
    "ForCausalLM": ("PreTrainedModel",),
    "ForConditionalGeneration": ("PreTrainedModel",),
    "ForSequenceClassification": ("PreTrainedModel",),
}
"""Above which class others stand, by the ends of their names."""


@dataclass(frozen=True)
class Request:
    """A symbol of the tables, and in words who asked what of it.

    `is_wanted`: the caller wants it and the library lacks it. Otherwise the library has it, and
    `other`, its caller or what it calls, does not know it.
    """

    symbol: Symbol
    words: str
    is_wanted: bool = True
    other: str = ""


@dataclass(frozen=True)
class Import:
    """What an installed package was asked for, in words."""

    library: str
    words: str


def find_import(line: str) -> Import | None:
    """The import that failed, of a name or a module within an installed package.

    None where it may have another reason: a compiled part, a file that hides the package, a circle.
    """
    if found := _IMPORT.search(line):
        is_installed = re.search(r"\(\S*/(?:site|dist)-packages/", line)
        words = f"`{found['name']}` from {found['module']}"
        is_plain = is_installed and not _COMPILED.search(found["name"]) and _CIRCULAR not in line
    elif found := _MODULE.search(line):
        words = found["module"]
        is_plain = not _COMPILED.search(words.rpartition(".")[2])
    return Import(found["module"].partition(".")[0], words) if found and is_plain else None


def find_requests(line: str, text: str, caller: Caller) -> Iterator[Request]:
    """What an error's own line may ask of which library, the likeliest first."""
    if _CIRCULAR in line:
        return
    for request in _requests(line, text, caller):
        if request.symbol.library != caller.package or request.other:
            yield request


def _requests(line: str, text: str, caller: Caller) -> Iterator[Request]:
    who = caller.words
    if found := _IMPORT.search(line):
        yield from _of_module(found, f"{who} imports `{found['name']}` from {found['module']}")
    elif found := _MODULE.search(line):
        library, _, module = found["module"].partition(".")
        yield from _wanted(library, (module, ""), f"{who} imports {found['module']}")
    elif found := _MODULE_ATTRIBUTE.search(line):
        yield from _of_module(found, f"{who} uses {found['module']}.{found['name']}")
    elif found := _ATTRIBUTE.search(line):
        words = f"{who} uses `{found['name']}` of {found['owner']}"
        yield from (
            Request(each, words) for each in _members(found["owner"], found["name"], text, caller)
        )
    elif found := _KEYWORD.search(line):
        yield from _of_argument(_with_class(found["function"], caller), found["name"], text, caller)
    elif found := _NEEDED.search(line):
        function = _with_class(found["function"], caller)
        words = f"{who} calls {_callee(function)} without `{found['name']}`"
        for symbol in _arguments(function, found["name"], text, caller):
            yield Request(symbol, words, is_wanted=False, other=caller.package)
    elif found := _COUNT.search(line):
        yield from _of_count(found["function"], int(found["given"]) - int(found["takes"]), caller)


def _of_module(found: re.Match[str], words: str) -> Iterator[Request]:
    library, _, module = found["module"].partition(".")
    yield from _wanted(library, (module, found["name"]), words)
    yield from _wanted(library, (f"{module}.{found['name']}".lstrip("."), ""), words)
    if module.startswith("models."):
        yield from _wanted(library, ("", found["name"]), words)


def _wanted(library: str, key: tuple[str, str], words: str) -> Iterator[Request]:
    table = table_of(library)
    if table and key in table.symbols:
        yield Request(table.symbols[key], words)


def _with_class(function: str, caller: Caller) -> str:
    """With its class, which Python before 3.10 leaves out: that of the call in the last line."""
    found = _CALL.search(caller.code) if function == "__init__" else None
    return f"{found[1]}.__init__" if found else function


def _callee(function: str) -> str:
    return function.removesuffix(".__init__")


def _of_argument(function: str, name: str, text: str, caller: Caller) -> Iterator[Request]:
    words = f"{caller.words} passes `{name}` to {_callee(function)}"
    yield from (Request(symbol, words) for symbol in _arguments(function, name, text, caller))
    for symbol in _of_overridden(function, caller):
        if symbol.name.endswith(f"({name})"):
            yield Request(symbol, words, is_wanted=False, other=function)


def _of_count(function: str, count: int, caller: Caller) -> Iterator[Request]:
    """Where the caller passes as many more as one release of it has added to that method."""
    added: dict[str, list[Symbol]] = {}
    for symbol in _of_overridden(function, caller):
        added.setdefault(symbol.span.text, []).append(symbol)
    for symbols in added.values():
        if len(symbols) == count:
            names = " and ".join(f"`{each.name.partition('(')[2][:-1]}`" for each in symbols)
            words = f"{caller.words} passes {names} to {function}"
            yield Request(symbols[0], words, is_wanted=False, other=function)


def _of_overridden(function: str, caller: Caller) -> Iterator[Symbol]:
    """What the caller's library added to its own method of that name, which this one overrides."""
    owner, _, method = function.rpartition(".")
    table = table_of(caller.package)
    if not table or method in _NEVER_OVERRIDDEN:
        return
    above = (_known_bases(owner) or _families(owner)) if owner else []
    for symbol in table.symbols.of_method(method):
        if symbol.span.first and (not above or symbol.name.partition(".")[0] in above):
            yield symbol


def _members(owner: str, name: str, text: str, caller: Caller) -> Iterator[Symbol]:
    """The attribute in a class, or in the nearest one above it that has it among what changed.

    What a name alone says of a class counts only where the library is named.
    """
    known = [owner, *_known_bases(owner)]
    for each in [*known, *_families(owner)]:
        found = [*_named(f"{each}.{name}"), *_named(f"{each}.__init__({name})")]
        if found:
            by_table = [*_sure(found, owner, text, caller)]
            return iter(by_table if each in known else filter(_is_named_in(text), found))
    return iter(())


def _arguments(function: str, name: str, text: str, caller: Caller) -> Iterator[Symbol]:
    owner, _, method = function.rpartition(".")
    if not owner:
        return _sure(list(_named(f"{method}({name})")), method, text, caller)
    for each in [owner, *_known_bases(owner)]:
        if found := list(_named(f"{each}.{method}({name})")):
            return _sure(found, owner, text, caller)
    return iter(())


def _sure(symbols: Iterable[Symbol], name: str, text: str, caller: Caller) -> Iterator[Symbol]:
    """Those of libraries that the surroundings name; others if the name is hardly another's."""
    named = [*filter(_is_named_in(text), symbols)]
    yield from named
    if caller.package or not _COMMON_NAME.fullmatch(name):
        yield from (each for each in symbols if each not in named)


def _is_named_in(text: str) -> Callable[[Symbol], bool]:
    return lambda symbol: bool(re.search(rf"\b{symbol.library}\b", text))


def _families(owner: str) -> list[str]:
    """What a class of which no table knows stands below, as the end of its name says."""
    found = [family for ending, family in _FAMILIES.items() if owner.endswith(ending)]
    return [name for family in found for name in family if name != owner]


def _known_bases(owner: str) -> list[str]:
    found = [owner]
    for name in found:
        for table in _tables():
            found += [base for base in table.bases.get(name, ()) if base not in found]
    return found[1:]


def _named(name: str) -> Iterator[Symbol]:
    for table in _tables():
        yield from table.symbols.named(name)


def _tables() -> Iterator[Table]:
    return filter(None, map(table_of, sorted(LIBRARIES)))
