"""What libraries say of options that they check themselves before anything runs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
REFUSED = is not accepted as given: {what}
RAISED = ", line \d+, in \w+\n(?:    .*\n){1,9}
root llamafactory-options-refused
  says    "ValueError: "
  says    "AssertionError: "
  near    llamafactory/hparams/\w+\.py{RAISED}(?:ValueError|AssertionError): (?P<what>.+)
  cause   LLaMA-Factory's configuration {REFUSED}
  fix     change what it names in the YAML or on the command line; a recipe of another release may
          have other names (`llamafactory-cli version`)
root swift-options-refused
  says    "ValueError: "
  says    "AssertionError: "
  near    swift/(?:llm/argument|arguments|megatron/(?:argument|arguments)|
          rlhf_trainers)/[\w/]+\.py{RAISED}(?:ValueError|AssertionError): (?P<what>.+)
  cause   ms-swift's configuration {REFUSED}
  fix     change what it names on the command line of `swift`; `pip show ms-swift`: the options
          differ between releases
root megatron-options-refused
  says    "AssertionError: "
  says    "ValueError: "
  near    megatron/(?:training/arguments|core/(?:transformer/transformer_config|
          model_parallel_config|parallel_state|
          optimizer/optimizer_config))\.py{RAISED}(?:ValueError|AssertionError): (?P<what>.+)
  cause   a combination of Megatron's options {REFUSED}
  fix     change the options that it names in the launch script; `--help` of the training script
          lists those of this release
root megatron-options-asserted
  says    AssertionError
  pattern AssertionError:?\s*$
  near    megatron/training/arguments\.py", line \d+, in \w+\n +assert (?P<what>.+)
  cause   Megatron's options do not meet what it asserts: {what}
  fix     look at the options of these names in the launch script; where the condition goes on in
          the next line, at the place that the traceback names
root verl-options-refused
  says    "ValueError: "
  says    "AssertionError: "
  near    verl/(?:utils/config|workers/config/\w+|
          trainer/config/\w+)\.py{RAISED}(?:\w+\.)*(?:ValueError|AssertionError): (?P<what>.+)
  cause   verl's configuration {REFUSED}
  fix     change the key that it names on the command line (`key=value`) or in the YAML; compare
          with the example scripts of the installed release
root verl-trainer-refused
  says    "ValueError: "
  says    "AssertionError: "
  near    verl/trainer/[\w/]+\.py", line \d+, in (?:__init__|init_\w+|_?(?:check|create|init|
          validate)\w*)\n(?:    .*\n){1,9}(?:ValueError|AssertionError): (?P<what>.+)
  cause   verl's trainer {REFUSED}
  fix     change the key that it names on the command line (`key=value`) or in the YAML; compare
          with the example scripts of the installed release
root trl-options-refused
  says    "ValueError: "
  near    trl/(?:trainer|experimental)/[\w/]+(?:_config\.py", line \d+, in __post_init__|
          _trainer\.py", line \d+, in (?:__init__|_prepare_dataset|
          _set_signature\w+))\n(?:    .*\n){1,9}ValueError: (?P<what>.+)
  unless  requested device for vllm|
          must be (?:either |one of )[^\n]*?['"](\w+)['"][^\n]*\bgot ['"]\1['"]
  cause   TRL's trainer {REFUSED}
  fix     change the argument that it names in the trainer's config or in the YAML
root transformers-options-refused
  says    "ValueError: "
  near    transformers/(?:training_args(?:_seq2seq)?\.py", line \d+, in \w+|trainer\.py", line \d+,
          in (?:__init__|create_accelerator_and_postprocess|_validate_args))\n(?:
          .*\n){1,9}ValueError: (?P<what>.+)
  cause   transformers' Trainer {REFUSED}
  fix     change the argument that it names in TrainingArguments or on the command line
root accelerate-options-refused
  says    "ValueError: "
  near    accelerate/(?:utils/(?:dataclasses|launch|deepspeed)|
          commands/(?:launch|config/\w+)|accelerator|
          parallelism_config)\.py", line \d+, in (?:__post_init__|__init__|_validate_\w+|
          validate_\w+|launch_command|\w*_launcher|prepare_\w+|
          \w*env\w*|set_\w+)\n(?:    .*\n){1,9}ValueError: (?P<what>.+)
  cause   accelerate's configuration {REFUSED}
  fix     change what it names in the accelerate config (`accelerate env` shows which file is read),
          the launch options or the plugin's arguments
root peft-options-refused
  says    "ValueError: "
  says    "TypeError: "
  near    peft/(?:config|tuners/(?:\w+/config|tuners_utils))\.py", line \d+, in (?:__post_init__|
          _check_new_adapter_config|__init__)\n(?:    .*\n){1,9}(?:Value|Type)Error: (?P<what>.+)
  cause   the adapter's configuration {REFUSED}
  fix     change the argument that it names in LoraConfig (or the PEFT method's own config)
root vllm-options-refused
  says    "ValueError: "
  says    "ValidationError: "
  says    "Value error, "
  near    vllm/(?:config/\w+|config|engine/arg_utils)\.py{RAISED}(?:ValueError: |
          pydantic_core\S*ValidationError: .*\n  Value error, )(?P<what>.+?)(?: \[type=.*)?$
  cause   vLLM {REFUSED}
  fix     change the engine argument that it names (of the trainer's vLLM section, or `vllm serve`)
root deepspeed-options-refused
  says    "AssertionError: "
  says    "ValueError: "
  says    "DeepSpeedConfigError: "
  near    deepspeed/(?:runtime/(?:config|config_utils|zero/config|pipe/topology)|
          runtime/zero/offload_config|inference/config)\.py{RAISED}(?:\w+\.)*(?:ValueError|
          AssertionError|DeepSpeedConfigError): (?P<what>.+)
  cause   DeepSpeed's configuration {REFUSED}
  fix     change what it names in the DeepSpeed config, or in what the trainer fills in for "auto"
  checks  deepspeed.values-are-accepted, deepspeed.config-is-readable
root lightning-options-refused
  says    "MisconfigurationException: "
  pattern MisconfigurationException: (?P<what>.+)
  cause   Lightning's Trainer {REFUSED}
  fix     change the argument of Trainer, or the method of the module, that it names
root torchrun-options-refused
  says    "ValueError: "
  says    "AssertionError: "
  near    torch/distributed/(?:run|launch|launcher/api|argparse_util|
          elastic/rendezvous/\w+)\.py{RAISED}(?:ValueError|AssertionError): (?P<what>.+)
  cause   torchrun's command line {REFUSED}
  fix     change the option that it names, alike on every node (`torchrun --help`)
root deepspeed-launcher-refused
  says    "ValueError: "
  says    "AssertionError: "
  says    "RuntimeError: "
  near    deepspeed/launcher/\w+\.py{RAISED}(?:Value|Assertion|Runtime)Error: (?P<what>.+)
  cause   the command line or the hostfile of `deepspeed` {REFUSED}
  fix     change the option that it names (`deepspeed --help`), or the hostfile's line
  checks  deepspeed.config-is-readable
root listed-value-refused
  says    "must be either "
  says    "must be one of "
  pattern must be (?:either |one of )[^\n]*?['"](?P<value>\w+)['"][^\n]*\b(?:got|not|received):?
          ['"](?P=value)['"]
  cause   {value} is refused although the message itself allows it: a defect of this release of the
          library that raises it
  fix     install the release before or after this one; the library's issues name it
"""
)
