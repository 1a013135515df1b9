"""The files, folders and libraries that NCCL's variables name, looked for as NCCL does."""

import os
import socket

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.environment import conf_files
from checks.node.probe.files import is_remote
from checks.node.runtime.files import mount_of

COMMANDS = ("ldconfig -p",)
READ = ("NCCL_TOPO_FILE", "NCCL_GRAPH_FILE", "NCCL_CONF_FILE", "NCCL_TUNER_CONFIG_FILE")
WRITTEN = ("NCCL_DEBUG_FILE", "NCCL_TOPO_DUMP_FILE", "NCCL_GRAPH_DUMP_FILE")
PLUGINS = {
    "NCCL_NET_PLUGIN": "libnccl-net-%s.so",
    "NCCL_TUNER_PLUGIN": "libnccl-tuner-%s.so",
    "NCCL_PROFILER_PLUGIN": "libnccl-profiler-%s.so",
}
NO_LIBRARY = ("none", "static_plugin")
FOLDERS = ("/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib")


def nccl_variables(env):
    """What ranks would have of those names: [env], the shell, NCCL's files."""
    found = {}
    for own in reversed(list(conf_files(env).values())):
        found.update(own)
    found.update(os.environ)
    found.update(env)
    names = READ + WRITTEN + tuple(PLUGINS) + ("LD_LIBRARY_PATH",)
    return {name: found[name] for name in names if found.get(name)}


def output_file_state(path):
    """Whether a file of that name could be written, and whether other nodes would see it."""
    path = path.replace("%h", socket.gethostname()).replace("%p", "1")
    folder = os.path.dirname(path)
    state = "missing"
    if os.path.isdir(folder):
        held = os.path.exists(path) and not os.access(path, os.W_OK)
        state = "ok" if os.access(folder, os.W_OK | os.X_OK) and not held else "denied"
    mount = mount_of(os.path.realpath(folder))
    return {"folder": folder, "state": state, "remote": is_remote(mount[1])}


def loader_cache():
    """{library name: path} of the loader's cache; empty where it cannot be asked."""
    for program in ("/sbin/ldconfig", "ldconfig"):
        try:
            lines = run_command([program, "-p"], limit=3.0).out.splitlines()
        except Undetermined:
            continue
        pairs = (line.strip().partition(" => ") for line in lines)
        return {name.partition(" ")[0]: path for name, arrow, path in pairs if arrow}
    return {}


def find_plugin(value, pattern, folders):
    """Where the loader would find that plugin; None where it would not."""
    if "/" in value:
        return value if os.path.exists(value) else None
    cache = loader_cache()
    for name in (value, pattern % value):
        for folder in folders:
            if os.path.exists(os.path.join(folder, name)):
                return os.path.join(folder, name)
        if name in cache:
            return cache[name]
    return None


@section("nccl_files")
def nccl_files(args):
    """What is there of the paths that NCCL's variables name."""
    found = nccl_variables(args.get("env") or {})
    base = args.get("workdir") or os.path.expanduser("~")
    at = {name: os.path.join(base, found[name]) for name in READ + WRITTEN if name in found}
    own = [folder for folder in found.get("LD_LIBRARY_PATH", "").split(":") if folder]
    plugins = {name: found[name] for name in PLUGINS if name in found}
    return {
        "missing": {name: at[name] for name in READ if name in at and not os.path.exists(at[name])},
        "written": {name: output_file_state(at[name]) for name in WRITTEN if name in at},
        "plugins": {
            name: find_plugin(value, PLUGINS[name], own + list(FOLDERS))
            for name, value in plugins.items()
            if value.lower() not in NO_LIBRARY
        },
    }
