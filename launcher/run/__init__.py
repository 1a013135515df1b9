"""A run from its first process to its record: start, watch, end, write down."""
