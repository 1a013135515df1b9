"""Variables that the training interpreter's own start-up files give to whatever it runs.

sitecustomize, usercustomize and lines of .pth files (Python's `site`) run in each rank, after the
login and the launcher have had their say; no shell shows what they set.
"""

import ast
import os
import re
import shutil

from checks.node.probe.core import Undetermined, run_command
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.files import read_file

COMMANDS = ("PYTHON - (prints its environment)",)

MARK = "PREFLIGHT-VARIABLES "
LIMIT_S = 4.0
OF_START = ("NCCL_SOCKET_IFNAME", "GLOO_SOCKET_IFNAME")
"""Every start sets these, so that a file that sets them only where they are missing does not."""
TOO_LATE = ("PATH", "DSHPATH", "LANG", "LC_ALL", "GLIBC_TUNABLES")
TOO_LATE_BEGIN = ("LD_", "PYTHON", "MALLOC_", "PDSH_")
"""What has been read when the interpreter runs its start-up files."""
# Run by the training interpreter
PROGRAM = """
import os, sys
hooks = [sys.modules.get(name) for name in ("sitecustomize", "usercustomize")]
files = [hook.__file__ for hook in hooks if getattr(hook, "__file__", None)]
for folder in sys.path:
    if os.path.isdir(folder):
        files += [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith(".pth")]
print("\\n" + %r + repr((dict(os.environ), files, sys.prefix)))
"""


def startup_variables(args):
    """{name: (value, file or folder, ["path:line"])} of those that it gives itself.

    The lines are statements of their own, and may be made comments; the file is one that names the
    variable, or else the folder of the interpreter's environment.
    """
    python = args.get("python") or ""
    path = python if "/" in python else shutil.which(python)
    if not path:
        return {}
    given = rank_environment(os.environ, args.get("env") or {}, path, args.get("workdir"))
    given["PYTHONDONTWRITEBYTECODE"] = "1"
    for name in OF_START:
        given.setdefault(name, "lo")
    try:
        ran = run_command([path, "-"], LIMIT_S, given, (PROGRAM % MARK).encode("utf-8"))
        lines = [line for line in ran.out.splitlines() if line.startswith(MARK)]
        seen, files, prefix = ast.literal_eval(lines[-1][len(MARK) :])
    except (Undetermined, OSError, IndexError, ValueError, SyntaxError):
        return {}  # the section `software` says what is wrong with it
    return {
        name: (seen[name], *origin_of(name, files, prefix))
        for name in seen
        if seen[name] != given.get(name) and comes_in_time(name)
    }


def comes_in_time(name):
    """Whether a rank heeds what is set by a start-up file."""
    return name not in TOO_LATE and not name.startswith(TOO_LATE_BEGIN)


def origin_of(name, files, prefix):
    """(the file that names the variable, its lines that set it and nothing else)."""
    for path in files:
        lines = (read_file(path, "") or "").splitlines()
        if any(re.search(r"\b%s\b" % re.escape(name), line) for line in lines):
            places = [
                "%s:%d" % (path, number)
                for number, line in enumerate(lines, 1)
                if sets_alone(line, name, path)
            ]
            return path, places
    return prefix, []


def sets_alone(line, name, path):
    """Whether that line of a .pth file or a module sets the variable and does not go on."""
    if path.endswith(".pth"):
        return line.startswith("import ") and name in line
    quoted = "[\"']%s[\"']" % re.escape(name)
    assigned = r"\s*os\.environ\[%s\]\s*=[^=\\({\[]+$" % quoted
    defaulted = r"\s*os\.environ\.setdefault\(\s*%s\s*,[^\\({\[)]+\)\s*$" % quoted
    return re.match("%s|%s" % (assigned, defaulted), line) is not None
