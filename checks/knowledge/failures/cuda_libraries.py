"""What cuBLAS, cuDNN and nvrtc report through torch."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root cublas-alloc
  says    CUBLAS_STATUS_ALLOC_FAILED
  says    CUBLAS_STATUS_NOT_INITIALIZED
  pattern CUBLAS_STATUS_(?P<what>ALLOC_FAILED|NOT_INITIALIZED) when calling
  unless  Assertion `.+` failed|device-side assert
  cause   cuBLAS could not set itself up ({what}): the GPU's memory is full, or an error of an
          earlier kernel
  fix     `nvidia-smi` on that node, a smaller micro batch; with CUDA_LAUNCH_BLOCKING=1 in [env] an
          earlier error shows itself (a token id above the vocabulary is common)
  checks  gpu.gpus-are-idle
root cublas-mixed-libraries
  says    CUBLAS_STATUS_INVALID_VALUE when calling
  says    CUBLAS_STATUS_NOT_SUPPORTED when calling
  says    CUBLAS_STATUS_INTERNAL_ERROR when calling
  pattern CUBLAS_STATUS_(?P<what>INVALID_VALUE|NOT_SUPPORTED|INTERNAL_ERROR) when calling
          `(?P<call>\w+)
  unless  Assertion `.+` failed|device-side assert
  cause   cuBLAS refused {call} ({what}): another cuBLAS is loaded than the one torch was built with
          (LD_LIBRARY_PATH, a second CUDA's wheels), this GPU lacks the type, or an earlier kernel
          failed or filled its memory
  fix     unset LD_LIBRARY_PATH for the run, and `uv pip list | grep -E 'nvidia|torch'`: all
          nvidia-*-cuNN of one CUDA; bf16 and fp8 need a GPU that has them; CUDA_LAUNCH_BLOCKING=1
          in [env] shows an earlier error
  checks  software.packages-are-the-environments-own
root cublas-execution-failed
  says    CUBLAS_STATUS_EXECUTION_FAILED when calling
  unless  Assertion `.+` failed|device-side assert
  cause   a matrix product failed on the GPU: after an earlier kernel's error (an index out of
          range), or by a GPU or driver that is broken
  fix     start with CUDA_LAUNCH_BLOCKING=1 in [env]; `dmesg | grep -i xid` on that node
  checks  gpu.kernel-reports-no-gpu-fault
root cudnn-versions
  says    CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH
  says    CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED
  says    Unable to load any of {libcudnn
  says    cuDNN version incompatibility
  pattern CUDNN_STATUS_SUBLIBRARY_(?:VERSION_MISMATCH|LOADING_FAILED)|cuDNN version incompatibility|
          Unable to load any of \{libcudnn
  cause   parts of two cuDNN releases are loaded: the wheel's and one from LD_LIBRARY_PATH or /usr
  fix     unset LD_LIBRARY_PATH for the run, or remove the system's cuDNN from it; `uv pip install
          --reinstall torch` brings the one that fits
  checks  software.packages-are-the-environments-own
root cudnn-not-initialized
  says    CUDNN_STATUS_NOT_INITIALIZED
  says    CUDNN_STATUS_ALLOC_FAILED
  says    CUDNN_STATUS_INTERNAL_ERROR
  pattern CUDNN_STATUS_(?P<what>NOT_INITIALIZED|ALLOC_FAILED|INTERNAL_ERROR)
  cause   cuDNN could not work ({what}): the GPU's memory is full, another cuDNN than torch's is
          loaded (LD_LIBRARY_PATH), or the driver is older than this cuDNN needs
  fix     `nvidia-smi` on that node, a smaller micro batch; unset LD_LIBRARY_PATH for the run;
          update the driver
  checks  gpu.gpus-are-idle, gpu.drivers-are-equal
root cudnn-no-engine
  says    GET was unable to find an engine to execute this computation
  says    FIND was unable to find an engine to execute this computation
  says    no valid execution plans built
  cause   cuDNN has no way to run this convolution or attention with these sizes and types on this
          GPU, often because its memory is full
  fix     a smaller micro batch; torch.backends.cudnn.enabled = False, or
          torch.backends.cuda.enable_cudnn_sdp(False) for attention, proves it
  checks  gpu.gpus-are-idle
root nvrtc-builtins
  says    nvrtc: error: failed to open libnvrtc-builtins
  says    failed to open libnvrtc-builtins
  pattern failed to open (?P<library>libnvrtc-builtins\.so\S*?)\.?(?:\s|$)
  cause   torch compiles a kernel at the start and does not find {library} beside its nvrtc: another
          CUDA's nvrtc was loaded, or the wheel is not whole
  fix     `uv pip install --reinstall torch` with its nvidia-cuda-nvrtc wheel; unset LD_LIBRARY_PATH
          for the run
  checks  software.packages-are-the-environments-own
root cuda-device-index-beyond
  says    device >= 0 && device < num_gpus
  cause   torch counted more GPUs than CUDA shows to this process: CUDA_VISIBLE_DEVICES was changed
          after torch had looked (Ray, vLLM or a script set it), or names the same GPU another way
  fix     set CUDA_VISIBLE_DEVICES before Python starts and let only one of Ray, vLLM and the script
          do it (RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES=1); versions of vLLM, torch and the
          trainer that belong together
  checks  gpu.shell-hides-no-gpu, software.versions-are-equal
root cudnn-no-algorithm
  says    Unable to find a valid cuDNN algorithm to run convolution
  cause   cuDNN found no way to compute a convolution: most often the GPU's memory is full, else
          another cuDNN than torch's is loaded
  fix     a smaller micro batch; unset LD_LIBRARY_PATH so that torch's own cuDNN is loaded;
          `nvidia-smi` for processes of earlier runs
root cudnn-library-mixed
  says    Could not load library libcudnn
  says    Invalid handle. Cannot load symbol cudnn
  says    Could not load symbol cudnn
  pattern Could not load library libcudnn\S+ Error: (?P<library>libcudnn\S*?|/\S*libcudnn\S*?):
          undefined symbol|(?:Invalid handle\. Cannot|Could not) load symbol (?P<symbol>cudnn\w+)
  cause   two releases of cuDNN are mixed in one process: parts of another one, from LD_LIBRARY_PATH
          or the system, are loaded beside those that torch brings
  fix     `unset LD_LIBRARY_PATH` for the run (or take the folders with another libcudnn out of it);
          torch's own lies in site-packages/nvidia/cudnn/lib: `uv pip install --reinstall torch`
  checks  software.packages-are-the-environments-own, software.releases-work-together,
          training.smoke-trains
root cudnn-needs-nvrtc
  shows   Could not load library {library:libcudnn\S+} Error: libnvrtc.so: cannot open shared object
          file
  cause   cuDNN compiles at run time and looks for libnvrtc.so, which is not in the loader's path:
          the wheels bring only libnvrtc.so.12
  fix     `uv pip install --reinstall torch` (its wheel brings nvidia-cuda-nvrtc), a link
          libnvrtc.so to libnvrtc.so.12 in that folder, and the folder in LD_LIBRARY_PATH; or the
          CUDA toolkit's lib64
  checks  software.packages-are-the-environments-own, training.smoke-trains
root cudnn-or-cublas-symbol-lookup
  shows   {program:\S+}: symbol lookup error: {library:\S+}: undefined symbol: {symbol:\w+}
  cause   {library} needs {symbol}, and an older library was loaded in place of the one that it was
          built with: from LD_LIBRARY_PATH, LD_PRELOAD, or a package mixed from two sources
  fix     `LD_DEBUG=libs` in [env] shows which file is loaded; unset LD_LIBRARY_PATH for the run,
          and install what belongs together from one source
  checks  software.packages-are-the-environments-own, software.variables-are-equal,
          training.smoke-trains
root cudnn-part-missing
  says    Please make sure libcudnn
  pattern Please make sure (?P<library>libcudnn\S+) is in your library path
  cause   {library} is not found where torch, or another package (onnxruntime, ctranslate2,
          TensorFlow), looks for it
  fix     `uv pip install --reinstall nvidia-cudnn-cu12` in the release that the package asks for,
          and its folder site-packages/nvidia/cudnn/lib in LD_LIBRARY_PATH for packages that are not
          torch
  checks  training.smoke-trains, software.packages-are-the-environments-own
root cudnn-no-plan
  says    No execution plans support the graph
  cause   cuDNN has no way to do this attention on this GPU with these shapes: its release is too
          old for the GPU, or the shapes or masks are not among its own
  fix     a newer torch (with a newer cuDNN, and no other one in LD_LIBRARY_PATH);
          TORCH_CUDNN_SDPA_ENABLED=0, or attn_implementation="flash_attention_2"; of Transformer
          Engine NVTE_FUSED_ATTN=0 (Megatron: --attention-backend flash)
  checks  software.torch-fits-the-gpus
root cudnn-failed
  says    CUDNN_STATUS_EXECUTION_FAILED
  says    CUDNN_STATUS_MAPPING_ERROR
  says    CUDNN_STATUS_BAD_PARAM
  pattern CUDNN_STATUS_(?P<what>EXECUTION_FAILED|MAPPING_ERROR|BAD_PARAM)
  cause   a kernel of cuDNN failed ({what}): the GPU is full, an earlier kernel failed, shapes or
          types that this cuDNN does not take, or another cuDNN than torch's is loaded
  fix     CUDA_LAUNCH_BLOCKING=1 in [env] shows an earlier error; a smaller micro batch; unset
          LD_LIBRARY_PATH for the run; torch.backends.cudnn.enabled = False proves it
root cublas-architecture
  says    CUBLAS_STATUS_ARCH_MISMATCH
  cause   cuBLAS has no such product for this GPU: a type (bf16, fp8) that the GPU lacks, or a
          cuBLAS of another CUDA
  fix     fp16 on this GPU; a torch built for it; unset LD_LIBRARY_PATH for the run
root cusolver-failed
  shows   cusolver error: {what:\w+}
  cause   a solver on the GPU failed ({what}): a matrix with NaN or infinity, the GPU is full, or
          another cuSOLVER than torch's is loaded
  fix     look for NaN before it; torch.backends.cuda.preferred_linalg_library("magma"); a smaller
          batch; unset LD_LIBRARY_PATH
root rocm-package-for-cuda
  says    ": cannot open shared object file"
  pattern ImportError: (?P<library>lib(?:cudart|cublas|cublasLt|cusparse|cudnn|nvrtc|cufft|
          cusolver|nccl|cuda)\.so\S*): cannot open shared object file
  platforms rocm
  cause   a package of this environment was built for CUDA (it needs {library}), and this node has
          AMD GPUs
  fix     install its ROCm build, or build it from source here (flash-attn, vLLM, xformers and
          bitsandbytes have instructions for ROCm); `uv pip list | grep -i -E 'nvidia|cu12'` shows
          what came for CUDA
root cublas-divides-by-zero
  says    "(Floating point exception: integer divide by zero)"
  says    Floating point exception (core dumped)
  says    "failed (exitcode: -8)"
  near    cublas(?:Lt)?\w*\(|libcublas|\bH20\b
  cause   cuBLAS divided by zero as it chose an algorithm: releases of cuBLAS 12 before 12.4.5 do
          that on a GPU with few multiprocessors, as the H20
  fix     `uv pip install nvidia-cublas-cu12==12.4.5.8` (or newer) on every node, and no older one
          in LD_LIBRARY_PATH
  checks  software.versions-are-equal
"""
)
