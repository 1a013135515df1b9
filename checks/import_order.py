"""Where this program looks for modules: Python's own library before the working directory.

`python -m` puts the working directory first, where a file of the job called `random.py` would be
taken for the library's module by all that this program imports.
"""

import os
import sys


def put_library_first() -> None:
    """Have the working directory searched behind Python's library, before installed packages."""
    first, rest = sys.path[0], sys.path[1:]
    if first == "" or (os.path.isdir(first) and os.path.samefile(first, ".")):
        installed = ("site-packages", "dist-packages")
        places = (at for at, path in enumerate(rest) if path.endswith(installed))
        at = next(places, len(rest))
        sys.path[:] = [*rest[:at], first, *rest[at:]]
