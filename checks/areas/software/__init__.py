"""Ranks that run different software hang or crash far from the cause.

DeepSpeed starts the launching node's interpreter path on every node and compares nothing: another
torch or NCCL on one node shows as a hang at the first collective, a missing package as a rank that
died on a node whose log nobody reads.
"""
