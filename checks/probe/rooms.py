"""Where programs write without being told: temporary files, the home, the cache of models."""

import os

from checks.probe.core import section
from checks.probe.files import LOOK_LIMIT, room, side_by_side


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
    looks = {name: (room, os.path.abspath(path)) for name, path in paths.items()}
    return dict(side_by_side(looks, LOOK_LIMIT), by_variable=bool(env.get("TMPDIR")))
