"""Variables that steer training, as the very shell of this login gives them to the ranks."""

import glob
import os
import re
import shutil

from checks.node.probe.core import section
from checks.node.probe.startup_variables import startup_variables
from checks.node.runtime.files import read_file

PREFIXES = (
    "ACCELERATE_", "BNB_", "CUBLAS_", "CUDA_", "CUDNN_", "DEEPSPEED_", "DS_", "FI_", "FSDP_",
    "GLOO_", "GOMP_", "HF_", "HIP_", "HSA_", "KMP_", "MALLOC_", "MASTER_", "MIOPEN_", "MKL_",
    "NCCL_", "NVIDIA_", "NVTE_", "OMP_", "OPENBLAS_", "PDSH_", "PET_", "PYTHON", "PYTORCH_",
    "ROCR_", "TOKENIZERS_", "TORCH", "TP_", "TRANSFORMERS_", "TRITON_", "UCX_", "XLA_",
)  # fmt: skip
NAMES = (
    "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "NODE_RANK", "LD_LIBRARY_PATH",
    "LD_PRELOAD", "LD_BIND_NOW", "GLIBC_TUNABLES", "DSHPATH", "PATH", "LANG", "LC_ALL", "USE_LIBUV",
    "OMPI_COMM_WORLD_LOCAL_RANK", "CC", "CXX",
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
ASSIGNED = re.compile(
    r"(?:^|[\s;&])((?:%s)\w*|%s)=|\b(?:setenv|set\s+-\w*x\w*)\s+((?:%s)\w*|%s)\s"
    % (("|".join(PREFIXES), "|".join(NAMES)) * 2)
)
"""Where a line gives one of the variables above, as sh does it, csh or fish."""
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


def variables_set_by(line):
    """The names that a line of a start-up file gives a value."""
    often = OFTEN_SET.match(line)
    assigned = [element or other for element, other in ASSIGNED.findall(line.partition("#")[0])]
    return dict.fromkeys(assigned + ([often.group(1)] if often else []))


def variable_settings(conf=()):
    """{name: ["path:line", ...]} of the lines that give a variable that steers training."""
    found = {}
    for path in start_up_files() + list(conf):
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
            for name in variables_set_by(line):
                found.setdefault(name, []).append("%s:%d" % (path, number))
    return found


@section("environment")
def environment(args):
    """The variables of this shell, of the interpreter's start-up files and of NCCL's files."""
    conf = conf_files(args.get("env") or {})
    hidden, by_python = hidden_programs(), startup_variables(args)
    by_python = {name: by_python[name] for name in by_python if steers_training(name)}
    variables = dict(os.environ, **{name: found[0] for name, found in by_python.items()})
    lines = {name: found[2] for name, found in by_python.items()}
    return {
        "shell": {
            name: mask_secret(name, variables[name]) for name in variables if steers_training(name)
        },
        "set_in": dict(variable_settings(conf), **lines),
        "by_python": {name: found[1] for name, found in by_python.items()},
        "nccl_conf": conf,
        "hidden_programs": hidden,
        "path_replaced_in": path_replaced_in() if hidden else [],
    }
