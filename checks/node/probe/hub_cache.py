"""Models and data sets of a hub that the command or the script names `owner/name`, as cached here.

A snapshot is a folder of links to blobs (huggingface_hub, "Understand caching"): a copy that left
out the blobs has each file's name, and none of the files.
"""

import hashlib
import json
import os
import re

from checks.node.probe.core import section
from checks.node.probe.job_paths import command_arguments, is_path, is_read
from checks.node.probe.script_defaults import default_arguments
from checks.node.runtime.files import list_folder, read_file
from checks.node.runtime.processes import login_account

NAME = re.compile(r"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
KINDS = ("models", "datasets")
REVISION = re.compile("revision$")
MOST_FILES = 2000
NO_SHAPE = ("_name_or_path", "transformers_version")
"""Keys of config.json that change nothing of the model."""


def hub_folder(env):
    """The folder of the cache, as huggingface_hub's constants.py finds it."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if env.get(variable):
            return os.path.expanduser(env[variable])
    above = env.get("XDG_CACHE_HOME") or os.path.join(login_account()[1], ".cache")
    home = env.get("HF_HOME") or os.path.join(above, "huggingface")
    return os.path.join(os.path.expanduser(home), "hub")


def named_repositories(args):
    """{`owner/name`: option} of the arguments and of defaults that may name what is on a hub."""
    workdir = args.get("workdir") or "/"
    return {
        value: option
        for option, value in (
            *default_arguments(args),
            *command_arguments(args.get("command") or ()),
        )
        if NAME.match(value)
        and is_read(option)
        and not is_path(value)
        and not os.path.exists(os.path.join(workdir, value))
    }


def files_of_snapshot(folder):
    """(names of all files below, those of them that are links to nothing)."""
    names, broken = [], []
    for top, _, files in os.walk(folder):
        for name in sorted(files):
            path = os.path.join(top, name)
            names.append(os.path.relpath(path, folder))
            broken += [names[-1]] * (not os.path.exists(path))
            if len(names) == MOST_FILES:
                return names, broken
    return names, broken


def config_digest(snapshot):
    """Of the model's config.json, whatever its layout; "" where there is none to be read."""
    try:
        config = json.loads(read_file(os.path.join(snapshot, "config.json")) or "")
        shape = {key: value for key, value in config.items() if key not in NO_SHAPE}
    except (ValueError, AttributeError):
        return ""
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode("utf-8")).hexdigest()[:16]


def repository(folder, revision):
    """What the cache has of one repository, at that revision."""
    named = read_file(os.path.join(folder, "refs", revision), "") or ""
    snapshots = list_folder(os.path.join(folder, "snapshots"))
    commit = named or (revision if revision in snapshots else "")
    snapshot = os.path.join(folder, "snapshots", commit) if commit else ""
    files, broken = files_of_snapshot(snapshot) if snapshot else ([], [])
    return {
        "folder": folder,
        "there": os.path.isdir(folder),
        "commit": commit,
        "files": len(files),
        "broken": broken,
        "snapshots": sorted(snapshots),
        "config": config_digest(snapshot) if snapshot else "",
    }


@section("hub_cache")
def hub_cache(args):
    """Each repository that the command names, of either kind, that the cache may have."""
    env = dict(os.environ, **args.get("env", {}))
    hub, found = hub_folder(env), {}
    options = dict(default_arguments(args))
    options.update(command_arguments(args.get("command") or ()))
    revision = next((value for key, value in options.items() if REVISION.search(key)), "main")
    for name, option in named_repositories(args).items():
        for kind in KINDS:
            folder = os.path.join(hub, "%s--%s" % (kind, name.replace("/", "--")))
            known = dict(repository(folder, revision), option=option)
            found["%s %s" % (kind, name)] = known
    return {"hub": hub, "revision": revision, "repositories": found}
