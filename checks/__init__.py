"""What a healthy training cluster is, and how to find out."""

__version__ = "0.1.0"
