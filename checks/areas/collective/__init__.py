"""What the nodes can do together, tried before the start: meet, compute alike, move data.

Everything here runs something on the nodes, and `--quick` leaves it out.
"""
