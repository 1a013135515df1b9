"""A word after --hosts that has no address may be a hosts file's name, mistyped."""

from __future__ import annotations

import pytest

from checks.contact.logins import _held_against_files
from checks.errors import UsageError
from checks.facts import Login

UNRESOLVED = Login(reached=False, cause="name-unresolved", detail="clstr: not known")


def test_a_file_of_almost_that_name_is_what_is_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster").write_text("n1\nn2\n")
    with pytest.raises(UsageError, match=r"no file clstr in .*; did you mean cluster\?"):
        _held_against_files(UNRESOLVED, "clstr")


def test_without_one_it_is_said_that_neither_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    detail = _held_against_files(UNRESOLVED, "clstr").detail
    assert detail == f"clstr: not known; nor is a file clstr in {tmp_path}"


def test_a_login_that_failed_otherwise_is_left_as_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cluster").write_text("n1\n")
    refused = Login(reached=False, cause="refused", detail="x")
    assert _held_against_files(refused, "clstr") is refused
