"""The job's own files that an import finds before the library's or a package's of the same name."""

import glob
import os
import re

MOST_ENTRIES = 2000
NAME = re.compile(r"[A-Za-z_]\w*$")


def library_folders(path):
    """Where the interpreter has its library and, before it, an environment its packages."""
    real = os.path.realpath(path)
    version = "".join(re.findall(r"python(\d\.\d+)$", os.path.basename(real))) or "3*"
    prefixes = [os.path.dirname(os.path.dirname(place)) for place in (os.path.abspath(path), real)]
    found = [
        folder
        for prefix in dict.fromkeys(prefixes)
        for folder in sorted(glob.glob("%s/lib*/python%s" % (prefix, version)))
    ]
    inside = [os.path.join(folder, part) for folder in found for part in ("site-packages", "")]
    return [folder for folder in inside if os.path.isdir(folder)]


def module_in(folder, name):
    """The file that an import of that name reads there, "" for none."""
    for file in (os.path.join(folder, name, "__init__.py"), os.path.join(folder, name + ".py")):
        if os.path.isfile(file):
            return file
    return ""


def is_in(folder, name):
    """Whether a library's folder has that module, compiled ones too."""
    dynamic = "%s/%s.*.so" % (os.path.join(folder, "lib-dynload"), name)
    return bool(module_in(folder, name) or glob.glob(dynamic))


def module_names(folder):
    """The modules and packages of a folder of the job's; none of one into which pip installs."""
    try:
        names = sorted(os.listdir(folder))[:MOST_ENTRIES]
    except OSError:
        return []
    if any(name.endswith((".dist-info", ".egg-info")) for name in names):
        return []
    plain = [name[:-3] if name.endswith(".py") else name for name in names]
    return [name for name in dict.fromkeys(plain) if NAME.match(name) and module_in(folder, name)]


def shadowing_modules(path, folders):
    """{module: its file in one of `folders`} of those that the library or a package has as well."""
    libraries = library_folders(path)
    return {
        name: module_in(folder, name)
        for folder in reversed([folder for folder in dict.fromkeys(folders) if folder])
        for name in module_names(folder)
        if any(is_in(library, name) for library in libraries)
    }
