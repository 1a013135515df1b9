"""The network that training will use: one interface a node, alike on all, each leading to all.

NCCL and gloo each choose an interface by rules of their own; a bridge of docker's or a second card
with another MTU works for ssh and hangs the first large collective.
"""
