"""A passed preflight of a lab, as the gate finds it: real facts, as far as a start needs them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from checks.catalogue import CATALOGUE
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.rdma import Rdma
from checks.job.build import build_job
from checks.reports.last_run import LAST_FACTS, LAST_REPORT
from checks.run import observe, verdict_origins

NEEDED = {
    *(Gpus, Interfaces, Names, Rdma, Environment, AccelerateFile),
    *(fact for check in CATALOGUE.values() if check.of_command for fact in check.facts),
}


def pass_preflight(cwd: Path, **options: Any) -> None:
    """Let a fresh preflight of that job, run in `cwd`, have said go."""
    job = build_job(options, cwd=cwd, environ=os.environ)
    snapshot = observe(job, NEEDED).snapshot
    (cwd / LAST_REPORT).parent.mkdir(exist_ok=True)
    snapshot.save(cwd / LAST_FACTS)
    report = {"started": snapshot.started, "seconds": 1.0, "decision": "go", "findings": []}
    origins = verdict_origins(job, CATALOGUE.values(), snapshot.started)
    (cwd / LAST_REPORT).write_text(json.dumps({**report, "origins": origins}))
