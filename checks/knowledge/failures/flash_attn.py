"""What flash-attention says, and what is said where it is missing."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.gpu_driver import NO_GPU_SINCE

FAILURES = read_entries(
    r"""
root fa-not-installed
  says    FlashAttention2 has been toggled on, but it cannot be used due to the following error
  says    doesn't seem to be installed.
  pattern (?:FlashAttention2 has been toggled on, but it cannot be used due to the following error:
          (?P<why>.+)|the package for FlashAttention\d? ?doesn't seem to be installed\.)
  cause   the model was asked for FlashAttention, and flash-attn is not there or cannot be used on
          this node
  fix     `uv pip install flash-attn --no-build-isolation` (or the wheel for this torch, CUDA and
          Python of its releases), or attn_implementation: sdpa
  checks  software.versions-are-equal
root fa-module-missing, survivable
  shows   No module named 'flash_attn{module:[\w.]*}'
  follows pip-no-such-release, pip-build-failed, uv-no-solution, uv-fetch-failed
  cause   flash-attn is not installed for this interpreter, or another release than the model's code
          expects (flash_attn_interface is FlashAttention 3)
  fix     `uv pip install flash-attn --no-build-isolation` on every node, or attn_implementation:
          sdpa
  checks  software.versions-are-equal
root fa-build-without-torch
  says    No module named 'torch'
  near    (?:flash[-_]attn|setup\.py|build_meta|build isolation|get_requires_for_build_wheel)
  cause   a package was built in an environment of its own, where torch is not installed
  fix     `uv pip install --no-build-isolation PACKAGE`, after torch is in the environment
root fa-gpu-too-old
  says    FlashAttention only supports Ampere GPUs or newer
  says    FlashAttention only supports A100
  says    FlashAttention backward for head dim > 64 requires A100 or H100
  cause   FlashAttention 2 needs an Ampere GPU or newer; this node's is older
  fix     attn_implementation: sdpa on this node, or other nodes
  checks  gpu.models-are-equal
root fa-dtype
  says    FlashAttention only support fp16 and bf16 data type
  says    Flash Attention only supports fp16 and bf16 data type
  pattern (?:FlashAttention only support fp16 and bf16 data type|Flash Attention only supports fp16
          and bf16 data type)
  cause   attention got numbers in 32 bit: the model was loaded in float32, or a layer (a norm,
          LoRA, the embedding) gives float32 back
  fix     load with dtype=torch.bfloat16 (torch_dtype before transformers 4.56) and train with bf16:
          true, which casts inside autocast
root fa-head-dim
  says    FlashAttention forward only supports head dimension at most
  says    FlashAttention backward only supports head dimension at most
  pattern FlashAttention (?:forward|backward) only supports head dimension at most (?P<limit>\d+)
  cause   this model's attention heads are larger than FlashAttention supports ({limit})
  fix     attn_implementation: sdpa or eager
root fa-on-cpu
  says    You are attempting to use Flash Attention
  pattern You are attempting to use Flash Attention (?P<version>[\d.]+) with a model not initialized
          on GPU and with no GPU available
  cause   FlashAttention was asked for, and this rank sees no GPU
  fix     `nvidia-smi -L` and CUDA_VISIBLE_DEVICES of the rank; attn_implementation: sdpa on CPUs
  checks  gpu.shell-hides-no-gpu
  follows {NO_GPU_SINCE}
noise fa-dtype-warning
  says    only supports torch.float16 and torch.bfloat16 dtypes, but the current d
  cause   transformers warns that the model was loaded in float32 for Flash Attention, which bf16:
          true (autocast) makes good
  fix     nothing where training goes on; dtype=torch.bfloat16 at from_pretrained saves memory
root fa3-not-installed
  says    "FlashAttention3 has been toggled on, but it cannot be used"
  cause   the model was asked for flash_attention_3, and the package flash_attn_3 is not installed,
          or not for this GPU: it is built from flash-attention's folder hopper, for H100 and its
          like
  fix     attn_implementation="kernels-community/flash-attn3" (`uv pip install kernels`) takes a
          compiled one; else flash_attention_2 or sdpa
""",
    NO_GPU_SINCE=NO_GPU_SINCE,
)
