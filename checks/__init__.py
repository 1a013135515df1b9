"""What a healthy training cluster is, and how to find out: the checks, their facts and their judges."""

__version__ = "0.1.0"
