"""The fixtures of labs, for tests only: preflight itself is loaded without them."""

from tests.labs import lab, make_lab, odd_lab, plain_lab

__all__ = ["lab", "make_lab", "odd_lab", "plain_lab"]
