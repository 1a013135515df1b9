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
  says    is not supported. Currently, only
  pattern (?:Target module (?P<module>.+?)|^ *\)) is not supported\. Currently, only
  cause   an adapter was asked for on a layer of a kind that PEFT does not adapt: a whole
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
  history asked
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
root peft-prefix-with-checkpointing
  says    does not work with gradient checkpointing.
  cause   prefix tuning cannot be trained with gradient checkpointing
  fix     gradient_checkpointing: false, or LoRA in place of it
root peft-adapter-not-found
  says    "Adapter "
  pattern Adapter (?P<name>\S+) not found
  cause   the model has no adapter called {name}: it was not loaded, or under another name
  fix     load_adapter(path, adapter_name="{name}"), or set_adapter to one of model.peft_config
root peft-adapter-weights-missing
  shows   Can't find weights for {name} in
  cause   the adapter's folder {name} has no adapter_model.safetensors or .bin: it was not saved
          whole, or is a full model's
  fix     name the folder with adapter_config.json and adapter_model.*; under ZeRO-3 save with
          stage3_gather_16bit_weights_on_model_save
  checks  files.needed-data-is-whole
root peft-token-indices-and-saved
  says    The embedding layer is already marked to be trained fully
  cause   the embeddings are both in modules_to_save and in trainable_token_indices
  fix     one of the two
root peft-no-adapter-layers
  says    No adapter layers found in the model
  cause   adapters are expected in the model and none is there: get_peft_model was not called, or
          the trainer unwrapped another model
  fix     pass the PeftModel itself
root peft-resume-under-deepspeed
  says    Missing key(s) in state_dict:
  pattern Missing key\(s\) in state_dict: "(?P<key>base_model\.[^"]+)"
  near    deepspeed/runtime/engine\.py", line \d+, in load_module_state_dict
  cause   the checkpoint of DeepSpeed holds the adapter's weights alone (frozen ones are left out as
          it is saved), and the load demands the base model's too, such as {key}
  fix     transformers 4.38 or newer, whose Trainer loads an adapter without that demand
          (load_module_strict=False; in a loop of your own pass it to load_checkpoint); or load the
          adapter with PeftModel.from_pretrained(model, CHECKPOINT, is_trainable=True) and start
          without resume_from_checkpoint
  checks  files.checkpoints-can-be-resumed
root peft-token-indices-under-zero3
  says    token_adapter.trainable_tokens_delta
  shows   KeyError: '{key:\S*token_adapter.trainable_tokens_delta\S*}'
  cause   PEFT looks for the weights of trainable_token_indices ({key}) in the state dict that
          ZeRO-3 gave, which lacks them: the two do not work together when a checkpoint is saved
  fix     ZeRO-2 for this run, or modules_to_save=["embed_tokens"] in place of
          trainable_token_indices; a newer PEFT may have it
"""
)
