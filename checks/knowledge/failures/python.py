"""What Python itself says: imports, pickling, processes, text."""

from __future__ import annotations

from checks.knowledge.failures.host import SHM_FIX
from checks.knowledge.failures.known import root, symptom
from checks.knowledge.releases import KNOWN_RELEASES

FREE_SHM_FIX = (
    "`df -h /dev/shm` on that node; remove what runs that are over left there; " + SHM_FIX
)

FAILURES = (
    root(
        "python-3138-torch",
        "IndentationError: expected an indented block after function definition",
        cause=KNOWN_RELEASES["python-3.13.8"].because,
        fix="install Python 3.13.9 or newer, or 3.12: `uv python install 3.12`, and create the "
        "environment of every node again",
        checks=(
            "software.releases-work-together",
            "software.versions-are-equal",
            "training.smoke-trains",
        ),
        near=r"torch[/\\](?:_jit_internal|_sources)\.py",
    ),
    root(
        "python-no-pkg-resources",
        "No module named 'pkg_resources'",
        cause="a package imports pkg_resources, which setuptools 81 and newer no longer have",
        fix="`uv pip install 'setuptools<81'`, or update the package that imports it",
        checks=("software.versions-are-equal",),
        survivable=True,
    ),
    root(
        "python-no-distutils",
        (
            "No module named 'distutils",
            "No module named 'imp'",
            "module 'pkgutil' has no attribute 'ImpImporter'",
        ),
        r"No module named '(?:distutils(?:\.\w+)?|imp)'|module 'pkgutil' has no attribute "
        r"'ImpImporter'",
        cause="a package is too old for Python 3.12, which no longer has distutils and imp",
        fix="update that package; `uv pip install -U setuptools` brings distutils back; else an "
        "environment with Python 3.11",
        checks=("software.versions-are-equal",),
    ),
    root(
        "python-no-triton-ops",
        "No module named 'triton.ops'",
        cause=KNOWN_RELEASES["bitsandbytes-triton-ops"].because,
        fix="`uv pip install -U bitsandbytes`",
        checks=(
            "software.releases-work-together",
            "software.versions-are-equal",
        ),
    ),
    root(
        "python-no-torch-six",
        "No module named 'torch._six'",
        cause=KNOWN_RELEASES["deepspeed-torch-six"].because,
        fix="`uv pip install -U deepspeed` on every node",
        checks=(
            "software.releases-work-together",
            "software.versions-are-equal",
        ),
    ),
    root(
        "python-no-tensorboard",
        (
            "TensorBoardCallback requires tensorboard to be installed",
            "No module named 'tensorboard'",
        ),
        cause="the run reports to TensorBoard, which this interpreter does not have",
        fix="`uv pip install tensorboard` on every node, or report_to: none",
        checks=("software.versions-are-equal",),
        survivable=True,
    ),
    root(
        "python-no-yaml-wandb",
        (
            "No module named 'wandb'",
            "WandbCallback requires wandb to be installed",
        ),
        cause="the run reports to Weights & Biases, and this interpreter has no wandb",
        fix="`uv pip install wandb` on every node, or report_to: none",
        checks=("software.versions-are-equal",),
        survivable=True,
    ),
    root(
        "python-circular-import",
        "partially initialized module '",
        r"(?:cannot import name '(?P<name>[^']+)' from partially|partially) initialized module "
        r"'(?P<module>[^']+)'(?: from '(?P<path>[^']+)')?",
        cause="a module imports itself while it loads: {module}; most often a file of the working "
        "directory has the name of a package ({path})",
        fix="`python -c 'import MODULE; print(MODULE.__file__)'` in the working directory; rename "
        "the file that has the package's name, and remove its __pycache__",
        checks=("software.packages-are-the-environments-own",),
    ),
    root(
        "python-protobuf",
        (
            "Descriptors cannot be created directly",
            "Descriptors cannot not be created directly",
        ),
        cause="a package was generated for an older protobuf than the one that is installed",
        fix="update that package, or `uv pip install 'protobuf<3.21'`; "
        "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python in [env] works too, slowly",
        checks=("software.versions-are-equal",),
    ),
    root(
        "python-pickle-local",
        (
            "Can't pickle local object",
            "Can't get local object",
            "Can't pickle <function",
            "Can't pickle <class",
            "cannot pickle '",
        ),
        r"(?:Can't pickle local object '?|Can't get local object '|Can't pickle <(?:function|"
        r"class) '?|cannot pickle ')(?P<object>[^'>]+?)(?:'| object|>)",
        cause="{object} cannot be sent to another process: workers that are spawned, dataset.map "
        "with num_proc, or an object broadcast need what they get by name",
        fix="define the function or class at the top of a module (no lambda, no closure), and "
        "open files, locks, clients and generators inside the worker",
    ),
    root(
        "python-main-guard",
        "An attempt has been made to start a new process before the",
        cause="the script starts processes when it is imported, and each spawned worker imports it",
        fix='put what the script does under `if __name__ == "__main__":`',
    ),
    root(
        "python-daemonic-children",
        "daemonic processes are not allowed to have children",
        cause="a worker of a pool or data loader starts processes itself",
        fix="num_workers=0 (or num_proc=None) in the inner one",
    ),
    root(
        "python-start-method-twice",
        "context has already been set",
        r"RuntimeError: context has already been set",
        cause="set_start_method was called twice, or after a process had been started",
        fix='call it once, first thing under `if __name__ == "__main__":`, or with force=True',
    ),
    symptom(
        "python-process-pool-died",
        (
            "A process in the process pool was terminated abruptly while the future was running "
            "or pending",
            "A child process terminated abruptly, the process pool is not usable anymore",
            "One of the subprocesses has abruptly died during map operation",
        ),
        cause="a worker process was killed: most often the machine's memory was full",
        fix="`dmesg | tail` on that node; fewer workers (num_proc, dataloader_num_workers, "
        "MAX_JOBS); num_proc=1 shows the worker's own error",
        checks=(
            "limits.memory-is-free",
            "limits.group-allows-enough-memory",
        ),
    ),
    root(
        "semaphores-no-space",
        "OSError: [Errno 28] No space left on device",
        cause="no semaphore can be made: /dev/shm is full or too small (the disk is not)",
        fix=FREE_SHM_FIX,
        checks=(
            "limits.shm-is-large-enough",
            "limits.shm-is-writable",
        ),
        near=r"multiprocessing[/\\]synchronize\.py|SemLock",
    ),
    root(
        "shm-no-space",
        "[Errno 28] No space left on device: '/dev/shm/",
        cause="/dev/shm is full or too small (the disk is not)",
        fix=FREE_SHM_FIX,
        checks=("limits.shm-is-large-enough", "limits.shm-is-writable"),
    ),
    root(
        "shm-segment-no-space",
        "OSError: [Errno 28] No space left on device",
        cause="a segment of shared memory does not fit /dev/shm, which is full or too small (the "
        "disk is not)",
        fix=FREE_SHM_FIX,
        checks=("limits.shm-is-large-enough", "limits.shm-is-writable"),
        frame="multiprocessing/shared_memory",
    ),
    root(
        "semaphores-not-permitted",
        "SemLock",
        r"(?:PermissionError: \[Errno 13\] Permission denied|OSError: \[Errno 38\] Function not "
        r"implemented).*SemLock|_multiprocessing\.SemLock.*is not implemented",
        cause="this node or container does not let the account create semaphores: /dev/shm is "
        "missing or not writable",
        fix="mount a tmpfs at /dev/shm with mode 1777 on that node",
        checks=("limits.shm-is-writable",),
    ),
    root(
        "python-ancdata",
        "received 0 items of ancdata",
        cause="tensors of data loader workers could not be handed over: the limit of open files "
        "is reached",
        fix="`ulimit -n 65536` for logins over ssh; "
        'torch.multiprocessing.set_sharing_strategy("file_system")',
        checks=("limits.nofile-is-enough",),
    ),
    root(
        "torch-shm-write",
        (
            "unable to write to file </torch_",
            "unable to allocate shared memory(shm) for file </torch_",
            "unable to mmap ",
        ),
        r"unable to (?:write to file </torch_|allocate shared memory\(shm\) for file </torch_|"
        r"mmap \d+ bytes from file </torch_)",
        cause="a data loader worker could not put its batch into /dev/shm: it is full or too small",
        fix=FREE_SHM_FIX + "; num_workers=0 proves it",
        checks=(
            "limits.shm-is-large-enough",
            "limits.shm-is-writable",
        ),
    ),
    root(
        "dataloader-worker-exited",
        "exited unexpectedly",
        r"DataLoader worker \(pid\(?s?\)? ?(?P<pid>[\d, ]+)\) exited unexpectedly",
        cause="data loader worker {pid} ended without saying why: killed for memory, /dev/shm "
        "full, or crashed in a native library",
        fix="`dmesg | tail` and `df -h /dev/shm` on that node; num_workers=0 shows the error "
        "itself",
        checks=(
            "limits.memory-is-free",
            "limits.shm-is-large-enough",
        ),
        unless=r"is killed by signal",
    ),
    root(
        "dataloader-pin-memory-exited",
        "Pin memory thread exited unexpectedly",
        cause="the thread that pins batches in memory died: out of memory, locked memory too "
        "small, or a CUDA error before",
        fix="read the first error above; pin_memory=False (dataloader_pin_memory: false) proves "
        "it; `ulimit -l`",
        checks=("limits.memlock-is-unlimited",),
    ),
    root(
        "python-recursion",
        "maximum recursion depth exceeded",
        cause="functions called each other without end: a class was patched twice (a wrapper that "
        "wraps itself), or an attribute looks itself up",
        fix="the frames that repeat in the traceback name it; start in a fresh interpreter "
        "without the second patch",
    ),
    root(
        "python-home-lost",
        (
            "Fatal Python error: init_fs_encoding",
            "Fatal Python error: init_import_site",
            "Fatal Python error: init_sys_streams",
        ),
        cause="Python cannot find its own library: PYTHONHOME or PYTHONPATH point elsewhere, the "
        "environment was moved, or its base interpreter is not on this node",
        fix="unset PYTHONHOME and PYTHONPATH; `head -3 VENV/pyvenv.cfg` names the base "
        "interpreter, which must be on every node; with uv: `uv venv --relocatable` or the same "
        "`uv python install` everywhere",
        checks=("software.python-is-there",),
    ),
    symptom(
        "python-segfault",
        (
            "Fatal Python error: Segmentation fault",
            "Fatal Python error: Bus error",
            "Fatal Python error: Aborted",
        ),
        r"Fatal Python error: (?P<what>Segmentation fault|Bus error|Aborted)",
        cause="a rank crashed in native code ({what}); the stack below shows which library was "
        "called",
        fix="the first frame below that names a package is the suspect: reinstall it for this "
        "torch; for a bus error `df -h /dev/shm`",
        checks=(
            "training.smoke-trains",
            "limits.shm-is-large-enough",
        ),
    ),
    root(
        "python-unexpected-keyword",
        "got an unexpected keyword argument '",
        r"TypeError: (?P<function>(?!(?:\w+\.)?forward\b|Accelerator\b|\w*Train|SFT|DPO|GRPO|PPO"
        r"|KTO)[\w.]+)\(\) got an unexpected keyword argument "
        r"'(?P<name>(?!(?:num_items_in_batch|keep_torch_compile|dispatch_batches)\b)\w+)'",
        cause="{function} does not know the argument `{name}`: two packages of different times "
        "call each other, or an argument was renamed or removed",
        fix="the last frames of the traceback name both packages; update them together on every "
        "node (transformers, accelerate, peft, trl of the same month)",
        checks=("software.versions-are-equal",),
        frame="site-packages",
    ),
    root(
        "python-gaierror",
        "socket.gaierror: [Errno ",
        r"socket\.gaierror: \[Errno (?P<number>-\d+)\] (?P<why>.+)",
        cause="a name could not be resolved on this node ({why}): -2 means that nobody knows it, "
        "-3 that the name server did not answer",
        fix="`getent hosts NAME` on that node; put the nodes' names into /etc/hosts, or correct "
        "resolv.conf",
        checks=("names.every-node-resolves-every-node",),
        survivable=True,
    ),
    root(
        "python-ssl-certificate",
        "CERTIFICATE_VERIFY_FAILED",
        r"CERTIFICATE_VERIFY_FAILED\](?: certificate verify failed)?:? ?(?P<why>[^(]*)",
        cause="a server's certificate was not accepted ({why}): a proxy that opens connections, "
        "missing ca-certificates, or a clock that is wrong",
        fix="SSL_CERT_FILE and REQUESTS_CA_BUNDLE to the proxy's certificate in [env]; `apt "
        "install ca-certificates`; `timedatectl` for the clock",
        checks=(
            "time.clocks-agree",
            "software.proxy-spares-the-nodes",
        ),
        survivable=True,
    ),
    root(
        "python-proxy",
        (
            "Cannot connect to proxy",
            "Tunnel connection failed",
        ),
        r"(?:Cannot connect to proxy|Tunnel connection failed: (?P<code>\d+))",
        cause="the proxy of this node's environment refused or is gone",
        fix="`env | grep -i proxy` in the rank's environment; correct HTTPS_PROXY, or add the "
        "host to NO_PROXY in [env]",
        checks=("software.proxy-spares-the-nodes",),
        survivable=True,
    ),
    root(
        "python-pkg-resources-packaging",
        "cannot import name 'packaging' from 'pkg_resources'",
        cause="torch before 2.2 (or another old package) takes packaging from pkg_resources, "
        "which setuptools 70 and newer do not have",
        fix="`uv pip install 'setuptools<70'`, or a newer torch",
        checks=("software.versions-are-equal",),
    ),
    root(
        "python-apex-extensions",
        (
            "No module named 'amp_C'",
            "No module named 'fused_layer_norm_cuda'",
            "No module named 'fused_weight_gradient_mlp_cuda'",
        ),
        r"No module named '(?P<module>amp_C|fused_layer_norm_cuda|fused_weight_gradient_mlp_cuda)'",
        cause="apex was installed without its CUDA extensions",
        fix="build it with them: `uv pip install --no-build-isolation --config-settings "
        '"--build-option=--cpp_ext --cuda_ext" ./apex`, or use torch\'s own optimizers and norms',
        checks=("software.versions-are-equal",),
    ),
    root(
        "python-filelock-timeout",
        "' could not be acquired",
        r"The file lock '(?P<path>[^']+)' could not be acquired",
        cause="another process holds the lock {path}: another rank prepares the same files for "
        "long, or one that was killed left it on a network file system",
        fix="if nobody works there, remove the lock file; prepare data and models once before the "
        "start ([start] before)",
        checks=("files.needed-data-is-whole",),
    ),
    root(
        "python-address-in-use",
        (
            "OSError: [Errno 98] Address already in use",
            "OSError: [Errno 98] error while attempting to bind on address",
        ),
        cause="a port that this process wants on this node is held by an earlier run or another "
        "job",
        fix="`ss -ltnp` on that node shows who holds it; end it, or use another port",
        checks=("ports.master-port-is-free",),
        survivable=True,
    ),
    symptom(
        "python-connection-refused",
        "ConnectionRefusedError: [Errno 111] Connection refused",
        cause="nothing listens at the other end: the process there has ended, or has not started "
        "yet",
        fix="find the process that ended first; else the address and port that this one calls",
        checks=("ports.master-port-is-reachable",),
        survivable=True,
    ),
    root(
        "dataloader-timed-out",
        "DataLoader timed out after",
        r"DataLoader timed out after (?P<seconds>\d+) seconds",
        cause="no batch came within {seconds} s: the workers read from a slow file system, or hang",
        fix="`py-spy dump --pid PID` of a worker on that node; a higher dataloader_timeout; data "
        "on a local disk",
        checks=("files.network-mounts-answer",),
    ),
)
