"""What a start will be, pure: ranks, environment, programs, backends, the text of --dry-run."""
