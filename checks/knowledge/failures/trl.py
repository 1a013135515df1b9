"""What TRL says of its trainers, their data and the vLLM that generates for them."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
symptom rollout-server-error
  says    "Request failed: 5"
  says    " failed: 5"
  pattern (?:Exception: Request|(?P<server>Server \d+)) failed: (?P<status>5\d\d)\b
  near    vllm_client\.py
  cause   the server that generates (vLLM's, for the rollouts) answered {status}: it failed at this
          request, and only its own log says why (its GPU's memory was full, its engine ended)
  fix     read the log of that server at this time and repair what it names; start it anew, then go
          on from the last checkpoint
root trl-arguments-moved
  says    Trainer.__init__() got an unexpected keyword argument '
  pattern (?P<class>(?:SFT|DPO|ORPO|CPO|KTO|PPO|GRPO|RLOO|Reward|BCO)Trainer)\.__init__\(\) got an
          unexpected keyword argument '(?P<name>\w+)'
  history asked
  cause   {class} of the installed TRL does not take `{name}`: since TRL 0.12 to 0.16 tokenizer is
          processing_class, and dataset_text_field, max_seq_length, packing, beta and others belong
          into the config (SFTConfig, DPOConfig)
  fix     put it into the config object, or install the TRL that the program was written for, the
          same on every node
  checks  software.versions-are-equal
root trl-config-arguments
  says    Config.__init__() got an unexpected keyword argument '
  pattern (?P<class>(?:SFT|DPO|ORPO|CPO|KTO|PPO|GRPO|RLOO|Reward|BCO)Config)\.__init__\(\) got an
          unexpected keyword argument '(?P<name>\w+)'
  history asked
  cause   {class} of the installed TRL (or transformers below it) has no `{name}`: it was renamed or
          removed (max_seq_length → max_length, max_prompt_length and others removed), or is newer
          than it
  fix     use the present name, or install TRL and transformers of the time of the program, the same
          on every node
  checks  software.versions-are-equal
root trl-missing-name
  says    from 'trl
  pattern cannot import name '(?P<name>\w+)' from 'trl(?P<module>[\w.]*)'
  history asked
  cause   this TRL has no `{name}`: it was removed or moved (DataCollatorForCompletionOnlyLM,
          PPOv2Trainer, ORPO, CPO and others to trl.experimental), or is newer than it
  fix     the release of TRL that the program was written for, or import it from its present place
  checks  software.versions-are-equal
root trl-vllm-server-unreachable
  shows   The vLLM server can't be reached at {url} after {seconds:[\d.]+} seconds
  cause   TRL's vLLM server did not answer at {url} within {seconds} s: it was not started, still
          loads, has ended, or a firewall drops the calls
  fix     `trl vllm-serve --model MODEL` on the node of that address, with its own GPUs; `curl
          {url}/health/` from a training node; raise vllm_server_timeout
  checks  ports.ephemeral-ports-are-open
root trl-vllm-missing
  says    vLLM is not available and `use_vllm` is set to True
  cause   use_vllm is set, and this interpreter has no vLLM
  fix     `uv pip install 'trl[vllm]'` on every node, or use_vllm: false
  checks  software.versions-are-equal
root trl-vllm-no-gpu-left
  shows   The requested device for vllm ({device:[^)]+}) is not available
  cause   the ranks of the training have all GPUs of this machine, so that none is left for vLLM,
          which was to have {device}
  fix     `accelerate launch --num_processes` one less than there are GPUs (vLLM takes the last), or
          vllm_mode="colocate" of a newer TRL, or use_vllm: false
  checks  gpu.slots-have-gpus
root trl-vllm-tensor-parallel
  says    must divide world size (
  pattern (?:vllm_)?tensor_parallel_size \((?P<size>\d+)\) must divide world size \((?P<world>\d+)\)
          evenly
  cause   {world} ranks cannot be grouped by {size} for vLLM's tensor parallelism; perhaps fewer
          nodes joined than planned
  fix     a vllm_tensor_parallel_size that divides {world}
root trl-generation-batch
  says    divisible by num_generations
  says    divisible by the number of generations
  pattern (?P<what>generation_batch_size|[Gg]lobal (?:train|eval)? ?batch size)(?:[^)]*\))? must be
          (?:evenly )?divisible by (?:num_generations|the number of generations)
  cause   the samples of one step over all ranks are not a multiple of num_generations: the number
          of ranks, the micro batch or the accumulation steps changed
  fix     per_device_train_batch_size × ranks × steps_per_generation must be a multiple of
          num_generations
  checks  deepspeed.batch-sizes-agree
root trl-generation-batch-global
  shows   generation_batch_size ({size:\d+}) must be divisible by the global batch size ({world:\d+}
  cause   generation_batch_size {size} does not fit the batch of all ranks; perhaps another number
          of nodes joined than planned
  fix     leave generation_batch_size out, or set a multiple of per_device_train_batch_size × ranks
  checks  deepspeed.batch-sizes-agree
root trl-two-generations
  says    GRPO requires at least 2 generations per prompt to calculate the advantages
  cause   num_generations is 1, and GRPO compares several answers to one prompt
  fix     num_generations of at least 2
root trl-eos-pad-token
  shows   The specified `{kind:eos_token|pad_token}` ('{token:[^']*}') is not found in the
          vocabulary
  cause   the {kind} of the config, {token}, is no token of this model
  fix     name one of the tokenizer's, or leave it out
root trl-dataset-keys
  says    Invalid keys in the example:
  says    Unexpected input keys in examples:
  says    The input examples must contain either 'messages' for conversational data or 'text' for
          standard data
  cause   the rows have none of the fields that this trainer reads
  fix     rename them: messages or text for SFT; prompt, chosen and rejected for DPO; prompt for
          GRPO
root trl-no-assistant-tokens
  says    but at least one example has no assistant tokens
  cause   assistant_only_loss needs a chat template that marks the answers (generation blocks), and
          this model's does not
  fix     a template with generation markers (TRL patches known families; chat_template_path), or
          assistant_only_loss: false with prompt/completion data
root trl-peft-model-with-config
  says    You passed a `PeftModel` instance together with a `peft_config` to the trainer
  cause   the model already has an adapter, and peft_config would add another
  fix     pass the base model with peft_config, or the PeftModel without it
root trl-same-ref-model
  says    `model` and `ref_model` cannot be the same object
  cause   one object was given as model and reference
  fix     leave ref_model out: TRL makes it
root liger-missing
  says    but the liger kernel is not available
  says    Liger is required to use `use_liger_kernel`
  says    Liger kernel is not installed
  says    You have set `use_liger_kernel` to `True` but liger-kernel >=
  cause   use_liger_kernel is set, and liger-kernel is not installed or too old
  fix     `uv pip install -U liger-kernel` on every node, or use_liger_kernel: false
  checks  software.versions-are-equal
root trl-config-attribute
  says    Config' object has no attribute '
  pattern '(?P<class>(?:SFT|DPO|ORPO|CPO|KTO|PPO|GRPO|RLOO|Reward|BCO)Config)' object has no
          attribute '(?P<name>\w+)'
  history asked
  cause   {class} of the installed TRL has no {name}: the trainer's code and TRL are of different
          times
  fix     install the TRL that the program was written for (`uv pip install -U trl`), the same on
          every node
  checks  software.versions-are-equal
root trl-vllm-communicator-held
  says    "client socket has timed out after "
  says    Timed out after
  near    trl/(?:extras|generation)/vllm_client\.py", line \d+, in init_communicator|
          POST /init_communicator/
  cause   the trainer could not open the group that carries weights to `trl vllm-serve`: the server
          still holds the group of an earlier trainer, or its group port is not reached from here
  fix     restart `trl vllm-serve` before each start of the trainer, and call close_communicator()
          at its end; the group port (51216 unless group_port is set) must be open between both;
          where the address is 0.0.0.0, vllm_server_host with the server's own
root trl-client-of-main-process
  shows   '{class:\w+}' object has no attribute 'vllm_client'
  cause   in the server mode of vLLM only the main process has the client, and `{class}` was asked
          for it on another rank (or use_vllm is off)
  fix     call the server on the main process alone and broadcast what it gives, or
          vllm_mode="colocate"; a newer TRL where its own function does this
root trl-server-is-another
  says    "Request failed: 40"
  pattern Exception: Request failed: (?P<status>404|405)\b
  near    vllm_client\.py
  cause   the server that answers ({status}) has not the address that TRL's client asks for: it is a
          plain `vllm serve`, or of another release of TRL
  fix     start it with `trl vllm-serve --model MODEL` of the trainer's release of TRL (the same
          `pip show trl` at both ends), or vllm_mode="colocate", which needs no server
  checks  software.versions-are-equal
root trl-server-group-stale
  says    Weight update group already initialized
  pattern \bWeight update group already initialized
  cause   the vLLM server still has the group for weights of an earlier training, which ended
          without closing it
  fix     restart the vLLM server (`trl vllm-serve`, `swift rollout`) before each new start, or have
          it drop the old one (a POST to /close_communicator/); a newer trl does so by itself
root trl-reference-beside-adapter
  shows   You passed both a ref_model and a peft_config. For training PEFT adapters with {trainer}
  cause   with an adapter the base model itself is the reference, so that {trainer} takes no
          ref_model beside peft_config
  fix     ref_model=None; or force_use_ref_model=True in its config where another reference is meant
"""
)
