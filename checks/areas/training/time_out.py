"""How long ranks wait for one another before a collective counts as failed."""

from __future__ import annotations

import math
import re

from checks.areas.deepspeed.reader import ConfigReader, command_options, find_reader
from checks.check import cluster_check
from checks.facts import ClusterView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.earlier_start import EarlierStart
from checks.facts.environment import Environment
from checks.facts.software import Software
from checks.knowledge.releases import is_version_within
from checks.model import HERE, Fix, Severity, Verdict, block, ok, skip, warn
from checks.quick_dataclass import dataclass
from checks.units import format_duration

VARIABLE = "DEEPSPEED_TIMEOUT"
SHORTER_SINCE = "deepspeed>=0.19.6"
"""deepspeed/constants.py has 10 minutes in 0.19.6, and 30 in 0.19.5: pull request 8253."""
SHORT_S, LONG_S = 600.0, 1800.0
TRAINER_S = 1800.0
"""ddp_timeout of transformers' TrainingArguments, which it passes on to DeepSpeed."""


@dataclass(frozen=True)
class _TimeOut:
    """The seconds, and who says so."""

    seconds: float
    source: str


@cluster_check(
    "training.starts-fit-the-time-out",
    *(Software, EarlierStart),
    severity=Severity.WARN,
    optional=(Environment, DeepspeedConfig),
    reads=("command", "env", "launcher", "deepspeed_config"),
)
def starts_fit_the_time_out(cluster: ClusterView) -> Verdict:
    """What ranks do before the first step takes no longer than a collective may.

    While one rank loads or tokenises, the others wait for it in a collective. DeepSpeed 0.19.6 and
    newer end that wait after 10 minutes, where older ones did after 30: what started before an
    update fails after it.

    Measured: The time from where the ranks joined to the first step of the newest run of this
    command that is recorded in `runs`, against `DEEPSPEED_TIMEOUT` in minutes, else the default of
    the DeepSpeed that is installed (`deepspeed/constants.py`), or the `ddp_timeout` that Hugging
    Face's Trainer passes on. A run that came to a step under the same time-out proves that it is
    enough. What a first run takes is not known.

    Fix:
        time-out-short: the line that gives the ranks twice as long as they took.
        time-out-no-number: DeepSpeed reads whole minutes, and its import ends on anything else.
    """
    job = cluster.job
    if job.launcher != "deepspeed" and not job.deepspeed_config:
        return skip("DeepSpeed does not start the ranks, and no config for it is named")
    minutes = _minutes(cluster)
    if minutes and not re.fullmatch(r"\s*[0-9]+\s*", minutes):
        message = f"{VARIABLE}={minutes}: DeepSpeed takes whole minutes, and cannot be imported"
        return block("time-out-no-number", message, _minutes_fix(30))
    limit, start = _find_limit(cluster, minutes), cluster.head.read(EarlierStart)
    found = f"a collective ends after {format_duration(limit.seconds)} ({limit.source})"
    if not start.run:
        return ok(f"{found}; no run of this command is recorded here", timeout_s=limit.seconds)
    took = f"the ranks of {start.run} took {format_duration(start.seconds)} until their first step"
    proved = start.timeout_s is not None and start.timeout_s <= limit.seconds
    if start.seconds < limit.seconds or proved:
        return ok(f"{found}; {took}", timeout_s=limit.seconds)
    message = f"{took}, and {found}, wherever one rank is waited for longer"
    return warn("time-out-short", message, _fix(cluster, start), timeout_s=limit.seconds)


def _minutes(cluster: ClusterView) -> str:
    head = cluster.head
    shell = head.read(Environment).shell if head.has(Environment) else {}
    return cluster.job.env.get(VARIABLE, shell.get(VARIABLE, ""))


def _is_trainer(cluster: ClusterView) -> bool:
    head = cluster.head
    script = head.read(DeepspeedConfig).script if head.has(DeepspeedConfig) else None
    return find_reader(cluster.job, script) is ConfigReader.TRAINER


def _find_limit(cluster: ClusterView, minutes: str) -> _TimeOut:
    if _is_trainer(cluster):
        given = dict(command_options(cluster.job)).get("ddp_timeout", "")
        return _TimeOut(float(given) if given.isdigit() else TRAINER_S, "ddp_timeout")
    if minutes:
        return _TimeOut(60.0 * int(minutes), f"{VARIABLE}={minutes}")
    packages = cluster.head.read(Software).packages
    short = is_version_within(SHORTER_SINCE, packages)
    return _TimeOut(SHORT_S if short else LONG_S, f"DeepSpeed {packages.get('deepspeed', '')}")


def _fix(cluster: ClusterView, start: EarlierStart) -> Fix:
    if _is_trainer(cluster):
        seconds = 600 * math.ceil(2 * start.seconds / 600)
        return Fix(
            "", HERE, f"append --ddp_timeout {seconds} to the command, or set it in its config"
        )
    return _minutes_fix(10 * math.ceil(2 * start.seconds / 600))


def _minutes_fix(minutes: int) -> Fix:
    note = f'in [env] of launch.toml: {VARIABLE} = "{minutes}"; or prepare the data with `before`'
    return Fix("", HERE, note)
