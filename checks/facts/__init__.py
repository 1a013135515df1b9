"""A typed view of one snapshot: what judges read. A broken section raises FactError."""

from checks.facts.decode import Fact, decode_fact
from checks.facts.snapshot import Login, Snapshot
from checks.facts.view import ClusterView, NodeView

__all__ = ["ClusterView", "Fact", "Login", "NodeView", "Snapshot", "decode_fact"]
