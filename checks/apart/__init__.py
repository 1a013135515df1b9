"""Who stands apart of many: pure arithmetic over nodes, pairs and groups."""
