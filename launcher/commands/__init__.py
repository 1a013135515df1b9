"""The commands of `python -m launcher`, a module or a package each."""
