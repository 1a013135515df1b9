"""One file for each library, written by scripts/api-history; tables.py reads them."""
