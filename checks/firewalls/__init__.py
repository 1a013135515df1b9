"""From a node's packet filters to the rule that stops training, and the command that opens for it.

Pure: reads what the node's own tools listed. `culprit` is the way in.
"""

from checks.firewalls.culprit import Culprit, culprit

__all__ = ["Culprit", "culprit"]
