"""Why the fix of a cause is typed in no lab: by area and cause, else by check, else by area."""

from __future__ import annotations

UNTYPED = {
    "accelerate": "typed on the file itself, without nodes: tests/lab/test_accelerate_mend.py",
    "accelerate.nodes-train-alike": "the line is that of `kind-differs`",
    "collective": "a link, a cable, a driver or a GPU has to change",
    "deepspeed": "a person has to say what was meant",
    "files": "a disk, a mount or a path that a person has to choose",
    "gpu": "the driver or the hardware has to change, or the machine to be started again",
    "limits": "hardware, the kernel's start or another account's program has to change",
    "names": "the answer of a resolver, or a machine's identity, has to change",
    "nccl": "an adapter, its driver, a cable or a switch has to change",
    "network": "an interface, a cable or a switch has to change",
    "pdsh": "a package has to be installed, which a lab does not reach",
    "ports": "a device on the way, or a table that nodes of a lab share, has to change",
    "reach": "the node has to be reached in another way first",
    "software": "a package has to be installed, which a lab does not reach",
    "software.program-is-importable": "a package or the job's folder has to be brought there",
    "software.proxy-spares-the-nodes": "launch.toml has to change",
    "software.script-takes-its-arguments": "launch.toml, or the line that was typed, has to change",
    "software.text-is-utf-8": "launch.toml has to change",
    "ssh": "a person has to decide, or the command only shows where it stops",
    **dict.fromkeys(
        ("ssh.public-key-auth-off", "ssh.shell-hangs", "ssh.throttled"),
        "typed for `reach.controller-logs-in`, which meets it first",
    ),
    **dict.fromkeys(
        ("ssh.no-python", "ssh.stalls"),
        "met by `reach.controller-logs-in` alone: the node has to be reached in another way first",
    ),
    "ssh.name-unresolved": "typed for `names.every-node-resolves-every-node`, which names it",
    "ssh.penalised": "OpenSSH 9.8 and newer does it, which no lab has: held by its messages",
    "ssh.shell-noisy": "typed for `ssh.shell-is-quiet`",
    "ssh.ssh-failed": "the command only shows where the login stops",
    "ssh.timeout": "the command only shows where the login stops",
    "time": "nodes of a lab have the clock of the machine",
    "training": "a package has to be installed again, or the command only shows the error",
    "training.smoke-trains": "the command shows what failed; a package comes from an index",
}


def why_untyped(check: str, cause: str) -> str:
    """The reason that holds for one of a check's causes."""
    area = check.partition(".")[0]
    return UNTYPED.get(f"{area}.{cause}") or UNTYPED.get(check) or UNTYPED[area]
