"""Passwordless ssh between all nodes, each with itself too: what a guide does by N×N ssh-copy-id.

Look, say what would change, ask, change, and prove it by real logins. Nothing is ever removed.
"""
