"""Which releases of a library have which public names, attributes and arguments.

A release that lacks what its caller expects fails with one of a few messages of Python. The tables
say since when, or until when, the library had it; so of such a message the cause and the remedy
can be named, also where nobody has reported it yet.
"""
