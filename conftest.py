"""Makes preflight's options known; pytest takes plugins from the root's conftest only.

The fixtures of labs are for tests/ alone: see tests/conftest.py.
"""

pytest_plugins = ["preflight.plugin"]
