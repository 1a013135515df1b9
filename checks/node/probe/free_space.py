"""Where programs write by default: temporary files, the home, the cache of models."""

import os

from checks.node.probe.core import section
from checks.node.probe.files import LOOK_LIMIT, look_side_by_side, writable_space

CACHES = (
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "HF_DATASETS_CACHE",
    "HF_MODULES_CACHE",
    "HF_XET_CACHE",
    "TRANSFORMERS_CACHE",
    "TORCH_HOME",
    "TORCHINDUCTOR_CACHE_DIR",
    "NUMBA_CACHE_DIR",
    "XDG_CACHE_HOME",
)
"""What names a folder that some library writes, and fails where it cannot."""


def named_caches(env):
    """{variable: folder} of those that are set; without XDG_CACHE_HOME, `~/.cache` for it."""
    named = {name: os.path.expanduser(env[name]) for name in CACHES if env.get(name)}
    return dict({"XDG_CACHE_HOME": os.path.expanduser("~/.cache")}, **named)


@section("rooms")
def rooms(args):
    """The folder for temporary files, the home and the caches, each with its room."""
    env = dict(os.environ, **args.get("env", {}))
    home = os.path.expanduser("~")
    cache = env.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    hub = env.get("HF_HUB_CACHE") or os.path.join(
        env.get("HF_HOME") or os.path.join(cache, "huggingface"), "hub"
    )
    paths = {"temporary": env.get("TMPDIR") or "/tmp", "home": home, "hub": hub}
    caches = named_caches(env)
    workdir = args.get("workdir") or "/"
    looks = {
        name: (writable_space, os.path.normpath(os.path.join(workdir, path)))
        for name, path in dict(paths, **caches).items()
    }
    seen = look_side_by_side(looks, LOOK_LIMIT)
    return {
        **{name: seen[name] for name in paths},
        "caches": {name: seen[name] for name in caches},
        "by_variable": bool(env.get("TMPDIR")),
    }
