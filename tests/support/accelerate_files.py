"""Three nodes with accelerate's configurations, and what is found of them."""

from __future__ import annotations

from checks.facts.accelerate_config import AccelerateFile
from checks.facts.gpus import Gpus
from checks.model import Node
from tests.support.networks import cluster
from tests.support.snapshots import judged, with_fact

PATH = "/root/.cache/huggingface/accelerate/default_config.yaml"
NAMES = ("node1", "node2", "node3")
STANDARD = """\
compute_environment: LOCAL_MACHINE
deepspeed_config:
  deepspeed_config_file: zero2.json
  deepspeed_multinode_launcher: standard
distributed_type: DEEPSPEED
machine_rank: {rank}
main_process_ip: 10.0.0.1
main_process_port: 29500
num_machines: 3
num_processes: 24
"""
PDSH = STANDARD.replace(
    "launcher: standard", "launcher: pdsh\n  deepspeed_hostfile: /run/hostfile"
).format(rank=0)
HOSTFILE = "# all\nnode1 slots=8\n10.0.0.2 slots=8\nnode3 slots=8\n"
FSDP = """\
distributed_type: FSDP
fsdp_config:
  fsdp_version: 2
  fsdp_reshard_after_forward: true
machine_rank: {rank}
main_process_ip: node1
num_machines: 3
num_processes: 24
"""
IN_PART = "  deepspeed_config_file: zero2.json\n"
BESIDE = [
    ((IN_PART, IN_PART + "  zero_stage: 2\n"), True),
    ((IN_PART, IN_PART + "  gradient_accumulation_steps: 4\n  zero3_init_flag: false\n"), True),
    (("machine_rank", "mixed_precision: 'no'\nmachine_rank"), True),
    (("machine_rank", "fp16: true\nmachine_rank"), True),
    ((IN_PART, IN_PART + "  offload_param_device: none\n  zero3_save_16bit_model: true\n"), True),
    (("machine_rank", "fp16: false\nmachine_rank"), False),
    (("machine_rank", "mixed_precision: null\nmachine_rank"), False),
    ((IN_PART, IN_PART + "  zero3_init_flag: true\n  deepspeed_hostfile: h\n"), False),
    ((IN_PART, "  zero_stage: 2\n  gradient_clipping: 1.0\n"), False),
]
"""What is changed of STANDARD, and whether accelerate refuses it beside DeepSpeed's own file."""


def snapshot(*texts, slots=(8, 8, 8), hostfile=None, **job):
    """Three nodes with these files, one for all or one each."""
    hosts = tuple(Node(name, slots=n) for name, n in zip(NAMES, slots, strict=True))
    snap = cluster(NAMES, hosts=hosts, **{"launcher": "accelerate", **job})
    for rank, name in enumerate(NAMES):
        text = (texts * 3)[rank].format(rank=rank)
        named = "/run/hostfile" if "deepspeed_hostfile" in text else ""
        with_fact(snap, name, AccelerateFile(PATH, text, "", named, hostfile if named else None))
        with_fact(snap, name, Gpus((), ()))
    return snap


def finding_of(claim, snap, node="node2"):
    return judged(snap, f"accelerate.{claim}")[node,]


def causes_by_node(claim, snap):
    """{node: cause} of those that the check does not hold for."""
    findings = judged(snap, f"accelerate.{claim}")
    assert all(finding.fix and finding.message for finding in findings.values() if finding.cause)
    return {name: finding.cause for (name,), finding in findings.items() if finding.cause}


def outcomes(claim, snap):
    return {finding.outcome for finding in judged(snap, f"accelerate.{claim}").values()}


EVERY_NODE = (
    "config-is-accepted",
    "machine-ranks-are-whole",
    "machines-and-processes-fit",
    "main-process-is-on-the-head",
    "port-is-the-checked-one",
)
