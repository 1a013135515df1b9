"""The table of releases that do not work: which versions each row concerns, and which not."""

from __future__ import annotations

import re

import pytest

from checks.knowledge.releases import (
    KNOWN_RELEASES,
    find_known_releases,
    is_version_within,
    split_bounds,
)

HEALTHY = {
    "python": "3.12.11",
    "torch": "2.13.0+cu128",
    "deepspeed": "0.19.8",
    "accelerate": "1.15.0",
    "transformers": "5.24.0",
    "peft": "0.20.0",
    "numpy": "2.4.6",
    "triton": "3.6.0",
    "bitsandbytes": "0.50.1",
    "nccl": "2.30.7",
}

OLD = {"transformers": "4.46.3", "numpy": "1.26.4"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"python": "3.13.8", "torch": "2.11.0"}, ["python-3.13.8"]),
        ({"python": "3.13.9", "torch": "2.11.0"}, []),
        ({"python": "3.13.8"}, []),
        (
            {"torch": "2.4.0+cu121", "deepspeed": "0.14.0", **OLD},
            ["elastic-log"],
        ),
        (
            {"torch": "2.3.1", "deepspeed": "0.14.0", **OLD},
            [],
        ),
        ({"deepspeed": "0.15.4"}, ["weights-only"]),
        ({"deepspeed": "0.17.6"}, ["zero-2-gradients"]),
        ({"deepspeed": "0.18.2"}, ["zero-2-gradients"]),
        ({"deepspeed": "0.17.5"}, []),
        ({"deepspeed": "0.18.3"}, []),
        ({"hip": "7.1.52802-26aae437f6", "linux": "6.8.0-124-generic"}, []),
        ({"deepspeed": "0.15.4", "torch": "2.5.1"}, []),
        ({"nccl": "2.28.3"}, ["proxy-order"]),
        ({"nccl": "2.28.7"}, ["proxy-order"]),
        ({"nccl": "2.28.9"}, []),
        ({"nccl": "2.29.2"}, []),
        ({"torch": "2.7.0", "nccl": "2.26.2"}, ["device-id"]),
        ({"torch": "2.7.1", "nccl": "2.26.2"}, []),
        ({"peft": "0.17.1"}, ["hybrid-cache"]),
        ({"peft": "0.17.1", "transformers": "4.57.1"}, []),
        ({"torch": "2.2.2", "transformers": "4.44.2"}, ["torch-numpy-2"]),
        ({"torch": "2.2.2", "transformers": "4.44.2", "numpy": "1.26.4"}, []),
        ({"bitsandbytes": "0.44.1"}, ["triton-ops"]),
    ],
)
def test_a_row_concerns_its_versions_alone(changes, expected):
    found = [release.id for release in find_known_releases({**HEALTHY, **changes})]
    assert len(found) == len(expected)
    assert all(part in name for name, part in zip(sorted(found), sorted(expected), strict=True))


def test_a_release_that_hangs_on_arm_is_reported_there_alone():
    versions = {**HEALTHY, "nccl": "2.29.2"}
    assert [release.id for release in find_known_releases(versions, "aarch64")] == ["nccl-arm"]
    assert find_known_releases(versions, "x86_64") == []


@pytest.mark.parametrize(
    ("hip", "linux", "adapter", "expected"),
    [
        ("7.1.52802-26aae437f6", "6.8.0-124-generic", "ionic", ["rccl-pollara"]),
        ("7.1.52802-26aae437f6", "6.8.0-124-generic", "mlx5_core", []),
        ("7.2.26015", "6.8.0-124-generic", "ionic", []),
        ("6.2.41134", "6.8.0-45-generic", "mlx5_core", ["rccl-peer-memory"]),
        ("6.2.41134", "6.8.0-45-generic", "bnxt_en", ["rccl-peer-memory"]),
        ("6.2.41134", "6.2.0-39-generic", "mlx5_core", []),
        ("6.3.42131", "6.8.0-45-generic", "mlx5_core", []),
    ],
)
def test_releases_of_rocm_are_reported_where_the_adapter_is(hip, linux, adapter, expected):
    versions = {**HEALTHY, "hip": hip, "linux": linux}
    found = find_known_releases(versions, adapters=[adapter])
    assert [release.id for release in found] == expected


def test_what_blocks_comes_first():
    found = find_known_releases({"torch": "2.6.0", "deepspeed": "0.13.1", "numpy": "2.0.1"})
    assert found[0].blocks and not found[-1].blocks and len(found) == 3


@pytest.mark.parametrize("release", KNOWN_RELEASES.values(), ids=KNOWN_RELEASES)
def test_each_row_is_whole(release):
    assert release.because and release.fix and release.source
    assert not release.because.endswith(".")
    assert all(split_bounds(bounds)[1] for bounds in release.bounds)
    assert all(re.fullmatch(r"[\w-]+[<>=].*", requirement) for requirement in release.install)
    wanted = {split_bounds(requirement)[0] for requirement in release.install}
    assert wanted <= {*release.packages, "transformers"}


@pytest.mark.parametrize(
    ("bounds", "version", "within"),
    [
        ("torch>=2.6", "2.6.0+cu124", True),
        ("torch>=2.6", "2.6.0a0+df5bbc09d1.nv24.12", True),
        ("torch<2.6", "2.6.0", False),
        ("torch<2.6", "2.5.1", True),
        ("torch>=2", "2.0.0", True),
        ("nccl>=2.28.3,<2.28.9", "2.28.10", False),
        ("nccl<2.28.9", "", False),
        ("torch<2.6", "unknown", False),
    ],
)
def test_versions_are_compared_as_numbers(bounds, version, within):
    assert is_version_within(bounds, {split_bounds(bounds)[0]: version}) is within


def test_bounds_that_are_none_are_refused():
    with pytest.raises(ValueError, match="not bounds"):
        split_bounds("torch 2.6")
