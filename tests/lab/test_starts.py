"""Every `with` over every `backend`, started for real: ranks get their places, words and slots."""

from __future__ import annotations

import pytest

from tests.lab.starts.slurm import allocate, slurm_up
from tests.lab.starts.uneven import UID, USER, lab, launch, nothing_is_left, place, rank_reports

__all__ = ["lab", "nothing_is_left", "place"]

ODD = ["", "%h", "$HOME", "it's *; id"]
STARTS = [
    *(("deepspeed", backend) for backend in ("pdsh", "ssh", "openmpi", "slurm")),
    ("torchrun", "ssh"),
    *(
        pytest.param("torchrun", other, marks=pytest.mark.long)
        for other in ("pdsh", "openmpi", "slurm")
    ),
]


@pytest.fixture(scope="module")
def allocation(lab):
    slurm_up(lab)
    return allocate(lab, USER)


@pytest.mark.parametrize(("program", "backend"), STARTS)
def test_ranks_get_their_places_words_and_environment(place, lab, program, backend, request):
    job = request.getfixturevalue("allocation") if backend == "slurm" else ""
    torch = ["torch"] if (program, backend) in (("torchrun", "ssh"), ("deepspeed", "pdsh")) else []
    done = launch(place, program, backend, "meet.py", *torch, *ODD, job=job)
    seen = rank_reports(done, 3)
    local = {("node1", 0): "0", ("node1", 1): "1", ("node2", 2): "0"}
    for place_of, number in local.items():
        environment = [str(place_of[1]), number, "3", "hf_Secret"[::-1]]
        met = 3 if torch else None
        assert seen[place_of] == [environment, [*torch, *ODD], met, [], UID]


@pytest.mark.parametrize(
    ("backend", "options", "kind", "stage", "ranks"),
    [
        ("pdsh", {"accelerate_config": "zero3.yaml", "exclude": "node1:0"}, "DEEPSPEED", 3, 2),
        ("openmpi", {"accelerate_config": "fsdp2.yaml"}, "FSDP", 2, 3),
        pytest.param(
            "ssh",
            {"deepspeed_config": "zero2.json", "include": "node1:1@node2"},
            "DEEPSPEED",
            2,
            2,
            marks=pytest.mark.long,
        ),
        pytest.param(
            "slurm", {"accelerate_config": "fsdp1.yaml"}, "FSDP", 1, 3, marks=pytest.mark.long
        ),
    ],
)
def test_accelerate_shards_over_the_nodes(
    place, lab, backend, options, kind, stage, ranks, request
):
    job = request.getfixturevalue("allocation") if backend == "slurm" else ""
    script = ("shard.py", kind.lower())
    done = launch(place, "accelerate", backend, *script, job=job, **options)
    parted = kind == "FSDP" or stage == 3
    assert list(rank_reports(done, ranks).values()) == [[ranks, kind, stage, parted]] * ranks


WRONG = """\
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_GPU
machine_rank: 1
main_process_ip: 203.0.113.7
main_process_port: 1
num_machines: 7
num_processes: 70
"""


def test_accelerates_own_file_cannot_mislead_a_start(place, lab):
    file = place / "cache/huggingface/accelerate/default_config.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(WRONG)
    done = launch(place, "accelerate", "ssh", "meet.py", "torch")
    file.unlink()
    assert {rank: reported[2] for (_, rank), reported in rank_reports(done, 3).items()} == {
        0: 3, 1: 3, 2: 3,
    }  # fmt: skip


def test_a_filter_chooses_slots_and_moves_no_rank_elsewhere(place, lab):
    done = launch(place, "torchrun", "ssh", "meet.py", exclude="node1:0")
    assert sorted(rank_reports(done, 2)) == [("node1", 0), ("node2", 1)]
