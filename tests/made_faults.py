"""Faults beyond those of `lab fault`: rarer ones, and those that need the job's own paths.

Nobody undoes them: their lab is taken down.
"""

from __future__ import annotations

from launcher.lab.faults import Fault, On
from launcher.lab.faults.firewall import firewall

JOB_FILE = "/root/job/train.py"
MANAGED = """nft -f - <<END
table inet filter {
  chain output {
    type filter hook output priority 0; policy accept;
    ip daddr $HEAD_ADDRESS tcp dport $MASTER_PORT drop
  }
}
END"""


def made(name: str, apply: str, on: On = On.LAST) -> Fault:
    """A fault whose name says what it does."""
    return Fault(name, name, apply, "true", on)


EGRESS_DROPPED = made("egress-dropped", MANAGED)
ONE_SOURCE_DROPPED = firewall(
    "one-source-dropped",
    "a firewall drops the ranks' ports from one node alone",
    "ip saddr $PEER_ADDRESS tcp dport 32768-60999 ct state new drop",
)
SSH_OF_ONE_DROPPED = firewall(
    "ssh-of-one-dropped",
    "a firewall drops ssh from one node alone",
    "ip saddr $PEER_ADDRESS tcp dport $SSH_PORT drop",
)
SSH_OF_ONE_REJECTED = firewall(
    "ssh-of-one-rejected",
    "a firewall rejects ssh from one node alone",
    "ip saddr $PEER_ADDRESS tcp dport $SSH_PORT reject with tcp reset",
)
IPTABLES_DROPPED = made(
    "iptables-dropped",
    "iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
    "iptables -A INPUT -i lo -j ACCEPT\n"
    "iptables -A INPUT -p tcp --dport $SSH_PORT -j ACCEPT\n"
    "iptables -P INPUT DROP",
    On.HEAD,
)
ROUTE_REFUSED = made("route-refused", "ip route add blackhole $PEER_ADDRESS/32")
INTERFACE_DOWN = made("interface-down", "ip link set eth1 down")
HOSTNAME_TWICE = made("hostname-twice", "hostname $PEER")
NCCL_IFNAME_WRONG = made(
    "nccl-ifname-in-bashrc", "sed -i '1i export NCCL_SOCKET_IFNAME=ib9' $HOME/.bashrc"
)
NCCL_VARIABLE = made("nccl-algo-in-bashrc", "sed -i '1i export NCCL_ALGO=Ring' $HOME/.bashrc")
PDSH_VARIABLE = made(
    "pdsh-time-out-in-bashrc",
    "sed -i '1i export PDSH_COMMAND_TIMEOUT=600' $HOME/.bashrc",
    On.HEAD,
)
NO_PYTHON = made(
    "no-python-at-all",
    'rm -f "$PYTHON" /usr/libexec/platform-python $(type -ap python3) /usr/bin/python3',
)
NO_DEEPSPEED = made(
    "no-deepspeed",
    'folder=$("$PYTHON" -c \'import importlib.util as u; '
    'print(u.find_spec("deepspeed").submodule_search_locations[0])\')\n'
    'mv "$folder" "$folder.away"',
)
SHM_FULL = made(
    "shm-full",
    "mount -o remount,size=100m /dev/shm; fallocate -l 60M /dev/shm/nccl-lost",
)
FILES = f"mkdir -p /root/job; echo 'print(1)' >{JOB_FILE}"
HAVE_FILES = made("have-files", FILES)
FILE_DIFFERS = made("file-differs", f"echo 'print(2)' >{JOB_FILE}")
FILE_MISSING = made("file-missing", f"rm {JOB_FILE}")
WORKDIR_MISSING = made("workdir-missing", "rm -r /root/job")
OUTPUT_READ_ONLY = made(
    "output-read-only", "mkdir -p /root/out; mount -t tmpfs -o ro,size=20g out /root/out"
)
OUTPUT_FULL = made("output-full", "mkdir -p /root/out; mount -t tmpfs -o size=1m out /root/out")
DISK_FULL = made(
    "disk-full",
    "cp -a $HOME/.ssh/. $SAVED\n"
    "for path in $HOME/.ssh /var/tmp /var/log; do\n"
    "  mount -t tmpfs -o size=64k,mode=700 full $path\ndone\n"
    "cp -a $SAVED/. $HOME/.ssh\n"
    "for path in $HOME/.ssh /var/tmp /var/log; do cat /dev/zero >$path/full || true; done",
)
PROBE_KILLED = made(
    "probe-killed",
    "cat >/usr/local/sbin/ssh <<'END'\n#!/bin/sh\npkill -KILL -f 'import sys;exec'\nEND\n"
    "chmod +x /usr/local/sbin/ssh",
)
GARBAGE = made(
    "garbage-in-proc",
    "echo garbage >$SAVED/number; mount --bind $SAVED/number /proc/sys/kernel/pid_max",
)
NO_COMPILER = made("no-compiler", "rm -f $(type -ap g++ c++)")
BUILD_LOCKED = made(
    "build-locked", "mkdir -p /root/ext/deepspeed_shm_comm; touch /root/ext/deepspeed_shm_comm/lock"
)
SHADOWED = made("deepspeed-shadowed", "echo 'raise RuntimeError(\"mine\")' >$HOME/deepspeed.py")
