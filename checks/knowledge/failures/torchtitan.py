"""What torchtitan refuses in its config."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root torchtitan-mesh-of-one
  shows   Mesh '{axis:\w+}' is not available. Ensure the corresponding parallelism dimension
  cause   the program asks for the mesh of `{axis}`, and its degree is 1, so that there is none: a
          model's parallelize function that does not expect it, or a degree that was left out
  fix     a degree of at least 2 for it ([parallelism] tensor_parallel_degree for tp,
          context_parallel_degree for cp, pipeline_parallel_degree for pp, expert_parallel_degree
          for ep); where 1 is meant, the newest torchtitan, or get_optional_mesh in its place
root torchtitan-refused
  says    "ValueError: "
  says    "NotImplementedError: "
  says    "AssertionError: "
  near    torchtitan/(?:[\w.-]+/)*[\w/]+\.py", line \d+, in \w+\n
          +(?:raise|assert) .*\n(?:    .*\n|
          [ ~^]+\n){0,4}(?:ValueError|AssertionError|NotImplementedError): (?P<what>.+)
  unless  in (?:forward|backward)\n
  cause   torchtitan does not accept what the config asks for: {what}
  fix     change the key that it names (`--section.key value` or the TOML); two of its features that
          exclude each other are told apart there
"""
)
