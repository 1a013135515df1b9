"""Four things hold ranks back that no part of the training names.

They are the limits of the login that starts the ranks, the control groups around it, the kernel's
settings, and what the machine is busy or ill with. A rank inherits its limits from the login that
starts it, which is not the login that people work in: `limits.d` counts only where sshd uses PAM,
systemd's own limit where it does not. All limits are read in the very shell that ssh and pdsh give.

A fix raises a limit where this very login has it from: a line for PAM in `/etc/security/limits.d`
where sshd asks it, else the sshd that runs and a drop-in of its unit. It lowers none and overwrites
no file. In a container it says how to start it instead. Log in again after a change.

## Not checked

- How much swap there is: a node with some and one with none train alike until they swap.
- Transparent huge pages, `ptrace_scope` and the limits of inotify: no training fails because of
  them.
- Corrected errors on their own, kernels that differ in their patch level, and processes that the
  kernel killed in small containers: a healthy cluster has them.
"""
