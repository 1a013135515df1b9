"""Who differs from whom: pure arithmetic over nodes, pairs and groups."""
