"""Training scripts with which ranks of several nodes do not meet, or wait for each other."""

from __future__ import annotations

import shlex

from tests.lab.faults.case import ALL, HEAD, case, custom, warned

SCRIPTS = (
    (
        "script-of-one-machine",
        "import os\nos.environ['MASTER_ADDR'] = 'localhost'\nos.environ['MASTER_PORT'] = '29500'\n",
        "own-address",
    ),
    (
        "script-meets-at-localhost",
        "import torch.distributed as dist\n"
        "dist.init_process_group('gloo', init_method='tcp://localhost:29511')\n",
        "own-address",
    ),
    (
        "script-saves-on-one-rank",
        "import deepspeed\nengine, *_ = deepspeed.initialize(model=None)\n"
        "if engine.global_rank == 0:\n    engine.save_checkpoint('out')\n",
        "one-rank-saves",
    ),
)

CASES = [
    (warned if cause == "one-rank-saves" else case)(
        custom(name, f"printf %s {shlex.quote(script)} >/root/train.py"),
        *("software.script-meets-all-ranks", HEAD, cause),
        job={"command": ("train.py",)},
        on=ALL,
        fixable=False,
    )
    for name, script, cause in SCRIPTS
]
