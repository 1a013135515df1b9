"""Limits that a rank inherits from the login that starts it, which is not the one people type in.

sshd hands them on: limits.d counts only through PAM, and systemd's own limit where there is none.
They are read in the shell that ssh and pdsh give, the one that the ranks are started from.
"""
