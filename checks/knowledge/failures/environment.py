"""What is lost or broken on the way of arguments and environment to the nodes."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
ENV_FILE_FIX = leave only lines KEY=VALUE in .deepspeed_env (in ~ and in the working directory)
root ds-env-bad-line
  says    key, val = var.split('=', maxsplit=1)
  says    not enough values to unpack (expected 2, got 1)
  near    key, val = var\.split\('=', maxsplit=1\)
  cause   a line of .deepspeed_env has no =: it is empty or a comment
  fix     {ENV_FILE_FIX}: no comment, no blank line, no export
  checks  nccl.deepspeed-env-file-is-sound
silent ds-env-comment-kills-job
  says    "declare -x "
  pattern ^(?:(?P<node>[^\s:]+): )?declare -x \w+=
  unless  launch\.py:\d+:main|\bstep\b|'loss'
  cause   a comment in .deepspeed_env became part of the remote command and cut it off: the nodes
          print their environment, no rank starts, and deepspeed exits with 0
  fix     {ENV_FILE_FIX}
  checks  nccl.deepspeed-env-file-is-sound
root remote-quote-error
  says    unexpected EOF while looking for matching
  says    syntax error near unexpected token
  pattern (?:ba)?sh: (?:-c: )?line \d+: (?:unexpected EOF while looking for matching|syntax error
          near unexpected token)
  cause   an argument or an environment variable with a quote, bracket or semicolon reached the
          remote shell unquoted; DeepSpeed quotes only values that contain a space
  fix     put such values into a file that the script reads; `python -m launcher start` passes any
          argument
  checks  nccl.deepspeed-env-file-is-sound
root driver-tools-missing, survivable
  shows   nvidia-smi: {what:(?:command )?not found}
  cause   this shell has no nvidia-smi ({what}): the node has no NVIDIA driver, or the container was
          started without its GPUs
  fix     on the node the driver's packages (`lsmod | grep nvidia`); in a container `docker run
          --gpus
          all` (NVIDIA Container Toolkit, --nv of Apptainer), in Kubernetes nvidia.com/gpu in its
          limits
  checks  gpu.driver-answers
root remote-command-not-found, survivable
  says    : not found
  says    : command not found
  pattern \b(?:ba|z|da)?sh: (?:line \d+: |\d+: )?(?P<command>(?!nvidia-smi:|scontrol:|squeue:|
          sinfo:|sbatch:|srun:|sacct:)[\w./+-]+): (?:command )?not found
  cause   {command} is not installed on this node, or not in the PATH of a non-interactive shell, to
          which the lines for conda, modules and venvs in .bashrc do not apply
  fix     where it is installed an absolute path, or PATH in .deepspeed_env or [env]; else install
          it
  checks  software.python-is-there
  follows shell-conda-not-initialised, shell-function-missing, shell-file-missing
noise rc-file-noise
  says    mesg: ttyname failed
  says    mesg: cannot open
  says    stdin: is not a tty
  says    bind: warning: line editing not enabled
  pattern mesg: (?:ttyname failed: Inappropriate ioctl|cannot open)|stdin: is not a tty|bind:
          warning: line editing not enabled
  cause   a start-up file of the login shell expects a terminal; this alone is harmless
  fix     put it behind `[ -t 0 ]` in .profile or .bashrc
  checks  ssh.shell-is-quiet
"""
)
