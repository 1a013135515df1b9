"""What Axolotl says of its configuration and prepared data."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root axolotl-config-validation
  says    validation error for AxolotlInputConfig
  says    validation errors for AxolotlInputConfig
  says    validation error for AxolotlConfigWCapabilities
  says    validation errors for AxolotlConfigWCapabilities
  pattern \d+ validation (?:error for AxolotlInputConfig|errors for AxolotlInputConfig|error for
          AxolotlConfigWCapabilities|errors for AxolotlConfigWCapabilities)
  cause   Axolotl does not accept the config; the lines below name the keys and why
  fix     correct them as these lines say; `axolotl config-schema` lists the keys of the installed
          release
  checks  software.versions-are-equal
  follows axolotl-compile-with-deepspeed, axolotl-quantised-without-adapter, axolotl-exclusive-keys,
          axolotl-needs-other-key
root axolotl-not-axolotl-config
  says    No YAML config files found in the specified directory
  cause   axolotl was given a folder without a config
  fix     name the .yml file; it must be on every node at the same path
  checks  files.paths-in-the-command-are-there
root axolotl-parallelism
  shows   The configured parallelisms are incompatible with the current world size ({world:\d+})
  cause   tensor, context and shard sizes do not multiply to {world} ranks; perhaps fewer nodes
          joined than planned
  fix     tensor_parallel_size × context_parallel_size × dp_shard_size (× dp_replicate_size) must be
          the number of ranks
root axolotl-sequence-too-long
  shows   Sequence encountered with {length:\d+} tokens, which exceeds the maximum {limit:\d+}
  cause   a sample has {length} tokens, more than sequence_len {limit}, and excess_length_strategy
          is raise
  fix     excess_length_strategy: truncate or drop, or a larger sequence_len; prepare the data again
          (dataset_prepared_path)
root axolotl-eot-tokens
  shows   EOT token '{token:[^']+}' is encoded as multiple tokens
  cause   the end-of-turn token {token} of the config is not one token of this model
  fix     add it under tokens:, or name the model's own in eot_tokens
root axolotl-lora-modules-to-save
  says    `lora_modules_to_save` not properly set when adding new tokens
  says    Please set lora_modules_to_save to [
  cause   tokens were added, and the LoRA adapter would not train their embeddings
  fix     lora_modules_to_save: [embed_tokens, lm_head]
root axolotl-compile-with-deepspeed
  says    torch_compile should be set within your deepspeed config file
  cause   torch_compile stands in Axolotl's YAML beside deepspeed, where DeepSpeed does the
          compiling
  fix     take torch_compile out of the YAML, and set
          compile.deepcompile in the DeepSpeed JSON, or nothing
root axolotl-quantised-without-adapter
  says    load_in_8bit and load_in_4bit are not supported without setting an adapter
  cause   the model is to be loaded in 8 or 4 bit, and no adapter is set, without which such weights
          cannot be trained
  fix     adapter: qlora with load_in_4bit (lora with load_in_8bit); or both load_in_… false for
          full fine-tuning
root axolotl-exclusive-keys
  shows   Value error, {one:\w+} and {other:\w+} are mutually exclusive
  cause   the config sets both {one} and {other}, which say the same in two ways
  fix     remove one of them
root axolotl-needs-other-key
  shows   Value error, {one:[\w ]+} is not supported with {other:\w+}
  cause   {one} and {other} cannot be combined in this release of Axolotl
  fix     remove one of them from the config
"""
)
