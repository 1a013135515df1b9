"""What makes a lab odd, as steps that a test takes on it, and as scripts for its nodes."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Any

from launcher.lab.cluster import Lab
from launcher.lab.faults.software import infiniband_script
from launcher.lab.shape import LabShape, OddNode
from tests.support.lab_fixtures import RELOAD_SSHD

NODES = [f"node{number}" for number in range(1, 9)]
Step = Callable[[Lab], None]


def on(names: list[str] | None, script: str) -> Step:
    """Runs a script as root on those nodes (None: on all), which knows its node as $NAME, $N,
    $ADDRESS and $NET (10.77.0)."""

    def step(lab: Lab) -> None:
        for node in lab.nodes:
            if names is None or node.name in names:
                net, _, number = node.address.rpartition(".")
                own = {"NAME": node.name, "ADDRESS": node.address, "NET": net, "N": number}
                done = node.run(f"set -e\n{script}", env=own)
                assert done.returncode == 0, f"{node.name}: {done.stderr}"

    return step


def on_all(script: str) -> Step:
    """The same on every node."""
    return on(None, script)


def bashrc(*lines: str) -> Step:
    """Lines for root's .bashrc on every node."""
    text = "\n".join(lines)
    return on_all(f"cat >>.bashrc <<'END'\n{text}\nEND")


def ssh_config(*lines: str) -> Step:
    """Root's ssh config on every node."""
    text = "\n  ".join(("Host *", *lines))
    return on_all(f"cat >.ssh/config <<'END'\n{text}\nEND")


def keys(words: str, name: str) -> Step:
    """Keys of another kind in place of all nodes' own; all nodes trust them."""

    def step(lab: Lab) -> None:
        make = f"rm .ssh/id_*; ssh-keygen -q -t {words} -N '' -f .ssh/{name}; cat .ssh/{name}.pub"
        public = [node.run(make, check=True).stdout for node in lab.nodes]
        for node in lab.nodes:
            controller = node.read("/root/.ssh/authorized_keys").partition("\n")[0]
            node.write("/root/.ssh/authorized_keys", "\n".join((controller, *public)), 0o600)

    return step


def ports_in_config(lab: Lab) -> None:
    """Every node's ssh config says every node's port."""
    places = lab.record.nodes
    text = "".join(f"Host {place.name} {place.address}\n  Port {place.port}\n" for place in places)
    for node in lab.nodes:
        node.write("/root/.ssh/config", text, 0o600)


def forget_ports_of_host_keys(lab: Lab) -> None:
    """Host keys are on file as from before sshd was moved off port 22, where ssh finds them too."""
    on_all("sed -i -E 's/\\[([^]]+)\\]:[0-9]+/\\1/g' .ssh/known_hosts")(lab)
    together = lab.hosts.with_name("known_hosts")
    together.write_text(re.sub(r"\[([^]]+)\]:\d+", r"\1", together.read_text()))


def jump_through_first(lab: Lab) -> None:
    """The controller reaches the last node through the first alone."""
    last = lab.nodes[-1]
    with lab.ssh_config.open("a") as config:
        config.write(f"\nHost {last.name} {last.address}\n  ProxyJump {lab.nodes[0].name}\n")


def split_host_keys(lab: Lab) -> None:
    """Every node has a file of host keys for each host, and so has the controller."""
    on_all(SPLIT_HOST_KEYS)(lab)
    ssh_config("UserKnownHostsFile ~/.ssh/known/%h")(lab)
    together = lab.hosts.with_name("known_hosts")
    blocks = ""
    for line in together.read_text().splitlines():
        name = line.partition(",")[0]
        file = lab.hosts.parent.with_name(f"known-{name}")
        file.write_text(line)
        blocks += f"Host {name}\n  UserKnownHostsFile {file}\n"
    together.unlink()
    lab.ssh_config.write_text(blocks + lab.ssh_config.read_text())


def alias_host_keys(lab: Lab) -> None:
    """Host keys are on file by names that nothing else knows, with the controller and on nodes."""
    blocks = "".join(
        f"Host {place.name}\n  HostKeyAlias rack-{place.name}\n" for place in lab.record.nodes
    )
    for node in lab.nodes:
        node.write("/root/.ssh/config", blocks, 0o600)
    on_all("sed -i -E 's/^\\S*(node.)\\S* /rack-\\1 /' .ssh/known_hosts")(lab)
    known = lab.hosts.with_name("known_hosts")
    known.write_text(re.sub(r"(?m)^\S*(node\d)\S* ", r"rack-\1 ", known.read_text()))
    lab.ssh_config.write_text(blocks + lab.ssh_config.read_text())


def name_in_full(lab: Lab) -> None:
    """The hosts file has full names, and the nodes call themselves by short ones."""
    on_all("sed -i -E 's/^(10[.].*) (node.)/\\1 \\2.cluster.local \\2/' /etc/hosts")(lab)
    on_all("sed -i -E 's/^(node.),/\\1.cluster.local,\\1,/' .ssh/known_hosts")(lab)
    known, config = lab.hosts.with_name("known_hosts"), lab.ssh_config
    known.write_text(re.sub(r"(?m)^(node\d),", r"\1.cluster.local,\1,", known.read_text()))
    lab.hosts.write_text(re.sub(r"(?m)^(node\d)", r"\1.cluster.local", lab.hosts.read_text()))
    full = re.sub(r"\b(node\d) (10\.)", r"\1.cluster.local \1 \2", config.read_text())
    config.write_text(full)


def use_certificates(lab: Lab) -> None:
    """The site's own authority signs host and user keys, and is all that anybody trusts."""
    head = lab.nodes[0]
    head.run("ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ca", check=True)
    private, public = head.read("/etc/ssh/ca"), head.read("/etc/ssh/ca.pub")
    for node in lab.nodes:
        node.write("/etc/ssh/ca", private, 0o600)
        node.write("/etc/ssh/ca.pub", public)
    on_all(CERTIFIED)(lab)
    lab.hosts.with_name("known_hosts").write_text(f"@cert-authority * {public}")


def hosts(text: str) -> Step:
    """Another hosts file over the same nodes."""
    return lambda lab: lab.hosts.write_bytes(text.encode()) and None


def equally_odd(number: int, **odd: Any) -> LabShape:
    """That many nodes, all odd in the same way."""
    return LabShape(nodes=number, odd={name: OddNode(**odd) for name in NODES[:number]})


def node_per_shell() -> LabShape:
    """A node for each login shell that this machine has."""
    wanted = ("bash", "sh", "dash", "zsh", "fish", "tcsh", "ksh")
    found = [path for name in wanted if (path := shutil.which(name))]
    odd = {name: OddNode(shell=path) for name, path in zip(NODES, found, strict=False)}
    return LabShape(nodes=len(found), odd=odd)


def firewall(rules: str, *, hook: str = "input") -> Step:
    """A ruleset that drops what its rules do not accept, as `nft -f` takes it."""
    return on_all(
        f"nft -f - <<END\ntable inet {hook} {{\nchain {hook} {{\n"
        f"type filter hook {hook} priority 0; policy drop;\n{rules}\n}}\n}}\nEND"
    )


def rdma(device: str, second_port: str = "") -> Step:
    """One adapter on every node, its library and device node; a second port in that state."""
    port = f"$SAVED/class/infiniband/{device}/ports"
    lines = infiniband_script("4: ACTIVE", "5: LinkUp", "200 Gb/sec (4X HDR)").replace(
        "mlx5_0", device
    )
    more = f"cp -r {port}/1 {port}/2; echo '{second_port}' >{port}/2/state; " if second_port else ""
    more += "mkdir /dev/infiniband; mknod -m 666 /dev/infiniband/uverbs0 c 231 192"
    tmpfs = "mkdir $SAVED; mount -t tmpfs tmpfs $SAVED; touch /usr/lib/libibverbs.so.1"
    return on_all(f"SAVED=/var/rdma; {tmpfs}\n{lines.replace('mount -t', more + '; mount -t')}")


RENAMED = """
way=$(ip route show default | sed s/eth0/ens1/)
ip link set eth0 down; ip link set eth0 name ens1; ip link set ens1 up; ip route add $way
"""
BRIDGES = """
add() { ip link add $1 type $3 $4; ip addr add $2 dev $1; ip link set $1 up; }
add docker0 172.17.0.1/16 bridge
add virbr0 192.168.122.1/24 bridge
add br-0123456789ab 172.18.0.1/16 bridge
add enx1 192.168.7.2/24 veth 'peer name far'
ip link set virbr0 down
sleep 2
"""
CLOUD_NAMES = """
sed -i -E 's/^(10[.].*) node/\\1 gpu-/' /etc/hosts
name=ip-$(echo $ADDRESS | tr . -); hostname $name
echo "$ADDRESS $name.internal $name" >>/etc/hosts
"""
CLOUD_ADDRESSES = """
ip addr del $ADDRESS/24 dev eth0; ip addr add $ADDRESS/32 dev eth0
ip route add $NET.254 dev eth0; ip route add $NET.0/24 dev eth0
ip route add default via $NET.254; ip link set eth0 mtu 1460
"""
CERTIFIED = """
cd /etc/ssh
ssh-keygen -q -s ca -I $NAME -h -n $NAME,$ADDRESS ssh_host_ed25519_key.pub
ssh-keygen -q -s ca -I $NAME -n root ~/.ssh/id_ed25519.pub
echo "@cert-authority * $(cat ca.pub)" >~/.ssh/known_hosts
sed -i 1q ~/.ssh/authorized_keys
sed -i '1i HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub' sshd_config
sed -i '1i TrustedUserCAKeys /etc/ssh/ca.pub' sshd_config
"""
CERTIFIED += RELOAD_SSHD
SIXES = """
ip addr add fd00:77::$N/64 dev eth0 nodad; sed -i '/node/d' /etc/hosts
for i in 1 2; do echo "fd00:77::$i node$i"; done >>/etc/hosts
"""
BRIDGED = """
ip link add br0 type bridge; ip link set br0 up; ip addr flush dev eth0
ip link set eth0 master br0; ip addr add $ADDRESS/24 dev br0; sleep 2
"""
SPLIT_HOST_KEYS = """
cd .ssh; mkdir known
while read names rest; do
  for name in $(echo $names | tr , ' '); do echo "$name $rest" >>known/$name; done
done <known_hosts
rm known_hosts
"""
STRICT_SHELL = (
    *("set -eu", "set -o noclobber", "shopt -s failglob", "cd /var", "alias hostname=false"),
    *("echo loading modules >&2", "trap 'true' EXIT", "umask 077", "export BASH_ENV=/nowhere"),
    *("module() { echo loaded; }", "hostname() { echo none; }", "export -f module hostname"),
)
VARIABLES = (
    "export LANG=C LC_ALL=POSIX PDSH_RCMD_TYPE=rsh FANOUT=1 WCOLL=/nowhere OMP_NUM_THREADS=1",
    "export PDSH_SSH_ARGS_APPEND=-oLogLevel=ERROR SSH_AUTH_SOCK=/tmp/gone/agent.1",
    "export http_proxy=http://u:p@proxy:3128 ALL_PROXY=socks5://proxy:1080 no_proxy=localhost",
    "export PYTHONPATH=/opt/x:/opt/y PYTHONSTARTUP=/nowhere PYTHONUNBUFFERED=1",
    "for i in {1..500}; do export MODULE_$i=/opt/modules/$i/lib:/opt/modules/$i/lib64; done",
)
STRICT_SSHD = (
    *("MaxStartups 3:30:10", "MaxSessions 2", "LoginGraceTime 20", "PermitTTY no", "UseDNS yes"),
    *("AllowUsers root", "AllowTcpForwarding no", "Banner /etc/issue.net", "PrintLastLog yes"),
)
HOSTBASED = (
    "HostbasedAuthentication yes",
    "HostbasedUsesNameFromPacketOnly yes",
    "IgnoreRhosts no",
)
OTHER_RULES = (
    *("AuthenticationMethods publickey,publickey publickey", "AuthorizedKeysFile none"),
    *("AuthorizedKeysCommand /usr/bin/cat /etc/ssh/keys", "AuthorizedKeysCommandUser root"),
    *("RevokedKeys /etc/ssh/revoked", "PubkeyAcceptedAlgorithms -ssh-rsa"),
    *("Match Address 192.0.2.0/24", "PermitRootLogin no", "MaxSessions 0", "Match all"),
)
OTHER_WORK = """
mkdir -p /srv/job; cd /srv/job
echo 'print(1, flush=True); import time; time.sleep(3600)' | tee train.py >evaluate.py
export RANK=0 WORLD_SIZE=2 MASTER_PORT=29500
setsid python3 evaluate.py --of train.py >out 2>&1 </dev/null &
setsid tail -f train.py >/dev/null 2>&1 </dev/null &
until [ -s out ]; do sleep 0.05; done
"""
"""Ranks of another script, which names the job's, and somebody who reads it."""
PARTS = """
mkdir -p /srv/job /srv/data .cache/huggingface/accelerate; echo 'print(1)' >/srv/job/train.py
for i in 1 2 3; do echo $NAME >/srv/data/of-$NAME-$i.arrow; done
printf '%s\n' 'compute_environment: LOCAL_MACHINE' 'distributed_type: MULTI_GPU' \
    'num_machines: 4' 'num_processes: 32' 'machine_rank: 0' 'main_process_ip: 10.9.9.9' \
    >.cache/huggingface/accelerate/default_config.yaml
"""
"""Each node has its own part of the data, and a file of another cluster that nothing reads."""
WITHOUT_KEYS = """
rm .ssh/id_*; mv .ssh/known_hosts /etc/ssh/ssh_known_hosts
printf 'node1 root\nnode2 root\n' >.shosts; chmod 600 .shosts
printf 'Host *\n  HostbasedAuthentication yes\n  EnableSSHKeysign yes\n' >/etc/ssh/ssh_config
"""
WRAPPER = r"""
mv /usr/bin/python3 /usr/bin/python3.real
printf '#!/bin/sh\necho loading python >&2\nexec /usr/bin/python3.real "$@"\n' >/usr/bin/python3
chmod 755 /usr/bin/python3
"""
