"""all_reduce_perf started on real nodes: by mpirun, by srun, by each alone; and when it hangs.

The driver is the stand-in of tests/nvml, and so is all_reduce_perf: it prints a recorded table for
as many ranks as it was started with.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.facts import ClusterView
from checks.facts.nccl_tests import NcclTests
from checks.run import examine
from checks.stages import nccl_tests
from launcher.lab.cluster import Lab
from launcher.lab.shape import LabShape
from tests.lab.faults.gpu import EIGHT_H100
from tests.lab.starts.slurm import allocate, slurm_up
from tests.support.lab_fixtures import assert_nothing_left, down_and_gone, leavings
from tests.support.lab_preflight import break_nodes, job_of
from tests.support.paths import RECORDED

TABLE = RECORDED / "nccl_tests" / "2.17.1-two-nodes-by-srun.txt"
CHECK = "collective.node-bandwidth-is-alike"
PLACE = "/opt/nccl-tests/build/all_reduce_perf"
STAND_IN = """\
#!/bin/sh
[ -e /etc/hangs ] && exec sleep 98765
[ -e /etc/waits ] && [ -n "$OMPI_COMM_WORLD_SIZE" ] && exec sleep 98765
for last; do :; done
world=${OMPI_COMM_WORLD_SIZE:-${SLURM_NTASKS:-$last}}
rank=${OMPI_COMM_WORLD_RANK:-${SLURM_PROCID:-0}}
[ -e /etc/without-mpi ] && world=1 rank=0
[ "$rank" = 0 ] || exit 0
at=0
while [ $at -lt $world ]; do
  echo "#  Rank $at Group  0 Pid 4242 on node1 device  0 [0009:01:00] NVIDIA H100 80GB HBM3"
  at=$((at + 1))
done
sed '1,/^#$/d; /Rank/d' <<'END'
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab.up(LabShape(nodes=2, slots=2), tmp_path_factory.mktemp("lab") / ".lab")
    break_nodes(lab, EIGHT_H100, ("node1", "node2"))
    for node in lab.nodes:
        node.run(["mkdir", "-p", "/opt/nccl-tests/build"], check=True)
        node.write(PLACE, f"{STAND_IN}{TABLE.read_text(encoding='utf-8')}END\n", 0o755)
    yield lab
    down_and_gone(lab)


def facts_and_causes(lab: Lab, **options: str) -> tuple[dict[str, NcclTests], dict[str, str]]:
    """What each node told, and the words of the check on each; nothing is left on any node."""
    before = leavings(lab)
    job = job_of(lab, nccl_tests="/opt/nccl-tests", **options)
    claims = claims_of([CATALOGUE[CHECK]], job)
    result = examine(job, claims)
    cluster = ClusterView(result.snapshot)
    found = {
        finding.subject[0]: f"{finding.cause}: {finding.message}" for finding in result.findings
    }
    assert_nothing_left(lab, before)
    return {node.name: node.read(NcclTests) for node in cluster.nodes}, found


def create_file(lab: Lab, name: str, path: str) -> None:
    lab.node(name).run(["touch", path], check=True)


def remove_files(lab: Lab) -> None:
    for node in lab.nodes:
        node.run(["rm", "-f", "/etc/hangs", "/etc/waits", "/etc/without-mpi"], check=True)


@pytest.fixture(autouse=True)
def cleaned(lab: Lab) -> Iterator[None]:
    yield
    remove_files(lab)


def test_mpirun_starts_a_process_for_each_slot(lab: Lab):
    reported, found = facts_and_causes(lab, backend="openmpi")
    assert reported["node1"].perf_table.ran_together(4), reported
    assert reported["node1"].perf_table.best is not None
    assert reported["node1"].path == PLACE
    assert {entry.by for entry in reported.values()} == {"mpirun"}
    assert all("mpirun ran all nodes as one" in words for words in found.values())


def test_srun_starts_a_process_for_each_slot(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    slurm_up(lab)
    monkeypatch.setenv("SLURM_JOB_ID", allocate(lab, "root"))
    reported, _ = facts_and_causes(lab, backend="slurm")
    assert reported["node1"].perf_table.ran_together(4), reported
    assert {entry.by for entry in reported.values()} == {"srun"}


def test_without_mpi_each_node_runs_alone(lab: Lab):
    reported, found = facts_and_causes(lab)
    assert all(entry.perf_table.ran_together(2) for entry in reported.values())
    assert reported["node2"].apart == 'backend = "pdsh" starts no MPI processes'
    assert all("bus bandwidth 123.1 GB/s" in words for words in found.values())


def test_a_build_without_mpi_runs_on_each_node_alone(lab: Lab):
    create_file(lab, "node1", "/etc/without-mpi")
    reported, _ = facts_and_causes(lab, backend="openmpi")
    assert {entry.by for entry in reported.values()} == {""}
    assert "a build without MPI?" in reported["node1"].apart


def test_what_hangs_is_ended_and_the_node_named(lab: Lab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nccl_tests, "LIMIT_S", 10.0)
    create_file(lab, "node1", "/etc/waits")
    create_file(lab, "node2", "/etc/hangs")
    reported, found = facts_and_causes(lab, backend="openmpi")
    assert reported["node2"].code is None
    assert "mpirun gave no table of 4 ranks" in reported["node1"].apart
    assert found["node2"].startswith("failed: all_reduce_perf fails on node2 and runs on others")
