"""What torch's own attention says of kernels and GPUs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root sdpa-sm80
  says    Expected is_sm80 || is_sm90 to be true, but got false
  says    Expected is_sm80 to be true, but got false
  cause   torch's flash attention of this release does not train heads of this size on this GPU
          (consumer Ada and Ampere cards, head dimension above 64)
  fix     update torch; or torch.backends.cuda.enable_flash_sdp(False), attn_implementation: eager
  checks  gpu.models-are-equal
root sdpa-no-kernel
  says    cutlassF: no kernel found to launch
  says    No available kernel. Aborting execution
  says    No available kernel.  Aborting execution
  cause   torch's attention has no kernel for this type, size and GPU: bf16 on a GPU older than
          Ampere, or all kernels that fit were disabled
  fix     dtype fp16 on this GPU, attn_implementation: eager, and no enable_*_sdp(False) that leaves
          none
  checks  gpu.precision-is-supported, gpu.models-are-equal
"""
)
