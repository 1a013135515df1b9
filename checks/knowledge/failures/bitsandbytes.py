"""What bitsandbytes says of its own library and GPUs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root bnb-library-missing, survivable
  says    Configured CUDA binary not found at
  says    Could not find the bitsandbytes CUDA binary at
  says    CUDA binary not found at
  says    Attempted to use bitsandbytes native library functionality but it's not available
  says    CUDA Setup failed despite GPU being available
  says    CUDA Setup failed despite CUDA being available
  cause   bitsandbytes has no library for this CUDA: its release is older than torch's CUDA, it was
          built from source without CUDA (or this node has no GPU driver)
  fix     `uv pip install -U bitsandbytes`, from source with `cmake -DCOMPUTE_BACKEND=cuda`; `python
          -m bitsandbytes` on that node shows what it looks for; BNB_CUDA_VERSION=126 takes another
          CUDA's that is there
  checks  training.smoke-trains, software.torch-fits-the-gpus
  follows bnb-other-cuda-asked
root bnb-cudart-not-found, survivable
  says    CUDA Setup failed despite GPU being available
  says    CUDA Setup failed despite CUDA being available
  near    libcudart\.so(?:\S*)? (?:not found|.*could not be found)|[Cc]ould not find (?:the
          )?(?:CUDA
          runtime|libcudart)|CUDA runtime path (?:could not be|not) found|WARNING! libcudart
  cause   this bitsandbytes looks for libcudart.so in the folders of LD_LIBRARY_PATH, CONDA_PREFIX
          and the like, and found none there: it took its library for CPUs alone
  fix     `uv pip install -U bitsandbytes` (since 0.43 it takes the libraries of torch's own
          wheels);
          with the old one LD_LIBRARY_PATH with the folder of libcudart.so in [env], which `find /
          -name 'libcudart.so*'` shows
  checks  training.smoke-trains
root bnb-cpu-build, survivable
  says    named symbol not found at line
  says    'NoneType' object has no attribute 'cget_col_row_stats'
  says    libbitsandbytes_cpu.so: undefined symbol: c
  says    not available in CPU-only version of bitsandbytes
  pattern (?:Error named symbol not found at line|'NoneType' object has no attribute
          'cget_col_row_stats'|libbitsandbytes_cpu\.so: undefined symbol: c|not available in
          CPU-only version of bitsandbytes)
  cause   bitsandbytes loaded its library for CPUs: it found no CUDA that it knows, or its kernels
          are not for this GPU
  fix     `uv pip install -U bitsandbytes`; `python -m bitsandbytes` on that node; `nvidia-smi -L`
          for the GPU
  checks  gpu.driver-answers, software.torch-fits-the-gpus
root bnb-missing-for-quantization
  says    requires the latest version of bitsandbytes
  says    Using `bitsandbytes` 4-bit quantization requires
  says    Using `bitsandbytes` 8-bit quantization requires
  says    No package metadata was found for bitsandbytes
  cause   quantized loading needs bitsandbytes, which this interpreter does not have (or an older
          one than transformers needs)
  fix     `uv pip install -U bitsandbytes accelerate` on every node
  checks  software.versions-are-equal
root bnb-dispatched-to-cpu
  says    Some modules are dispatched on the CPU or the disk. Make sure you have enough GPU RAM to
          fit
  cause   the quantized model does not fit the GPUs that this rank sees: earlier processes hold
          them, or it is too large
  fix     `nvidia-smi` on that node; more or larger GPUs, 4-bit instead of 8-bit
  checks  gpu.gpus-are-idle
root bnb-error-in-ops
  says    Error invalid configuration argument at line
  says    Error an illegal memory access was encountered at line
  says    Error no kernel image is available for execution on the device at line
  says    Error invalid device function at line
  pattern Error (?P<what>invalid configuration argument|an illegal memory access was encountered|no
          kernel image is available for execution on the device|invalid device function) at line \d+
          in file
  cause   a kernel of bitsandbytes failed ({what}): its build does not know this GPU, a tensor is
          empty (ZeRO-3), or it lies on another GPU
  fix     `uv pip install -U bitsandbytes`; torch.cuda.set_device(LOCAL_RANK) before loading; no
          8-bit optimizer under ZeRO-3 with offload
  checks  gpu.models-are-equal, software.torch-fits-the-gpus
root bnb-no-native-library
  says    'NoneType' object has no attribute 'c
  pattern 'NoneType' object has no attribute '(?P<name>c(?:adam|adagrad|lion|lamb|momentum|rmsprop|
          get_|quantize|dequantize|igemm|gemm|gemv|percentile)\w+)'
  cause   bitsandbytes could not load its library for this GPU ({name} is missing): no build for
          this CUDA, or no driver was found
  fix     `uv pip install -U bitsandbytes`; `python -m bitsandbytes` on that node shows what it
          looks for
  checks  software.torch-fits-the-gpus, gpu.driver-answers
  follows bnb-library-missing
root bnb-other-cuda-asked, survivable
  says    "Required library version not found: libbitsandbytes_cuda"
  shows   Required library version not found: libbitsandbytes_cuda{cuda:\d+}{kind:\w*}.so
  cause   bitsandbytes looked for its library of CUDA {cuda}, which this release does not bring:
          BNB_CUDA_VERSION asks for another CUDA than torch's, or torch's CUDA is newer than the
          release
  fix     `unset BNB_CUDA_VERSION` where it is set (the image may set it); else `uv pip install -U
          bitsandbytes`
  checks  training.smoke-trains, software.torch-fits-the-gpus
root bnb-quantised-already
  shows   Blockwise 4bit quantization only supports 16/32-bit floats, but got torch.{type}
  cause   a weight that is quantized already ({type}) is to be quantized again: the model was moved,
          loaded from a quantized checkpoint, or set up by ZeRO-3/FSDP before
  fix     load the checkpoint as it is saved (quantization_config of its own config.json), without
          .to(); ZeRO-2, or FSDP with bnb_4bit_quant_storage for 4 bit
root bnb-quant-state-missing
  says    AssertionError
  pattern ^AssertionError\s*$
  near    assert quant_state is not None\s*(?:\n[ ^~]+)?\nAssertionError
  cause   a 4 bit weight has lost how it was quantized: ZeRO-3 or FSDP partitioned or replaced it,
          or it was copied by hand
  fix     ZeRO-2 for QLoRA, or FSDP with bnb_4bit_quant_storage equal to the compute type and a
          recent transformers, accelerate and PEFT
root bnb-of-cuda-on-rocm
  says    CUDA Setup failed despite GPU being available
  platforms rocm
  cause   this bitsandbytes has libraries for CUDA alone, and the node has AMD GPUs
  fix     a release of bitsandbytes with ROCm's libraries, or from source with `cmake
          -DCOMPUTE_BACKEND=hip`; else optim: adamw_torch and no 4- or 8-bit loading
root bnb-without-cuda-library
  shows   name '{name:str2optimizer\w+}' is not defined
  cause   bitsandbytes found no library for this CUDA as it was imported (its lines above say which
          it looked for), and its optimizer in 8 bits is one of what is missing
  fix     `python -m bitsandbytes`; a release that has the library of torch's CUDA (`uv pip install
          -U bitsandbytes`), or BNB_CUDA_VERSION=126 in [env] with a toolkit of that version in
          LD_LIBRARY_PATH; else optim: adamw_torch_fused
  checks  software.versions-are-equal
"""
)
