"""File systems whose server does not answer, into which the training interpreter looks."""

from __future__ import annotations

from tests.lab.faults.case import ALL, NODE3, case, custom
from tests.lab.faults.software import BORROWING

HANG = r"""
mkdir -p /mnt/shared; [ -e /dev/fuse ] || mknod -m 600 /dev/fuse c 10 229
cat >$SAVED/serve.py <<'END'
import ctypes, os, sys, time
libc, fd = ctypes.CDLL(None, use_errno=True), os.open("/dev/fuse", os.O_RDWR)
told = b"fd=%%d,rootmode=40000,user_id=0,group_id=0" %% fd
if libc.mount(b"nas1:/export", b"/mnt/shared", sys.argv[1].encode(), 0, told):
    raise OSError(ctypes.get_errno(), "mount")
print("mounted", flush=True)
time.sleep(10**6)
END
setsid "$PYTHON" $SAVED/serve.py %s </dev/null >$SAVED/mounted 2>&1 &
until grep -q mounted $SAVED/mounted; do sleep 0.05; done
"""
"""Whoever looks there waits: the one that serves it takes no request."""
NAMED = "sed -i '1i export PYTHONPATH=/mnt/shared/lib' $HOME/.bashrc\n"
LINKED = "ln -s /mnt/shared /opt/lib; sed -i '1i export PYTHONPATH=/opt/lib:/opt/x' $HOME/.bashrc\n"
IN_PTH = "echo /mnt/shared/lib >$(echo /root/borrowed/lib/python3.*/site-packages)/own.pth\n"
PYTHON = ("software.python-is-there", NODE3, "python-hangs")

CASES = [
    case(custom("python-path-into-a-hung-mount", NAMED + HANG % "fuse"), *PYTHON),
    case(custom("link-of-python-path-into-a-hung-mount", LINKED + HANG % "fuse"), *PYTHON),
    case(
        custom("shared-python-path-hangs-on-one-node", HANG % "fuse.sshfs"),
        *PYTHON,
        first=((custom("have-shared-python-path", NAMED), ALL),),
    ),
    case(
        custom("pth-file-into-a-hung-mount", IN_PTH + HANG % "fuse"),
        *PYTHON,
        **BORROWING,
    ),
]
