"""The fixtures of labs, for tests only: preflight itself is loaded without them."""

from tests.labs import lab, make_lab, odd_lab, plain_lab
from tests.starts.bare import site, whole_site

__all__ = ["lab", "make_lab", "odd_lab", "plain_lab", "site", "whole_site"]
