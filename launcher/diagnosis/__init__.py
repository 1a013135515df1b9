"""What went wrong in a training, told from its log alone: any launcher's, of any size, in one pass.

sources → blocks → the few lines that may mean something (scan) → who said it and when (lines)
→ what it shows (evidence, traces) → what was first (verdict) → one screen (show).
"""
