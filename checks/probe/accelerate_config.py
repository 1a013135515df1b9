"""The configuration that `accelerate launch` would read on this node, as text."""

import os
import re

from checks.probe.core import section, text

LIMIT = 64 * 1024
HOSTFILE = re.compile(r"""^[^#\n]*\bdeepspeed_hostfile"?[ \t]*:[ \t]*['"]?([^'"#\n,}]+)""", re.M)


def folder(env):
    """accelerate's folder: below HF_HOME, XDG_CACHE_HOME or ~/.cache."""
    cache = env.get("XDG_CACHE_HOME") or "~/.cache"
    home = env.get("HF_HOME") or os.path.join(cache, "huggingface")
    return os.path.join(os.path.expanduser(home), "accelerate")


def content(path):
    """`(text, None)`, or `(None, why)`: `missing`, or what the system says."""
    try:
        with open(path, "rb") as file:
            return text(file.read(LIMIT)), None
    except FileNotFoundError:
        return None, "missing"
    except OSError as error:
        return None, error.strerror


@section("accelerate_config")
def accelerate_config(args):
    """default_config.yaml, or .json where only that is there; and the hostfile that it names."""
    env = dict(os.environ, **args.get("env", {}))
    paths = [os.path.join(folder(env), "default_config." + kind) for kind in ("yaml", "json")]
    path = paths[1] if os.path.isfile(paths[1]) and not os.path.isfile(paths[0]) else paths[0]
    config, why = content(path)
    found = {"path": path, "text": config, "why": why or "", "hostfile": "", "hostfile_text": None}
    named = HOSTFILE.search(config or "")
    if named and named.group(1).strip() not in ("null", "~"):
        hostfile = os.path.join(args.get("workdir") or "", named.group(1).strip())
        found.update(hostfile=hostfile, hostfile_text=content(hostfile)[0])
    return found
