"""Training containers with networks of their own: bridged, routed, on the machine's, or none.

`podman` on the nodes is a stand-in for podman-exec(1). It enters mounts of its own, and the network
of the container `train` where that has one. A container keeps the network with which it was made,
so no command that is printed changes it.
"""

from __future__ import annotations

from typing import Any

from launcher.lab.faults.model import Fault
from tests.lab.faults.case import ALL, NODE3, Case, custom
from tests.support.stand_in_podman import install_podman

ENTERED = {"workdir": "/srv/job", "backend": "ssh", "container": "podman exec -i train"}
STAND_IN = install_podman(
    """[ -e /run/netns/train ] && exec ip netns exec train "$@"
exec unshare -m sh -c '[ ! -e /srv/made ] || . /srv/made; exec "$@"' sh "$@\""""
)
ALONE = "ip netns add train; ip -n train link set lo up\n"
BRIDGE = """number=${ADDRESS##*.}
ip link add docker0 type bridge; ip link set docker0 up; ip addr add $GATEWAY/$PREFIX dev docker0
ip link add veth0 type veth peer name eth0 netns train; ip link set veth0 up master docker0
ip -n train addr add $INSIDE/$PREFIX dev eth0; ip -n train link set eth0 up
ip -n train route add default via $GATEWAY
until ip -br link show docker0 | grep -q " UP "; do sleep 0.1; done
echo 1 >/proc/sys/net/ipv4/ip_forward
mkdir -p /etc/netns/train; printf "127.0.0.1 localhost\\n$INSIDE $NAME\\n" >/etc/netns/train/hosts
"""
MASQUERADE = """nft -f - <<END
table ip nat {
chain post { type nat hook postrouting priority 100
ip saddr 172.17.0.0/16 oifname eth0 masquerade
}
}
END
"""
AS_DOCKER = f"GATEWAY=172.17.0.1 INSIDE=172.17.0.2 PREFIX=16\n{ALONE}{BRIDGE}{MASQUERADE}"
ROUTED = """for other in 1 2 3; do
  [ $other = $number ] || ip route add 172.20.$other.0/24 via ${ADDRESS%.*}.$other
done
grep " node" /etc/hosts | grep -v " $NAME$" >>/etc/netns/train/hosts
"""
OVERLAY = (
    "number=${ADDRESS##*.} PREFIX=24\nGATEWAY=172.20.$number.1 INSIDE=172.20.$number.2\n"
    f"{ALONE}{BRIDGE}{ROUTED}"
)
MACVLAN = f"""{ALONE}ip link add macvlan0 link eth0 netns train type macvlan mode bridge
ip -n train link set macvlan0 name eth0
INSIDE=${{ADDRESS%.*}}.10${{ADDRESS##*.}}
ip -n train addr add $INSIDE/24 dev eth0; ip -n train link set eth0 up
mkdir -p /etc/netns/train
printf "127.0.0.1 localhost\\n$INSIDE $NAME\\n" >/etc/netns/train/hosts
grep " node" /etc/hosts | grep -v " $NAME$" >>/etc/netns/train/hosts
"""
SSHD_INSIDE = f"""{AS_DOCKER}touch /.dockerenv
bridge link set dev veth0 hairpin on
nft -f - <<END
table ip published {{
chain pre {{ type nat hook prerouting priority -100
fib daddr type local tcp dport $SSH_PORT dnat to 172.17.0.2
}}
chain post {{ type nat hook postrouting priority 90
ip saddr 172.17.0.0/16 ip daddr 172.17.0.2 masquerade
}}
}}
END
ip netns exec train /usr/sbin/sshd -o PidFile=/run/sshd-inside.pid
"""
"""The login lands in the container: sshd's port is published."""
SMALL_SHM = "echo 'mount -t tmpfs -o mode=1777,size=64m shm /dev/shm' >/srv/made"
NO_GPUS = """mknod /dev/nvidia0 c 195 0; mknod /dev/nvidia1 c 195 1
cat >/srv/made <<'END'
mkdir -p /srv/dev; mount -t tmpfs dev /srv/dev
for name in /dev/*; do
  new=/srv$name
  case $name in
    /dev/nvidia*) continue ;;
    /dev/pts|/dev/shm|/dev/mqueue) mkdir $new; mount --rbind $name $new ;;
    *) cp -a $name $new ;;
  esac
done
mount --move /srv/dev /dev
END
"""
REACHED = "network.peers-reach-the-container"
HAS_GPUS = "gpu.container-has-the-gpus"
MADE = custom("made", STAND_IN)


def entered(fault: Fault, *on: str, **more: Any) -> Case:
    """Containers that have their machines' networks, but on those nodes."""
    return Case(fault, on=on, first=((MADE, ALL),), job=ENTERED, **more)


def apart(fault: Fault, *on: str) -> Case:
    """Those of these nodes have networks that no peer reaches."""
    found = ((REACHED, tuple((name,) for name in on), "own-network"),)
    return entered(fault, *on, blocks=found, fixable=False)


CASES = [
    apart(custom("container-behind-a-bridge", AS_DOCKER), "node3"),
    apart(custom("containers-behind-bridges", AS_DOCKER), *ALL),
    apart(custom("head-behind-a-bridge", AS_DOCKER), "node1"),
    apart(custom("container-without-a-network", ALONE), "node3"),
    entered(
        custom("container-with-little-shm", SMALL_SHM),
        blocks=(("limits.shm-is-large-enough", NODE3, "shm-small"),),
        fixable=False,
    ),
    entered(
        custom("containers-without-the-gpus", NO_GPUS),
        *ALL,
        blocks=((HAS_GPUS, tuple((name,) for name in ALL), "gpus-left-out"),),
        fixable=False,
    ),
    entered(
        custom("container-without-the-gpus", NO_GPUS),
        blocks=((HAS_GPUS, NODE3, "gpus-left-out"),),
        fixable=False,
    ),
    Case(
        custom("logins-land-behind-bridges", SSHD_INSIDE),
        blocks=((REACHED, tuple((name,) for name in ALL), "own-network"),),
        on=ALL,
        fixable=False,
    ),
    Case(
        custom("login-lands-behind-a-bridge", SSHD_INSIDE),
        blocks=((REACHED, NODE3, "own-network"),),
        warns=(("limits.systems-are-alike", NODE3, "system-differs"),),
        fixable=False,
    ),
    entered(custom("containers-with-routed-networks", OVERLAY), *ALL),
    entered(custom("containers-on-the-machines-network", MACVLAN), *ALL),
]
