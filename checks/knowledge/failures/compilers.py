"""What nvcc, gcc and the linker say when an operator is built at the start."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root nvcc-unknown-architecture
  says    Unsupported gpu architecture '
  says    is not defined for option 'gpu-name'
  says    Unknown CUDA arch (
  pattern (?:Unsupported gpu architecture '(?P<one>[\w]+)'|Value '(?P<two>sm_\w+)' is not defined
          for option 'gpu-name'|Unknown CUDA arch \((?P<three>[^)]+)\))
  cause   the CUDA toolkit (or Triton's ptxas) is too old for this GPU, or no longer knows it
  fix     a toolkit that knows it: 12.8 for Blackwell, 11.8 for Hopper; CUDA 13 dropped Volta and
          older; set TORCH_CUDA_ARCH_LIST to the GPUs that are there;
          TRITON_PTXAS_PATH=$CUDA_HOME/bin/ptxas for Triton
  checks  software.operators-can-be-built, software.torch-fits-the-gpus
root nvcc-gcc-too-new
  shows   #error -- unsupported GNU version! gcc versions later than {latest:\d+} are not supported
  cause   this node's gcc is newer than its CUDA toolkit permits ({latest} at most)
  fix     apt install g++-{latest} and set CC=gcc-{latest} CXX=g++-{latest} (and
          NVCC_PREPEND_FLAGS="-ccbin g++-{latest}") in [env], or a newer toolkit
  checks  software.operators-can-be-built
root gcc-too-old
  says    #error "You're trying to build PyTorch with a too old version of GCC
  says    #error You need C++17 to compile PyTorch
  says    #error "C++17 or later compatible compiler is required to use PyTorch."
  says    #error C++17 or later compatible compiler is required to use PyTorch
  cause   this node's compiler is too old for torch's headers
  fix     a gcc of 9.4 or newer (apt install g++-12; `scl enable gcc-toolset-12`), named by CC and
          CXX in [env]
  checks  software.operators-can-be-built
root gcc-missing-header
  says    ": fatal error: "
  pattern : fatal error: (?P<header>[\w./+-]+\.h(?:pp)?): No such file or directory
  cause   the compiler does not find {header}
  fix     Python.h: python3-dev of this Python (uv's own Pythons have it); libaio.h: libaio-dev;
          cuda*.h, cublas*.h, cusparse.h, curand*.h: the CUDA toolkit with CUDA_HOME set; crypt.h:
          libcrypt-dev
  checks  software.operators-can-be-built
root gcc-killed
  says    Killed signal terminated program cc1plus
  says    internal compiler error: Killed (program cc1plus)
  cause   the compiler was killed: the machine's memory was full while many files were compiled at
          once
  fix     MAX_JOBS=4 in [env] or before uv pip install; close other programs on that node
  checks  limits.memory-is-free, limits.group-allows-enough-memory
root ld-library-missing
  shows   ld: cannot find -l{library:[\w+]+}
  cause   the linker does not find lib{library}.so
  fix     for cudart, curand, cublas: CUDA_HOME of a whole toolkit, LIBRARY_PATH=$CUDA_HOME/lib64;
          for cuda: LIBRARY_PATH=$CUDA_HOME/lib64/stubs; for aio: libaio-dev
  checks  software.operators-can-be-built
root compiler-not-found
  says    Failed to find C compiler. Please specify via CC environment variable
  says    "No working C++ compiler found in "
  says    which: no g++ in
  says    CalledProcessError: Command '['which', 'c++']'
  cause   this node has no C/C++ compiler in the PATH of a non-interactive shell, and Triton,
          torch.compile or DeepSpeed build code at the start
  fix     apt install build-essential on every node, or set CC and CXX in [env]
  checks  software.operators-can-be-built
root nvcc-not-found
  says    FileNotFoundError: [Errno 2] No such file or directory: '
  says    nvcc not found at '
  pattern (?:FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<path>(?:[^']*/)?nvcc)'|
          nvcc not found at '(?P<other>[^']+)')
  cause   CUDA_HOME names a folder without nvcc on this node, or no toolkit is installed there
  fix     install the CUDA toolkit of torch's version and set CUDA_HOME in [env] (`ls
          $CUDA_HOME/bin/nvcc`); conda: `conda install -c nvidia cuda-nvcc`
  checks  software.operators-can-be-built
symptom extension-compile-failed
  says    Error compiling objects for extension
  says    ninja: build stopped: subcommand failed
  cause   an extension could not be compiled on this node
  fix     the compiler's first line with `error:` above names the reason
  checks  software.operators-can-be-built
root compiler-python-header
  says    fatal error: Python.h: No such file
  cause   an extension or a Triton kernel is compiled here, and the headers of this Python are not
          on the node
  fix     apt install python3-dev (python3.N-dev of the very release), or a Python of uv or conda,
          which brings them
  checks  software.operators-can-be-built
root nvcc-host-compiler-refused
  says    Unsupported NVHPC compiler found
  says    "#error -- unsupported "
  pattern nvcc fatal +: Unsupported (?P<one>NVHPC) compiler found|
          #error -- unsupported (?P<two>clang version|pgc\+\+ configuration|ICC configuration|
          Intel ICX compiler|XLC)
  cause   nvcc was given a host compiler that it does not support (nvc or pgc++ of the NVIDIA HPC
          SDK, clang, Intel's): CC, CXX or a loaded module names it
  fix     `module unload nvhpc` (or intel, llvm), `module load gcc cuda`, CC=gcc CXX=g++ and
          CUDA_HOME of a plain CUDA toolkit in [env], `rm -r ~/.cache/torch_extensions`; for the CPU
          optimizer "torch_adam": true goes without a build
  checks  software.operators-can-be-built
root cuda-tool-fatal, survivable
  says    nvcc fatal
  says    ptxas fatal
  says    nvlink fatal
  says    fatbinary fatal
  pattern \b(?P<tool>nvcc|ptxas|nvlink|fatbinary) fatal *: *(?P<what>\S.*)
  cause   CUDA's {tool} gave up: {what}
  fix     repair what it names (an option of another release, a file or GPU model it does not know,
          a full disk or /tmp): `{tool} --version` and $CUDA_HOME on that node, with the toolkit of
          torch's CUDA; then `rm -r ~/.cache/torch_extensions`
  checks  software.operators-can-be-built
root ld-file-missing, survivable
  says    "ld: cannot find "
  pattern \bld: cannot find (?!-l)(?P<file>[^\s:]+)
  cause   the linker does not find {file}
  fix     crt1.o, crti.o: libc6-dev (conda: gxx_linux-64, or the system's gcc by CC and CXX); an
          object file of the build itself: the compiler's first error stands above
  checks  software.operators-can-be-built
root compiler-refused-source, survivable
  says    ": error: "
  says    ": fatal error: "
  says    "): error"
  says    "): catastrophic error"
  pattern ^\s*(?P<file>\S+\.(?:c|cc|cpp|cxx|cu|cuh|h|hh|hpp|hip|inl))(?:(?::\d+){1,2}: error: |
          (?::\d+){1,2}: fatal error: |\(\d+\): error(?: #\S+)?: |\(\d+\): catastrophic
          error: )(?P<what>\S.*)
  cause   the compiler refuses {file}: {what}
  fix     where it is a header of CUDA, torch or Python, two of them are of releases apart, or one
          of another than the compiler: compare `nvcc --version`, `gcc --version` and `python -c
          "import torch; print(torch.__version__, torch.version.cuda)"`; else install the release of
          that package which is made for this torch; then `rm -r ~/.cache/torch_extensions`
  checks  software.operators-can-be-built
root host-compiler-of-nvhpc
  says    "nvc++-Error-"
  says    "nvc-Error-"
  says    "pgc++-Error-"
  pattern (?P<compiler>nvc\+\+|nvc|pgc\+\+)-Error-(?P<what>.+)
  cause   {compiler} of the NVIDIA HPC SDK was called to build an extension ({what}), which is
          written for gcc: CC, CXX or a loaded module names it
  fix     `module unload nvhpc`, CC=gcc CXX=g++ in [env] (a gcc that this CUDA supports), and remove
          the half-built folder below ~/.cache/torch_extensions on every node
root nvcc-not-there-for-kernels
  shows   ninja: error: '{nvcc:\S*/nvcc}', needed by '{target:[^']+}', missing
  cause   kernels are compiled at the start ({target}), and there is no {nvcc} on this node: the
          image has CUDA's runtime alone, or CUDA_HOME names another place
  fix     an image with the CUDA toolkit (…-devel), or CUDA_HOME in [env] where nvcc is; for
          FlashInfer its compiled kernels (`uv pip install flashinfer-jit-cache flashinfer-cubin`)
  checks  software.operators-can-be-built
root nvcc-asked-for
  says    Cannot find NVCC, please set CUDA_HOME
  says    Could not find nvcc and default cuda_home
  pattern (?:AssertionError|RuntimeError|OSError): (?:Cannot find NVCC, please set CUDA_HOME|Could
          not find nvcc and default cuda_home)
  cause   kernels are compiled at the start, and this rank finds no CUDA toolkit: the node or image
          has CUDA's runtime alone, or the launcher passes no CUDA_HOME on
  fix     an image with the toolkit (…-devel) of torch's CUDA, and CUDA_HOME=/usr/local/cuda in
          [env]; `uv pip install nvidia-cuda-nvcc-cu12` brings nvcc alone
  checks  software.operators-can-be-built
"""
)
