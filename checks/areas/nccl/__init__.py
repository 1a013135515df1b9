"""What NCCL and gloo are told, and whether every node can do it: interfaces, adapters, variables.

NCCL falls back from InfiniBand to sockets without an error, and hangs where one node does so and
the others do not. A variable that is right on one machine names nothing on the next.
"""
