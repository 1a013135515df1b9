"""A private temporary folder that is gone afterwards, however the probe ends."""

import os
import subprocess
import time

from checks.node.probe.core import PROBE_MARK, Undetermined, start_process

COMMANDS = ("rm -rf of its own temporary folder",)

# The ranks die at the same moment as the probe and may still write: hence more than one try
REMOVER = """
umask 077
d=$(mktemp -d "${TMPDIR:-/tmp}/preflight-XXXXXX") || exit 1
exec 3<&0
(
  trap '' HUP INT TERM
  read -r _ <&3
  n=0
  while [ -e "$d" ] && [ $n -lt 50 ]; do rm -rf "$d"; n=$((n+1)); [ ! -e "$d" ] || sleep 0.1; done
) >/dev/null 2>&1 &
echo "$d"
"""


class ScratchFolder(object):
    """A private folder `path`, gone when `with` is left and also when the probe is killed.

    The remover is a shell outside the probe's process group and no child of it: it waits for the
    end of a pipe that only the probe holds, and a killed probe closes that pipe too. It has not the
    probe's mark, nor a dead shell as its group's leader: by these whatever ran for the probe is
    killed then.
    """

    def __enter__(self):
        """Make the folder and its remover."""
        pipe = subprocess.PIPE
        env = {name: value for name, value in os.environ.items() if name != PROBE_MARK}
        self.shell = start_process(["sh", "-c", REMOVER], env, stdin=pipe, stdout=pipe, stderr=pipe)
        self.path = self.shell.stdout.readline().decode().strip()
        if not self.path:
            _, said = self.shell.communicate()
            raise Undetermined("no temporary folder: %s" % said.decode())
        self.shell.wait()
        return self

    def __exit__(self, *_):
        """Let the remover work, and wait for it."""
        self.shell.stdin.close()
        deadline = time.monotonic() + 6
        while os.path.exists(self.path) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.shell.stdout.close()
        self.shell.stderr.close()
