"""Variables that steer training, as the very shell of this login gives them to the ranks."""

import glob
import os
import re

from checks.probe.core import read, section

PREFIXES = (
    "ACCELERATE_", "CUDA_", "DEEPSPEED_", "DS_", "FI_", "GLOO_", "HF_", "MASTER_", "NCCL_", "OMP_",
    "PDSH_", "PYTHON", "TORCH_", "TP_", "UCX_",
)  # fmt: skip
NAMES = (
    "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "NODE_RANK", "LD_LIBRARY_PATH",
    "LD_PRELOAD", "DSHPATH", "PATH", "LANG", "LC_ALL",
)  # fmt: skip
SHELL_FILES = (
    "~/.bashrc", "~/.bash_profile", "~/.bash_login", "~/.profile", "~/.zshenv", "~/.cshrc",
    "~/.tcshrc", "~/.config/fish/config.fish", "~/.ssh/environment", "/etc/environment",
    "/etc/bash.bashrc", "/etc/bashrc", "/etc/profile", "/etc/zshenv", "/etc/zsh/zshenv",
)  # fmt: skip
OFTEN_SET = re.compile(r"^[^#]*\b((?:NCCL|GLOO|PDSH)_\w+|DSHPATH)\b\s*[= ]")
SECRET = re.compile("TOKEN|KEY|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)
MASK = "***"


def shown(name, value):
    """The value, unless its name says that it is a secret or it is a URL with a password."""
    return MASK if SECRET.search(name) else re.sub("://[^/@ ]+@", "://%s@" % MASK, value)


def steers(name):
    """Whether training, or the way to it, listens to that variable."""
    return name.startswith(PREFIXES) or name in NAMES or name.lower().endswith("_proxy")


def assignments(path):
    """{name: value} of the `NAME=value` lines of a file; None where it cannot be read."""
    content = read(path)
    if content is None:
        return None
    found = {}
    for line in content.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            name = name.strip()
            found[name] = shown(name, value.strip())
    return found


def files(paths):
    """{path: assignments} of those that are there."""
    read_files = ((path, assignments(path)) for path in paths)
    return {path: found for path, found in read_files if found is not None}


def set_in():
    """{name: ["path:line", ...]} of the lines that give NCCL, gloo or pdsh a variable."""
    paths = [os.path.expanduser(path) for path in SHELL_FILES]
    found = {}
    for path in paths + sorted(glob.glob("/etc/profile.d/*")):
        for number, line in enumerate((read(path, "") or "").splitlines(), 1):
            match = OFTEN_SET.match(line)
            if match:
                found.setdefault(match.group(1), []).append("%s:%d" % (path, number))
    return found


@section("environment")
def environment(args):
    """The variables of this shell, of NCCL's files and of DeepSpeed's."""
    home = os.path.expanduser("~")
    own = os.environ.get("NCCL_CONF_FILE") or os.path.join(home, ".nccl.conf")
    name = os.environ.get("DS_ENV_FILE") or ".deepspeed_env"
    folders = [home] + ([args["workdir"]] if args.get("workdir") else [])
    return {
        "shell": {name: shown(name, os.environ[name]) for name in os.environ if steers(name)},
        "set_in": set_in(),
        "nccl_conf": files([own, "/etc/nccl.conf"]),
        "deepspeed_env": files([os.path.join(folder, name) for folder in folders]),
    }
