"""Each rank reads its own node's files: a path that is absent or older there is another job.

DeepSpeed starts every node in the same folder with the same arguments and copies nothing. Where
the folder is missing it starts in the home directory instead; where the script differs, the ranks
run different programs.
"""
