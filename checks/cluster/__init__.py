"""The only room that touches nodes: who they are, how to log in, what to ask, in which order."""
