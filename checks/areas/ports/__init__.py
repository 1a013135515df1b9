"""Ports: ranks meet on the head's master port, then open many more connections between all nodes.

A firewall that lets ssh through and nothing else is the usual reason for a start that hangs.
"""
