"""What DeepSpeed's ops say where they are built on the node, at the start of the run."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root ninja-missing
  says    Ninja is required to load C++ extensions
  cause   ninja is not in the PATH of a non-interactive shell; the bin folder of a venv is not in it
          either, because deepspeed calls python by its path
  fix     `uv pip install ninja`, and set PATH in .deepspeed_env or [env]
  checks  software.operators-can-be-built, training.smoke-trains
root cuda-home-missing, survivable
  says    CUDA_HOME does not exist
  says    CUDA_HOME environment variable is not set
  pattern CUDA_HOME (?:does not exist, unable to compile CUDA op|environment variable is not set)
  cause   this node has GPUs but no CUDA toolkit to build an op
  fix     the toolkit of torch's version (`python -c 'import torch; print(torch.version.cuda)'`):
          `apt install cuda-toolkit-12-8` from NVIDIA's repository or `conda install -c nvidia
          cuda-toolkit=12.8`, and CUDA_HOME in [env]; or "torch_adam": true in the optimizer's
          params
  checks  software.operators-can-be-built, training.smoke-trains
root cuda-mismatch-build
  says    "Installed CUDA version "
  pattern Installed CUDA version (?P<toolkit>[\d.]+) does not match the version torch was compiled
          with (?P<torch>\d[\d.]*)(?![\d.]*(?:Detected| but since the APIs are compatible)|[\d.])
  cause   the CUDA toolkit on this node is {toolkit}, but torch was built with {torch}
  fix     install toolkit {torch}; set DS_SKIP_CUDA_CHECK=1 only if you know that the versions are
          compatible
  checks  software.operators-can-be-built, training.smoke-trains
root cuda-mismatch-of-torch
  says    The detected CUDA version (
  pattern The detected CUDA version \((?:(?P<nvcc>[\d.]+)\) mismatches the version|%s\) mismatches
          .*', '(?P<nvcc2>[\d.]+)', '[\d.]+'\))
  cause   torch compiles an extension here, and the nvcc that it finds is of another CUDA than the
          one torch was built for; the line names both: nvcc's first, then torch's
  fix     install the toolkit of torch's CUDA on every node and set CUDA_HOME and PATH to it in
          [env] (`nvcc --version` and `python -c "import torch; print(torch.version.cuda)"` must
          show
          the same major release); or a torch for the CUDA that is there
  checks  software.operators-can-be-built, training.smoke-trains
symptom ds-opt-adam
  says    'DeepSpeedCPUAdam' object has no attribute 'ds_opt_adam'
  cause   the op cpu_adam was not built or not loaded; an earlier error gives the reason
  fix     read the first traceback of this rank
  checks  software.operators-can-be-built, training.smoke-trains
stall jit-build-stall
  shows   Using {path:\S+torch_extensions\S*} as PyTorch extensions root
  cause   an op is being built, or the build waits for a lock in {path} that a killed build left; on
          NFS all nodes share that lock
  fix     if nothing is compiling, rm {path}/*/lock; set TORCH_EXTENSIONS_DIR to a local disk
  checks  software.no-build-lock-is-left, software.build-folders-are-usable
root build-lock-wait
  says    file_baton.py
  pattern wait \(\S*torch[/\\]utils[/\\]file_baton\.py|torch[/\\]utils[/\\]file_baton\.py", line
          \d+, in wait\b
  cause   this rank waits for the lock of an operator's build: another rank builds it, or a build
          that was killed has left the lock, for which all wait without end
  fix     if nothing compiles, rm ~/.cache/torch_extensions/*/*/lock on that node (or below
          TORCH_EXTENSIONS_DIR); set TORCH_EXTENSIONS_DIR to a local disk
  checks  software.no-build-lock-is-left, software.build-folders-are-usable
root op-build-failed
  shows   RuntimeError: Error building extension '{name:[^']+}'
  cause   the op {name} could not be compiled on this node
  fix     install what the compiler's message names (g++, python headers), if it stands above this
          line; if not, `rm -r ~/.cache/torch_extensions`, and DS_BUILD_OPS=0 with `ds_report`, or a
          build by hand on that node, shows it: a CUDA toolkit that is not torch's, a gcc too new
          for it, too little memory (MAX_JOBS=4)
  checks  software.operators-can-be-built, software.build-folders-are-usable, training.smoke-trains
  follows nvcc-host-compiler-refused, nvcc-unknown-architecture, nvcc-gcc-too-new, gcc-too-old,
          gcc-missing-header, gcc-killed, compiler-python-header, ld-library-missing,
          cuda-tool-fatal, ld-file-missing, compiler-refused-source
root cuda-home-none
  says    expected str, bytes or os.PathLike object, not NoneType
  near    CUDA_HOME|installed_cuda_version|op_builder
  cause   CUDA_HOME is not set and no CUDA toolkit was found on this node, so that an op cannot be
          built (what follows about ds_opt_adam is a consequence)
  fix     the toolkit of torch's version (`python -c 'import torch; print(torch.version.cuda)'`),
          with nvcc, on every node and CUDA_HOME in [env]; or "torch_adam": true in the optimizer's
          params
  checks  software.operators-can-be-built
root op-ninja-not-installed
  shows   Unable to JIT load the {name:\w+} op due to ninja not being installed
  cause   DeepSpeed's op {name} is built at the start, and this interpreter has no ninja
  fix     `uv pip install ninja` on every node, with its bin folder in PATH of [env]
  checks  software.operators-can-be-built
root op-no-gpu-to-build-for
  says    cannot probe CUDA device capabilities in a forked subprocess
  cause   an op is built in a forked worker after CUDA was used, so DeepSpeed cannot ask for the
          GPU's model
  fix     TORCH_CUDA_ARCH_LIST with the GPU's capability (9.0 for H100, 8.0 for A100) in [env], or
          build ops before workers start
  checks  software.operators-can-be-built
root op-no-gpu-visible
  says    found no CUDA devices. Set TORCH_CUDA_ARCH_LIST or make GPUs visible
  cause   an op should be built for this node's GPU, and none is visible
  fix     `nvidia-smi -L` and CUDA_VISIBLE_DEVICES of the rank; TORCH_CUDA_ARCH_LIST in [env] where
          it is built without a GPU
  checks  gpu.shell-hides-no-gpu, software.operators-can-be-built
"""
)
