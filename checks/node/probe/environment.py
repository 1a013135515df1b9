"""Variables that steer training, as the very shell of this login gives them to the ranks."""

import glob
import os
import re
import shutil

from checks.node.probe.core import section
from checks.node.runtime.files import read_file

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
PROGRAMS = ("uname", "hostname", "env", "bash", "ssh")
"""What a login's shell, DeepSpeed and pdsh call by name."""
SYSTEM_FOLDERS = ("/usr/bin", "/bin", "/run/current-system/sw/bin")
REPLACES_PATH = re.compile(
    r"^(?!\s*#)(?!.*(\$\{?path\b|/usr/bin))(.*[\s;])?(path\s*=|set(env)?\s+(-\S+\s+)*path\s)", re.I
)
COLLECTIVE = r"(?:TORCH_)?(?:N+C+L+|GLOO)_\w+"  # misspelt ones too
OFTEN_SET = re.compile(
    r"^[^#]*\b(%s|PDSH_\w+|DSHPATH|PYTHONHOME|PYTHONPATH)\b\s*[= ]" % COLLECTIVE, re.IGNORECASE
)
SECRET = re.compile("TOKEN|KEY|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)
MASK = "***"


def mask_secret(name, value):
    """The value, unless its name says that it is a secret or it is a URL with a password."""
    return MASK if SECRET.search(name) else re.sub("://[^/@ ]+@", "://%s@" % MASK, value)


def steers_training(name):
    """Whether training, or the way to it, listens to that variable."""
    known = name.startswith(PREFIXES) or name in NAMES or name.lower().endswith("_proxy")
    return known or re.match(COLLECTIVE, name, re.IGNORECASE) is not None


def read_assignments(path):
    """{name: value} of an nccl.conf, cut as NCCL cuts it: blanks and quotes stay where they are.

    None where it cannot be read.
    """
    content = read_file(path)
    if content is None:
        return None
    found = {}
    for line in content.splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, mask_secret(name, value))
    return found


def conf_files(env):
    """{path: assignments} of NCCL's files that are there, the one that wins first."""
    own = env.get("NCCL_CONF_FILE") or os.environ.get("NCCL_CONF_FILE") or "~/.nccl.conf"
    read_files = [
        (path, read_assignments(path)) for path in (os.path.expanduser(own), "/etc/nccl.conf")
    ]
    return {path: found for path, found in read_files if found is not None}


def hidden_programs():
    """{program: where it lies} of those that the system has and the PATH of this shell has not."""
    hidden = [name for name in PROGRAMS if not shutil.which(name)]
    places = {name: shutil.which(name, path=os.pathsep.join(SYSTEM_FOLDERS)) for name in hidden}
    return {name: path for name, path in places.items() if path}


def start_up_files():
    """Paths of all files that a shell may read at its start, there or not."""
    own = [os.path.expanduser(path) for path in SHELL_FILES]
    return own + sorted(glob.glob("/etc/profile.d/*"))


def path_replaced_in():
    """The `path:line` of each line that gives PATH other folders than the system's alone."""
    return [
        "%s:%d" % (path, number)
        for path in start_up_files()
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1)
        if REPLACES_PATH.match(line)
    ]


def variable_settings(conf=()):
    """{name: ["path:line", ...]} of the lines that give NCCL, gloo or pdsh a variable."""
    found = {}
    for path in start_up_files() + list(conf):
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
            match = OFTEN_SET.match(line)
            if match:
                found.setdefault(match.group(1), []).append("%s:%d" % (path, number))
    return found


@section("environment")
def environment(args):
    """The variables of this shell and of NCCL's files."""
    conf = conf_files(args.get("env") or {})
    hidden = hidden_programs()
    return {
        "shell": {
            name: mask_secret(name, os.environ[name])
            for name in os.environ
            if steers_training(name)
        },
        "set_in": variable_settings(conf),
        "nccl_conf": conf,
        "hidden_programs": hidden,
        "path_replaced_in": path_replaced_in() if hidden else [],
    }
