"""`python -m launcher`. A Ctrl-C while modules are imported is one line, too."""

# PYTHON_ARGCOMPLETE_OK

from __future__ import annotations

import sys


def main() -> int:
    """The exit code of the command line."""
    try:
        from launcher.cli import main as run_command

        return run_command()
    except KeyboardInterrupt:
        print("launcher: interrupted; nothing was started", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
