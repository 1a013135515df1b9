"""What a node lacks that the head has: directories, interpreter, packages, libraries."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
SAME_PATHS_FIX = the head's paths are used on every node: install the same environment at the same
   path
root remote-cwd-missing
  says    ": cd: "
  pattern (?:ba)?sh: (?:line \d+: )?cd: (?P<path>/\S+): No such file or directory
  cause   the directory where the start was typed, {path}, does not exist on this node; DeepSpeed
          continues in the home directory
  fix     use the same path on every node: a shared file system, or rsync
  checks  files.workdir-is-there
root remote-python-missing
  says    : No such file or directory
  pattern (?:ba)?sh: (?:line \d+: )?(?P<path>/\S*python[\d.]*): No such file or directory
  cause   the head's interpreter {path} is not on this node
  fix     {SAME_PATHS_FIX}
  checks  software.python-is-there
root remote-deepspeed-missing
  says    Error while finding module specification for
  says    "No module named "
  pattern (?:Error while finding module specification for|No module named)
          '?deepspeed(?:\.launcher\.launch)?\b'?
  cause   the interpreter of this node has no deepspeed
  fix     {SAME_PATHS_FIX}
  checks  software.deepspeed-is-installed
  follows shell-conda-not-initialised, shell-function-missing, shell-file-missing
root module-missing
  says    "No module named "
  pattern (?:ModuleNotFoundError: |^)No module named '(?P<module>(?!mpi4py|deepspeed)[^']+)'
  history asked
  cause   the interpreter of this rank has no module {module}
  fix     install the packages that the run needs on every node; a module of your own must be in the
          working directory or in PYTHONPATH
  checks  software.program-is-importable, software.versions-are-equal, files.workdir-is-there
  follows shell-conda-not-initialised, shell-function-missing, shell-file-missing,
          pip-no-such-release, pip-build-failed, uv-no-solution, uv-fetch-failed,
          conda-environment-missing, conda-environment-unknown
root remote-script-missing
  says    can't open file '
  pattern can't open file '(?P<path>[^']+)': \[Errno 2\] No such file or directory
  cause   the script {path} is not on this node, or the working directory is not
  fix     copy the code to every node at the same path, and list it under `same` in launch.toml
  checks  software.program-is-importable, files.workdir-is-there, files.same-files-are-equal
root remote-lib-missing, survivable
  says    cannot open shared object file
  pattern ^(?!.*NCCL INFO).*?(?<![\w/.-])(?P<library>lib\S+\.so[\d.]*): cannot open shared object
          file: No such file
  cause   {library} is not found on this node: LD_LIBRARY_PATH is not passed to it, and a
          non-interactive shell does not set it
  fix     set LD_LIBRARY_PATH in .deepspeed_env or [env], or put its directory into
          /etc/ld.so.conf.d and run ldconfig
  checks  training.smoke-trains
root nccl-symbol-mismatch
  says    undefined symbol: nccl
  pattern undefined symbol: (?P<symbol>nccl\w+)
  cause   an older libnccl is loaded instead of the one that torch was built for ({symbol} is
          missing): from LD_LIBRARY_PATH, LD_PRELOAD, or two wheels installed over each other
  fix     remove the other library from LD_LIBRARY_PATH, or reinstall the nvidia-nccl wheel of this
          torch
  checks  software.packages-are-the-environments-own, software.versions-are-equal,
          training.smoke-trains
"""
)
