"""What people and scripts read of a preflight: summary, JSON, blame, what changed."""
