"""The digest that a passed preflight hangs on: what changes it, and what does not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from checks.job.build import job_digest
from checks.model import Job, Node, Ssh

CHANGES: dict[str, Any] = {
    "nodes": (Node("n1", 4), Node("n2")),
    "head": "n2",
    "ssh": Ssh(port=2222),
    "python": "/other",
    "workdir": "/other",
    "same": ("a",),
    "exist": ("a",),
    "output": "/o",
    "master_port": 1,
    "launcher": "torchrun",
    "backend": "ssh",
    "deepspeed_config": "z.json",
    "accelerate_config": "fsdp.yaml",
    "include": "n1",
    "exclude": "n1",
    "env": {"A": "1"},
}
SAME: dict[str, Any] = {
    "before": (("a",),),
    "command": ("t.py",),
    "allow": ("limits",),
    "max_age_s": 1.0,
    "where": "elsewhere",
    "notes": ("a note",),
    "typed": (("--hosts", "n1"),),
    "nccl_tests": "/opt",
}
JOB = Job(nodes=(Node("n1"), Node("n2")), head="n1", env={"B": "1", "C": "2"})


@pytest.mark.parametrize("field", CHANGES)
def test_the_digest_changes_with_what_was_checked(field: str) -> None:
    changed = dataclasses.replace(JOB, **{field: CHANGES[field]})
    assert job_digest(changed) != job_digest(JOB)


@pytest.mark.parametrize("field", SAME)
def test_the_digest_stays_where_the_question_is_the_same(field: str) -> None:
    assert job_digest(dataclasses.replace(JOB, **{field: SAME[field]})) == job_digest(JOB)


def test_every_field_of_a_job_is_in_the_digest_or_out_of_it_on_purpose() -> None:
    assert {field.name for field in dataclasses.fields(Job)} == {*CHANGES, *SAME}


def test_the_digest_is_stable_over_the_order_of_the_environment() -> None:
    turned = dataclasses.replace(JOB, env={"C": "2", "B": "1"})
    assert job_digest(turned) == job_digest(JOB)
    assert len(job_digest(JOB)) == 64
