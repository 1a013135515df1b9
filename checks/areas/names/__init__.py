"""Names must mean the same machine everywhere, and a node's own name an address others can reach.

Gloo advertises what the own host name resolves to and torchrun what the resolver calls this host;
a peer that was given 127.0.1.1 or an old address connects to itself, or to nobody, and waits.
"""
