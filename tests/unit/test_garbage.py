"""What is imported is not looked through for garbage, and nothing else is kept from it."""

from __future__ import annotations

import gc
import weakref

import pytest

from checks.garbage import kept_for_good


class Cycle:
    def __init__(self) -> None:
        self.itself = self


def test_nothing_is_collected_within_and_garbage_is_afterwards():
    with kept_for_good():
        assert not gc.isenabled()
    assert gc.isenabled()
    lost = weakref.ref(Cycle())
    gc.collect()
    assert lost() is None


def test_what_came_to_be_within_stays():
    with kept_for_good():
        kept = weakref.ref(Cycle())
    gc.collect()
    assert kept() is not None
    gc.unfreeze()
    gc.collect()
    assert kept() is None


def test_an_error_within_switches_it_on_again():
    with pytest.raises(KeyboardInterrupt), kept_for_good():
        raise KeyboardInterrupt
    assert gc.isenabled()


def test_where_nothing_was_collected_before_nothing_is_afterwards():
    gc.disable()
    try:
        with kept_for_good():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
