"""What a preflight and a start cost, beside what people type without them: printed, not judged."""
