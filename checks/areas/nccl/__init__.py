"""NCCL falls back from InfiniBand to sockets silently, and hangs where only some nodes do so.

A variable that is right on one machine names nothing on the next. The variables checked are those
that a rank would have: `[env]` of launch.toml, else the shell that ssh gives, else NCCL's own
files; a finding names the file and the line. The names and their values are those of NCCL's source
up to 2.30 and PyTorch's up to 2.13 (`checks/areas/nccl/known_variables.py`). RDMA devices and ports
are read from `/sys/class/infiniband`.

## Not checked

- Whether NCCL and gloo would choose the same interface where only one of NCCL_SOCKET_IFNAME and
  GLOO_SOCKET_IFNAME is set: `start` sets both to the one that was checked.
- The packet size of InfiniBand ports: the subnet manager sets it, and no file shows it.
"""
