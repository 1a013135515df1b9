"""DeepSpeed's config against this cluster: what DeepSpeed refuses, and what it silently ignores.

DeepSpeed reads it in every rank, after the model was loaded, and ignores what it does not know: a
typo trains without ZeRO. It is judged as the head has it; `files` holds the others to that.
"""
