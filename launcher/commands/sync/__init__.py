"""Copying the working directory's files to the nodes before a start."""
