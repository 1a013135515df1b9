"""What is left of a virtual environment that lost what makes it one, and what it can be mended by.

An environment is pyvenv.cfg, links to the Python that made it, and the packages.
"""

import glob
import os
import re
import shutil

from checks.node.runtime.files import read_file

MAKERS = (
    *("/usr/bin/python%s", "/usr/local/bin/python%s", "~/.pyenv/versions/%s*/bin/python%s"),
    *("~/.local/share/uv/python/cpython-%s*/bin/python%s", "/opt/python*/bin/python%s"),
)
"""Where a Python of a version may be that can make environments."""


def environment_of(path):
    """The folder whose `bin` has that interpreter."""
    return os.path.dirname(os.path.dirname(os.path.abspath(path)))


def own_packages(prefix, names):
    """The version for which an environment's folder has one of these packages; "" for none."""
    for folder in sorted(glob.glob(os.path.join(glob.escape(prefix), "lib", "python3.*"))):
        if any(os.path.isdir(os.path.join(folder, "site-packages", name)) for name in names):
            return os.path.basename(folder)[len("python") :]
    return ""


def lost_environment(path, answer, names):
    """The environment's folder, where its Python runs and no longer knows that it is in one.

    It has no pyvenv.cfg, and packages that are not found.
    """
    prefix = environment_of(path)
    config = any(os.path.exists(place + "/pyvenv.cfg") for place in (prefix, prefix + "/bin"))
    if config or os.path.realpath(prefix) == os.path.realpath(answer["prefix"]):
        return ""
    missing = [name for name in names if answer["modules"].get(name) is None]
    own = own_packages(prefix, missing)
    return prefix if missing and answer["version"].startswith(own + ".") and own else ""


def maker_of(path):
    """Another Python of the environment's version, for one whose own Python is gone; "" for none.

    Nothing is said of what is no environment with packages.
    """
    prefix = environment_of(path)
    config = read_file(prefix + "/pyvenv.cfg", "") or ""
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", config, re.MULTILINE)
    version = found.group(1) if found else ""
    if not version or own_packages(prefix, ("torch", "deepspeed", "pip")) != version:
        return ""
    candidates = [shutil.which("python" + version) or ""]
    for pattern in MAKERS:
        filled = pattern % ((version,) * pattern.count("%s"))
        candidates += sorted(glob.glob(os.path.expanduser(filled)))
    inside = [prefix + "/", os.path.realpath(prefix) + "/"]
    return next(
        (
            python
            for python in candidates
            if python and os.access(python, os.X_OK) and not python.startswith(tuple(inside))
        ),
        "",
    )
