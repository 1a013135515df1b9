"""What the loader says of libraries that a package brings or expects."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
OWN_LIBRARY = /\S*/(?:site|dist)-packages/(?P<package>[A-Za-z]\w*)\S*/[^/\s:]+\.so[\d.]*
OWN_LIBRARY_CAUSE = {package} looks for its own library {path}, which its package does not have: it
   was built or released for another torch or CUDA (the file's name may say which), or without that
   part; LD_LIBRARY_PATH changes nothing
OWN_LIBRARY_FIX = `ls` that folder: the names show what it was made for; the release of {package}
   for this torch and CUDA, the torch that it was made for, or build it on this node
root package-library-missing, survivable
  says    ": cannot open shared object file: No such file"
  pattern (?P<path>{OWN_LIBRARY}): cannot open shared object file: No such file
  unless  bitsandbytes
  cause   {OWN_LIBRARY_CAUSE}
  fix     {OWN_LIBRARY_FIX}
  checks  software.versions-are-equal, training.smoke-trains
root package-library-not-found
  says    "FileNotFoundError: "
  pattern FileNotFoundError: .*?(?P<path>{OWN_LIBRARY})'?$
  unless  bitsandbytes
  cause   {OWN_LIBRARY_CAUSE}
  fix     {OWN_LIBRARY_FIX}
  checks  software.versions-are-equal, training.smoke-trains
root lib-glibcxx-too-old, survivable
  says    ' not found (required by
  pattern (?P<library>lib(?:stdc\+\+|gcc_s|gomp)\.so\.\d+): version `(?P<version>(?:GLIBCXX|CXXABI|
          GCC|GOMP)_[\d.]+)' not found \(required by (?P<by>[^)]+)\)
  cause   the C++ library that this process loaded has no {version}, which {by} needs: an old one
          comes first (of the system, conda, or LD_LIBRARY_PATH)
  fix     in conda `conda install -c conda-forge libstdcxx-ng`, else install a newer g++ runtime;
          remove the older library from LD_LIBRARY_PATH; `strings LIBRARY | grep GLIBCXX_3.4` shows
          what it has
  checks  training.smoke-trains, limits.systems-are-alike
root lib-glibc-too-old, survivable
  says    ' not found (required by
  pattern lib[cm]\.so\.6: version `(?P<version>GLIBC_[\d.]+)' not found \(required by
          (?P<by>[^)]+)\)
  cause   this node's system is older than what {by} was built for: its C library has no {version}
  fix     install a wheel that was built for this system, or build the package on this node
          (--no-binary PACKAGE); else run in a container with a newer system
  checks  limits.systems-are-alike, training.smoke-trains
root lib-torch-abi-of-a-build
  says    undefined symbol: _ZN
  pattern ImportError: (?P<library>(?P<folder>/(?!\S*(?:site|dist)-packages)\S*/(?:build|
          torch_extensions/[^\s:]+))/[^\s:]+\.so[^\s:]*): undefined symbol: _ZNK?(?:\d|
          S)*(?:R)?(?:2at|
          3c10|5torch|4c10d)\w*
  cause   {library} was compiled with another torch than the one installed, and is taken from
          {folder}, where it was left
  fix     `rm -r {folder}` on every node: it is compiled again at the next start
  checks  software.versions-are-equal, training.smoke-trains
root lib-torch-abi-of-package, survivable
  says    undefined symbol: _ZN
  says    undefined symbol: _ZNK
  pattern (?P<library>[^\s:]*(?:site|dist)-packages/(?P<package>[A-Za-z0-9]\w*?)(?:_\d+)?(?:_cuda|
          _C|_ops|_ext|/|\.cpython)[^\s:]*\.so[^\s:]*): undefined symbol: _ZNK?(?:\d|S)*R?(?:2at|
          3c10|5torch|4c10d)\w*
  cause   {library} was built for another torch than the one installed
  fix     `uv pip install --reinstall --no-cache --no-build-isolation {package}` builds it again;
          flash-attn and others publish wheels for each torch, CUDA and C++ ABI
  checks  software.versions-are-equal, training.smoke-trains
root lib-torch-abi, survivable
  says    undefined symbol: _ZN
  says    undefined symbol: _ZNK
  pattern (?P<library>[^\s:]+\.so[^\s:]*): undefined symbol: _ZNK?(?:\d|S)*(?:R)?(?:2at|3c10|5torch|
          4c10d)\w*
  cause   {library} was built for another torch than the one installed
  fix     `uv pip install --reinstall --no-cache --no-build-isolation PACKAGE` builds it again;
          flash-attn and others publish wheels for each torch, CUDA and C++ ABI; for a JIT operator
          rm -r ~/.cache/torch_extensions
  checks  software.versions-are-equal, training.smoke-trains
root lib-nvjitlink, survivable
  says    undefined symbol: __nvJitLink
  pattern undefined symbol: (?P<symbol>__nvJitLink\w+)
  cause   libcusparse of torch's CUDA finds an older libnvJitLink first: in LD_LIBRARY_PATH, or of
          another CUDA's wheels
  fix     unset LD_LIBRARY_PATH for the run, or put the wheel's folder first
          (…/site-packages/nvidia/nvjitlink/lib); reinstall torch in a new environment
  checks  software.packages-are-the-environments-own, training.smoke-trains
root lib-mkl-itt
  says    undefined symbol: iJIT_NotifyEvent
  cause   this torch of conda does not fit MKL 2024.1 and newer
  fix     `conda install 'mkl<2024.1'`, or torch from PyPI's wheels
  checks  training.smoke-trains
root lib-cuda-undefined, survivable
  says    undefined symbol: cu
  pattern (?P<library>[^\s:]+): undefined symbol: (?P<symbol>cu(?:blas|sparse|solver|fft|rand|dnn|
          da|da[A-Z])\w*)
  cause   {library} needs {symbol}, and an older CUDA library is loaded in its place: from
          LD_LIBRARY_PATH, or wheels of two CUDA releases in one environment
  fix     unset LD_LIBRARY_PATH for the run; `uv pip list | grep nvidia`: all of one CUDA (cu12 or
          cu13); create the environment again
  checks  software.releases-work-together, software.packages-are-the-environments-own,
          training.smoke-trains
root lib-cuda-other-major, survivable
  says    : cannot open shared object file
  pattern ImportError: (?P<library>lib(?:(?:cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|
          nvrtc|nvJitLink|cupti)\.so\.(?P<major>11(?:\.\d)?|12|13)|nvrtc-builtins\.so\.[\d.]+)):
          cannot open shared object file
  cause   a package was built for another CUDA than the one that is here: it needs {library}
  fix     install its build for torch's CUDA (`python -c 'import torch;
          print(torch.version.cuda)'`), or the library itself: `uv pip install
          nvidia-cuda-runtime-cu12` and the like
  checks  software.torch-fits-the-gpus, training.smoke-trains
root lib-cudnn-missing, survivable
  says    : cannot open shared object file
  pattern (?P<library>libcudnn\w*\.so\.(?P<major>\d+)): cannot open shared object file
  cause   torch or another package needs cuDNN {major}, which is not in this environment
  fix     `uv pip install --reinstall torch` brings it as nvidia-cudnn-cu12 (cu13); for another
          package `uv pip install 'nvidia-cudnn-cu12=={major}.*'`
  checks  training.smoke-trains
root lib-nccl-or-cusparselt-missing, survivable
  says    : cannot open shared object file
  pattern (?P<library>lib(?:nccl\.so\.2|cusparseLt\.so\.0|nvshmem_host\.so\.3|cufile\.so\.0)):
          cannot open shared object file
  cause   torch does not find {library}, which comes as a wheel of its own: it was installed without
          its dependencies, or one was removed
  fix     `uv pip install --reinstall torch` with its dependencies (no --no-deps)
  checks  software.releases-work-together, training.smoke-trains,
          software.packages-are-the-environments-own
root lib-cuda-driver-missing, survivable
  says    : cannot open shared object file
  says    libcuda.so cannot found!
  pattern (?P<library>libcuda\.so(?:\.1)?): cannot open shared object file|libcuda\.so cannot found!
  cause   the driver's library is not on this node or in this container
  fix     `nvidia-smi` on that node; install the driver; start the container with --gpus all
          (nvidia-container-toolkit)
  checks  gpu.driver-answers, gpu.driver-libraries-are-whole
root lib-gl-missing, survivable
  shows   {library:libGL\.so\.1|libgthread-2\.0\.so\.0}: cannot open shared object file
  cause   OpenCV needs {library}, which servers do not have
  fix     `uv pip uninstall opencv-python && uv pip install opencv-python-headless`, or apt install
          libgl1 libglib2.0-0
  checks  training.smoke-trains
root lib-python-missing
  shows   {library:libpython3\.\d+\.so\.1\.0}: cannot open shared object file
  cause   an extension or interpreter needs {library}, which is not in the loader's path of this
          node
  fix     apt install libpython3.N (or LD_LIBRARY_PATH with the environment's lib folder in [env])
  checks  software.python-is-there
root lib-aio-missing, survivable
  says    : cannot open shared object file
  pattern (?P<library>libaio\.so(?:\.1\w*)?): cannot open shared object file
  cause   DeepSpeed's async_io needs libaio, which is not on this node
  fix     apt install libaio1 libaio-dev (Ubuntu 24.04: libaio1t64) on every node
  checks  software.operators-can-be-built
root lib-wrong-elf
  says    invalid ELF header
  says    wrong ELF class
  says    ": file too short"
  pattern (?P<library>/\S+\.so\S*): (?:invalid ELF header|wrong ELF class|file too short)
  cause   {library} is no library of this processor, or is cut off: copied from another machine, or
          written on a full disk
  fix     reinstall the package on that node; compare its size with the other nodes'
  checks  files.same-files-are-equal, limits.systems-are-alike
root lib-static-tls
  shows   {library}: cannot allocate memory in static TLS block
  cause   {library} must be loaded before others took its room for thread-local memory
  fix     LD_PRELOAD with that library in [env], or import its package first
  checks  training.smoke-trains
root lib-illegal-instruction
  says    Illegal instruction
  pattern Illegal instruction(?: \(core dumped\)|\s*$)
  cause   a library uses instructions that this node's processor does not have (AVX2, AVX-512): it
          was built on another kind of node
  fix     build it on the oldest node (rm -r ~/.cache/torch_extensions), or install wheels for older
          processors
  checks  limits.systems-are-alike
root torchvision-half-imported
  shows   partially initialized module 'torchvision' has no attribute
  cause   torchvision does not fit the installed torch (another release, or one for the CPU and one
          for CUDA), so that its import breaks off
  fix     `uv pip install --reinstall --torch-backend=auto torch torchvision torchaudio` on every
          node: all three of one build
  checks  software.versions-are-equal
"""
)
