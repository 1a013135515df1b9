"""Programs that run on a node without being installed: sent as text over standard input.

The node's interpreter is started with BOOTSTRAP and reads a `shipped_program` from its input: a
line that brings an importer, and after it every module that is needed, compiled and as text.
What is compiled is taken where the node's Python has the same bytecode: compiling was a third of a
probe's time on a node. Else a module is compiled when it is first imported and not before.
"""

from __future__ import annotations

import functools
import itertools
import json
import marshal
import re
import shlex
import zlib
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
OWN_IMPORT = re.compile(r"^from ((?:checks|launcher)\.[\w.]+) import ", re.MULTILINE)
SYSTEM_PYTHONS = ("/usr/bin/python3", "python3", "/usr/libexec/platform-python")
NO_PYTHON = "no python 3.6 or newer here"
BOOTSTRAP = "import signal,sys;signal.alarm(30);exec(eval(sys.stdin.buffer.readline()))"
"""Ends by itself where its input neither comes nor ends; what it runs takes the alarm back."""

IMPORTER = """
import sys
if sys.version_info < (3, 6):
    sys.exit({no_python!r})
import _frozen_importlib_external, json, marshal, zlib
from importlib.machinery import ModuleSpec
codes, sources = [sys.stdin.buffer.read(size) for size in {sizes!r}]
SAME = {magic!r} == _frozen_importlib_external.MAGIC_NUMBER
MODULES = (marshal if SAME else json).loads(zlib.decompress(codes if SAME else sources))
class SentModules(object):
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self, is_package=not MODULES[name]) if name in MODULES else None
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        name, text = module.__name__, MODULES[module.__name__]
        code = marshal.loads(text) if SAME and text else compile(text, name, "exec")
        exec(code, module.__dict__)
sys.meta_path.insert(0, SentModules())
"""


@functools.cache
def shipped_program(modules: frozenset[str], start: str) -> bytes:
    """What makes `modules`, and all of ours that they import, importable on the node: made once.

    `start` is the Python statement that then begins the program; it imports what it calls.
    """
    sources = sources_of(modules)
    codes = {name: text and marshal.dumps(_code(name)) for name, text in sources.items()}
    packed = [
        zlib.compress(data, 1) for data in (marshal.dumps(codes), json.dumps(sources).encode())
    ]
    sizes = [len(data) for data in packed]
    importer = IMPORTER.format(no_python=NO_PYTHON, magic=MAGIC_NUMBER, sizes=sizes)
    return b"\n".join([ascii(importer + start).encode(), b"".join(packed)])


def _code(name: str) -> CodeType | None:
    """A module as Python keeps it compiled beside its file."""
    return SourceFileLoader(name, str(_path(name))).get_code(name)


def sources_of(modules: Iterable[str]) -> dict[str, str]:
    """The text of each module and of all of ours that it imports; '' for their packages."""
    sources: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in sources:
            sources[name] = _source(name)
            waiting += OWN_IMPORT.findall(sources[name])
    parents = (name.split(".")[:-1] for name in sources)
    packages = {name for words in parents for name in itertools.accumulate(words, "{}.{}".format)}
    return {**dict.fromkeys(packages, ""), **sources}


@functools.cache
def _source(name: str) -> str:
    return _path(name).read_text(encoding="utf-8")


def _path(name: str) -> Path:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")


OUTSIDE = (
    'exec "$@" "$(readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/mnt)" '
    '"$(ls -d /dev/nvidia[0-9]* /dev/kfd /dev/infiniband/uverbs* 2>/dev/null)"'
)
"""Enters a container with three words more: the login's network, its mounts and its devices."""


def start_command(python: str, container: str = "") -> str:
    """What the login shell is asked to run: the first interpreter there is, else exit 127.

    `container` is the command that enters the place where ranks run: then it is one in there, and
    is told what the login has outside. One line in single quotes without `!`, so that sh, bash, csh
    and fish read it alike. -I keeps modules that lie in the home folder from being taken for the
    standard library's.
    """
    candidates = " ".join(shlex.quote(name) for name in (*SYSTEM_PYTHONS, python) if name)
    script = (
        f'for p in {candidates}; do [ "$(command -v $p)" ] && '
        f'exec $p -u -S -I -c "{BOOTSTRAP}" "$@"; done; echo {NO_PYTHON} >&2; exit 127'
    )
    if not container:
        return f"exec /bin/sh -c '{script}'"
    words = " ".join(map(shlex.quote, shlex.split(container)))
    return f"exec /bin/sh -c '{OUTSIDE}' sh {words} /bin/sh -c '{script}' sh"
