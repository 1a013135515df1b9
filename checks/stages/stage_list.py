"""The stages in which nodes meet nodes, in their order: each fills one section of the snapshot."""

from __future__ import annotations

from checks.facts.account import Account
from checks.facts.counters import Counters
from checks.facts.decode import Fact
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.interfaces import Interfaces
from checks.facts.names import Names
from checks.facts.pdsh import Pdsh
from checks.facts.ports import DialResults, PortSettings
from checks.facts.rdma import Rdma, RdmaCounters
from checks.facts.rendezvous import Rendezvous
from checks.facts.sshd import Sshd
from checks.facts.trust import Trust
from checks.quick_dataclass import dataclass
from checks.stages import (
    clock,
    compute,
    controller_files,
    counters,
    earlier_start,
    nccl_tests,
    pdsh,
    ports,
    rdma_counters,
    rendezvous,
    smoke,
)
from checks.stages import (
    pair_speeds as pairs,
)
from checks.stages import (
    ssh_mesh as mesh,
)
from checks.stages.containment import RunStage
from checks.stages.training_interpreter import CLOSING_SECTION


@dataclass(frozen=True)
class Stage:
    """What fills `section`: `run(contact, snapshot, names)`, after the facts in `needs` are there.

    `title` is what people read. An `early` one begins before all others and goes on beside them;
    what `run` returned is called when its own turn has come, and fills the section.
    `sections` are the probe's sections that it asks. `also` is filled with it, `on_failure` only
    where that may explain what failed.
    """

    section: str
    title: str
    needs: tuple[type[Fact], ...]
    sections: tuple[str, ...]
    run: RunStage
    also: tuple[str, ...] = ()
    on_failure: tuple[str, ...] = ()
    early: bool = False


STAGES: tuple[Stage, ...] = (
    Stage("controller_files", "files here", (), (), controller_files.run_stage),
    Stage("earlier_start", "earlier runs", (), (), earlier_start.run_stage, also=("own_ranks",)),
    Stage(
        "ssh",
        "ssh logins",
        (Account, Trust, Sshd, Names, Interfaces),
        ("ssh", "known_hosts", "firewall"),
        mesh.run_stage,
        also=("known_hosts",),
        on_failure=("firewall",),
    ),
    Stage(
        "dial",
        "ports",
        (Interfaces, Names, Environment, PortSettings),
        ("listen", "dial", "hangup", "firewall", "port_holder"),
        ports.run_stage,
        also=("listen", "named_head"),
        on_failure=("firewall", "port_holder"),
    ),
    Stage("pdsh_run", "pdsh", (Pdsh, Trust), ("pdsh_run",), pdsh.run_stage),
    Stage("clock_offset", "clocks", (), ("time_now",), clock.measure_clocks),
    Stage(
        "smoke",
        "training smoke",
        (Gpus,),
        ("smoke", CLOSING_SECTION),
        smoke.begin_stage,
        early=True,
    ),
    Stage(  # after the smoke: speeds are measured where little else runs
        "pairs",
        "bandwidth",
        (Interfaces, Names, Environment, DialResults),
        ("pair_listen", "pair_send", "pair_hangup"),
        pairs.run_stage,
    ),
    Stage(
        "rendezvous",
        "rendezvous",
        (Gpus, Interfaces, Names, Environment, Rdma),
        ("warm_open", "warm_task", CLOSING_SECTION, "firewall"),
        rendezvous.run_stage,
        on_failure=("firewall",),
    ),
    Stage("compute", "compute", (Rendezvous, Gpus), ("warm_task",), compute.measure_compute),
    Stage(
        "nccl_tests",
        "nccl-tests",
        (Gpus, Interfaces, Names, Environment, Rdma),
        ("nccl_tests_find", "nccl_tests_run"),
        nccl_tests.run_stage,
    ),
    Stage(
        "later_counters", "error counters", (Counters,), ("counters",), counters.read_later_counters
    ),
    Stage(
        "later_rdma_counters",
        "RDMA counters",
        (RdmaCounters,),
        ("rdma_counters",),
        rdma_counters.run_stage,
    ),
)

STAGED_SECTIONS = frozenset(
    section for stage in STAGES for section in (stage.section, *stage.also, *stage.on_failure)
)
"""The sections that stages fill, and no question to a single node."""

MEETING_SECTIONS = frozenset(
    section
    for stage in STAGES
    if stage.sections
    for section in (stage.section, *stage.also, *stage.on_failure)
)
"""Those for which nodes meet nodes or train: they take longer than all others together."""

STAGE_TITLES = {stage.section: stage.title for stage in STAGES}
"""What people read for a stage's name in reports."""
