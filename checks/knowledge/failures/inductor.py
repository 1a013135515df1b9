"""What torch.compile, inductor and Triton say while they compile and run kernels."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root triton-cache-race
  says    FileNotFoundError: [Errno 2] No such file or directory: '
  says    OSError: [Errno 116] Stale file handle: '
  says    OSError: [Errno 39] Directory not empty: '
  says    OSError: [Errno 16] Device or resource busy: '
  says    FileExistsError: [Errno 17] File exists: '
  pattern (?:FileNotFoundError: \[Errno 2\] No such file or directory: '|OSError: \[Errno 116\]
          Stale file handle: '|OSError: \[Errno 39\] Directory not empty: '|OSError: \[Errno 16\]
          Device or resource busy: '|FileExistsError: \[Errno 17\] File exists:
          ')(?P<path>[^']*(?:/\.triton/|/triton_cache|/torchinductor_|/triton/)[^']*)'
  cause   several ranks compile into one Triton or inductor cache, and it lies on a network file
          system or is removed meanwhile; no data is missing
  fix     TRITON_CACHE_DIR=/tmp/triton-$USER and TORCHINDUCTOR_CACHE_DIR=/tmp/inductor-$USER in
          [env], on a local disk of each node
  checks  software.build-folders-are-usable
root torch-extensions-race
  says    : cannot open shared object file
  says    FileNotFoundError: [Errno 2] No such file or directory: '
  pattern (?:ImportError: (?P<library>/\S+/torch_extensions/\S+\.so): cannot open shared object
          file|FileNotFoundError: \[Errno 2\] No such file or directory:
          '(?P<path>[^']*/torch_extensions/[^']*)')
  cause   an operator was loaded from a folder where it is not whole: another rank or node builds it
          there at the same time (a cache on a network file system), or its build failed before
  fix     TORCH_EXTENSIONS_DIR=/tmp/torch_extensions-$USER in [env], on a local disk; rm -r the old
          folder; start again once
  checks  software.build-folders-are-usable, software.no-build-lock-is-left
root triton-out-of-resources
  shows   out of resource: shared memory, Required: {required:\d+}, Hardware limit: {limit:\d+}
  cause   a Triton kernel needs {required} bytes of shared memory, this GPU has {limit}: its block
          sizes were made for a larger GPU
  fix     smaller BLOCK sizes or num_stages in that kernel, another attention implementation (sdpa),
          or the library's newer release
  checks  gpu.models-are-equal
root triton-no-active-driver
  says    active drivers ([
  pattern (?P<count>\d+) active drivers \(\[.*\]\)\. There should only be one
  cause   Triton found {count} GPU drivers where one is needed: none is visible to this rank, or
          builds for two vendors are installed
  fix     `nvidia-smi -L` and CUDA_VISIBLE_DEVICES in the rank's environment; install one of triton
          and pytorch-triton-rocm, not both
  checks  gpu.shell-hides-no-gpu, gpu.driver-answers
root triton-gpu-too-old
  shows   Found {gpu:.+?} which is too old to be supported by the triton GPU compiler
  cause   torch.compile needs a GPU of capability 7.0 or newer; this node has {gpu}
  fix     leave torch_compile off on this GPU
  checks  gpu.models-are-equal
root triton-missing
  says    Cannot find a working triton installation
  says    torch.compile on GPU requires triton
  cause   torch.compile needs Triton, which this environment does not have (or not for this torch)
  fix     `uv pip install --reinstall torch` brings the Triton that fits; do not pin triton beside
          it
  checks  software.versions-are-equal
root triton-attrs-descriptor
  says    cannot import name 'AttrsDescriptor' from 'triton
  says    cannot import name 'triton_key' from 'triton
  says    cannot import name 'get_cuda_stream' from 'triton
  pattern cannot import name '(?P<name>AttrsDescriptor|triton_key|get_cuda_stream)' from 'triton
  cause   Triton is newer than this torch knows
  fix     `uv pip install --reinstall torch` brings the Triton that fits; do not pin triton beside
          it
  checks  software.versions-are-equal
root triton-ptx-codegen
  says    Internal Triton PTX codegen error
  says    PTXASError
  says    ptxas fatal
  pattern (?:Internal Triton PTX codegen error|PTXASError: |ptxas fatal\s+: (?!Value 'sm_))
  cause   Triton's assembler refused a kernel: Triton is too old for this GPU, or too new for its
          ptxas
  fix     `uv pip install -U torch` (with its Triton); TRITON_PTXAS_PATH=$CUDA_HOME/bin/ptxas in
          [env] takes the toolkit's
  checks  software.torch-fits-the-gpus
root triton-kernel-image
  says    Triton Error [CUDA]
  says    Triton Error [HIP]
  pattern Triton Error \[(?:CUDA|HIP)\]: (?P<what>(?!an illegal memory access|device-side
          assert|misaligned|unspecified launch).+)
  cause   a Triton kernel could not be loaded or run on this GPU: {what}
  fix     rm -r ~/.triton/cache (a cache that nodes with different GPUs share holds kernels for one
          of them); set TRITON_CACHE_DIR to a local disk in [env]
  checks  software.build-folders-are-usable, gpu.models-are-equal
symptom inductor-backend-failed, survivable
  says    torch._dynamo.exc.BackendCompilerFailed
  says    torch._inductor.exc.InductorError
  says    torch._inductor.exc.LoweringException
  cause   torch.compile could not compile a part of the model; the words after `raised:` and the
          lines below say why
  fix     torch_compile: false (TORCHDYNAMO_DISABLE=1 in [env]) trains without it; update torch, and
          rm -r /tmp/torchinductor_$USER
root dynamo-unsupported, survivable
  says    torch._dynamo.exc.Unsupported
  says    torch._dynamo.exc.UserError
  pattern torch\._dynamo\.exc\.(?P<kind>Unsupported|UserError): (?P<what>.+)
  cause   torch.compile cannot trace the model as a whole: {what}
  fix     leave out fullgraph=True, mark the function with torch._dynamo.disable, or torch_compile:
          false
silent dynamo-recompile-limit, survivable
  says    torch._dynamo hit config.cache_size_limit
  says    torch._dynamo hit config.recompile_limit
  says    torch._dynamo hit config.accumulated_cache_size_limit
  pattern torch\._dynamo hit config\.(?P<limit>cache_size_limit|recompile_limit|
          accumulated_cache_size_limit) \((?P<count>\d+)\)
  cause   torch.compile compiled one function {count} times and gave up: shapes change in each step,
          and the rest runs slowly
  fix     pad to fixed lengths (pad_to_multiple_of), or dynamic=True; TORCH_LOGS=recompiles in [env]
          shows what changes
root inductor-cache-of-another-user
  shows   PermissionError: [Errno 13] Permission denied: '{path:[^']*/torchinductor_[^']*}'
  cause   torch.compile's cache {path} belongs to another user on this node
  fix     TORCHINDUCTOR_CACHE_DIR=/tmp/inductor-$USER in [env], or remove that folder
  checks  files.temporary-folder-is-usable
root inductor-cudagraph-overwritten
  says    accessing tensor output of CUDAGraphs that has been overwritten by a subsequent run
  cause   compiled with CUDA graphs (mode reduce-overhead), an output was kept over the next step
  fix     torch.compiler.cudagraph_mark_step_begin() before each step, clone what is kept, or
          mode="default"
root triton-compilation-error
  says    triton.compiler.errors.CompilationError
  says    triton.compiler.errors.UnsupportedLanguageConstruct
  cause   a library's kernel is not accepted by this Triton: they are of different times, or the GPU
          lacks a type that it uses (bfloat16, float8)
  fix     update the library that the traceback names together with torch (which brings its Triton);
          else turn its fused kernels off
  checks  software.versions-are-equal
root inductor-ddp-optimizer
  says    DDPOptimizer backend: Found a higher order op in the graph
  cause   torch.compile splits the model for DDP, and cannot where gradient checkpointing is
          compiled too
  fix     torch._dynamo.config.optimize_ddp = False (TORCHDYNAMO_OPTIMIZE_DDP=0), or no
          torch_compile with checkpointing
root inductor-folder-noexec
  says    The most common reason this may occur is if the
  cause   compiled code cannot be loaded from the temporary folder: it is mounted noexec, as in some
          containers
  fix     TORCHINDUCTOR_CACHE_DIR and TMPDIR on a local file system without noexec, in [env]
  checks  software.build-folders-are-usable, files.temporary-folder-is-usable
root inductor-worker-wait
  shows   Inductor compile-worker future for {key} did not complete within {seconds}s
  cause   a process that compiles kernels hung or was killed (host memory), or compiles for longer
          than {seconds} s
  fix     TORCHINDUCTOR_COMPILE_THREADS=1 in [env] compiles in the rank itself; free host memory on
          that node
  checks  limits.memory-is-free
root inductor-daemonic-pool
  says    Inductor async compile process pools are disabled in daemonic
  cause   torch.compile runs in a process that may start no others, as a daemonic worker of
          multiprocessing or Ray
  fix     TORCHINDUCTOR_COMPILE_THREADS=1 in [env] of that process
root inductor-no-configuration
  says    No triton configs are available
  says    No valid triton configs.
  pattern No (?:triton configs are available|valid triton configs\. (?P<what>.+))
  cause   no variant of a kernel that torch.compile generates fits this GPU: too little shared
          memory for its size, or a Triton that is too old for the GPU
  fix     the Triton that torch's own wheel asks for; mode="default" in place of "max-autotune";
          without torch.compile for that module
  checks  software.versions-are-equal
root dynamo-python-too-new
  shows   Python {version:3\.\d+}+ not yet supported for torch.compile
  cause   torch.compile does not know Python {version} yet in this torch
  fix     an environment with an older Python, or a newer torch; TORCHDYNAMO_DISABLE=1 goes without
          compiling
  checks  software.versions-are-equal
root triton-passes-failed
  says    PassManager::run failed
  cause   Triton could not translate a kernel for this GPU: this Triton does not support the GPU or
          the kernel, or it is not the release that torch asks for
  fix     the triton that torch's wheel asks for; a newer torch for a newer GPU; without that kernel
          (attn_implementation="sdpa", use_liger_kernel: false, no torch.compile)
  checks  software.versions-are-equal
root dynamo-constraint
  says    ConstraintViolationError:
  cause   a dimension that was declared to vary has one value for the model
  fix     leave that dimension out of mark_dynamic / dynamic_shapes, or use the suggested fixes
          printed below
root triton-cache-stale
  says    Stale file handle
  pattern (?P<path>\S*(?:\.triton|torchinductor|triton_cache)\S*): .*Stale file handle
  cause   the cache of compiled kernels lies on a file system that nodes share ({path}): another
          rank replaced the file while this one loaded it
  fix     TRITON_CACHE_DIR and TORCHINDUCTOR_CACHE_DIR on a disk of each node, such as
          /tmp/triton-$USER
root inductor-cache-stale
  shows   InductorError: OSError: [Errno 116] Stale file handle
  cause   the cache of compiled kernels lies on a file system that nodes share: another rank
          replaced the file while this one loaded it
  fix     TRITON_CACHE_DIR and TORCHINDUCTOR_CACHE_DIR on a disk of each node, such as
          /tmp/triton-$USER
  checks  software.build-folders-are-usable
root triton-asserted
  says    Triton Error [CUDA]: device-side assert triggered
  says    Triton Error [CUDA]: misaligned address
  says    Triton Error [CUDA]: unspecified launch failure
  pattern Triton Error \[CUDA\]: (?P<what>device-side assert triggered|misaligned
          address|unspecified launch failure)
  cause   a kernel failed on the GPU ({what}): the one that Triton ran, with an index out of range,
          or one before it
  fix     start again with CUDA_LAUNCH_BLOCKING=1 in [env]: the traceback then shows the operation;
          look for token ids above the vocabulary and labels above num_labels; without torch.compile
          and fused kernels the plain error shows itself
  follows cuda-assert-index, cuda-assert-class, cuda-assert-label, cuda-assert-probability,
          cuda-assert-bce, gpu-kernel-assert, compute-sanitizer-report
root dynamo-fake-failed
  says    Dynamo failed to run FX node with fake tensors
  says    torch._dynamo.exc.TorchRuntimeError
  cause   an operation of the model fails as torch.compile traces it with the shapes and types of
          this batch: the code would fail so without compiling too (shapes, types), or the operation
          has no rule for tracing
  fix     TORCHDYNAMO_DISABLE=1 in [env]: if it fails too, the lines below name the operands; else
          torch._dynamo.disable on that function, or a newer torch
root dynamo-internal
  shows   torch._dynamo.exc.InternalTorchDynamoError: {why:.+}
  cause   torch.compile itself failed as it traced the model ({why}): a defect of this torch, or a
          library that it does not know
  fix     TORCHDYNAMO_DISABLE=1 in [env] trains without it; a newer torch; torch._dynamo.disable on
          the function that the user code below names
root dynamo-recompile-limit-hit
  says    torch._dynamo.exc.FailOnRecompileLimitHit
  says    torch._dynamo.exc.RecompileLimitExceeded
  cause   a function compiled with fullgraph=True was compiled as often as is allowed: shapes or
          values change in each step
  fix     pad to fixed lengths, dynamic=True or mark_dynamic; fullgraph=False; TORCH_LOGS=recompiles
          in [env] shows what changes
root dynamo-data-dependent
  says    "GuardOnDataDependentSymNode: "
  says    Could not guard on data-dependent expression
  cause   the model takes a branch or a size from the data (item(), nonzero, experts chosen by a
          router), which torch.compile cannot trace
  fix     torch._dynamo.disable on that function, torch._check on the size,
          capture_dynamic_output_shape_ops=True, or torch_compile: false
root triton-tensor-memory
  says    out of resource: tensor memory
  cause   a Triton kernel needs more tensor memory than a Blackwell GPU has: block sizes of another
          GPU
  fix     the release of the library for this GPU and Triton, smaller blocks or num_stages,
          attn_implementation="sdpa"
root triton-language-attribute
  shows   module 'triton.language' has no attribute '{name:\w+}'
  cause   a library's kernels use triton.language.{name}, which the installed Triton does not have:
          they are of different times
  fix     `uv pip install --reinstall torch` brings its own Triton; the release of the library
          (named in the traceback) for that Triton
root triton-name-missing
  shows   cannot import name '{name:(?!AttrsDescriptor|triton_key|get_cuda_stream)\w+}' from 'triton
  cause   the installed Triton has no {name}: it and the package that imports it are of different
          times
  fix     `uv pip install --reinstall torch` brings its own Triton; then the release of the package
          in the last frame that fits it
root inductor-random-not-replaced
  says    should have been handled in replace_random.py
  cause   the compiler met random numbers made in place (dropout, bernoulli_) in a graph that
          another compiler pass, as DeepCompile's, had changed, and has no code for them
  fix     torch._inductor.config.fallback_random = True before compiling; or dropout 0, a newer
          torch and DeepSpeed, or no deepcompile
root inductor-flex-no-choice
  says    "NoValidChoicesError: No choices to select"
  near    flex_attention
  cause   no block size of FlexAttention's kernel fits this GPU (its shared memory) with this head
          size
  fix     kernel_options with smaller blocks (BLOCK_M, BLOCK_N 32 or 64, num_stages 1) at
          flex_attention; attn_implementation="sdpa"; a newer torch
"""
)
