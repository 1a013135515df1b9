"""What pdsh says of itself, of its modules and of the ssh clients that it runs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

EXIT_MEANINGS = {
    "255": "ssh itself failed, or a signal ended the command",
    "247": "killed, out of memory?",
    "249": "bus error: is /dev/shm full?",
    "245": "crashed in native code",
    "250": "aborted, as NCCL's watchdog does",
    "241": "ended by its launcher",
    "1": "a Python error",
}
"""What the exit code of a node's launcher means; negative signals come as 256 less."""

FAILURES = read_entries(
    r"""
OWNERSHIP_FIX = `chown root:root` and `chmod go-w` {path} and each directory above it
root pdsh-module-path-insecure
  says    " insecure
  pattern pdsh@(?P<node>\S+): module path "(?P<path>[^"]+)" insecure
  cause   pdsh loads no module from a directory that users other than root can change; conda and
          containers create such owners
  fix     {OWNERSHIP_FIX}; the next line of the log names the one at fault
  checks  pdsh.loads-its-ssh-module
root pdsh-module-owner
  says    Owner not root
  says    World writable and sticky bit
  pattern pdsh@(?P<node>\S+): "(?P<path>[^"]+)": (?P<why>Owner not root|World writable and sticky
          bit is not set)
  cause   because of this directory pdsh trusts none of its modules: {why}
  fix     {OWNERSHIP_FIX}
  checks  pdsh.loads-its-ssh-module
root pdsh-no-modules
  says    Couldn't load any pdsh modules
  cause   pdsh found no module that can reach a node: their directory is not trusted, or the ssh
          module is a separate package
  fix     correct the owner of the module directory, or install pdsh-rcmd-ssh (RHEL, Fedora)
  checks  pdsh.loads-its-ssh-module
root pdsh-rsh-refused
  says    connect: Connection refused
  says    rcmd: socket: Permission denied
  pattern pdsh@\S+: (?P<node>\S+): (?:connect: Connection refused|rcmd: socket: Permission denied)
  cause   pdsh used rsh, its built-in default; PDSH_RCMD_TYPE was not set to ssh
  fix     export PDSH_RCMD_TYPE=ssh, or call `pdsh -R ssh`; sudo drops the variable
  checks  pdsh.loads-its-ssh-module, pdsh.environment-is-neutral
root pdsh-gethostbyname
  says    gethostbyname(
  pattern pdsh@\S+: gethostbyname\("(?P<node>[^"]+)"\) failed
  cause   pdsh resolved {node} itself, as it does for rsh, and does not know the aliases of
          ~/.ssh/config
  fix     export PDSH_RCMD_TYPE=ssh, or call `pdsh -R ssh`, which leaves names to ssh
  checks  pdsh.loads-its-ssh-module, pdsh.environment-is-neutral
root pdsh-no-k-option
  says    pdsh: invalid option -- 'k'
  cause   this pdsh is older than 2.35, which introduced -k
  fix     remove -k from --launcher_args, or install pdsh 2.35; `python -m launcher
          start` ends a run on all nodes without it
  checks  pdsh.is-installed
root pdsh-remote-shell-missing
  says    ssh exited with exit code 12
  pattern pdsh@\S+: (?:\S+@)?(?P<node>\S+): ssh exited with exit code 12(?P<digit>[67])\b
  cause   the interpreter is missing on {node} (127) or cannot be run (126)
  fix     install the same environment at the same path on {node}
  checks  software.python-is-there
silent pdsh-ssh-killed
  says    ssh killed by signal
  pattern pdsh@\S+: (?:\S+@)?(?P<node>\S+): ssh killed by signal (?P<signal>\d+)
  cause   the ssh client to {node} was killed on the head; pdsh counts that as success, so deepspeed
          exits with 0 while the ranks of {node} keep running
  fix     end the ranks on {node} by hand (`ps -ef | grep deepspeed.launcher.launch` there), and
          look for the out-of-memory killer in dmesg of the head
root ds-pdsh-variable-missing
  says    KeyError: 'PDSH_SSH_ARGS_APPEND'
  cause   this DeepSpeed appends --ssh_port to a variable that need not exist
  fix     `export PDSH_SSH_ARGS_APPEND=` on the head, or a newer DeepSpeed
  checks  pdsh.environment-is-neutral
symptom pdsh-ssh-exit
  says    ssh exited with exit code
  pattern pdsh@\S+: (?:\S+@)?(?P<node>\S+): ssh exited with exit code (?P<code>\d+)
  cause   the command on {node} ended with {code}
  fix     read the earlier output of {node}; later output of other nodes is a consequence
""",
    meanings={"pdsh-ssh-exit": EXIT_MEANINGS},
)
