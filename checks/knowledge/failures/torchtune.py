"""What torchtune's recipes refuse, and its program."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root torchtune-other-tune
  shows   Error: No such command '{name:run|ls|cp|download|validate}'
  near    Usage: tune |\btune (?:run|ls|cp|download|validate)\b
  cause   the `tune` that the shell found is not torchtune's: Ray's or another package has a
          program of that name, and torchtune is missing from this environment or was installed
          before it
  fix     `which tune`; `uv pip install torchtune torchao` in the environment that is active, with
          `--reinstall-package torchtune` where another package wrote over it
root torchtune-refused
  says    "ValueError: "
  says    "RuntimeError: "
  says    "NotImplementedError: "
  near    torchtune/(?:[\w.-]+/)*[\w/]+\.py", line \d+, in \w+\n +raise .*\n(?:    .*\n|[
          ~^]+\n){0,4}(?:ValueError|RuntimeError|NotImplementedError): (?P<what>.+)
  unless  in (?:forward|backward|load_state_dict|_load_\w+)\n
  cause   torchtune's recipe does not accept what the config asks for: {what}
  fix     change the key that it names, in the YAML or behind the command (`key=value`); `tune cp
          CONFIG .` has a config that fits the installed release
"""
)
