"""What the probe and the supervisor share on a node: files, processes, marks and threads.

Standard library only, Python 3.6 syntax; sent as text by checks.contact.shipping.
"""
