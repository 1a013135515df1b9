"""Where programs write by default: temporary files, the home, the cache of models."""

import os

from checks.node.probe.core import section
from checks.node.probe.files import LOOK_LIMIT, look_side_by_side, writable_space


@section("rooms")
def rooms(args):
    """The folder for temporary files, the home and Hugging Face's cache, each with its room."""
    env = dict(os.environ, **args.get("env", {}))
    home = os.path.expanduser("~")
    cache = env.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    hub = env.get("HF_HUB_CACHE") or os.path.join(
        env.get("HF_HOME") or os.path.join(cache, "huggingface"), "hub"
    )
    paths = {"temporary": env.get("TMPDIR") or "/tmp", "home": home, "hub": hub}
    looks = {name: (writable_space, os.path.abspath(path)) for name, path in paths.items()}
    return dict(look_side_by_side(looks, LOOK_LIMIT), by_variable=bool(env.get("TMPDIR")))
