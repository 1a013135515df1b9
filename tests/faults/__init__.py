"""The table of faults: each module here has some, with what must be found because of them.

Faults beyond those of `lab fault` are rarer ones, and those that need the job's own paths. Nobody
undoes them: their lab is taken down.
"""

from __future__ import annotations

import importlib
import pkgutil

from tests.faults.case import Case

CASES: list[Case] = [
    case
    for entry in pkgutil.iter_modules(__path__, f"{__name__}.")
    for case in getattr(importlib.import_module(entry.name), "CASES", ())
]
