"""Training scripts with which ranks of several nodes do not meet, or wait for each other."""

from __future__ import annotations

import shlex

from tests.lab.faults.case import ALL, HEAD, Case, case, custom, warned

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

PARSER = (
    "import argparse\nparser = argparse.ArgumentParser()\n"
    "parser.add_argument('--steps', type=int)\nparser.add_argument('--data', required=%s)\n"
    "args = parser.parse_args()\n"
)
REFUSED = (
    ("script-has-no-such-option", PARSER % False, ("--epochs", "2")),
    ("script-needs-another-option", PARSER % True, ("--steps", "2")),
    ("script-takes-another-kind-of-value", PARSER % False, ("--steps", "2e3")),
)
TRAINER = (
    "from dataclasses import dataclass\nfrom transformers import HfArgumentParser\n"
    "@dataclass\nclass Own:\n    steps: int = 3\n"
    "own, = HfArgumentParser(Own).parse_args_into_dataclasses()\n"
)
REFUSED += (("trainer-has-no-such-option", TRAINER, ("--stebs", "2")),)
ARGUMENTS = "software.script-takes-its-arguments"


def refused(name: str, script: str, words: tuple[str, ...]) -> Case:
    """A script that ends on the arguments that it is given."""
    fault = custom(name, f"printf %s {shlex.quote(script)} >/root/train.py")
    job = {"command": ("train.py", *words)}
    return case(fault, ARGUMENTS, HEAD, "arguments-refused", job=job, on=ALL, fixable=False)


CASES = [
    *(refused(*each) for each in REFUSED),
    *(
        (warned if cause == "one-rank-saves" else case)(
            custom(name, f"printf %s {shlex.quote(script)} >/root/train.py"),
            *("software.script-meets-all-ranks", HEAD, cause),
            job={"command": ("train.py",)},
            on=ALL,
            fixable=False,
        )
        for name, script, cause in SCRIPTS
    ),
]
