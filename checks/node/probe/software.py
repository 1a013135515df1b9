"""The training interpreter and the packages it would import, by their metadata alone.

Importing torch costs seconds on each node; its version stands in a file.
"""

import ast
import glob
import os
import re
import shutil

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.denials import denied_import, denied_program, first_denied
from checks.node.probe.environments import lost_environment, maker_of
from checks.node.probe.guilty_variables import guilty_variables
from checks.node.probe.hung_folders import hung_folders
from checks.node.probe.shadows import shadowing_modules
from checks.node.probe.startup_files import startup_files
from checks.node.probe.torch_interpreters import torch_interpreters
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.files import read_file

COMMANDS = (
    "PYTHON - (reads package metadata and looks for modules)",
    "$SHELL -ic 'command -v PYTHON' (where that name is not found)",
)

MARK = "PREFLIGHT-SOFTWARE "
TRIALS_S = 5.0
# Run by the training interpreter: any Python 3, and Python 2 far enough to say that it is one.
# importlib.metadata would cost three times as much as the rest, json half as much again
SOFTWARE_PROGRAM = """
import os, sys
script = %(script)r
sys.path[:] = [path for path in sys.path if path]
packages, modules, versions, copies, extra = {}, {}, {}, {}, {}
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
def text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(1000000)
    except OSError:
        return ""
def plain_values(path):
    values = {}  # torch/version.py and what DeepSpeed's setup.py writes: names and plain values
    for line in text(path).splitlines():
        name, equals, value = line.partition("=")
        if equals:
            values[name.partition(":")[0].strip()] = value.strip()
    return values
def place(name):
    try:
        spec = find_spec(name.partition(".")[0])
        for end in [at for at, sign in enumerate(name) if sign == "."][1:] + [len(name)]:
            if spec and "." in name:
                spec = PathFinder.find_spec(name[:end], spec.submodule_search_locations)
        return spec
    except Exception:
        return None
def own_folders():
    import site
    added = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(":") if path]
    user = site.getusersitepackages()
    if user in sys.path:  # what its .pth files add follows it, then come the environment's folders
        sites = [at for at, path in enumerate(sys.path) if path in site.getsitepackages()]
        added += sys.path[sys.path.index(user) : min(sites + [len(sys.path)])]
    library = os.path.dirname(os.__file__)
    if library in sys.path:  # nothing but code that Python runs at its start goes before it
        before = sys.path[: sys.path.index(library)]
        added += [path for path in before if not path.endswith(".zip")]
    return [path for path in sys.path if path not in added]
def copy_at(name, origin):
    folder = os.path.dirname(origin)
    folder = os.path.dirname(folder) if os.path.basename(origin) == "__init__.py" else folder
    return [folder, versions.get((folder, name.replace("_", "-")), "")]
def backends_in(path):
    for name in [name for name in listed(path) if name.endswith(".dist-info")]:
        info = os.path.join(path, name)
        group = text(os.path.join(info, "entry_points.txt")).partition("[torch.backends]")[2]
        for line in group.partition("[")[0].splitlines():
            entry, equals, target = [word.strip() for word in line.partition("=")]
            module = target.partition(":")[0].strip()
            if equals and module:
                yield {"name": entry, "module": module, "info": info, "found": bool(place(module)),
                    "recorded": os.path.exists(os.path.join(info, "RECORD"))}
def imported(source):
    import ast
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            yield [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield [node.module.partition(".")[0]]
if sys.version_info >= (3, 8):
    import _locale
    from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
    from importlib.util import find_spec
    for path in sys.path:
        for name in listed(path):
            package = name.partition(".egg-info")[0].split("-")[0].lower().replace("_", "-")
            if name.endswith((".dist-info", ".egg-info")) and package in %(packages)r:
                found = version(os.path.join(path, name)) or ""
                packages.setdefault(package, found)
                versions.setdefault((path, package), found)
    for name in %(modules)r:
        spec = place(name)
        modules[name] = spec and spec.origin  # a bare folder of that name has no origin
    own = own_folders()
    for name in %(shadowable)r:
        both = [spec and spec.origin for spec in (place(name), PathFinder.find_spec(name, own))]
        if all(both) and len(set(map(os.path.realpath, both))) == 2:
            copies[name.replace("_", "-")] = [copy_at(name, origin) for origin in both]
    wanted, misread = [[name] for name in %(wanted)r], ""
    if script:
        sys.path.insert(0, os.path.dirname(script))
        source = text(script).lstrip(chr(0xFEFF))
        try:
            names = list(imported(source))
            wanted += [] if "sys.path" in source else names
        except SyntaxError as error:
            if len(source) < 900000:  # not cut off
                misread = "line %%s: %%s" %% (error.lineno, str(error.msg)[:150])
        except ValueError:
            pass
    compiled = %(compiled)r
    wanted += [[compiled[name]] for names in list(wanted) for name in names if name in compiled]
    beside = lambda name: modules.get(name) and os.path.dirname(modules[name]) or ""
    torch, ops = plain_values(beside("torch") + "/version.py"), plain_values(
        beside("deepspeed") + "/git_version_info_installed.py").get("installed_ops", "")
    extra = {
        "abi": EXTENSION_SUFFIXES[0].partition(".so")[0].strip("."),
        "cuda": torch.get("cuda", "None").strip("'\\"").replace("None", ""),
        "hip": torch.get("hip", "None").strip("'\\"").replace("None", ""),
        "built_ops": [part.split("'")[1] for part in ops.split(",") if "True" in part],
        "encoding": "utf-8" if sys.flags.utf8_mode else _locale.nl_langinfo(_locale.CODESET),
        "unfound": sorted({name for names in wanted for name in names if not place(name)}),
        "misread": misread,
        "installer": "pip" if place("pip") else "",
        "search": sys.path,
        "backends": [found for path in sys.path for found in backends_in(path)],
        "optional": {name: spec and spec.origin for name, spec in (
            (name, place(name)) for name in %(optional)r)},
    }
print(%(mark)r + repr(dict({
    "version": "%%d.%%d.%%d" %% sys.version_info[:3],
    "executable": os.path.realpath(sys.executable),
    "prefix": sys.prefix, "packages": packages, "modules": modules, "copies": copies}, **extra)))
"""
PACKAGES = (
    *("torch", "deepspeed", "accelerate", "transformers", "flash-attn", "apex", "bitsandbytes"),
    *("peft", "trl", "datasets", "tokenizers", "safetensors", "numpy", "triton", "xformers"),
    *("einops", "huggingface-hub"),
    *("nvidia-nccl-cu11", "nvidia-nccl-cu12", "nvidia-nccl-cu13"),
)
MODULES = ("torch", "deepspeed", "accelerate", "transformers", "datasets", "tokenizers", "peft")
COMPILED = {
    "lzma": "_lzma", "bz2": "_bz2", "sqlite3": "_sqlite3", "ctypes": "_ctypes", "ssl": "_ssl",
    "gzip": "zlib", "curses": "_curses", "tkinter": "_tkinter",
}  # fmt: skip
"""What modules of the library need, and a Python lacks that was built without its headers."""
OPTIONAL = (
    *("wandb", "tensorboard", "comet_ml", "mup", "cupy", "mpi4py", "datastates"),
    *("torch_npu", "torch_mlu", "torch_musa", "torch_sdaa", "torch_xla", "habana_frameworks"),
    *("intel_extension_for_pytorch", "oneccl_bindings_for_pytorch", "apex", "transformer_engine"),
    *("flash_attn", "bitsandbytes", "xformers", "triton", "torchvision", "torchaudio"),
)
"""What DeepSpeed imports because of a key of its config, and what it and others try to import."""
LAUNCHERS = ("torchrun", "deepspeed", "accelerate")
INTERPRETER = re.compile(
    r"#!\s*(?:\S+/env\s+(?:-S\s+)?)?(\S*python[\d.]*t?)\s"
    r"|#!\s*/bin/sh\s+'''exec' \"?([^\"\n]*?/python[\d.]*t?)\"? "
)
SHADOWABLE = (*MODULES, "numpy", "triton", "safetensors", "flash_attn", "bitsandbytes", "xformers")
"""Modules of which a copy in another folder than the environment's is looked for."""


def job_program(args):
    """What the job runs: the module that the command names, or the script, as an absolute path."""
    command = list(args.get("command") or ())
    module = command[1:2] if command[:1] == ["-m"] else []
    script = command[0] if command and command[0].endswith(".py") else ""
    return {"wanted": module, "script": script and os.path.join(args.get("workdir") or "/", script)}


def find_interpreter(python):
    """The interpreter's path; a bare name is looked up as the login's PATH has it."""
    return python if "/" in python else shutil.which(python)


def nearest_folder(path):
    """The deepest folder above `path` that is there."""
    while path != "/" and not os.path.isdir(path):
        path = os.path.dirname(path)
    return path


def other_interpreters(path):
    """Other interpreters that a person may have meant."""
    folder = os.path.dirname(path or "")
    beside = [os.path.join(folder, name) for name in ("python", "python3")]
    found = [other for other in beside if other != path and os.access(other, os.X_OK)]
    usual = shutil.which("python3")
    return found + [usual] * (usual is not None and usual not in found)


def describe_absent(python, state, workdir):
    """The answer where there is nothing to run."""
    where = nearest_folder(os.path.dirname(os.path.abspath(python))) if "/" in python else ""
    return {
        "path": python,
        "state": state,
        "instead": other_interpreters(python),
        "nearest": where,
        "interactive": path_in_terminal(python),
        "with_torch": torch_interpreters(workdir, python),
        "maker": maker_of(python) if where else "",
    }


def path_in_terminal(python):
    """Where a terminal's shell finds a bare name: what .bashrc activates for terminals alone."""
    shell = os.environ.get("SHELL") or "/bin/sh"
    if "/" in python or not re.match(r"[\w.+-]+$", python):
        return ""
    try:
        ran = run_command([shell, "-ic", "command -v " + python], 4.0)
    except Undetermined:
        return ""
    found = [line for line in ran.out.splitlines() if line.startswith("/")]
    return found[-1] if found else ""


def denied_modules(path, answer):
    """{module: what denies it} of those that are not found, or whose metadata cannot be read."""
    prefix = os.path.dirname(os.path.dirname(os.path.abspath(path)))
    own = os.path.join(prefix, "lib", "python" + answer["version"].rpartition(".")[0])
    folders = [*answer.pop("search", []), os.path.join(own, "site-packages")]
    modules, packages = answer["modules"], answer["packages"]
    missing = [name for name in modules if modules[name] is None] + answer.get("unfound", [])
    nameless = [name for name in modules if modules[name] and not packages.get(name)]
    places = {name: module_places(folders, name.partition(".")[0]) for name in missing}
    places.update({name: metadata_places(folders, name) for name in nameless})
    config = first_denied(os.path.join(prefix, "pyvenv.cfg")) if missing else None
    found = {
        name: config or next(filter(None, map(first_denied, paths)), None)
        for name, paths in places.items()
    }
    return {name: denial for name, denial in found.items() if denial}


def module_places(folders, name):
    """Where an import looks for a module, folder by folder."""
    for folder in folders:
        yield folder
        for end in ("", ".py"):
            yield os.path.join(folder, name + end)


def metadata_places(folders, name):
    """The files in which a package's version stands."""
    for folder in folders:
        for place in glob.glob("%s/%s-*.*-info" % (folder, name)):
            yield os.path.join(place, "METADATA")


def own_shadows(path, env, args):
    """Modules of the script's folder and of PYTHONPATH, the working directory first, that hide."""
    folder = os.path.dirname(job_program(args)["script"])
    return shadowing_modules(path, [folder, *env.get("PYTHONPATH", "").split(":")])


def accelerate_keys(origin):
    """The keys that this accelerate takes at the top of its configuration; none where unknown.

    They are the fields of its dataclasses, and it raises for any other.
    """
    source = os.path.join(os.path.dirname(origin or ""), "commands/config/config_args.py")
    classes = re.split(r"^class (\w+)", (origin and read_file(source)) or "", flags=re.M)
    named = zip(classes[1::2], classes[2::2])
    bodies = [body for name, body in named if name in ("BaseConfig", "ClusterConfig")]
    return [key for body in bodies for key in re.findall(r"^    (\w+): ", body, re.M)]


def ask_interpreter(python, path, args):
    """The interpreter's own answer, or how it failed to give one."""
    words = {
        "packages": PACKAGES,
        "modules": MODULES,
        "compiled": COMPILED,
        "optional": OPTIONAL,
        "shadowable": SHADOWABLE,
        "mark": MARK,
    }
    ask = SOFTWARE_PROGRAM % dict(words, **job_program(args))
    env = rank_environment(os.environ, args.get("env", {}), path, args.get("workdir"))
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    try:
        ran = run_command([path, "-"], 8.0, env, ask.encode("utf-8"))
    except Undetermined as error:
        return {"path": python, "state": "crashed", "detail": str(error)}
    if ran.timed_out:
        hung = hung_folders(path, args.get("env", {}), args.get("workdir"))
        return {"path": python, "state": "hangs", "detail": ran.err[-2000:], "hung": hung}
    shadows = own_shadows(path, env, args)
    lines = [line for line in ran.out.splitlines() if line.startswith(MARK)]
    noisy = ran.err.strip() or len(ran.out.splitlines()) > len(lines)
    hooks = startup_files(path, env) if noisy or not lines else {}
    if not lines:
        detail = ran.err.strip() or ran.out.strip() or "it printed nothing"
        failed = {"path": python, "state": "crashed", "code": ran.code, "detail": detail[-2000:]}
        guilty = guilty_variables([path, "-"], ask, args, TRIALS_S)
        denied = denied_import(detail)
        return dict(failed, denied_by=denied, variables=guilty, shadows=shadows, hooks=hooks)
    answer = ast.literal_eval(lines[-1][len(MARK) :])
    answer.update(path=python, state="ok", shadows=shadows, hooks=hooks)
    answer["denied"] = denied_modules(path, answer)
    answer["accelerate_keys"] = accelerate_keys(answer["modules"].get("accelerate"))
    answer["lost"] = lost_environment(path, answer, ("torch", "deepspeed"))
    folders = [os.path.dirname(path), os.path.join(answer["prefix"], "bin")]
    return dict(
        answer,
        installer=answer.get("installer") or other_installer(),
        astray=astray_commands(env.get("PATH"), folders),
    )


def script_interpreter(path, search):
    """The Python that a script runs under, as pip, uv and distlib write it; "" for another file."""
    with open(path, "rb") as file:
        found = INTERPRETER.match(file.read(1024).decode("utf-8", "replace"))
    if not found:
        return ""
    name = found.group(1) or found.group(2)
    return name if "/" in name else shutil.which(name, path=search) or name


def astray_commands(search, folders):
    """{command: [its path, its Python]} of those in PATH that belong to no Python of `folders`."""
    own = [os.path.realpath(folder) for folder in folders]
    found = {}
    for name in LAUNCHERS:
        path = shutil.which(name, path=search)
        try:
            python = script_interpreter(path, search) if path else ""
        except OSError:
            continue
        if python and os.path.realpath(os.path.dirname(python)) not in own:
            found[name] = [path, python]
    return found


def other_installer():
    """What installs packages where the environment has no pip, as one that uv made."""
    usual = [os.path.expanduser(folder) for folder in ("~/.local/bin", "~/.cargo/bin")]
    folders = os.pathsep.join([os.environ.get("PATH", ""), *usual])
    return shutil.which("uv", path=folders) or "ensurepip"


@section("software")
def software(args):
    """State, versions and importable modules of the training interpreter."""
    python = args["python"]
    path = find_interpreter(python)
    denial = denied_program(python, os.environ.get("PATH", ""))
    if denial and (denial["noexec"] or not (path and os.path.exists(path))):
        return dict(describe_absent(python, "denied", args.get("workdir")), denied_by=denial)
    if path is None or not os.path.exists(path):
        return describe_absent(python, "missing", args.get("workdir"))
    if os.path.isdir(path) or not os.access(path, os.X_OK):
        return describe_absent(python, "not-executable", args.get("workdir"))
    return ask_interpreter(python, path, args)
