"""A healthy cluster that is odd: what it is, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from launcher.lab.shape import LabShape
from tests.support.odd_clusters import Step

TWO, THREE = LabShape(nodes=2), LabShape(nodes=3)


@dataclass(frozen=True)
class Site:
    """One cluster: its shape, what makes it odd, the job, and the checks that rightly warn."""

    name: str
    shape: LabShape
    steps: tuple[Step, ...] = ()
    job: Mapping[str, Any] = field(default_factory=dict)
    warns: frozenset[str] = frozenset()
    trains: bool = False
    """Whether the training smoke is part of it."""
