"""From a node's packet filters to the rule that stops training, and the command that opens for it.

Pure: it reads what the node's own tools listed. Callers start at `find_culprit`.
"""

from checks.knowledge.firewalls.culprit import Culprit, find_culprit

__all__ = ["Culprit", "find_culprit"]
