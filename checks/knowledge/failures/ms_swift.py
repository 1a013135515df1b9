"""What ms-swift says of models, templates and data."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root swift-model-type
  says    is not supported because no suitable `model_type` was found
  says    Failed to automatically match `model_type` for
  cause   this ms-swift does not know the model, or its folder fits several
  fix     --model_type with one of those that the message or the documentation lists; `uv pip
          install -U ms-swift`
  checks  software.versions-are-equal
root swift-fsdp1
  says    FSDP1 is not supported. Please use FSDP2
  cause   this trainer works with FSDP2 alone
  fix     fsdp_version: 2 (--fsdp fsdp2)
  checks  accelerate.fsdp-keys-fit
root swift-all-rows-filtered
  says    MaxLengthError: Current length of row(input_ids)
  pattern (?:MaxLengthError: Current length of row\(input_ids\): (?P<length>\d+), max_length:
          (?P<limit>\d+))
  cause   a row has {length} tokens and max_length is {limit}, with truncation_strategy raise
  fix     --truncation_strategy delete (or left, right), or a larger --max_length
root swift-argument-unknown
  says    ValueError: remaining_argv: [
  pattern ValueError: remaining_argv: \['(?P<option>--?[\w.-]+)'
  cause   this release of ms-swift has no argument {option}: it is newer or older than the example
          that the command was taken from, or the name is mistyped
  fix     `uv pip show ms-swift`, and the documentation of that release; update ms-swift (or install
          it from source, where the examples are those of main), or leave {option} out
  checks  software.versions-are-equal
root swift-refused-elsewhere
  says    "ValueError: "
  says    "RuntimeError: "
  says    "NotImplementedError: "
  near    /swift/(?!llm/argument|arguments/|megatron/arguments?|rlhf_trainers/)[\w/]+\.py", line
          \d+, in \w+\n +raise .*\n(?:    .*\n|[
          ~^]+\n){0,4}(?:ValueError|RuntimeError|NotImplementedError):
          (?P<what>(?!Failed to import).+)
  unless  in (?:training_step|_?infer|forward|backward)\n
  cause   ms-swift's own check does not hold: {what}. It may be of an option, of the data, or of
          a model that this release does not know
  fix     where it names an option or a column, change that; else look whether this release has the
          model (`pip show ms-swift`)
root swift-dataset-empty
  says    Failed to retrieve the dataset. You can avoid this issue by increasing
  cause   too many rows were dropped: they are longer than max_length, or their images or fields
          cannot be read
  fix     a larger --max_length or --truncation_strategy; --strict true shows the first error of a
          row
root swift-dataset-path-missing
  shows   The local path does not exist, dataset_id: `{path:[^`]+}`
  cause   the data {path} are not on this node: it lies on another node's disk, is not mounted here
          or in the container, or is mistyped
  fix     `ls -d {path}` on every node; a folder that all nodes mount, or a copy at the same path on
          each
"""
)
