"""accelerate trusts a file on each node, and nothing compares those files.

A rank given to two nodes hangs without a line of log, a machine count of one trains on one node and
says nothing, and a division that leaves a rest drops it.
"""
