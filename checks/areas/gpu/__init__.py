"""Each slot is one rank on one GPU of its own, and all ranks speak one collective library.

A node with fewer GPUs than slots fails with "invalid device ordinal" after everything else went
well; a driver that lost its device shows as a rank that found no CUDA; mixed vendors cannot join
one NCCL or RCCL communicator at all. A GPU that answers and is ill, slow, cut, held or closed
fails one rank later, and with it all others.
"""
