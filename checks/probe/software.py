"""The training interpreter and the packages it would import, by their metadata alone.

Importing torch costs seconds on each node; its version stands in a file.
"""

import ast
import os
import shutil

from checks.probe.core import Undetermined, run, section

COMMANDS = ("PYTHON - (reads package metadata)",)

MARK = "PREFLIGHT-SOFTWARE "
# Run by the training interpreter: any Python 3, and Python 2 far enough to say that it is one.
# importlib.metadata would cost three times as much as the rest, json half as much again
ASK = """
import os, sys
sys.path[:] = [path for path in sys.path if path]
packages, modules = {}, {}
def version(place):
    for part in ("METADATA", "PKG-INFO", ""):
        try:
            with open(os.path.join(place, part) if part else place, errors="replace") as file:
                return next(line[8:].strip() for line in file if line.startswith("Version:"))
        except (OSError, StopIteration):
            pass
def listed(path):
    try:
        return os.listdir(path)
    except OSError:
        return []
if sys.version_info >= (3, 8):
    from importlib.util import find_spec
    for path in sys.path:
        for name in listed(path):
            package = name.partition(".egg-info")[0].split("-")[0].lower().replace("_", "-")
            told = name.endswith((".dist-info", ".egg-info")) and package in %(packages)r
            if told and package not in packages:
                packages[package] = version(os.path.join(path, name)) or ""
    for name in %(modules)r:
        try:
            spec = find_spec(name)
            modules[name] = spec and spec.origin  # a bare folder of that name has no origin
        except Exception as error:
            modules[name] = None
print(%(mark)r + repr({
    "version": "%%d.%%d.%%d" %% sys.version_info[:3],
    "executable": os.path.realpath(sys.executable),
    "prefix": sys.prefix, "packages": packages, "modules": modules}))
"""
PACKAGES = (
    "torch",
    "deepspeed",
    "accelerate",
    "transformers",
    "flash-attn",
    "peft",
    "bitsandbytes",
    "triton",
    "numpy",
    "nvidia-nccl-cu11",
    "nvidia-nccl-cu12",
    "nvidia-nccl-cu13",
)
MODULES = ("torch", "deepspeed")


def environment(args):
    """What `deepspeed` gives a rank: the job's variables, and the working directory importable."""
    env = dict(os.environ, **args.get("env", {}))
    paths = [args.get("workdir"), env.get("PYTHONPATH")]
    env["PYTHONPATH"] = ":".join(path for path in paths if path)
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    return env


def located(python):
    """The interpreter's path; a bare name is looked up as the login's PATH has it."""
    return python if "/" in python else shutil.which(python)


def nearest(path):
    """The deepest folder above `path` that is there."""
    while path != "/" and not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def instead(path):
    """Other interpreters that a person may have meant."""
    folder = os.path.dirname(path or "")
    beside = [os.path.join(folder, name) for name in ("python", "python3")]
    found = [other for other in beside if other != path and os.access(other, os.X_OK)]
    usual = shutil.which("python3")
    return found + [usual] * (usual is not None and usual not in found)


def absent(python, state):
    """The answer where there is nothing to run."""
    where = nearest(os.path.dirname(os.path.abspath(python))) if "/" in python else ""
    return {"path": python, "state": state, "instead": instead(python), "nearest": where}


def ask(python, path, args):
    """The interpreter's own answer, or how it failed to give one."""
    script = ASK % {"packages": PACKAGES, "modules": MODULES, "mark": MARK}
    try:
        ran = run([path, "-"], 8.0, environment(args), script.encode("utf-8"))
    except Undetermined as error:
        return {"path": python, "state": "crashed", "detail": str(error)}
    if ran.timed_out:
        return {"path": python, "state": "hangs", "detail": ran.err[-2000:]}
    lines = [line for line in ran.out.splitlines() if line.startswith(MARK)]
    if not lines:
        detail = ran.err.strip() or ran.out.strip() or "it printed nothing"
        return {"path": python, "state": "crashed", "code": ran.code, "detail": detail[-2000:]}
    return dict(ast.literal_eval(lines[-1][len(MARK) :]), path=python, state="ok")


@section("software")
def software(args):
    """State, versions and importable modules of the training interpreter."""
    python = args["python"]
    path = located(python)
    if path is None or not os.path.exists(path):
        return absent(python, "missing")
    if os.path.isdir(path) or not os.access(path, os.X_OK):
        return absent(python, "not-executable")
    return ask(python, path, args)
