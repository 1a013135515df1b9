"""What the Python of each rank runs first: its stack is to be had by a signal from then on.

It lies as `sitecustomize.py` in a folder of its own, first on the rank's PYTHONPATH. It takes that
folder out of the program's sight, then hands over to the sitecustomize that the program would have
had. The file that takes the stack is called PID.DESCRIPTOR.SIGNAL: whoever asks sees that it is
still open there. The signal is one that no program is known to use, and a program that was started
with it ignored is left alone.
"""

import contextlib
import faulthandler
import importlib
import os
import signal
import sys

HOOK_DIRECTORY = os.path.dirname(os.path.abspath(__file__))
STACK_SIGNAL = signal.SIGRTMAX


def remove_hook_traces():
    """Leave path and environment as they are without this hook."""
    sys.path[:] = [path for path in sys.path if path != HOOK_DIRECTORY]
    first, _, rest = os.environ.get("PYTHONPATH", "").partition(os.pathsep)
    if first == HOOK_DIRECTORY:
        del os.environ["PYTHONPATH"]
        if rest:
            os.environ["PYTHONPATH"] = rest


def register_stack_signal():
    """Have the main thread's calls written to the file on the signal."""
    if signal.getsignal(STACK_SIGNAL) != signal.SIG_DFL:
        return
    made = os.path.join(HOOK_DIRECTORY, "%d.new" % os.getpid())
    number = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    faulthandler.register(STACK_SIGNAL, file=number, all_threads=False, chain=False)
    os.rename(made, os.path.join(HOOK_DIRECTORY, "%d.%d.%d" % (os.getpid(), number, STACK_SIGNAL)))


def run_own_sitecustomize():
    """Run the program's own sitecustomize, which then is what the name stands for.

    Where there is none, the import ends as it does without this hook; site passes over that.
    """
    del sys.modules[__name__]
    importlib.import_module(__name__)


if __name__ == "sitecustomize":
    remove_hook_traces()
    with contextlib.suppress(OSError, ValueError, RuntimeError, AttributeError):
        register_stack_signal()
    run_own_sitecustomize()
