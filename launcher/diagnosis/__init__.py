"""What went wrong in a training, read from its log alone: any launcher's, of any size, in one pass.

sources → blocks → the few lines that may mean something (scan) → who wrote it and when (log_lines)
→ what it shows (evidence, traces) → what was first (verdict) → one screen (render).
"""
