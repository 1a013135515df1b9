"""The configuration that `accelerate launch` would read on this node, as text."""

import os
import re

from checks.node.probe.core import section
from checks.node.runtime.files import decode_text

CONFIG_BYTES = 64 * 1024
HOSTFILE = re.compile(r"""^[^#\n]*\bdeepspeed_hostfile"?[ \t]*:[ \t]*['"]?([^'"#\n,}]+)""", re.M)


def accelerate_folder(env):
    """accelerate's folder: below HF_HOME, XDG_CACHE_HOME or ~/.cache."""
    cache = env.get("XDG_CACHE_HOME") or "~/.cache"
    home = env.get("HF_HOME") or os.path.join(cache, "huggingface")
    return os.path.join(os.path.expanduser(home), "accelerate")


def named_config_path(args):
    """The file that launch.toml names, relative to workdir."""
    given = args.get("accelerate_config")
    return os.path.join(args.get("workdir") or "", os.path.expanduser(given)) if given else None


def default_config_path(env):
    """default_config.yaml, or .json where only that is there."""
    paths = [
        os.path.join(accelerate_folder(env), "default_config." + kind) for kind in ("yaml", "json")
    ]
    return paths[1] if os.path.isfile(paths[1]) and not os.path.isfile(paths[0]) else paths[0]


def read_or_reason(path):
    """`(text, None)`, or `(None, why)`: `missing`, or what the system says."""
    try:
        with open(path, "rb") as file:
            return decode_text(file.read(CONFIG_BYTES)), None
    except FileNotFoundError:
        return None, "missing"
    except OSError as error:
        return None, error.strerror


@section("accelerate_config")
def accelerate_config(args):
    """The one that launch.toml names, else the login's own; and the hostfile that it names."""
    path = named_config_path(args) or default_config_path(dict(os.environ, **args.get("env", {})))
    config, why = read_or_reason(path)
    found = {"path": path, "text": config, "why": why or "", "hostfile": "", "hostfile_text": None}
    hosts = HOSTFILE.search(config or "")
    if hosts and hosts.group(1).strip() not in ("null", "~"):
        hostfile = os.path.join(args.get("workdir") or "", hosts.group(1).strip())
        found.update(hostfile=hostfile, hostfile_text=read_or_reason(hostfile)[0])
    return found
