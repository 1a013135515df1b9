"""The interpreters of a node that have torch, where people keep environments. None is run."""

import glob
import os
import shutil

PROJECT_FOLDERS = (".venv", "venv", "env")
"""What uv, poetry and people call the environment in a project's folder."""
COLLECTIONS = (
    *("~/*", "~/venvs/*", "~/envs/*", "~/.virtualenvs/*", "~/.local/share/virtualenvs/*"),
    *("~/.cache/pypoetry/virtualenvs/*", "~/.pyenv/versions/*", "~/.conda", "~/.local/share/mamba"),
    *("/opt/*", "/usr/local/*conda*", "/usr/local/*forge*", "/usr/share/*conda*"),
    *("/venv", "/data/*", "/srv/*", "/workspace/*", "/shared/*", "/scratch/*"),
    *("/mnt/*", "/nfs/*", "/efs/*", "/fsx/*", "/lustre/*", "/gpfs/*"),
)
"""Folders of which each may be an environment of venv, conda, uv or pyenv, or hold such."""
MAX_FOLDERS, MAX_FOUND = 400, 16


def torch_interpreters(workdir, asked):
    """Paths of interpreters beside which torch lies: the workdir's, the login's, the system's.

    Those with DeepSpeed come first.
    """
    found, without_deepspeed = [], []
    for prefix in environment_folders(workdir, asked):
        python = os.path.join(prefix, "bin", "python")
        for path in (python, python + "3"):
            if os.access(path, os.X_OK) and has_package(prefix, "torch/version.py"):
                whole = has_package(prefix, "deepspeed/__init__.py")
                (found if whole else without_deepspeed).append(path)
                break
    return (found + without_deepspeed + system_interpreters())[:MAX_FOUND]


def environment_folders(workdir, asked):
    """Folders that may be environments, once each: near what was asked for and workdir first."""
    asked = os.path.dirname(os.path.dirname(asked)) if "/" in asked else ""
    near = [asked] if asked else []
    folder = os.path.abspath(workdir or "/")
    while folder != "/":
        near += [os.path.join(folder, name) for name in PROJECT_FOLDERS]
        folder = os.path.dirname(folder)
    named = [os.environ.get(name, "") for name in ("VIRTUAL_ENV", "CONDA_PREFIX")]
    kept = [
        path for pattern in COLLECTIONS for path in sorted(glob.glob(os.path.expanduser(pattern)))
    ]
    kept += glob.glob(os.path.expanduser("~/.venv"))
    inner = [os.path.join(path, name) for path in kept for name in PROJECT_FOLDERS]
    conda = [env for path in kept for env in conda_environments(path)]
    folders = [path for path in near + named + conda_folders() + kept + conda + inner if path]
    return list(dict.fromkeys(folders))[:MAX_FOLDERS]


def conda_folders():
    """What conda itself keeps a list of."""
    try:
        with open(os.path.expanduser("~/.conda/environments.txt"), errors="replace") as file:
            return [line.strip() for line in file if line.startswith("/")]
    except OSError:
        return []


def conda_environments(root):
    """Those in a root of conda or mamba."""
    return sorted(glob.glob(os.path.join(glob.escape(root), "envs", "*")))


def has_package(prefix, file):
    """Whether an import there would find that file of a package."""
    pattern = os.path.join(glob.escape(prefix), "lib*", "python3*", "site-packages")
    for own in glob.glob(pattern):
        folders = [own, *borrowed_folders(own)]
        if any(os.path.isfile(os.path.join(path, file)) for path in folders):
            return True
    return False


def borrowed_folders(site_packages):
    """Folders that its .pth files add, as those of another environment."""
    folders = []
    for path in sorted(glob.glob(os.path.join(glob.escape(site_packages), "*.pth"))):
        try:
            with open(path, errors="replace") as file:
                folders += [line.strip() for line in file if line.startswith("/")]
        except OSError:
            continue
    return folders


def system_interpreters():
    """The login's own python3, where torch was installed for it."""
    python = shutil.which("python3")
    places = [
        *("/usr/lib/python3/dist-packages", "/usr/local/lib/python3*/dist-packages"),
        *("/usr/lib*/python3*/site-packages", "/usr/local/lib*/python3*/site-packages"),
        os.path.expanduser("~/.local/lib/python3*/site-packages"),
    ]
    own = any(glob.glob(os.path.join(place, "torch", "version.py")) for place in places)
    return [python] if python and own else []
