"""What Python itself says: imports, pickling, processes, text."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.releases import KNOWN_RELEASES

FAILURES = read_entries(
    r"""
root python-3138-torch
  says    IndentationError: expected an indented block after function definition
  near    torch[/\\](?:_jit_internal|_sources)\.py
  cause   {PYTHON_3_13_8}
  fix     install Python 3.13.9 or newer, or 3.12: `uv python install 3.12`, and create the
          environment of every node again
  checks  software.releases-work-together, software.versions-are-equal, training.smoke-trains
root python-warnings-are-errors
  says    DeprecationWarning:
  says    FutureWarning:
  pattern ^(?:\w+\.)*(?:Pending)?(?:Deprecation|Future)Warning:
  near    ^Traceback \(most recent call last\)|^\s*File "[^"]+", line \d+, in
  cause   this process takes warnings for errors: PYTHONWARNINGS=error, `python -W error` or
          warnings.simplefilter("error")
  fix     unset PYTHONWARNINGS in the shell files of that node and under [env]; without -W error
  checks  nccl.variables-are-equal
root python-no-pkg-resources, survivable
  says    No module named 'pkg_resources'
  cause   a package imports pkg_resources, which setuptools 81 and newer no longer have
  fix     `uv pip install 'setuptools<81'`, or update the package that imports it
  checks  software.versions-are-equal
root python-no-distutils
  says    No module named 'distutils
  says    No module named 'imp'
  says    module 'pkgutil' has no attribute 'ImpImporter'
  pattern No module named '(?:distutils(?:\.\w+)?|imp)'|module 'pkgutil' has no attribute
          'ImpImporter'
  cause   a package is too old for Python 3.12, which no longer has distutils and imp
  fix     update that package; `uv pip install -U setuptools` brings distutils back; else an
          environment with Python 3.11
  checks  software.versions-are-equal
root python-no-triton-ops
  says    No module named 'triton.ops'
  cause   {BITSANDBYTES_TRITON_OPS}
  fix     `uv pip install -U bitsandbytes`
  checks  software.releases-work-together, software.versions-are-equal
root python-no-torch-six
  says    No module named 'torch._six'
  cause   {DEEPSPEED_TORCH_SIX}
  fix     `uv pip install -U deepspeed` on every node
  checks  software.releases-work-together, software.versions-are-equal
root python-no-tensorboard, survivable
  says    TensorBoardCallback requires tensorboard to be installed
  says    No module named 'tensorboard'
  cause   the run reports to TensorBoard, which this interpreter does not have
  fix     `uv pip install tensorboard` on every node, or report_to: none
  checks  software.versions-are-equal
root python-no-yaml-wandb, survivable
  says    No module named 'wandb'
  says    WandbCallback requires wandb to be installed
  cause   the run reports to Weights & Biases, and this interpreter has no wandb
  fix     `uv pip install wandb` on every node, or report_to: none
  checks  software.versions-are-equal
root python-circular-import
  shows   partially initialized module '{module:[^']+}'
  cause   {module} was used before it was whole: a file of the working directory has the name of a
          package (a path in the line shows it), two modules import each other, or the import of a
          package failed half-way because releases do not fit
  fix     `python -c 'import {module}; print({module}.__file__)'` in the working directory: rename a
          file of your own that has the package's name, with its __pycache__; where it is a
          package's own file read the first traceback, and bring the packages to releases of one
          time
  checks  software.packages-are-the-environments-own
root python-protobuf
  says    Descriptors cannot be created directly
  says    Descriptors cannot not be created directly
  cause   a package was generated for an older protobuf than the one that is installed
  fix     update that package, or `uv pip install 'protobuf<3.21'`;
          PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python in [env] works too, slowly
  checks  software.versions-are-equal
root python-recursion
  says    maximum recursion depth exceeded
  cause   functions called each other without end: a class was patched twice (a wrapper that wraps
          itself), or an attribute looks itself up
  fix     the frames that repeat in the traceback name it; start in a fresh interpreter without the
          second patch
root python-home-lost
  says    Fatal Python error: init_fs_encoding
  says    Fatal Python error: init_import_site
  says    Fatal Python error: init_sys_streams
  cause   Python cannot find its own library: PYTHONHOME or PYTHONPATH point elsewhere, the
          environment was moved, or its base interpreter is not on this node
  fix     unset PYTHONHOME and PYTHONPATH; `head -3 VENV/pyvenv.cfg` names the base interpreter,
          which must be on every node; with uv: `uv venv --relocatable` or the same `uv python
          install` everywhere
  checks  software.python-is-there
symptom python-segfault
  says    Fatal Python error: Segmentation fault
  says    Fatal Python error: Aborted
  pattern Fatal Python error: (?P<what>Segmentation fault|Aborted)
  cause   a rank crashed in native code ({what}); the stack below shows which library was called
  fix     the first frame below that names a package is the suspect: reinstall it for this torch
  checks  training.smoke-trains
root python-unbound-local
  says    UnboundLocalError
  pattern UnboundLocalError: (?:cannot access )?local variable '(?P<name>\w+)' (?:referenced|where)
  near    File "(?P<file>[^"\n]+)", line (?P<line>\d+), in (?P<function>\S+)\n(?:.*\n){1,2}?
          ?Unbound
  cause   `{name}` has no value in {function}, line {line} of {file}: it is set only under a
          condition (if, for, try) that no input met, as where the data or a setting is of a form
          that this code does not know, or it and the library that it copies are of different
          releases
  fix     see there which condition sets `{name}`, print what it looks at, and correct that in the
          data or config (nnU-Net: labels and regions of dataset.json, batchgenerators of the fork's
          time); else a default before the condition
root python-unexpected-keyword
  says    got an unexpected keyword argument '
  pattern TypeError: (?P<function>(?!(?:\w+\.)?forward\b|Accelerator\b|\w*Train|SFT|DPO|GRPO|PPO|
          KTO)[\w.]+)\(\) got an unexpected keyword argument '(?P<name>(?!(?:num_items_in_batch|
          keep_torch_compile|dispatch_batches)\b)\w+)'
  frame   site-packages
  history apart
  cause   {function} does not know the argument `{name}`: two packages of different times call each
          other, or an argument was renamed or removed
  fix     the last frames of the traceback name both packages; update them together on every node
          (transformers, accelerate, peft, trl of the same month)
  checks  software.versions-are-equal
root python-gaierror, survivable
  shows   socket.gaierror: [Errno {number:-\d+}] {why:.+}
  cause   a name could not be resolved on this node ({why}): -2 means that nobody knows it, -3 that
          the name server did not answer
  fix     `getent hosts NAME` on that node; put the nodes' names into /etc/hosts, or correct
          resolv.conf
  checks  names.every-node-resolves-every-node
root python-ssl-certificate, survivable
  says    CERTIFICATE_VERIFY_FAILED
  pattern CERTIFICATE_VERIFY_FAILED\](?: certificate verify failed)?:? ?(?P<why>[^(]*)
  cause   a server's certificate was not accepted ({why}): a proxy that opens connections, missing
          ca-certificates, or a clock that is wrong
  fix     SSL_CERT_FILE and REQUESTS_CA_BUNDLE to the proxy's certificate in [env]; `apt install
          ca-certificates`; `timedatectl` for the clock
  checks  time.clocks-agree, software.proxy-spares-the-nodes
root python-proxy, survivable
  says    Cannot connect to proxy
  says    Tunnel connection failed
  pattern (?:Cannot connect to proxy|Tunnel connection failed: (?P<code>\d+))
  cause   the proxy of this node's environment refused or is gone
  fix     `env | grep -i proxy` in the rank's environment; correct HTTPS_PROXY, or add the host to
          NO_PROXY in [env]
  checks  software.proxy-spares-the-nodes
root python-pkg-resources-packaging
  says    cannot import name 'packaging' from 'pkg_resources'
  cause   torch before 2.2 (or another old package) takes packaging from pkg_resources, which
          setuptools 70 and newer do not have
  fix     `uv pip install 'setuptools<70'`, or a newer torch
  checks  software.versions-are-equal
root python-apex-extensions
  says    No module named 'amp_C'
  says    No module named 'fused_layer_norm_cuda'
  says    No module named 'fused_weight_gradient_mlp_cuda'
  pattern No module named '(?P<module>amp_C|fused_layer_norm_cuda|fused_weight_gradient_mlp_cuda)'
  cause   apex was installed without its CUDA extensions
  fix     build it with them: `uv pip install --no-build-isolation --config-settings
          "--build-option=--cpp_ext --cuda_ext" ./apex`, or use torch's own optimizers and norms
  checks  software.versions-are-equal
root python-filelock-timeout
  shows   The file lock '{path:[^']+}' could not be acquired
  cause   another process holds the lock {path}: another rank prepares the same files for long, or
          one that was killed left it on a network file system
  fix     if nobody works there, remove the lock file; prepare data and models once before the start
          ([start] before)
  checks  files.needed-data-is-whole
root python-address-in-use, survivable
  says    OSError: [Errno 98] Address already in use
  says    OSError: [Errno 98] error while attempting to bind on address
  cause   a port that this process wants on this node is held by an earlier run or another job
  fix     `ss -ltnp` on that node shows who holds it; end it, or use another port
  checks  ports.master-port-is-free
symptom python-connection-refused, survivable
  says    ConnectionRefusedError: [Errno 111] Connection refused
  cause   nothing listens at the other end: the process there has ended, or has not started yet
  fix     find the process that ended first; else the address and port that this one calls
  checks  ports.master-port-is-reachable
root python-transport-endpoint
  shows   [Errno 107] Transport endpoint is not connected: '{path:/[^']+}'
  cause   a FUSE mount (s3fs, gcsfuse, JuiceFS …) on this node has died: {path}
  fix     `mount | grep fuse` on that node; unmount it (fusermount -u) and mount it again
  checks  files.network-mounts-answer
root python-mutable-default
  shows   mutable default <class '{class:[^']+}'> for field {field:\w+} is not allowed: use
          default_factory
  cause   a package's dataclass is too old for Python 3.11, which refuses such defaults
  fix     update the package that the traceback names (fairseq, hydra, omegaconf …), or Python 3.10
  checks  software.versions-are-equal
root python-path-is-none
  says    "TypeError: expected str, bytes or os.PathLike object, not NoneType"
  cause   a path is None: an option or variable of the environment that names a file is not set, or
          a tokenizer's folder lacks the file that its class reads (vocab.json, tokenizer.model)
  fix     the last line of your own code in the traceback names the variable: give the option; for a
          tokenizer `ls` its folder, download what is missing, or use_fast=True
SETTING = (?:\w+\.)*(?:args|cfg|config|opts?|hparams|parsed|\w+_args|\w+_config)\.
RECKONING = (?:\*|//?|\+|%|[<>]=?|- )
THEN_ERROR = [^\n]*\n(?:[ ~^]+\n)?TypeError
root python-option-unset-right
  says    "TypeError: unsupported operand type(s) for "
  says    "TypeError: '"
  pattern TypeError: (?:unsupported operand type\(s\) for (?P<operator>\S+): '(?:int|float|str)' and
          'NoneType'|'[<>]=?' not supported between instances of '(?:int|float|str)' and 'NoneType')
  near    [\w)\]] ?{RECKONING} ?{SETTING}(?P<option>\w+){THEN_ERROR}
  cause   {option} was given no value: it is None where the program reckons with it
  fix     give {option} a value, as an option of the command line (--{option}, or with - for _) or a
          key of the config; else a release of the program in which it has a default
root python-option-unset-left
  says    "TypeError: unsupported operand type(s) for "
  says    "TypeError: '"
  pattern TypeError: (?:unsupported operand type\(s\) for (?P<operator>\S+): 'NoneType' and
          '(?:int|float|str)'|'[<>]=?' not supported between instances of 'NoneType' and
          '(?:int|float|str)')
  near    \b{SETTING}(?P<option>\w+) ?{RECKONING} ?[\w(]{THEN_ERROR}
  cause   {option} was given no value: it is None where the program reckons with it
  fix     give {option} a value, as an option of the command line (--{option}, or with - for _) or a
          key of the config; else a release of the program in which it has a default
root python-option-unset
  says    "TypeError: 'NoneType' object is not "
  says    "TypeError: object of type 'NoneType' has no len()"
  says    "TypeError: int() argument must be"
  says    "TypeError: float() argument must be"
  pattern TypeError: (?:'NoneType' object is not (?:iterable|subscriptable)|
          object of type 'NoneType' has no len\(\)|(?:int|float)\(\) argument must be .*'NoneType')
  near    (?:\bin |\b(?:int|float|len|list|set|enumerate|sorted)\(){SETTING}(?P<option>\w+)
          ?(?:[):]|$){THEN_ERROR}
  cause   {option} was given no value: it is None where the program reads it
  fix     give {option} a value, as an option of the command line (--{option}, or with - for _) or a
          key of the config; else a release of the program in which it has a default
""",
    PYTHON_3_13_8=KNOWN_RELEASES["python-3.13.8"].because,
    BITSANDBYTES_TRITON_OPS=KNOWN_RELEASES["bitsandbytes-triton-ops"].because,
    DEEPSPEED_TORCH_SIX=KNOWN_RELEASES["deepspeed-torch-six"].because,
)
