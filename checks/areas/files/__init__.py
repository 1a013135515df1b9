"""Each rank reads its own node's files: where they are missing or older, it runs another job.

DeepSpeed starts every node in the same folder with the same arguments and copies nothing. A hung
mount delays no other answer: each path is read with a time limit of its own.
"""
