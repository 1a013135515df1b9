"""A run without progress: when to look, what was seen on the nodes, what it comes to."""
