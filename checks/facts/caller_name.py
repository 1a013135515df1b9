"""How long a node looks for the name of the machine that logged in."""

from __future__ import annotations

from typing import ClassVar

from checks.facts.decode import Address, Fact
from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class CallerName(Fact):
    """`address` is the controller's as the node sees it; four `seconds` are that or more."""

    section: ClassVar[str] = "caller_name"
    momentary: ClassVar[bool] = True
    address: Address
    seconds: float
