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
root xformers-no-operator
  shows   No operator found for `{call:memory_efficient_attention\w+}`
  cause   xFormers has no kernel for this attention: its build is for another torch or CUDA, the GPU
          is not among those it knows, or the shapes and types are not; the lines below say which
          for each
  fix     `python -m xformers.info`; the xFormers of this torch (`uv pip install -U xformers
          --torch-backend=auto`), or attn_implementation="sdpa"
silent xformers-other-torch, survivable
  says    xFormers can't load C++/CUDA extensions
  cause   xFormers was built for another torch or Python than the one installed; the next lines name
          both
  fix     `uv pip install -U xformers --torch-backend=auto` with this torch, or uninstall it where
          nothing asks for it
root consumer-gpu-p2p
  says    series doesn't support faster communication broadband via P2P or IB
  cause   GPUs of this series have no peer access, and accelerate asks that NCCL be told so where
          its own launcher does not start the ranks
  fix     NCCL_P2P_DISABLE=1 and NCCL_IB_DISABLE=1 in [env]
root unsloth-refused
  says    "Error: Unsloth: "
  says    "Exception: Unsloth: "
  pattern (?:Error|Exception): Unsloth: (?P<what>.+)
  cause   Unsloth does not accept the model, the GPU or the way of the run: {what}
  fix     correct what it names; Unsloth and unsloth_zoo of one release (`uv pip install -U unsloth
          unsloth_zoo`); imported before transformers
root unsloth-without-xformers
  says    'NoneType' object has no attribute 'attn_bias'
  cause   Unsloth could not import xformers and calls it all the same: it is missing, or was built
          for another torch or CUDA
  fix     `python -m xformers.info` says why; `uv pip install -U xformers --torch-backend=auto` with
          this torch, then `uv pip install -U unsloth unsloth_zoo`
  checks  software.versions-are-equal
root unsloth-compiled-cache
  says    "TypeError: "
  says    "AttributeError: "
  says    "NameError: "
  says    "ImportError: "
  near    unsloth_compiled_cache/(?P<file>\w+)\.py", line \d+, in .+\n(?:    .*\n|[
          ~^]+\n){0,4}(?:TypeError|AttributeError|NameError|ImportError): (?!'NoneType')(?P<what>.+)
  cause   {file}.py, which Unsloth wrote into unsloth_compiled_cache from TRL's or transformers'
          source, does not fit what is installed: {what}
  fix     remove the folder unsloth_compiled_cache; Unsloth and unsloth_zoo of one release, with the
          TRL and transformers that they name (`uv pip install -U unsloth unsloth_zoo`); one folder
          for each run (UNSLOTH_COMPILE_LOCATION) where several start at once
  checks  software.versions-are-equal
root unsloth-cache-written-at-once
  shows   No module named 'unsloth_compiled_cache{name:[\w.]*}'
  cause   Unsloth writes unsloth_compiled_cache as it starts, and this rank looked for it while
          another one wrote or replaced it, or from another working directory
  fix     start once on one GPU first, so that the folder is there, or give each rank its own
          (UNSLOTH_COMPILE_LOCATION, or UNSLOTH_COMPILE_DISABLE=1 in [env]); remove a half written
          one
root torch-grouped-mm-gpu
  shows   _grouped_mm is only supported on CUDA devices with compute capability {need:.+}
  cause   the experts of a mixture run through torch._grouped_mm, which this torch has for GPUs of
          compute capability {need} alone, and this node's are others
  fix     a newer torch, which has a way for more GPUs; in transformers
          experts_implementation="eager" (or batched_mm), in torchtitan use_grouped_mm=False; or
          nodes with such GPUs
  checks  software.torch-fits-the-gpus
"""
)
