"""The environment of a rank on its node, as a start makes it and the probe tries it."""

import os


def rank_environment(login, own, python, workdir):
    """The login's variables under the job's `own`, as in an activated environment of `python`.

    The interpreter's folder comes first in PATH, since DeepSpeed calls the ninja that lies there;
    the working directory comes first in PYTHONPATH.
    """
    env = dict(login, **own)
    put_first(env, "PATH", os.path.dirname(python), os.defpath)
    put_first(env, "PYTHONPATH", workdir, "")
    return env


def put_first(env, name, folder, usual):
    """Have a folder searched before those that the variable names, or else `usual`."""
    folders = [folder, env.get(name, usual)]
    env[name] = ":".join(folder for folder in folders if folder)
