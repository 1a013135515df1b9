"""accelerate's own files, each node's by itself, that do not fit one another or the cluster."""

from __future__ import annotations

from launcher.lab.faults import Fault
from tests.lab.faults.case import ALL, NODE3, Case, case, custom, warned

FILE = "$HOME/.cache/huggingface/accelerate/default_config.yaml"
HAVE = custom(
    "have-accelerate-files",
    f"mkdir -p $(dirname {FILE}); printf '%s\\n' 'compute_environment: LOCAL_MACHINE' "
    "'distributed_type: MULTI_CPU' 'num_machines: 3' 'num_processes: 3' "
    '"machine_rank: $((${NAME#node} - 1))" "main_process_ip: $HEAD_ADDRESS" '
    f"'main_process_port: 29500' 'use_cpu: true' >{FILE}",
)
HAVING = ((HAVE, ALL),)
WITH = {"with_": "accelerate", "command": ("train.py",)}
TRAIN = ((custom("have-a-script", "echo 'print(1)' >/root/train.py"), ALL),)
RANKS, FIT, MAIN, ALIKE, ACCEPTED = (
    f"accelerate.{claim}"
    for claim in (
        "machine-ranks-are-whole",
        "machines-and-processes-fit",
        "main-process-is-on-the-head",
        "nodes-train-alike",
        "config-is-accepted",
    )
)


def edited(name: str, key: str, value: str) -> Fault:
    """One key of the node's file has another value."""
    return custom(name, f'sed -i "s/^{key}:.*/{key}: {value}/" {FILE}')


RANK_TWICE = edited("machine-rank-twice", "machine_rank", "1")
TOO_MANY = edited("more-processes-than-slots", "num_processes", "6")
OF_ITSELF = edited("main-process-is-itself", "main_process_ip", "$ADDRESS")
SHARDED = (edited("all-shard", "distributed_type", "FSDP"), ALL)
NOBODYS = "10.200.0.9"
BESIDE = tuple(
    custom(
        name,
        f'echo \'{{"train_micro_batch_size_per_gpu": 1, "zero_optimization": {{"stage": 2}}}}\' '
        ">/root/ds.json; "
        f"sed -i 's/^distributed_type:.*/distributed_type: DEEPSPEED/' {FILE}; "
        f"printf '%s\\n' 'deepspeed_config:' '  deepspeed_config_file: /root/ds.json' "
        f"'  deepspeed_multinode_launcher: standard' {lines} >>{FILE}",
    )
    for name, lines in (
        ("ready-for-a-deepspeed-file", ""),
        ("stage-beside-a-deepspeed-file", "'  zero_stage: 2'"),
        ("precision-beside-a-deepspeed-file", "'mixed_precision: bf16'"),
        ("offload-beside-a-deepspeed-file", "'  offload_optimizer_device: cpu' 'fp16: true'"),
    )
)
"""The first is healthy."""
TRANSLATED = custom(
    "main-process-is-translated",
    f'sed -i "s/^main_process_ip:.*/main_process_ip: {NOBODYS}/" {FILE}\n'
    f"ip route add {NOBODYS}/32 dev eth0\n"
    "nft add table ip translated\n"
    "nft 'add chain ip translated output { type nat hook output priority -100; }'\n"
    f"nft add rule ip translated output ip daddr {NOBODYS} dnat to $HEAD_ADDRESS",
)

CASES = [
    warned(RANK_TWICE, RANKS, NODE3, "rank-twice", job=WITH, first=HAVING + TRAIN),
    warned(TOO_MANY, FIT, NODE3, "processes-differ", job=WITH, first=HAVING + TRAIN),
    warned(OF_ITSELF, MAIN, NODE3, "not-the-head", job=WITH, first=HAVING + TRAIN),
    warned(
        edited("machine-rank-twice-without-a-command", "machine_rank", "1"),
        RANKS,
        NODE3,
        "rank-twice",
        first=HAVING,
    ),
    warned(
        edited("main-process-is-nobodys", "main_process_ip", NOBODYS),
        MAIN,
        NODE3,
        "not-the-head",
        first=HAVING,
    ),
    warned(
        edited("main-process-is-nobodys-but-start-has-its-own", "main_process_ip", NOBODYS),
        MAIN,
        NODE3,
        "not-the-head",
        job=WITH,
        first=HAVING + TRAIN,
    ),
    case(
        edited("accelerate-of-another-kind", "distributed_type", "FSDP"),
        ALIKE,
        NODE3,
        "kind-differs",
        job=WITH,
        first=HAVING + TRAIN,
    ),
    case(
        custom("accelerate-file-gone", f"rm {FILE}"),
        ALIKE,
        NODE3,
        "kind-differs",
        job=WITH,
        first=(*HAVING, *TRAIN, SHARDED),
        warns=((ACCEPTED, NODE3, "config-missing"),),
    ),
    case(
        edited("accelerate-key-of-nobody", "use_cpu", "true\\ncolour: blue"),
        *(ACCEPTED, NODE3, "unknown-key"),
        job=WITH,
        first=HAVING + TRAIN,
    ),
    case(
        custom(
            "accelerate-older-than-its-file",
            f"echo 'enable_cpu_affinity: false' >>{FILE}\n"
            'file=$("$PYTHON" -c "import importlib.util as u; '
            "print(u.find_spec('accelerate').submodule_search_locations[0])\")"
            "/commands/config/config_args.py; "
            "sed -i '/^    enable_cpu_affinity:/d' $file",
        ),
        *(ACCEPTED, NODE3, "unknown-key"),
        job=WITH,
        first=HAVING + TRAIN,
        warns=(("software.packages-are-patched-alike", NODE3, "altered"),),
    ),
    Case(TRANSLATED, job=WITH, first=HAVING + TRAIN),
    Case(BESIDE[0], on=ALL, job=WITH, first=HAVING + TRAIN),
    *(
        case(
            fault,
            ACCEPTED,
            NODE3,
            "keys-beside-file",
            job=WITH,
            first=(*HAVING, *TRAIN, (BESIDE[0], ALL[:2])),
            warns=((ALIKE, NODE3, "settings-differ"),) if "precision" in fault.name else (),
        )
        for fault in BESIDE[1:]
    ),
]
