"""From a node's packet filters to the rule that stops training, and the command that opens for it.

Pure: reads what the node's own tools listed. `find_culprit` is the way in.
"""

from checks.knowledge.firewalls.culprit import Culprit, find_culprit

__all__ = ["Culprit", "find_culprit"]
