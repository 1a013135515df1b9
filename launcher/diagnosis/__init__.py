"""What went wrong in a training, read from its log alone: any launcher's, of any size, in one pass.

sources → blocks → the few lines that may mean something (scan) → who wrote it (prefixes) → what it
shows (evidence, traces) → what was first (verdict), and whether the run went on (recovery) → whose
code raised it, and when (origin) → one screen (render).
"""
