"""Fabric and paramiko, imported without what nothing here uses: a third of their import.

invoke, which both import, wants `unittest.mock`, and so asyncio, for a class that is for tests, and
yaml for configuration files of its own, which are read only where there are some.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

MOCK, YAML = "unittest.mock", "invoke.vendor.yaml"


def _later(module: str, name: str) -> Any:
    """A function of that module, which imports it when it is called."""

    def call(*args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **options)

    return call


@contextlib.contextmanager
def _imported_later(**functions: str) -> Iterator[None]:
    """Who imports these `functions`, each {its name: its module}, gets one that does so later.

    Modules that are there already are left alone.
    """
    standing_in = {module: ModuleType(module) for module in functions.values()}
    missing = standing_in.keys() - sys.modules.keys()
    for name, module in functions.items():
        setattr(standing_in[module], name, _later(module, name))
    sys.modules.update({module: standing_in[module] for module in missing})
    try:
        yield
    finally:
        for module in missing:
            del sys.modules[module]


with _imported_later(Mock=MOCK, safe_load=YAML):
    import fabric
    import paramiko
    from paramiko import auth_strategy

__all__ = ["auth_strategy", "fabric", "paramiko"]
