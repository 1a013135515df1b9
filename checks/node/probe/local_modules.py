"""The user's own modules that a script imports, and what those import: found by name, not run."""

import os
import re

from checks.node.probe.core import run_command, section
from checks.node.probe.files import file_digest
from checks.node.probe.software import find_interpreter
from checks.node.runtime.files import read_file

MOST_MODULES = 200
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t(]+([^#\n]*)|import[ \t]+([^#\n]+))", re.M
)

COMMANDS = ("PYTHON - (compares compiled modules of the job with their sources)",)
COMPARE_LIMIT_S = 5.0
COMPARE = """
import importlib.util, marshal, os, sys
SAID = "co_code co_names co_varnames co_freevars co_cellvars co_argcount co_flags".split()
def same(here, there):
    if type(here) is not type(there):
        return False
    if not hasattr(here, "co_code"):
        return here == there or here != here
    pairs = list(zip(here.co_consts, there.co_consts))
    return (
        all(getattr(here, name) == getattr(there, name) for name in SAID)
        and len(here.co_consts) == len(there.co_consts)
        and all(same(*pair) for pair in pairs)
    )
for path in sys.argv[1:]:
    try:
        cached = importlib.util.cache_from_source(path)
        with open(cached, "rb") as file:
            data = file.read()
        with open(path, "rb") as file:
            source = file.read()
        info, head = os.stat(path), [int.from_bytes(data[at:at + 4], "little") for at in (4, 8, 12)]
        trusted = [0, int(info.st_mtime) & 0xFFFFFFFF, info.st_size & 0xFFFFFFFF]
        if data[:4] != importlib.util.MAGIC_NUMBER or head != trusted:
            continue
        code = marshal.loads(data[16:])
        if not same(compile(source, code.co_filename, "exec", dont_inherit=True), code):
            print(path)
    except (OSError, ValueError, EOFError, TypeError, SyntaxError, RecursionError):
        pass
"""
"""What prints the sources whose compiled form is of another source, and that Python trusts: the
time and size which it notes are those of the source."""


def stale_bytecode(files, python):
    """Those of the files whose compiled form is of another source, as the interpreter sees it."""
    path = find_interpreter(python or "")
    cached = [
        file for file in files if os.path.isdir(os.path.join(os.path.dirname(file), "__pycache__"))
    ]
    if not cached or not os.access(path or "", os.X_OK):
        return []
    answer = run_command([path, "-I", "-S", "-B", "-c", COMPARE, *cached], limit=COMPARE_LIMIT_S)
    return [line for line in answer.out.splitlines() if line in files]


def imported_names(text):
    """(dots, dotted name) of all that may be a module, as `from` and `import` name them."""
    for dots, module, names, plain in IMPORT.findall(text):
        words = re.findall(r"[\w.]+", re.sub(r"\bas\s+\w+", "", names or plain))
        if plain:
            for word in words:
                yield "", word
        else:
            yield dots, module
            for word in words:
                yield dots, ".".join(part for part in (module, word) if part)


def module_files(root, name):
    """The files below `root` that an import of that name reads: of its packages and its own."""
    parts = [part for part in name.split(".") if part]
    for count in range(1, len(parts) + 1):
        place = os.path.join(root, *parts[:count])
        for path in (place + ".py", os.path.join(place, "__init__.py")):
            if os.path.isfile(path):
                yield path


def start_files(command, workdir):
    """The user's own files that the command begins with: the script, or the module's."""
    if command[:1] == ["-m"] and len(command) > 1:
        return list(dict.fromkeys(module_files(workdir, command[1] + ".__main__")))
    path = os.path.join(workdir, command[0]) if command else ""
    return [path] if path.endswith(".py") and os.path.isfile(path) else []


def module_digests(command, workdir):
    """{path as written from workdir: digest} of the modules beside the script or in workdir."""
    found = start_files(command, workdir)
    script = os.path.join(workdir, command[0]) if command else ""
    roots = list(dict.fromkeys([os.path.dirname(script), workdir]))
    waiting = list(found)
    while waiting and len(found) <= MOST_MODULES:
        file = waiting.pop()
        for dots, name in imported_names(read_file(file, "") or ""):
            above = os.path.join(os.path.dirname(file), *[".."] * (len(dots) - 1))
            for root in [os.path.normpath(above)] if dots else roots:
                new = [path for path in module_files(root, name) if path not in found]
                found += new
                waiting += new
    modules = [path for path in dict.fromkeys(found) if path != script][:MOST_MODULES]
    return {os.path.relpath(path, workdir): file_digest(path)[0] for path in modules}


@section("local_modules")
def local_modules(args):
    """Digests of the user's own modules that the command reaches by imports."""
    workdir = args.get("workdir") or "/"
    files = module_digests(list(args.get("command") or ()), workdir)
    absolute = [os.path.normpath(os.path.join(workdir, file)) for file in files]
    return {"files": files, "stale": stale_bytecode(absolute, args.get("python"))}
