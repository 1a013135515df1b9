"""The benchmarks run: each short enough for a few seconds is run small, and prints its aims."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import diagnose, preflight, scale


@pytest.mark.long
def test_many_nodes_are_measured_and_reckoned(monkeypatch, capsys):
    monkeypatch.setattr(scale, "FITTED", (2, 3, 4))
    monkeypatch.setattr(scale, "PREDICTED", ())
    monkeypatch.setattr(scale, "FAR", (1000,))
    assert benchmarks.main(["scale"]) == 0
    text = capsys.readouterr().out
    table = text.partition("nodes   processor")[2].splitlines()[1:5]
    assert [int(line.split()[0]) for line in table] == [2, 3, 4, 1000]
    aims = text.partition("all aims")[2]
    assert "beyond logins" in aims
    assert "1000" in aims


def test_a_log_is_read_beside_other_readers(monkeypatch, capsys):
    monkeypatch.setattr(diagnose, "SIZE", 1_000_000)
    monkeypatch.setattr(diagnose, "ROUNDS", 1)
    assert benchmarks.main(["diagnose"]) == 0
    assert "of processor" in capsys.readouterr().out


@pytest.mark.long
def test_a_preflight_is_held_against_pdsh(monkeypatch, capsys):
    monkeypatch.setattr(preflight, "ROUNDS", {2: 1})
    monkeypatch.setattr(preflight, "MEMORY_NODES", 2)
    assert benchmarks.main(["preflight"]) == 0
    assert " P aim 1.7: " in capsys.readouterr().out.partition("all aims")[2]


def test_a_name_that_is_no_benchmark_is_refused(capsys):
    assert benchmarks.main(["nothing"]) == 2
    assert "there are: preflight scale" in capsys.readouterr().err
