"""`python -m launcher`. A Ctrl-C while modules are imported is one line, too."""

# PYTHON_ARGCOMPLETE_OK

from __future__ import annotations

import sys

from checks.import_order import put_library_first


def main() -> int:
    """The exit code of the command line."""
    try:
        put_library_first()
        from launcher.cli import main as run_command

        return run_command()
    except KeyboardInterrupt:
        print("launcher: interrupted; nothing was started", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
