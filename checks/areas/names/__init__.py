"""Names must mean the same machine everywhere, and a node's own name an address that others reach.

Gloo advertises the address that the node's own host name resolves to, torchrun the name that the
resolver gives this host. A peer that gets 127.0.1.1 or an old address connects to itself, or to
nobody, and waits.

## Not checked

- Full names that differ from the names in the hosts file: nothing in a start uses them.
"""
