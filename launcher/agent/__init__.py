"""What runs on the nodes during training: stdlib only, Python 3.6 syntax, never imported here."""
