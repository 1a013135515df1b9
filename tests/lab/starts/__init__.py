"""What the labs of starts run: training scripts, and a real Slurm by hand."""
