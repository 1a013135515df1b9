"""Releases that are known to be broken, or not to work with each other.

One table for the preflight, which says it before the start, and for the known failures, which say
the same of a log. Each row was taken from the source that it names: a package's history, its issue
or its release notes. A row blocks only where the import itself fails on every start.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from checks.quick_dataclass import dataclass

_BOUNDS = re.compile(r"(?P<package>[\w-]+?)(?P<rules>[<>=][<>=\d.,]*)")


@dataclass(frozen=True)
class KnownRelease:
    """Versions that do not work: all of `bounds` hold, such as `deepspeed<0.14.4`.

    `because` says what goes wrong, `fix` what to do, `install` what pip is asked for. `machine` is
    the only architecture that is concerned, "" for all, `adapters` the drivers of RDMA adapters,
    where it takes one of those. Beside packages `python`, `nccl`, `hip` and `linux` have versions.
    """

    id: str
    bounds: tuple[str, ...]
    because: str
    fix: str
    install: tuple[str, ...]
    source: str
    blocks: bool = False
    machine: str = ""
    adapters: tuple[str, ...] = ()

    @property
    def packages(self) -> tuple[str, ...]:
        """Whose versions are concerned, in the order of the bounds."""
        return tuple(split_bounds(bounds)[0] for bounds in self.bounds)

    def concerns(
        self, versions: Mapping[str, str], machine: str = "", adapters: Iterable[str] = ()
    ) -> bool:
        """Whether these versions, by package, are among them, on a node with these adapters."""
        carried = not self.adapters or bool(set(self.adapters) & set(adapters))
        fits = self.machine in ("", machine) and carried
        return fits and all(is_version_within(bounds, versions) for bounds in self.bounds)


def split_bounds(bounds: str) -> tuple[str, list[str]]:
    """`nccl` and [`>=2.28.3`, `<2.28.9`] of `nccl>=2.28.3,<2.28.9`."""
    found = _BOUNDS.fullmatch(bounds)
    if found is None:
        raise ValueError(f"not bounds of a version: {bounds}")
    return found["package"], found["rules"].split(",")


def is_version_within(bounds: str, versions: Mapping[str, str]) -> bool:
    """Whether the version of the package is within bounds such as `nccl>=2.28.3,<2.28.9`."""
    package, rules = split_bounds(bounds)
    mine = version_key(versions.get(package, ""))
    return bool(mine) and all(
        mine >= version_key(rule[2:]) if rule.startswith(">=") else mine < version_key(rule[1:])
        for rule in rules
    )


def version_key(version: str) -> tuple[int, ...]:
    """(2, 6) of `2.6`, `2.6.0` and `2.6.0+cu124`: zeros at the end say nothing."""
    found = re.match(r"[0-9]{1,9}(?:\.[0-9]{1,9})*", version)
    numbers = list(map(int, found[0].split("."))) if found else []
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


KNOWN_RELEASES: Mapping[str, KnownRelease] = {
    release.id: release
    for release in (
        KnownRelease(
            "python-3.13.8",
            ("python>=3.13.8,<3.13.9", "torch>=2.11,<2.12"),
            "Python 3.13.8 reads the source of overloaded functions wrongly, so that torch cannot "
            "be imported",
            "install Python 3.13.9 or newer, or 3.12 (`uv python install 3.12`), and create the "
            "environment of every node again",
            (),
            "https://github.com/python/cpython/issues/139783; torch 2.12: pytorch/pull/179066",
            blocks=True,
        ),
        KnownRelease(
            "deepspeed-torch-six",
            ("deepspeed<0.8.2", "torch>=2"),
            "DeepSpeed before 0.8.2 imports torch._six, which torch 2.0 removed",
            "update DeepSpeed on every node",
            ("deepspeed>=0.14.4",),
            "https://github.com/deepspeedai/DeepSpeed/pull/2863",
            blocks=True,
        ),
        KnownRelease(
            "deepspeed-elastic-log",
            ("deepspeed>=0.8.2,<0.14.4", "torch>=2.4"),
            "DeepSpeed is too old for this torch: it imports a name that torch 2.4 and newer no "
            "longer have",
            "update DeepSpeed on every node, or keep torch below 2.4",
            ("deepspeed>=0.14.4",),
            "https://github.com/deepspeedai/DeepSpeed/pull/5346 and 5654",
            blocks=True,
        ),
        KnownRelease(
            "deepspeed-numpy-2",
            ("deepspeed>=0.5.7,<0.14.4", "numpy>=2"),
            "DeepSpeed is too old for numpy 2: its command imports BUFSIZE, which numpy 2 no "
            "longer has",
            "update DeepSpeed on every node, or keep numpy below 2",
            ("deepspeed>=0.14.4",),
            "https://github.com/deepspeedai/DeepSpeed/pull/5680",
        ),
        KnownRelease(
            "deepspeed-weights-only",
            ("deepspeed<0.16", "torch>=2.6"),
            "DeepSpeed before 0.16 loads its checkpoints with torch.load's old default, and torch "
            "2.6 and newer load only plain tensors by default: no run can be resumed",
            "update DeepSpeed on every node",
            ("deepspeed>=0.16",),
            "https://github.com/deepspeedai/DeepSpeed/pull/6751",
        ),
        KnownRelease(
            "deepspeed-zero-2-gradients",
            ("deepspeed>=0.17.6,<0.18.3",),
            "DeepSpeed 0.17.6 to 0.18.2 computes wrong gradients under ZeRO-2, without an error",
            "update DeepSpeed on every node",
            ("deepspeed>=0.18.3",),
            "https://github.com/deepspeedai/DeepSpeed/issues/7718",
        ),
        KnownRelease(
            "deepspeed-no-sync",
            ("deepspeed>=0.16", "accelerate<1.9", "transformers<4.47"),
            "DeepSpeed 0.16 and newer refuse no_sync under ZeRO-2 and 3, which these accelerate "
            "and transformers call while gradients accumulate",
            "update accelerate and transformers on every node",
            ("accelerate>=1.9", "transformers>=4.48"),
            "https://github.com/huggingface/accelerate/pull/3656",
        ),
        KnownRelease(
            "torch-numpy-2",
            ("torch<2.3", "numpy>=2"),
            "torch before 2.3 was built for numpy 1 and does without numpy 2",
            "keep numpy below 2, the same on every node",
            ("numpy<2",),
            "https://github.com/pytorch/pytorch/issues/107302",
        ),
        KnownRelease(
            "torch-device-id",
            ("torch>=2.7,<2.7.1",),
            "torch 2.7.0 hangs at times in NCCL where a program passes device_id to "
            "init_process_group",
            "update torch to 2.7.1 or newer from the index of its build, or set "
            'TORCH_NCCL_USE_COMM_NONBLOCKING = "0" under [env] in launch.toml',
            (),
            "https://github.com/pytorch/pytorch/issues/153960",
        ),
        KnownRelease(
            "nccl-proxy-order",
            ("nccl>=2.28.3,<2.28.9",),
            "NCCL 2.28.3 to 2.28.8 can hang on large clusters: its proxy thread may run operations "
            "in another order than the main thread",
            "install NCCL 2.28.9 or newer on every node",
            ("nccl>=2.28.9",),
            "https://github.com/NVIDIA/nccl/releases/tag/v2.28.9-1",
        ),
        KnownRelease(
            "nccl-arm",
            ("nccl>=2.29.2,<2.29.3",),
            "NCCL 2.29.2 can hang on ARM: an atomic exchange may fail without cause",
            "install NCCL 2.29.3 or newer on every node",
            ("nccl>=2.29.3",),
            "https://github.com/NVIDIA/nccl/releases/tag/v2.29.3-1",
            machine="aarch64",
        ),
        KnownRelease(
            "rccl-pollara",
            ("hip>=7.1,<7.2",),
            "RCCL of ROCm 7.1.1 is slow in scatter and all-to-all over AMD Pollara adapters",
            "install the torch that is built for ROCm 7.2 or newer on every node",
            (),
            "https://github.com/ROCm/legacy-rocm-build/issues/5717",
            adapters=("ionic",),
        ),
        KnownRelease(
            "rccl-peer-memory",
            ("hip<6.3", "linux>=6.4"),
            "RCCL before ROCm 6.3 looks for GPUDirect where Linux 6.4 and newer (Ubuntu's 6.8) no "
            "longer show it, and sends through the host's memory",
            "install the torch that is built for ROCm 6.3 or newer on every node",
            (),
            "https://github.com/ROCm/rccl/pull/1328",
            adapters=("mlx5_core", "bnxt_en"),
        ),
        KnownRelease(
            "peft-hybrid-cache",
            ("peft>=0.16,<0.18", "transformers>=5"),
            "PEFT before 0.18 imports HybridCache, which transformers 5 no longer has",
            "update PEFT on every node, or keep transformers below 5",
            ("peft>=0.18",),
            "https://github.com/huggingface/peft/issues/3333",
        ),
        KnownRelease(
            "peft-device-cache",
            ("peft>=0.15", "accelerate<0.32"),
            "PEFT imports clear_device_cache, which accelerate has since 0.32",
            "update accelerate on every node",
            ("accelerate>=0.32",),
            "https://github.com/huggingface/accelerate/pull/2857",
        ),
        KnownRelease(
            "transformers-accelerate-1",
            ("transformers<4.40", "accelerate>=1"),
            "transformers is too old for accelerate 1.0 and newer: its Trainer passes "
            "dispatch_batches, which they no longer take",
            "update transformers on every node, or keep accelerate below 1",
            ("accelerate<1",),
            "https://github.com/huggingface/transformers/issues/34699",
        ),
        KnownRelease(
            "transformers-old-accelerate",
            ("transformers>=4.39", "accelerate<0.26"),
            "accelerate is too old for this transformers, whose Trainer passes "
            "use_seedable_sampler to it",
            "update accelerate on every node",
            ("accelerate>=0.34",),
            "https://github.com/huggingface/accelerate/pull/2319",
        ),
        KnownRelease(
            "transformers-old-torch",
            ("transformers>=5", "torch<2.4"),
            "transformers 5 does without a torch older than 2.4: its models cannot be imported",
            "update torch on every node, or keep transformers below 5",
            ("transformers<5",),
            "transformers/utils/import_utils.py: PyTorch >= 2.4 is required",
        ),
        KnownRelease(
            "bitsandbytes-triton-ops",
            ("bitsandbytes>=0.39.1,<0.45.1", "triton>=3.2"),
            "bitsandbytes before 0.45.1 uses triton.ops, which Triton 3.2 (torch 2.6) no longer "
            "has",
            "update bitsandbytes on every node",
            ("bitsandbytes>=0.45.1",),
            "https://github.com/bitsandbytes-foundation/bitsandbytes/pull/1413",
        ),
    )
}


def needed_requirements(releases: Iterable[KnownRelease]) -> list[str]:
    """What pip is asked for to get past all these rows: of several lower bounds the highest."""
    lowest: dict[str, str] = {}
    others = []
    for requirement in (each for release in releases for each in release.install):
        package, (rule, *_) = split_bounds(requirement)
        if not rule.startswith(">="):
            others.append(requirement)
        elif package not in lowest or _bound(lowest[package]) < _bound(requirement):
            lowest[package] = requirement
    return list(dict.fromkeys((*lowest.values(), *others)))


def _bound(requirement: str) -> tuple[int, ...]:
    return version_key(requirement.partition("=")[2])


def find_known_releases(
    versions: Mapping[str, str], machine: str = "", adapters: Iterable[str] = ()
) -> list[KnownRelease]:
    """The rows that concern these versions, by package; those that block come first."""
    rows = KNOWN_RELEASES.values()
    found = [row for row in rows if row.concerns(versions, machine, adapters)]
    return sorted(found, key=lambda release: not release.blocks)
