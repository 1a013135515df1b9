"""Amounts as text: the unit in which a person would say them."""

from __future__ import annotations

import pytest

from checks.units import (
    GIB,
    KIB,
    MIB,
    format_count,
    format_duration,
    format_file_size,
    format_memory,
    format_speed,
)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "unlimited"),
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (64 * KIB, "64 KiB"),
        (MIB, "1 MiB"),
        (7.5 * GIB, "7.5 GiB"),
        (2000 * GIB, "2000 GiB"),
    ],
)
def test_memory_is_counted_in_powers_of_1024(size, text):
    assert format_memory(size) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999_999, "999999 bytes"), (10**6, "1.0 MB"), (13_476_839_424, "13.5 GB"),
     (2 * 10**12, "2.0 TB")],
)  # fmt: skip
def test_files_are_counted_in_powers_of_1000(size, text):
    assert format_file_size(size) == text


@pytest.mark.parametrize(
    ("gbit_s", "text"),
    [(0.0941, "94.1 Mbit/s"), (1, "1 Gbit/s"), (9.412, "9.41 Gbit/s"), (392, "392 Gbit/s")],
)
def test_speeds_below_a_gigabit_are_megabits(gbit_s, text):
    assert format_speed(gbit_s) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "less than a second"), (1, "1 s"), (119, "119 s"), (120, "2 minutes"),
     (7199, "120 minutes"), (7200, "2 hours"), (47 * 3600, "47 hours"), (4 * 86400, "4 days")],
)  # fmt: skip
def test_a_time_has_two_of_its_unit_at_least(seconds, text):
    assert format_duration(seconds) == text


def test_counts_may_be_unlimited():
    assert (format_count(None), format_count(0), format_count(65536)) == ("unlimited", "0", "65536")
