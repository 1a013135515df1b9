"""Imports without a look for garbage.

Modules stay as long as the process. To look through them again and again, as they grow more, takes
a seventh of the time of a thousand imports, and finds nothing.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def kept_for_good() -> Iterator[None]:
    """What comes to be within stays out of later looks for garbage, too."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_looking:
            gc.enable()
