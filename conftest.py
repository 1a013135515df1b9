"""Makes preflight's options known; pytest takes plugins from the root's conftest only."""

pytest_plugins = ["preflight.plugin"]
