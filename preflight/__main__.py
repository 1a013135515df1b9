"""`python -m preflight --hosts hosts.txt`: pytest on this package, from any directory."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from checks.import_order import put_library_first

if __name__ == "__main__":
    put_library_first()
from pathlib import Path

from checks.errors import UsageError
from checks.escaped_streams import brief_errors
from checks.garbage import kept_for_good
from checks.job.user_files import require_current_folder
from checks.printable import shorten_message

HERE = Path(__file__).resolve().parent
TESTS_FAILED, INTERRUPTED, USAGE = 1, 2, 4
"""Exit codes of pytest, which may not be there yet."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the checks with pytest's own options and ours; returns the exit status."""
    try:
        require_current_folder()
        words = pytest_arguments(sys.argv[1:] if argv is None else argv, Path.cwd())
        with brief_errors():
            with kept_for_good():
                import pytest

                import preflight.session  # noqa: F401 - what takes time of the plugin

            return int(pytest.main(words))
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return TESTS_FAILED
    except KeyboardInterrupt:  # before pytest's own handler is there, while it is imported too
        print("interrupted before the decision", file=sys.stderr)
        return INTERRUPTED
    except (UsageError, OSError, ValueError) as error:  # of its start; later ones pytest reports
        print(f"ERROR: {shorten_message(str(error))}", file=sys.stderr)
        return USAGE


def pytest_arguments(argv: Sequence[str], cwd: Path) -> list[str]:
    """pytest's arguments: no configuration file of the user's, node ids from this package's parent.

    A word that starts with `preflight/` (a file, or an item's id) stands for that of this package.
    The package comes first: an option without its value would take it for that.
    """
    fixed = [
        f"--rootdir={HERE.parent}", "-c", os.devnull, "--import-mode=importlib",
        "-p", "no:testinfra", "-p", "no:anyio", "-p", "preflight.plugin",
        "-o", f"cache_dir={cwd / '.pytest_cache'}",
    ]  # fmt: skip
    words = [f"{HERE.parent}/{word}" if word.startswith("preflight/") else word for word in argv]
    named = any(word.startswith(f"{HERE}/") for word in words)
    return [*fixed, *([] if named else [str(HERE)]), *words]


if __name__ == "__main__":
    sys.exit(main())
