"""Slurm by hand inside a lab's nodes: real munged, slurmctld and slurmd, no service of the machine.

They end with the lab.
"""

from __future__ import annotations

import secrets
import time

from launcher.lab.cluster import Lab

CONF = """\
ClusterName=lab
SlurmctldHost={head}
SlurmUser=root
SlurmdUser=root
StateSaveLocation=/var/spool/slurm/ctld
SlurmdSpoolDir=/var/spool/slurm/d
SlurmctldLogFile=/var/log/slurmctld.log
SlurmdLogFile=/var/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
PartitionName=all Nodes=ALL Default=YES State=UP
"""
MUNGE = """\
mkdir -p /var/spool/slurm/ctld /run/munge
chown -R root /etc/munge /var/lib/munge /var/log/munge /run/munge
munged --force </dev/null >/var/log/munged.log 2>&1
"""
PATIENCE_S = 60.0


def slurm_up(lab: Lab) -> None:
    """Both nodes idle in a partition. Raises AssertionError with Slurm's words."""
    head, key = lab.nodes[0], secrets.token_hex(32)
    nodes = "".join(f"NodeName={n.name} NodeAddr={n.address} CPUs=2\n" for n in lab.nodes)
    for node in lab.nodes:
        node.write("/etc/slurm/slurm.conf", CONF.format(head=head.name) + nodes)
        # slurmd looks for a control group file system, which the nodes of a lab have not
        node.write("/etc/slurm/cgroup.conf", "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n")
        node.write("/etc/munge/munge.key", key, 0o600)
        node.run(MUNGE, check=True)
    head.run("slurmctld </dev/null >/dev/null 2>&1", check=True)
    for node in lab.nodes:
        node.run("slurmd </dev/null >/dev/null 2>&1", check=True)
    deadline = time.monotonic() + PATIENCE_S
    while (seen := head.run("sinfo -N -h -o %t").stdout.split()) != ["idle"] * len(lab.nodes):
        assert time.monotonic() < deadline, (seen, head.run("tail /var/log/slurm*.log").stdout)
        time.sleep(0.2)


def allocate(lab: Lab, user: str) -> str:
    """An allocation of all nodes for that user; its id."""
    head = lab.nodes[0]
    done = head.run(["salloc", "--no-shell", "-N", str(len(lab.nodes))], user=user, check=True)
    return done.stderr.split("job allocation ")[-1].split()[0]
