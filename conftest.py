"""Makes preflight's options and the labs of the tests known.

pytest takes plugins from the root's conftest only.
"""

pytest_plugins = ["preflight.plugin", "tests.labs"]
