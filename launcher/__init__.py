"""The launcher: plans a run, has the cluster checked, starts it, watches it, and can end it."""
