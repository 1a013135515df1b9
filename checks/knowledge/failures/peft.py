"""What PEFT says of adapters and the models that carry them."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root peft-target-modules
  shows   Target modules {modules:.+?} not found in the base model
  cause   this model has no layers named {modules}
  fix     target_modules: all-linear, or names from print(model); Qwen, GPT-NeoX, Falcon and others
          have names of their own
root peft-target-modules-unset
  says    Please specify `target_modules` in `peft_config`
  cause   PEFT knows no default layers for this model
  fix     target_modules: all-linear, or names from print(model)
root peft-target-type
  shows   Target module {module:.+?} is not supported. Currently, only
  cause   an adapter was asked for on a layer of a kind that PEFT does not adapt ({module}): a whole
          block, a norm, a vision encoder's own linear
  fix     narrow target_modules to linear layers (a regular expression such as
          .*layers.*(q_proj|v_proj))
root peft-config-missing
  shows   Can't find 'adapter_config.json' at '{path:[^']+}'
  cause   {path} is no adapter, or is not there on this node
  fix     `ls` it on this node; a full model is loaded without PEFT; a checkpoint of ZeRO has the
          adapter in its folder checkpoint-N
  checks  files.needed-files-exist
root peft-config-unknown-keys
  says    Config.__init__() got an unexpected keyword argument '
  pattern (?P<class>Lo[rR]aConfig|AdaLoraConfig|IA3Config|PromptTuningConfig|
          PeftConfig)\.__init__\(\) got an unexpected keyword argument '(?P<name>\w+)'
  cause   the adapter was saved by a newer PEFT: the installed one does not know `{name}`
  fix     `uv pip install -U peft` on every node; or remove that key from adapter_config.json
  checks  software.versions-are-equal
root peft-torchao-version
  shows   Found an incompatible version of torchao. Found version {found:[\w.+]+}
  cause   PEFT does not work with torchao {found}
  fix     `uv pip install -U torchao peft`, or `uv pip uninstall torchao` if nothing else needs it
  checks  software.versions-are-equal
root peft-adapter-shape
  says    size mismatch for base_model.model.
  pattern size mismatch for base_model\.model\.(?P<name>\S+): copying a param with shape
          torch\.Size\((?P<saved>\[[\d, ]*\])\) from checkpoint, the shape in current model is
          torch\.Size\((?P<current>\[[1-9][\d, ]*\])\)
  cause   the adapter was trained on another base: {name} has {saved} there, {current} here (another
          model, rank, or vocabulary)
  fix     load it on the base that adapter_config.json names, with its tokens added first
"""
)
