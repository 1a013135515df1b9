"""A cluster on one machine: real nodes with their own sshd, address, keys, disk and firewall.

It stands in for the cluster that a newcomer has not got and that a test must be able to break.
Nothing outside this package knows that it is a lab: it gives a hosts file and an ssh config.
"""
