"""Makes preflight's options known; pytest takes plugins from the root's conftest only.

The fixtures of labs are for tests/ alone: see tests/conftest.py.
"""

import sys

from checks.garbage import kept_for_good

try:
    with kept_for_good():
        import preflight.session  # noqa: F401 - what takes time of the plugin, before pytest has it
except KeyboardInterrupt:
    print("interrupted before the decision", file=sys.stderr)
    sys.exit(2)

pytest_plugins = ["preflight.plugin"]
