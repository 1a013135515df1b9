"""Second variants of faults, made for their fixes: each is typed, and the next preflight is go.

What they have in common is that a fix derived from the cause alone did not work on them, brought
the fault back or made things worse.
"""

from __future__ import annotations

import json

from tests.lab.faults.case import (
    ALL,
    EVERY_NODE,
    HEAD,
    HUNG_SHELL,
    NODE3,
    REACH,
    Subjects,
    case,
    custom,
    warned,
)
from tests.support.lab_fixtures import RELOAD_SSHD

NODE2: Subjects = (("node2",),)
MICRO = {"train_micro_batch_size_per_gpu": 1}
GOOD = json.dumps({**MICRO, "zero_optimization": {"stage": 1}})
MISSPELT = json.dumps({**MICRO, "zero_optimisation": {"stage": 1}})
NO_WORLD = json.dumps(
    {
        "train_batch_size": 30,
        "train_micro_batch_size_per_gpu": 4,
        "gradient_accumulation_steps": 2,
    }
)
CONFIG = {"deepspeed_config": "ds.json"}
KEYS, BATCH = "deepspeed.keys-are-known", "deepspeed.batch-sizes-agree"
SAME = "files.same-files-are-equal"
SCRIPT = "mkdir -p /root/job; echo 'print(1)' >/root/job/train.py"
HAVING = ((custom("have-script", SCRIPT), ALL),)
JOB = {"workdir": "/root/job", "command": ("train.py",)}
INTERPRETERS = """
mkdir -p /root/bin
for name in python python3; do
  printf '#!/bin/sh\\nexec %s "$@"\\n' "$PYTHON" >/root/bin/$name; chmod 755 /root/bin/$name
done
"""
PYTHON = {
    "job": {"python": "/root/bin/python"},
    "first": ((custom("have-interpreters", INTERPRETERS), ALL),),
}
NO_KEYS = f"sed -i '1i PubkeyAuthentication no' /etc/ssh/sshd_config{RELOAD_SSHD}"


def config(text: str) -> str:
    """The config's file on a node, with this text."""
    return f"echo '{text}' >/root/ds.json"


CASES = [
    case(
        custom("key-misspelt-on-all", config(MISSPELT)),
        KEYS,
        HEAD,
        "misspelt-key",
        on=ALL,
        job=CONFIG,
    ),
    case(
        custom("batch-of-no-world-on-all", config(NO_WORLD)),
        BATCH,
        ((),),
        "batch-mismatch",
        on=ALL,
        job=CONFIG,
    ),
    case(
        custom("config-cut-short-on-two", "echo '{\"train_micro' >/root/ds.json"),
        *(SAME, (("node2",), ("node3",)), "differs"),
        on=("node2", "node3"),
        job=CONFIG,
        first=((custom("have-config", config(GOOD)), ALL),),
    ),
    case(
        custom("script-is-a-folder", "rm /root/job/train.py; mkdir /root/job/train.py"),
        *(SAME, NODE3, "differs"),
        job=JOB,
        first=HAVING,
    ),
    case(
        custom("script-link-to-nothing", "ln -sf /none/x /root/job/train.py"),
        *(SAME, NODE3, "missing"),
        job=JOB,
        first=HAVING,
    ),
    case(
        custom("workdir-is-a-file", "rm -r /root/job; echo x >/root/job"),
        *("files.workdir-is-there", NODE3, "not-a-directory"),
        job=JOB,
        first=HAVING,
    ),
    case(
        custom("interpreter-link-to-nothing", "ln -sfn /none/python3 /root/bin/python"),
        *("software.python-is-there", NODE3, "python-missing"),
        **PYTHON,
    ),
    case(
        custom("interpreter-gone-beside-another", "rm /root/bin/python"),
        *("software.python-is-there", NODE3, "python-missing"),
        **PYTHON,
    ),
    case(
        custom("interpreter-not-executable", "chmod a-x /root/bin/python"),
        *("software.python-is-there", NODE3, "python-not-executable"),
        **PYTHON,
    ),
    case(
        custom("no-keys-and-no-run-sshd", f"{NO_KEYS}\nrm -r /run/sshd"),
        *(REACH, NODE3, "throttled"),
    ),
    case(custom("run-sshd-gone", "rm -r /run/sshd"), REACH, NODE3, "throttled"),
    case(
        custom("sshd-stopped-in-its-tracks", "kill -STOP $(cat /run/sshd.pid)"),
        *(REACH, NODE3, "timeout"),
    ),
    case(
        custom(
            "sshd-full-of-others",
            f"sed -i '1i MaxStartups 3:100:3' /etc/ssh/sshd_config{RELOAD_SSHD}\n"
            "for i in 1 2 3; do (exec 3<>/dev/tcp/$ADDRESS/$SSH_PORT; exec setsid sleep 98764) "
            ">/dev/null 2>&1 </dev/null & done; sleep 1",
        ),
        *(REACH, NODE3, "throttled"),
        leaves=("sleep 98764", "sshd: [accepted]"),
    ),
    case(
        custom("bash-of-all-hangs", "sed -i '1i sleep 1000' /etc/bash.bashrc"),
        *(REACH, NODE2, "shell-hangs"),
        on=("node2",),
        leaves=HUNG_SHELL,
    ),
    warned(
        custom("bash-of-all-greets", "sed -i '1i echo hello' /etc/bash.bashrc"),
        *("ssh.shell-is-quiet", NODE2, "shell-noisy"),
        on=("node2",),
    ),
    case(
        custom("needed-file-missing", "rm /root/job/train.py"),
        *("files.needed-files-exist", NODE3, "missing"),
        job={"exist": ("/root/job/train.py",)},
        first=HAVING,
    ),
    case(
        custom("files-in-bashrc-of-all", "sed -i '1i ulimit -n 512' /etc/bash.bashrc"),
        *("limits.nofile-is-enough", NODE3, "nofile-low"),
    ),
    *(
        case(
            custom(name, f'sed -i "/ $PEER\\b/d" /etc/hosts; echo "{address} $PEER" >>/etc/hosts'),
            *("names.every-node-resolves-every-node", NODE3, cause),
        )
        for name, address, cause in (
            ("peer-name-loopback", "127.0.0.5", "loopback"),
            ("peer-name-link-local", "169.254.3.4", "wrong-address"),
        )
    ),
    case(
        custom(
            "interfaces-in-two-files",
            "echo NCCL_SOCKET_IFNAME=eth9 >>/etc/environment\n"
            "sed -i '1i export NCCL_SOCKET_IFNAME=eth9' $HOME/.bashrc",
        ),
        *("nccl.socket-interface-exists", NODE3, "interface-missing"),
    ),
    warned(
        custom("six-ports", "echo '60000 60005' >/proc/sys/net/ipv4/ip_local_port_range"),
        *("ports.ephemeral-range-is-wide-enough", HEAD, "used-up"),
        on=("node1",),
    ),
    case(
        custom(
            "account-in-ssh-config", "printf 'Host node2\\n  User nobody2\\n' >>$HOME/.ssh/config"
        ),
        *("ssh.every-node-logs-in-to-every-node", (("node3", "node2"),), "user-unknown"),
    ),
    case(
        custom(
            "account-of-two-in-ssh-config",
            "printf 'Host node1 node2\\n  User nobody2\\n' >>$HOME/.ssh/config",
        ),
        *(
            "ssh.every-node-logs-in-to-every-node",
            (("node3", "node1"), ("node3", "node2")),
            "user-unknown",
        ),
    ),
    warned(
        custom("blocking-wait", "sed -i '1i export TORCH_NCCL_BLOCKING_WAIT=1' $HOME/.bashrc"),
        *("nccl.a-failed-rank-ends-the-others", EVERY_NODE, "blocking-wait"),
        on=ALL,
    ),
    warned(
        custom(
            "pdsh-gets-arguments", "sed -i '1i export PDSH_SSH_ARGS=-oBatchMode=yes' $HOME/.bashrc"
        ),
        *("pdsh.environment-is-neutral", HEAD, "changed-by-environment"),
        on=("node1",),
    ),
]
