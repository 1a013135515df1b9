"""The checks as pytest items, and the reports made of them."""
