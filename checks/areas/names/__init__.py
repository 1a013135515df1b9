"""Names must mean the same machine everywhere, and a node's own name an address that others reach.

Gloo advertises the address that the node's own host name resolves to, torchrun the name that the
resolver gives this host. A peer that gets 127.0.1.1 or an old address connects to itself, or to
nobody, and waits.

## Not checked

- The first address of `hostname -I` on the head, which plain `deepspeed` takes as the master
  address where none is given: `start` passes the training address itself, and so does the
  equivalent command that `--dry-run` shows.
- Answers in two address families, or in another one than the training address: ranks get an
  address, and the address that a name resolves to was tried.
- Full names that differ from the names in the hosts file: nothing in a start uses them.
"""
