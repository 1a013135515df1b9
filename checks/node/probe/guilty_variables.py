"""Which variables a program of the training interpreter fails for: found by leaving them out."""

import os
import time

from checks.node.probe.core import PROBE_MARK, Undetermined, run_command
from checks.node.probe.environment import steers_training
from checks.node.runtime.environment import rank_environment

TRIAL_S = 30.0
KEPT = ("HOME", "PATH", "USER", "LOGNAME", "SHELL", "PWD", "TMPDIR", PROBE_MARK)


def fewest_names(names, works):
    """The fewest of `names` without which it works; none where they do not matter.

    The shortest beginning of the list that has to go ends with one that is needed; so again with
    those in hand, until they are enough.
    """
    guilty = []
    if not works(names):
        return guilty
    while not works(guilty):
        low, high = 0, len(names)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if works(guilty + names[:middle]) else (middle, high)
        guilty.append(names[high - 1])
    return guilty


def guilty_variables(argv, text, args, limit):
    """The variables of the login or of [env] without which `argv`, given `text`, ends well.

    Those that steer training are tried first; none is found where it fails without all, or where
    `limit` seconds are not enough.
    """
    login, own, results = dict(os.environ), args.get("env") or {}, {}
    end = time.monotonic() + limit

    def works(without):
        key = frozenset(without)
        if key not in results:
            left = min(TRIAL_S, end - time.monotonic())
            if left <= 0:
                raise Undetermined("out of time")
            kept = [{n: given[n] for n in given if n not in key} for given in (login, own)]
            env = rank_environment(kept[0], kept[1], argv[0], args.get("workdir"))
            env["PYTHONDONTWRITEBYTECODE"] = "1"
            results[key] = run_command(argv, left, env, text.encode("utf-8")).code == 0
        return results[key]

    names = sorted(name for name in set(login) | set(own) if name not in KEPT)
    steering = [name for name in names if steers_training(name)]
    try:
        return fewest_names(steering, works) or fewest_names(names, works)
    except Undetermined:
        return []
