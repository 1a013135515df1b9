"""Words that many failures print: each log is named by what led to them there, or not at all."""

from __future__ import annotations

import pytest

from tests.support.paths import RECORDED
from tests.support.verdicts import diagnosis_of, failure_id

LOGS = (RECORDED / "confusable.txt").read_text(encoding="utf-8").rstrip("\n").split("\n\n")
"""A failure of the table behind `=`, or nothing where none of it is meant, and the log."""


@pytest.mark.parametrize("block", LOGS, ids=lambda block: block.partition("\n")[0])
def test_words_that_failures_share_are_named_by_what_stands_round_them(tmp_path, block):
    head, _, log = block.partition("\n")
    assert failure_id(diagnosis_of(tmp_path, f"{log}\n")) == (
        head.removeprefix("=").strip() or None
    )
