"""What runs on nodes: the probe, what it shares with the agent, and the training programs."""
