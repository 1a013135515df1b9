"""What Transformer Engine says of FP8, its wheels and cuDNN."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root te-shapes
  shows   FP8 execution requires {what:.+}
  cause   an input's size does not fit FP8: {what}
  fix     pad sequences to a multiple of 16 (batch × length too), a vocabulary and hidden size that
          are multiples of 16, or leave that layer out of fp8_autocast
root te-block-shapes
  says    MXFP8 requires tensor dims that are divisible by
  says    NVFP4 requires tensor dims that are divisible by
  pattern (?P<kind>MXFP8 requires|NVFP4 requires) tensor dims that are divisible by (?P<block>\d+)
  cause   an input's size is no multiple of {block}, which this FP8/FP4 recipe needs
  fix     pad sequences and sizes to a multiple of {block}, or another recipe (delayed or current
          scaling)
root te-recipe-unsupported
  says    Device compute capability
  says    FP8 block scaled GEMM requires Hopper
  says    reason_for_no_
  pattern AssertionError: (?P<why>(?:Device compute capability|FP8 block scaled GEMM requires
          Hopper).+)
  cause   this GPU or CUDA does not have the FP8 recipe that was asked for: {why}
  fix     another recipe (delayed or current scaling), a container with the CUDA that the message
          names, or bf16 on this GPU
  checks  gpu.precision-is-supported, gpu.models-are-equal
root te-gemm-unsupported
  says    CUBLAS Error: the requested functionality is not supported
  says    Unable to find suitable cuBLAS GEMM algorithm
  says    Unable to find suitable cuBLAS grouped GEMM algorithm
  cause   cuBLAS has no FP8 product for these sizes on this GPU: a dimension is no multiple of 16,
          the batch is empty, or cuBLAS is older than the GPU needs
  fix     pad to multiples of 16; a newer CUDA (12.9 or 13) and its cuBLAS wheel; that layer outside
          of fp8_autocast
root te-library-missing
  says    Could not find shared object file for Transformer Engine
  says    Found empty `transformer-engine` meta package installed
  says    Could not find TE core package
  cause   Transformer Engine is installed without its compiled part for torch
  fix     `uv pip install --no-build-isolation 'transformer_engine[pytorch]'` in an environment that
          has this torch; or NVIDIA's PyTorch container
root te-versions-differ
  says    Transformer Engine package version mismatch
  cause   the parts of Transformer Engine (transformer-engine, …-cu12/cu13, …-torch) are of
          different releases
  fix     `uv pip install --reinstall --no-build-isolation 'transformer_engine[pytorch]==VERSION'`
          with one version
  checks  software.versions-are-equal
root te-no-attention-backend
  says    No dot product attention backend is available for the provided inputs
  says    No dot product attention support for the provided inputs
  pattern No dot product attention (?:backend is available|support) for the provided inputs
  cause   none of Transformer Engine's attentions (flash, cuDNN, plain) takes these inputs: head
          size, mask, type, or flash-attn and cuDNN of the wrong version
  fix     NVTE_DEBUG=1 NVTE_DEBUG_LEVEL=2 in [env] says why each was left out; `uv pip install -U
          flash-attn --no-build-isolation`, a newer cuDNN wheel
root te-build-cudnn
  shows   fatal error: cudnn.h: No such file
  cause   Transformer Engine is compiled here, and cuDNN's headers are not found
  fix     `uv pip install nvidia-cudnn-cu12` (cu13), CUDNN_PATH and CPLUS_INCLUDE_PATH to its folder
          (…/site-packages/nvidia/cudnn), then --no-build-isolation; or the prebuilt wheel
root te-fused-attention-cudnn
  shows   /fused_attn/{file:\w+\.cu}:{line:\d+} in function {function:.+?}: cuDNN Error: {why:.+}
  cause   Transformer Engine's fused attention does not fit the cuDNN that is loaded ({why})
  fix     the cuDNN that this Transformer Engine was built for (one container release for both; no
          other in LD_LIBRARY_PATH); NVTE_FUSED_ATTN=0 in [env] goes without
  checks  software.versions-are-equal
root te-cublas-refused
  shows   in function cublas_gemm: cuBLAS Error: {why:.+}
  cause   cuBLAS refused a product of Transformer Engine ({why}): another cuBLAS is loaded than it
          was built for, or in FP8 a size is no multiple of 16
  fix     unset LD_LIBRARY_PATH where it names another CUDA toolkit, `uv pip install -U
          nvidia-cublas-cu12` (cu13) of torch's CUDA; batch × sequence and hidden sizes in multiples
          of 16; Transformer Engine built again for this torch
  checks  software.versions-are-equal
root te-kernel-not-found
  says    "IndexError: _Map_base::at"
  near    transformer_engine/
  cause   Transformer Engine's compiled part has no kernel for this call: its Python and its library
          are of two releases, or it was built without the kernels of this size or type
  fix     `uv pip install --force-reinstall --no-build-isolation transformer_engine[pytorch]` for
          this torch, after removing an older transformer_engine_cu12 or a checkout; the release
          that the Megatron of the run names
  checks  software.versions-are-equal
root te-userbuffers-multicast
  says    does not support comm+GEMM overlap with CUDA Multicast
  cause   Transformer Engine's overlap of tensor-parallel communication (tp_comm_overlap) wants CUDA
          multicast, which GPUs without NVSwitch, the driver or this container do not have
  fix     UB_SKIPMC=1 in [env] takes CUDA IPC instead; or no --tp-comm-overlap
"""
)
