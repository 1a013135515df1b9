"""The user's own modules that a script imports, and what those import: found by name, not run."""

import os
import re

from checks.node.probe.core import section
from checks.node.probe.files import file_digest
from checks.node.runtime.files import read_file

MOST_MODULES = 200
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t(]+([^#\n]*)|import[ \t]+([^#\n]+))", re.M
)


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
    return {"files": module_digests(list(args.get("command") or ()), args.get("workdir") or "/")}
