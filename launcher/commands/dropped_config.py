"""A DeepSpeed config that a command had and has no more: it trains without, and nothing fails."""

from __future__ import annotations

from pathlib import Path

from checks.job.launch_file import NAME
from checks.model import Job
from launcher.commands.run_summary import recorded_job
from launcher.record import all_runs


def describe_dropped_config(job: Job, base: Path) -> str:
    """By what ranks are started and that no config is given, where one was likely meant; else ''.

    That is where launch.toml or an option names one for a script that is given none, or where the
    last run of the same script was given one. A script that names its own is left alone.
    """
    if job.config_in_command or job.found_config[0] or job.accelerate_config:
        return ""
    program = job.command[: 2 if job.command[:1] == ("-m",) else 1]
    if job.deepspeed_config:
        if job.launcher == "accelerate":
            return ""
        typed = dict(job.typed).get("--deepspeed-config")
        before = f"{'--deepspeed-config' if typed else NAME} names {job.deepspeed_config}"
    elif config := _last_config(base, program):
        before = f"its last run here had {config}"
    else:
        return ""
    return (
        f"ranks are started by {job.launcher}; the command gives {program[-1]} no DeepSpeed "
        f"config, and {before}: without one it trains without DeepSpeed"
    )


def _last_config(base: Path, program: tuple[str, ...]) -> str:
    for run in reversed(all_runs(base)):
        its = recorded_job(run)
        if its and its.command[: len(program)] == program:
            return its.config_in_command or ""
    return ""
