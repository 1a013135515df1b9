"""What cuBLAS, cuDNN and nvrtc report through torch."""

from __future__ import annotations

from checks.knowledge.failures.known import root

FAILURES = (
    root(
        "cublas-alloc",
        ("CUBLAS_STATUS_ALLOC_FAILED", "CUBLAS_STATUS_NOT_INITIALIZED"),
        r"CUBLAS_STATUS_(?P<what>ALLOC_FAILED|NOT_INITIALIZED) when calling",
        cause="cuBLAS could not set itself up ({what}): the GPU's memory is full, or an error of "
        "an earlier kernel",
        fix="`nvidia-smi` on that node, a smaller micro batch; with CUDA_LAUNCH_BLOCKING=1 in "
        "[env] an earlier error shows itself (a token id above the vocabulary is common)",
        checks=("gpu.gpus-are-idle",),
        unless=r"Assertion `.+` failed|device-side assert",
    ),
    root(
        "cublas-mixed-libraries",
        (
            "CUBLAS_STATUS_INVALID_VALUE when calling",
            "CUBLAS_STATUS_NOT_SUPPORTED when calling",
            "CUBLAS_STATUS_INTERNAL_ERROR when calling",
        ),
        r"CUBLAS_STATUS_(?P<what>INVALID_VALUE|NOT_SUPPORTED|INTERNAL_ERROR) when calling "
        r"`(?P<call>\w+)",
        cause="cuBLAS refused {call} ({what}): most often another cuBLAS is loaded than the one "
        "torch was built with, from LD_LIBRARY_PATH or a second CUDA's wheels",
        fix="unset LD_LIBRARY_PATH for the run, and `uv pip list | grep -E 'nvidia|torch'`: all "
        "nvidia-*-cuNN of one CUDA; reinstall torch in a new environment",
        checks=("software.packages-are-the-environments-own",),
        unless=r"Assertion `.+` failed|device-side assert",
    ),
    root(
        "cublas-execution-failed",
        "CUBLAS_STATUS_EXECUTION_FAILED when calling",
        cause="a matrix product failed on the GPU: after an earlier kernel's error (an index out "
        "of range), or by a GPU or driver that is broken",
        fix="start with CUDA_LAUNCH_BLOCKING=1 in [env]; `dmesg | grep -i xid` on that node",
        checks=("gpu.kernel-reports-no-gpu-fault",),
        unless=r"Assertion `.+` failed|device-side assert",
    ),
    root(
        "cudnn-versions",
        (
            "CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH",
            "CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED",
            "Unable to load any of {libcudnn",
            "cuDNN version incompatibility",
        ),
        r"CUDNN_STATUS_SUBLIBRARY_(?:VERSION_MISMATCH|LOADING_FAILED)|cuDNN version "
        r"incompatibility|Unable to load any of \{libcudnn",
        cause="parts of two cuDNN releases are loaded: the wheel's and one from LD_LIBRARY_PATH "
        "or /usr",
        fix="unset LD_LIBRARY_PATH for the run, or remove the system's cuDNN from it; `uv pip "
        "install --reinstall torch` brings the one that fits",
        checks=("software.packages-are-the-environments-own",),
    ),
    root(
        "cudnn-not-initialized",
        (
            "CUDNN_STATUS_NOT_INITIALIZED",
            "CUDNN_STATUS_ALLOC_FAILED",
            "CUDNN_STATUS_INTERNAL_ERROR",
        ),
        r"CUDNN_STATUS_(?P<what>NOT_INITIALIZED|ALLOC_FAILED|INTERNAL_ERROR)",
        cause="cuDNN could not work ({what}): the GPU's memory is full, or the driver is older "
        "than this cuDNN needs",
        fix="`nvidia-smi` on that node, a smaller micro batch; update the driver",
        checks=("gpu.gpus-are-idle", "gpu.drivers-are-equal"),
    ),
    root(
        "cudnn-no-engine",
        (
            "GET was unable to find an engine to execute this computation",
            "FIND was unable to find an engine to execute this computation",
            "no valid execution plans built",
        ),
        cause="cuDNN has no way to run this convolution or attention with these sizes and types "
        "on this GPU, often because its memory is full",
        fix="a smaller micro batch; torch.backends.cudnn.enabled = False, or "
        "torch.backends.cuda.enable_cudnn_sdp(False) for attention, proves it",
        checks=("gpu.gpus-are-idle",),
    ),
    root(
        "nvrtc-builtins",
        ("nvrtc: error: failed to open libnvrtc-builtins", "failed to open libnvrtc-builtins"),
        r"failed to open (?P<library>libnvrtc-builtins\.so\S*?)\.?(?:\s|$)",
        cause="torch compiles a kernel at the start and does not find {library} beside its nvrtc: "
        "another CUDA's nvrtc was loaded, or the wheel is not whole",
        fix="`uv pip install --reinstall torch` with its nvidia-cuda-nvrtc wheel; unset "
        "LD_LIBRARY_PATH for the run",
        checks=("software.packages-are-the-environments-own",),
    ),
    root(
        "cuda-device-index-beyond",
        "device >= 0 && device < num_gpus",
        cause="torch counted more GPUs than CUDA shows to this process: CUDA_VISIBLE_DEVICES was "
        "changed after torch had looked (Ray, vLLM or a script set it), or names the same GPU "
        "another way",
        fix="set CUDA_VISIBLE_DEVICES before Python starts and let only one of Ray, vLLM and the "
        "script do it (RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES=1); versions of vLLM, torch "
        "and the trainer that belong together",
        checks=("gpu.shell-hides-no-gpu", "software.versions-are-equal"),
    ),
)
