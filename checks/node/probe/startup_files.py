"""Files that Python runs at its start and that fail, end it or print: by running them one by one.

They are the .pth files beside the packages, and sitecustomize and usercustomize (Python's `site`).
"""

import ast

from checks.node.probe.core import Undetermined, run_command

COMMANDS = ("PYTHON -S - (where it prints at its start or fails: runs its start-up files singly)",)

MARK, BEGINS = "PREFLIGHT-STARTUP ", "PREFLIGHT-BEGINS "
LIMIT_S = 4.0
LONGEST_WORDS = 300
# Run by the training interpreter, which -S keeps from running those files by itself
PROGRAM = """
import importlib.util, io, os, site, sys
found = {}
def place(step, args):
    if step == "addpackage":
        return os.path.join(str(args[0]), str(args[1]))
    spec = importlib.util.find_spec(step[4:])
    return spec.origin if spec and spec.origin else step[4:]
def watch(step):
    run = getattr(site, step)
    def watched(*args, **more):
        os.write(1, ("\\n" + %(begins)r + place(step, args) + "\\n").encode("utf-8", "replace"))
        streams, said = (sys.stdout, sys.stderr), io.StringIO()
        sys.stdout = sys.stderr = said
        try:
            return run(*args, **more)
        except BaseException as error:
            said.write(type(error).__name__ + ": " + str(error))
        finally:
            sys.stdout, sys.stderr = streams
            if said.getvalue().strip():
                found[place(step, args)] = said.getvalue()[-%(longest)d:]
    setattr(site, step, watched)
for step in ("addpackage", "execsitecustomize", "execusercustomize"):
    watch(step)
site.main()
os.write(1, ("\\n" + %(mark)r + repr(found) + "\\n").encode("utf-8", "backslashreplace"))
os._exit(0)
"""


def startup_files(path, env):
    """{file: what it printed or raised} of those that do, and of no other; none where unknown."""
    program = PROGRAM % {"mark": MARK, "begins": BEGINS, "longest": LONGEST_WORDS}
    try:
        ran = run_command([path, "-S", "-"], LIMIT_S, env, program.encode("utf-8"))
        lines = [line for line in ran.out.splitlines() if line.startswith(MARK)]
        begun = [line for line in ran.out.splitlines() if line.startswith(BEGINS)]
        if not lines and begun and not ran.timed_out:
            return {begun[-1][len(BEGINS) :]: "it ended the interpreter with code %s" % ran.code}
        return ast.literal_eval(lines[-1][len(MARK) :]) if lines else {}
    except (Undetermined, ValueError, SyntaxError):
        return {}
