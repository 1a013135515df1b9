"""What runs on nodes: the probe, and programs that the training interpreter runs."""
