"""The nodes do together what training needs before it starts: meet, compute alike, move data.

Everything here runs something on the nodes; `--quick` leaves this area out.
"""
