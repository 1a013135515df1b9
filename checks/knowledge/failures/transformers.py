"""What transformers says while it loads a model."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.releases import KNOWN_RELEASES

FAILURES = read_entries(
    r"""
root hf-torch-too-old, survivable
  shows   Disabling PyTorch because PyTorch >= {need:[\d.]+} is required but found {found:[\d.]+\S*}
  cause   this transformers needs torch {need} or newer; {found} is installed, so it works without
          torch and its models cannot be imported
  fix     `uv pip install -U torch` for the node's CUDA, or the release of transformers that still
          takes this torch (4.57 takes torch 2.2)
  checks  software.releases-work-together, software.versions-are-equal
root hf-torch-load-refused
  says    Due to a serious vulnerability issue in `torch.load`
  cause   transformers refuses to read .bin and .pt files with a torch older than 2.6
  fix     `uv pip install -U 'torch>=2.6'`, or weights as safetensors (a revision of the model that
          has them, or convert them once)
  checks  software.versions-are-equal
root hf-unknown-architecture
  shows   model type `{type:[^`]+}` but Transformers does not recognize this architecture
  cause   this transformers is older than the model: it does not know {type}
  fix     `uv pip install -U transformers` on every node, or trust_remote_code=True where the model
          brings its own code
  checks  software.versions-are-equal
root hf-unrecognized-model
  shows   Unrecognized model in {path}. Should have a `model_type` key in its config.json
  cause   {path} is no whole model: its config.json is missing or has no model_type (an adapter, a
          checkpoint's part, a diffusers folder)
  fix     name the folder that has config.json and the weights; for an adapter load its base model
  checks  files.needed-data-is-whole
root hf-unrecognized-configuration
  shows   Unrecognized configuration class <class '{config:[^']+}'> for this kind of AutoModel:
          {auto:\w+}
  cause   {auto} cannot load a model of this configuration ({config}): it is another kind of model,
          or too new for this transformers
  fix     the Auto class that its page names (AutoModelForImageTextToText for vision models); `uv
          pip install -U transformers`
root hf-missing-name
  says    from 'transformers
  pattern cannot import name '(?P<name>\w+)' from 'transformers(?P<module>[\w.]*)'
  history asked
  cause   this transformers has no `{name}`: it is older than the code that imports it, or newer and
          has removed it (transformers 5 removed much)
  fix     update the package in the traceback's last frames and transformers together; for code
          written for transformers 4: `uv pip install 'transformers<5'`
  checks  software.versions-are-equal
root hf-peft-hybrid-cache
  says    cannot import name 'HybridCache' from 'transformers
  cause   {PEFT_HYBRID_CACHE}
  fix     `uv pip install -U 'peft>=0.18'` on every node, or 'transformers<5'
  checks  software.releases-work-together, software.versions-are-equal
root hf-peft-encoder-decoder-cache
  says    cannot import name 'EncoderDecoderCache' from 'transformers
  cause   PEFT 0.14 and newer import EncoderDecoderCache, which this older transformers does not
          have
  fix     `uv pip install -U transformers` on every node, or 'peft<0.14'
  checks  software.versions-are-equal
root hf-adamw-removed
  says    cannot import name 'AdamW' from 'transformers
  cause   the code imports AdamW from transformers, which removed it (4.49 and newer, transformers
          5)
  fix     `from torch.optim import AdamW`
  checks  software.versions-are-equal
symptom hf-lazy-import-failed, survivable
  shows   Failed to import {module:[\w.]+} because of the following error (look up to see its
          traceback):
  cause   {module} cannot be imported; the line below says why: most often a package that it uses
          was built for another torch or numpy (flash-attn, bitsandbytes, DeepSpeed, torchvision)
  fix     reinstall or remove the package that the first traceback names; `python -c 'import
          {module}'` shows it alone
  checks  software.versions-are-equal, training.smoke-trains
root hf-torchvision-nms
  says    operator torchvision::nms does not exist
  cause   torchvision was built for another torch than the one installed
  fix     `uv pip install --reinstall --torch-backend=auto torch torchvision torchaudio` on that
          node: all three of one build
  checks  software.versions-are-equal
root hf-device-map-zero3
  says    DeepSpeed Zero-3 is not compatible with
  pattern DeepSpeed Zero-3 is not compatible with (?:passing a `device_map`|`low_cpu_mem_usage=True`
          or with passing a `device_map`)
  cause   the model is loaded with device_map (or low_cpu_mem_usage) in a ZeRO-3 run, which places
          the weights itself
  fix     leave device_map and low_cpu_mem_usage out of from_pretrained under ZeRO-3; for a
          quantized model ZeRO-2 and a device_map that maps "" to LOCAL_RANK
  checks  deepspeed.values-are-accepted
root hf-device-map-needs-accelerate
  says    Using `low_cpu_mem_usage=True` or a `device_map` requires Accelerate
  says    or setting `torch.set_default_device(device)` requires `accelerate`
  cause   device_map needs accelerate, which this interpreter does not have
  fix     `uv pip install accelerate` on every node
  checks  software.versions-are-equal
root hf-disk-offload
  says    the whole model, please use the `disk_offload` function instead
  says    The current `device_map` had weights offloaded to the disk
  says    At least one of the model submodule will be offloaded to disk
  cause   device_map put parts of the model on the disk: the GPUs and the memory that this rank sees
          do not hold it
  fix     free the GPUs, or leave device_map out of a training run and let ZeRO-3 or FSDP shard the
          model
  checks  gpu.gpus-are-idle, limits.memory-is-free
root hf-trust-remote-code
  says    "requires you to execute "
  says    Please pass the argument `trust_remote_code=True` to allow custom code to be run
  pattern Please pass the argument `trust_remote_code=True` to allow custom code to be run|requires
          you to execute (?:custom code|the (?:configuration|modeling) file)
  cause   the model brings its own code, which runs only with your consent; without a terminal
          transformers cannot ask
  fix     read that code, and pass trust_remote_code=True (trust_remote_code: true in the config),
          with a fixed revision
root hf-remote-code-packages
  shows   This modeling file requires the following packages that were not found in your
          environment: {packages:[^.]+}.
  cause   the model's own code needs {packages}, which this interpreter does not have
  fix     `uv pip install {packages}` on every node (flash_attn: flash-attn, with
          --no-build-isolation)
  checks  software.versions-are-equal
root zero3-emptied-before-loading
  shows   Trying to set a tensor of shape {saved:torch\.Size\([^)]*\)} in "{name:[^"]+}" (which
          has shape torch.Size([0]))
  cause   ZeRO-3 has emptied the model's {name} before its weights were loaded, and they are loaded
          as if it had not: quantized weights (QLoRA) with an older transformers, or a loader that
          knows no ZeRO-3
  fix     ZeRO-2 for QLoRA, or zero3_init_flag: false (zero.Init off) with memory for the whole
          model; recent transformers, accelerate and bitsandbytes on every node
  checks  software.versions-are-equal
root hf-init-of-missing-tokens
  says    Trying to set a tensor of shape
  pattern Trying to set a tensor of shape (?P<saved>torch\.Size\([^)]*\)) in "(?P<name>[^"]+)"
          \(which has shape (?P<current>torch\.Size\((?!\[0\])[^)]*\))\)
  cause   the weights' {name} has the shape {saved}, the model's {current}: config.json is not of
          these weights, or the embeddings were resized before loading
  fix     load with the config.json that was saved with them; resize afterwards
  checks  files.same-files-are-equal
silent hf-weights-newly-initialized, survivable
  says    were not initialized from the model checkpoint at
  pattern Some weights of (?P<model>\w+) were not initialized from the model checkpoint at
          (?P<path>\S+) and are newly initialized: \[(?P<names>'(?!score|classifier|qa_outputs|
          lm_head|v_head|pooler)[^\]]*)\]
  cause   parts of {model} are random, because {path} does not hold them: it was saved without
          gathering, is another model's, or its names differ
  fix     compare the names with the checkpoint's; a head for a new task is expected, layers are not
root hf-quantized-not-trainable
  says    You cannot perform fine-tuning on purely quantized models
  cause   the model is quantized, and no adapter is attached that could be trained
  fix     attach LoRA (peft_config, prepare_model_for_kbit_training), or load it unquantized
root hf-to-on-quantized
  says    `.to` is not supported for `4-bit` or `8-bit` bitsandbytes models
  says    Calling `cuda()` is not supported for
  says    You cannot cast a bitsandbytes model in a new `dtype`
  cause   a quantized model was moved or cast, which bitsandbytes (of this version) does not permit
  fix     choose device and type while loading (device_map, dtype); `uv pip install -U bitsandbytes
          transformers accelerate`
root hf-attention-not-supported
  says    does not support an attention implementation through
          torch.nn.functional.scaled_dot_product_attention yet
  says    does not support Flash Attention
  pattern (?P<model>\w+) does not support (?:an attention implementation through
          torch\.nn\.functional\.scaled_dot_product_attention yet|Flash Attention)
  cause   {model} does not have the attention implementation that was asked for
  fix     attn_implementation="eager" (or "sdpa"), or a newer transformers
root hf-remote-code-too-old
  says    Cache' object has no attribute '
  pattern '(?P<class>(?:Dynamic|Static|Hybrid|EncoderDecoder)?Cache)' object has no attribute
          '(?P<name>get_max_length|get_usable_length|seen_tokens|from_legacy_cache|to_legacy_cache|
          key_cache|value_cache|get_max_cache_shape)'
  history asked
  cause   the model's own code was written for an older transformers: {class} no longer has `{name}`
  fix     a newer revision of the model's code, trust_remote_code off where transformers has the
          model itself, or the transformers that the model's page names
  checks  software.versions-are-equal
root hf-unknown-architecture-old
  shows   KeyError: '{type:[a-z][a-z0-9_]*\d*}'
  near    "configuration_auto\.py., line \d+, in __getitem__\n(?:[^\n]*\n){0,3}KeyError: "
  cause   this transformers is older than the model: it does not know {type}
  fix     `uv pip install -U transformers` on every node
  checks  software.versions-are-equal
root hf-rope-scaling
  says    `rope_scaling` must be a dictionary with two fields
  says    `rope_scaling` must be a dictionary with with two fields
  cause   this transformers is older than the model (Llama 3.1 and newer need 4.43): it does not
          know the model's rope_scaling
  fix     `uv pip install -U transformers` on every node
  checks  software.versions-are-equal
root hf-weights-unreadable
  shows   Unable to load weights from pytorch checkpoint file for '{path:[^']+}'
  cause   {path} is no whole file of weights: cut off, a git-lfs pointer, or read while it is
          written
  fix     `ls -l` it on this node and compare with the head's; download it again
  checks  files.needed-data-is-whole, files.same-files-are-equal
root hf-model-kwargs-unused
  shows   The following `model_kwargs` are not used by the model: {names:\[[^\]]*\]}
  cause   generate was given arguments that this model does not take: {names}
  fix     leave them out (token_type_ids: return_token_type_ids=False), or update transformers
root hf-attention-mask-size
  shows   Attention mask should be of size {want:\([\d, ]+\)}, but is torch.Size({have:\[[\d, ]+\]})
  cause   the attention mask has the size {have} where {want} is needed: a cache is kept while
          training (use_cache), reentrant checkpointing runs a block with it again, or sequence
          parallelism splits only the tokens
  fix     model.config.use_cache = False in training; update transformers; no past_key_values with
          gradient checkpointing
root hf-no-labels-argument
  shows   {function:[\w.]*forward}() got an unexpected keyword argument 'labels'
  cause   the model has no loss of its own: it is a base model (AutoModel) or the data's label
          column has another name
  fix     AutoModelForCausalLM (or the task's class) instead of AutoModel
silent hf-quantized-load-dequantized, survivable
  says    we will default to dequantizing the model to bf16
  says    defaulting to dequantizing the model to bf16
  says    we will default to dequantizing
  cause   the model's 4-bit weights (MXFP4) were turned to bf16 at loading, which takes four times
          the memory: kernels or a Triton that is new enough is not installed, or the GPU has no way
          for them
  fix     `uv pip install -U kernels triton` on every node; else plan the memory of a bf16 model
          (ZeRO-3)
root hf-fp8-gpu-too-old
  shows   {kind:FP8|MXFP4} quantized models is only supported on GPUs with compute capability >=
          {need:[\d.]+}
  cause   the model's weights are quantized ({kind}), and this node's GPUs are older than {need}
  fix     a bf16 release of the model, or dequantize=True in its quantization config; nodes with
          newer GPUs
  checks  software.torch-fits-the-gpus
""",
    PEFT_HYBRID_CACHE=KNOWN_RELEASES["peft-hybrid-cache"].because,
)
