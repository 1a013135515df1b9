"""A node that cannot train alone cannot train with others, and alone it says why.

Every node trains for a moment on all its slots at once, with the job's interpreter and `[env]`,
over its own loopback address: a failure here has nothing to do with the network. `--quick` leaves
this area out.
"""
