"""NCCL and gloo each choose an interface by rules of their own.

A docker bridge, or a second card with another MTU, works for ssh and hangs the first large
collective. The training interface of a node is the one that its kernel uses towards most other
nodes, among those that `NCCL_SOCKET_IFNAME` and `GLOO_SOCKET_IFNAME` allow. The port checks try its
address, and `start` makes every rank use it.

## Not checked

- Two interfaces in one network (ARP flux): common where a node has many rails, and harmless unless
  a filter on the reverse path drops connections. Then the connections fail, and the ports checks
  say so.
- The speed of anything but full-size packets: the collective checks measure that.
"""
