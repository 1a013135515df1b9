"""The program that runs on the nodes: standard library only, Python 3.6 syntax, one section a file.

It is sent as text over one ssh channel and ends with it. Nothing is installed and nothing stays.
"""
