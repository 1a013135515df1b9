"""The fixtures of labs, for tests only: preflight itself is loaded without them."""

from tests.lab.starts.bare import site, whole_site
from tests.support.lab_fixtures import lab, make_lab, odd_lab, plain_lab

__all__ = ["lab", "make_lab", "odd_lab", "plain_lab", "site", "whole_site"]
