"""One file of weights from the shards that every node kept for itself."""
