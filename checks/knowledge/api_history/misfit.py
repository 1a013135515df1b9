"""What an error of two releases that do not fit means: what came or went when, what to install.

Python has a few messages for it. The message names what is missing, the last frame of the traceback
who asks for it, and the tables say which releases have it. Where a version that the log names
contradicts the tables, or none of them has the name, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from checks.knowledge.api_history.callers import Caller, find_caller
from checks.knowledge.api_history.requests import Request, find_import, find_requests
from checks.knowledge.api_history.tables import Span, Symbol, project_of, table_of
from checks.knowledge.releases import version_key
from checks.quick_dataclass import dataclass

_LISTED = re.compile(
    r"^\s*(?P<package>[\w-]+)(?:==|\s{2,})(?P<version>\d+\.\d+[\w.+]*)(?=\s|$)", re.MULTILINE
)


@dataclass(frozen=True)
class Misfit:
    """Why two releases do not fit, and what to install."""

    cause: str
    fix: str


def explain_misfit(line: str, text: str, versions: Mapping[str, str]) -> Misfit | None:
    """What the tables say of an error's own line.

    `text` has its traceback and what stands near it, `versions` are those that the log names.
    """
    caller = find_caller(text, line)
    versions = {**versions, **_listed_versions(text)}
    for request in find_requests(line, text, caller):
        version = versions.get(request.symbol.library, "")
        if not version or request.symbol.span.has(version) is not request.is_wanted:
            fixes = _fixes(request, caller, version)
            return Misfit(_cause(request, version), "; or ".join(fixes))
        return None
    return _unknown_misfit(line, caller)


def _unknown_misfit(line: str, caller: Caller) -> Misfit | None:
    """Of two installed packages of which one imports what the other lacks, without a table."""
    found = find_import(line)
    if not found or not caller.package or caller.package == found.library:
        return None
    asking, asked = caller.package, found.library
    new, old = project_of(asking), project_of(asked)
    return Misfit(
        f"{asking} imports {found.words}, which the installed {asked} does not have: the two "
        "releases do not fit; which of them is too old, the log does not say",
        f"`uv pip list | grep -iE '{new}|{old}'` shows both; `uv pip install -U {new}` on every "
        f"node brings the {old} that it asks for; else a {old} of the time of this {new}",
    )


def _listed_versions(text: str) -> Mapping[str, str]:
    """Those of `pip list` or `pip freeze` near the error."""
    return {
        found["package"].replace("-", "_"): found["version"] for found in _LISTED.finditer(text)
    }


def _cause(request: Request, version: str) -> str:
    library, spans = request.symbol.library, _span_words(request.symbol.span)
    named = f"; the log names {library} {version}" if version else ""
    if request.is_wanted:
        return f"{request.words}, which {library} has {spans}{named}"
    argument = request.symbol.name.partition("(")[2].rstrip(")")
    return f"{request.words}: {library} has its argument `{argument}` {spans}{named}"


def _span_words(span: Span) -> str:
    return "only " + " and ".join(_range_words(first, last) for first, last in span.ranges)


def _range_words(first: str, last: str) -> str:
    if first and last:
        return f"in {first}" if first == last else f"from {first} to {last}"
    return f"since {first}" if first else f"up to {last}"


def _fixes(request: Request, caller: Caller, version: str) -> Iterator[str]:
    """What to install or to change, the best first."""
    library, span = request.symbol.library, request.symbol.span
    first, last = span.ranges[-1]
    use = _use_of(request, caller)
    if not request.is_wanted:
        yield _adaptation(request, caller)
        yield _install(library, f"<{first}" if first else f">={span.after(last)}")
    elif not last or (version and first and version_key(version) < version_key(first)):
        yield _install(library, _bounds(span, first, last))
        if use and use.first:
            yield f"{_install(caller.package, f'<{use.first}')}, which does not need it yet"
    else:
        if use and use.last:
            yield f"{_install(caller.package, f'>={use.after(use.last)}')}, which does not need it"
        yield _install(library, _bounds(span, "" if version else first, last))
        if not (use and use.last):
            yield _later_caller(request, caller)


def _bounds(span: Span, first: str, last: str) -> str:
    """What pip is asked for, of the releases from the first to the last."""
    ends = (f">={first}" if first else "", f"<{span.after(last)}" if last else "")
    return ",".join(filter(None, ends))


def _use_of(request: Request, caller: Caller) -> Span | None:
    """In which of its releases the caller imports it, where that is known to have changed."""
    table, symbol = table_of(caller.package), request.symbol
    use = table.uses.get((symbol.where, symbol.name)) if table else None
    return use.span if use and use.span.text else None


def _install(library: str, bounds: str) -> str:
    return f"`uv pip install '{project_of(library)}{bounds}'` on every node"


def _adaptation(request: Request, caller: Caller) -> str:
    """How the side that does not know an argument is brought to it."""
    argument = request.symbol.name.partition("(")[2].rstrip(")")
    if request.other == caller.package:
        return (
            f"a newer {caller.package}, which passes `{argument}`"
            if caller.package
            else (f"pass `{argument}` in your code")
        )
    return f"let {request.other} take `{argument}=None`, or update the package that defines it"


def _later_caller(request: Request, caller: Caller) -> str:
    """What to do on the side that asks for what is gone."""
    if caller.package:
        return (
            f"a newer {caller.package}, if one has adapted (`uv pip install -U {caller.package}`)"
        )
    if caller.is_model:
        return "a newer revision of the model, or trust_remote_code off where transformers has it"
    library, name = request.symbol.library, request.symbol.name
    places = [each for each in _same_names(library, name) if not each.span.last]
    is_moved = bool(name and places) and not set(name) & set(".(")
    present = f" (now {places[0].where}.{name})" if is_moved else ""
    return f"change your code to what took its place{present}"


def _same_names(library: str, name: str) -> Sequence[Symbol]:
    table = table_of(library)
    return table.symbols.named(name) if table else ()
