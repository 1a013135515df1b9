"""Ranks of an earlier start that nobody ended."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import ALL, NODE3, case, custom, warned

NONE_RUNS = "limits.no-earlier-rank-runs"
HAVE = custom(
    "have-a-job",
    "mkdir -p /srv/job; cd /srv/job; "
    "echo 'print(1, flush=True); import time; time.sleep(3600)' >train.py",
)
JOB = {"workdir": "/srv/job", "command": ("train.py",)}
AS_NOBODY = "env -u MASTER_PORT setpriv --reuid 65534 --regid 65534 --clear-groups"
HAVING = ((HAVE, ALL),)


def left_running(name: str, command: str) -> Fault:
    """A process of its own session, as the rank of a launcher that was killed."""
    start = f"setsid {command} >$SAVED/out 2>&1 </dev/null &"
    return custom(name, f"cd /srv/job; {start}\nuntil [ -s $SAVED/out ]; do sleep 0.05; done")


WAITS = left_running(
    "earlier-rank-waits",
    "env RANK=2 WORLD_SIZE=3 MASTER_PORT=$MASTER_PORT $PYTHON -u /srv/job/train.py",
)
SAME_SCRIPT = left_running("same-script-runs", "env -u MASTER_PORT $PYTHON train.py")
SAME_MODULE = left_running("same-module-runs", "env -u MASTER_PORT RANK=0 $PYTHON -m train")
OF_ANOTHER = left_running("same-script-of-another", f"{AS_NOBODY} $BASE_PYTHON train.py")
RETRIES = left_running(
    "rank-of-another-script-retries",
    "env RANK=2 MASTER_ADDR=node1 MASTER_PORT=$MASTER_PORT $PYTHON -u /srv/job/tune.py",
)
TOLD_BY_OPTIONS = left_running(
    "rank-of-another-script-by-endpoint",
    "env -u MASTER_PORT $PYTHON -u /srv/job/torchrun --rdzv-endpoint=node1:$MASTER_PORT tune.py",
)
OTHER = custom("have-another-script", "cd /srv/job; cp train.py tune.py; cp train.py torchrun")
WITH_ANOTHER = (*HAVING, (OTHER, ALL))

CASES = [
    case(RETRIES, NONE_RUNS, NODE3, "rank-of-another-run", job=JOB, first=WITH_ANOTHER),
    case(TOLD_BY_OPTIONS, NONE_RUNS, NODE3, "rank-of-another-run", job=JOB, first=WITH_ANOTHER),
    case(WAITS, NONE_RUNS, NODE3, "earlier-rank-on-the-port", job=JOB, first=HAVING),
    warned(SAME_SCRIPT, NONE_RUNS, NODE3, "earlier-rank", job=JOB, first=HAVING),
    warned(
        SAME_MODULE,
        NONE_RUNS,
        NODE3,
        "earlier-rank",
        job={**JOB, "command": ("-m", "train")},
        first=HAVING,
    ),
    warned(OF_ANOTHER, NONE_RUNS, NODE3, "earlier-rank", job=JOB, first=HAVING, fixable=False),
]
