"""What a shell, or a command that starts another, says where it cannot run what is asked."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root shell-may-not-execute, survivable
  says    ": Permission denied"
  pattern (?:\bline \d+: |\bsh: (?:\d+: )?|\bexec: )(?P<path>/?[\w.+/-]*[\w.+-]+): Permission
          denied\s*$
  near    \b(?:exit(?:ed with)?(?: exit)? (?:code|status):? *126|exitcode *: 126|status 126)\b|:
          (?:line )?\d+: (?:/\S*/bin/|\S*\.(?:sh|py): Permission)
  cause   the shell may not execute {path}: the file has no x bit, a folder above it is closed to
          this account, or its file system is mounted noexec
  fix     `chmod +x {path}` where the file is whole, or start it by its interpreter (`bash FILE`,
          `python -m MODULE`); `findmnt -T {path}` shows noexec, `namei -l {path}` the folders
  checks  files.paths-in-the-command-are-there
root shell-bad-interpreter, survivable
  says    : bad interpreter:
  pattern (?P<script>[^\s:]+): (?P<interpreter>[^\s:]+): bad interpreter: (?P<why>No such file or
          directory|Permission denied|Text file busy)
  unless  \^M: bad interpreter
  cause   the first line of {script} names {interpreter}, which cannot be used on this node ({why}):
          the environment was moved, copied or made on another machine
  fix     `python -m MODULE` in place of the script; or install the package again in this
          environment (`uv pip install --reinstall`), which writes its scripts with the right path
  checks  software.python-is-there, software.commands-are-the-environments-own,
          files.paths-in-the-command-are-there
root shell-interpreter-missing
  shows   {path:\S+}: cannot execute: required file not found
  cause   {path} is there, but the interpreter of its first line, or the loader that a binary names,
          is not on this node
  fix     `head -1 {path}` or `file {path}` names what is missing; install the environment at the
          same path on every node; a script of Windows needs `dos2unix {path}`
  checks  software.python-is-there, files.paths-in-the-command-are-there
root shell-windows-line-ends, survivable
  says    $'\r': command not found
  says    \r': command not found
  says    ^M: bad interpreter
  says    \r’: No such file or directory
  says    \r': No such file or directory
  says    syntax error near unexpected token `$'{\r''
  says    syntax error near unexpected token `$'do\r''
  cause   the script has Windows line ends: each line ends with a carriage return that the shell
          takes for a part of it
  fix     `sed -i 's/\r$//' FILE` (dos2unix), and `* text eol=lf` in .gitattributes
root shell-is-not-bash, survivable
  says    : [[: not found
  says    : source: not found
  says    : Bad substitution
  says    : Illegal option -o pipefail
  says    : Syntax error: "(" unexpected
  says    : Syntax error: redirection unexpected
  says    : Syntax error: Bad for loop variable
  cause   a script for bash is run by sh (dash on Debian and Ubuntu)
  fix     `bash FILE`, or #!/bin/bash as the very first line (of a batch script too)
root shell-unset-variable, survivable
  says    : unbound variable
  says    : parameter not set
  pattern (?:line |: )\d+: (?P<name>\w+|\d): (?:unbound variable|parameter not set)
  cause   the script stops at variables that are not set (set -u), and {name} is not set on this
          node: most often a variable of Slurm or of the launcher outside of it
  fix     export {name} there (sbatch --export, mpirun -x, [env]), or write ${name:-default} in the
          script
root shell-function-missing, survivable
  says    module: command not found
  says    conda: command not found
  says    mamba: command not found
  says    spack: command not found
  pattern \b(?P<command>module|conda|mamba|micromamba|spack): command not found
  cause   {command} is a function that login shells set up; this shell is none, so that the
          environment was not activated
  fix     `bash -l` or its start-up file in the script (`source /etc/profile.d/modules.sh`, `source
          ~/miniconda3/etc/profile.d/conda.sh`); or call the environment's python by its path
  checks  software.python-is-there
root shell-conda-not-initialised, survivable
  says    Run 'conda init' before 'conda activate'
  says    Your shell has not been properly configured to use 'conda activate'
  cause   `conda activate` needs conda's shell function, which a shell without login does not have:
          what follows runs outside of the environment
  fix     `source $(conda info --base)/etc/profile.d/conda.sh` before it, `conda run -n NAME
          COMMAND`, or the environment's python by its path
  checks  software.python-is-there
root shell-option-as-command
  says    "exec: -"
  shows   exec: {option:--?[A-Za-z][\w-]*}: not found
  cause   {option} was taken for the command to run: it stands behind the image's or the program's
          name
  fix     write options before it: `singularity exec --nv IMAGE COMMAND`, `docker run --gpus all
          IMAGE COMMAND`
root shell-file-missing, survivable
  says    : No such file or directory
  pattern : line \d+: (?P<path>/\S+/(?:activate|(?:bin|scripts?)/[^/\s]+|[^/\s]+\.(?:sh|env))): No
          such file or directory
  cause   the script starts or reads {path}, which is not on this node
  fix     the same files at the same paths on every node: a shared file system, or rsync; correct
          the path
  checks  files.paths-in-the-command-are-there, software.python-is-there
root shell-wrapper-command-missing, survivable
  says    ": failed to run command "
  says    ": failed to execute "
  says    ": cannot run command "
  pattern (?P<wrapper>[\w-]+): (?:failed to run command|failed to execute|cannot run command)
          ['"‘`]?(?P<command>[^'"’`:\s\\]+)['"’]?: (?P<why>No such file or directory|Permission
          denied|Exec format error)
  cause   {wrapper} cannot start {command} ({why}): it is not in the PATH of a non-interactive shell
          on this node, or not executable
  fix     its whole path, or PATH in .deepspeed_env or [env]; `ls -l {command}` there
  checks  software.python-is-there, files.paths-in-the-command-are-there
root shell-env-command-missing, survivable
  says    env: ‘
  says    env: '
  pattern \benv: ['‘](?P<command>[^'’\\]+)['’]: (?P<why>No such file or directory|Permission denied)
  cause   the first line of a script asks for {command} of the PATH, and this shell has none
          ({why}): the environment is not activated there
  fix     PATH with the environment's bin folder in .deepspeed_env or [env], or `/path/to/python
          SCRIPT`
  checks  software.python-is-there, software.commands-are-the-environments-own
root shell-arguments-too-long, survivable
  says    : Argument list too long
  cause   the command with its environment is longer than the kernel takes (128 KiB for one
          argument, a quarter of the stack limit in all): a list of files, or a very large variable
  fix     hand over a file with the list; `env | wc -c` shows a large environment; `ulimit -s
          unlimited` raises the sum
root shell-script-not-executable
  shows   {shell:bash|sh|-bash}: {path:\S*/\S+\.(?:sh|py|bash)}: Permission denied
  cause   {path} may not be run: it lacks the executable bit (lost by a copy, or on a mount with
          noexec), or the account may not read it
  fix     `bash {path}` (`python {path}`), or `chmod +x {path}` on every node; `mount | grep noexec`
root conda-environment-missing, survivable
  shows   EnvironmentLocationNotFound: Not a conda environment: {path}
  cause   {path} is no conda environment on this node: it was made on another one, or under another
          path
  fix     `conda env list` there; make it on a file system that every node mounts, or at the same
          path on each
root conda-environment-unknown, survivable
  shows   EnvironmentNameNotFound: Could not find conda environment: {name}
  cause   conda of this node has no environment {name}
  fix     `conda env list` there; activate by its path, on a file system that every node mounts
noise conda-library-noise
  says    no version information available (required by
  cause   a library of conda is loaded by a program of the system
  fix     nothing; unset LD_LIBRARY_PATH for that program
root program-has-no-such-command, usage
  says    "Error: No such command "
  pattern Error: No such command '(?P<command>[^']+)'\.
  near    ^\s*Usage: (?P<program>\S+)
  cause   `{program}` has no command {command}: it is misspelt, of another release, or the
          {program} that comes first on PATH is another package's program of that name
  fix     `which -a {program}` and `{program} --help`; put the bin folder of the environment first
          (PATH, `hash -r`) or call it there, uninstall the other package, or install the release
          that has {command}
"""
)
