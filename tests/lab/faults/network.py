"""The way between nodes: packets too large for it, detours, links, addresses, and full tables."""

from __future__ import annotations

from launcher.lab.faults import DefaultTarget
from launcher.lab.faults.model import Fault
from launcher.lab.shape import LabShape
from tests.lab.faults.case import (
    ALL,
    EPHEMERAL,
    HEAD,
    NODE3,
    REACH,
    TO_3,
    Case,
    Subjects,
    case,
    custom,
    unlisted,
    warned,
)

RANKS = "tcp sport 32768-60999 tcp dport 32768-60999"


def narrow(name: str, end: str, *hooks: str, limit: str = "meta length > 1400") -> Fault:
    """Large packets between ranks vanish on the node, by a rule about their length."""
    chains = "\n".join(
        f"chain {hook} {{ type filter hook {hook} priority 0; {RANKS} {end} {limit} drop; }}"
        for hook in hooks
    )
    return custom(name, f"nft -f - <<END\ntable inet narrow {{\n{chains}\n}}\nEND")


NARROW_PORT = unlisted(narrow("switch-port-too-narrow", "", "input", "output"))
NARROW_ALL = unlisted(narrow("network-too-narrow", "", "input"))
NARROW_WAY = unlisted(narrow("one-way-too-narrow", "ip daddr $PEER_ADDRESS", "output"))
LARGE_DROPPED = narrow("large-packets-dropped", "", "input", "output")
LARGE_DROPPED_BY_ALL = narrow("large-packets-dropped-by-all", "", "input")
LARGE_OF_ONE_DROPPED = narrow(
    "large-packets-of-one-dropped", "ip saddr $PEER_ADDRESS", "input", limit="ip length 1401-9000"
)
NO_LARGE = (
    "nft -f - <<END\ntable inet narrow { chain input { type filter hook input priority 0;\n"
    "iifname eth0 {} meta length > 1300 drop; }\n}\nEND"
)
FOR_LOGINS = NO_LARGE.replace("{}", "ip saddr ${ADDRESS%.*}.0/28")
NARROW_FOR_LOGINS = unlisted(custom("too-narrow-for-logins", FOR_LOGINS))
LARGE_OF_NODES_DROPPED = custom("large-packets-of-nodes-dropped", FOR_LOGINS)
NARROW_FOR_US = custom("too-narrow-for-the-controller", NO_LARGE.replace("{}", ""))
UNFINISHED = ("sshd: ",)
"""sshd waits for the rest of a login as long as its LoginGraceTime says."""
ADDRESS_TWICE = custom("address-on-two-nodes", "ip addr add ${ADDRESS%.*}.99/24 dev eth0")
NETMASK = custom(
    "netmask-too-wide",
    "ip addr add $ADDRESS/16 brd + dev eth0; ip addr del $ADDRESS/24 dev eth0\n"
    "ip route replace default via ${ADDRESS%.*}.254",
)
SECOND_OF_HEAD = (
    "$(ip -o neigh >/dev/null; echo $HEAD_ADDRESS | sed 's/[.]77[.]/.78./; s/[.]18[.]/.19./')"
)
DETOUR = custom("route-detour", f"ip route add {SECOND_OF_HEAD}/32 via $HEAD_ADDRESS dev eth0")
STRICT_DETOUR = custom(
    "reverse-path-filtered",
    f"{DETOUR.apply}\necho 1 >/proc/sys/net/ipv4/conf/eth1/rp_filter",
)
TWO_NETWORKS = LabShape(nodes=3, second_network=True)
OVER_SECOND = {"env": {"NCCL_SOCKET_IFNAME": "eth1", "GLOO_SOCKET_IFNAME": "eth1"}}
OVER_BOTH = {"env": {"NCCL_SOCKET_IFNAME": "eth0,eth1"}}
SECOND_DROPPED = custom(
    "second-network-dropped",
    "nft -f - <<END\ntable inet fault { chain input { type filter hook input priority 0;\n"
    "iifname eth1 tcp dport 32768-60999 ct state new drop; }\n}\nEND",
)

SYSFS = "/sys/class/net/eth0"


def shown(name: str, file: str, value: str) -> Fault:
    """The driver tells that of eth0."""
    return custom(name, f"echo {value} >$SAVED/shown; mount --bind $SAVED/shown {SYSFS}/{file}")


HALF_DUPLEX = shown("half-duplex", "duplex", "half")
SLOW_LINK = shown("slow-link", "speed", "1000")
GROWING = "(n=0; while sleep 0.1; do echo $((n += 100)) >$SAVED/shown; done) >/dev/null 2>&1 &"
ERRORS_GROW = custom(
    "errors-grow",
    f"{shown('', 'statistics/rx_errors', '0').apply}\n{GROWING}",
)
FLAPPED = custom(
    "link-flapped",
    "for i in {1..30}; do ip link set eth0 down; ip link set eth0 up; done\n"
    "ip route replace default via ${ADDRESS%.*}.254; sleep 1",
)
BOND = """device=$(readlink -f /sys/class/net/eth0)
mount -t tmpfs bond $device
mkdir $device/bonding
echo "$MODE 1" >$device/bonding/mode
printf 'DEVTYPE=bond\\nINTERFACE=eth0\\n' >$device/uevent
for name in eth8 eth9; do
  ip link add $name type veth peer name far$name; ip link set $name up; ip link set far$name up
  device=$(readlink -f /sys/class/net/$name)
  mount -t tmpfs member $device
  mkdir $device/master
  echo INTERFACE=eth0 >$device/master/uevent
done"""
BONDED = custom("bonded", f"MODE=802.3ad\n{BOND}")
MEMBER_DOWN = custom("bond-member-down", "ip link set eth9 down")
BOND_MODE = custom(
    "bond-mode", 'echo "balance-rr 0" >$(readlink -f /sys/class/net/eth0)/bonding/mode'
)

TABLE_FULL = custom(
    "connection-table-full",
    "echo 250000 >$SAVED/count; echo 262144 >$SAVED/max\n"
    "for file in count max; do\n"
    "  mount --bind $SAVED/$file /proc/sys/net/netfilter/nf_conntrack_$file\ndone",
)
OF_TWO = LabShape(nodes=3, slots=2)
RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
HELD = """echo 40000 40063 >RANGE
cat >$SAVED/hold.py <<'END'
import socket, time
held = []
for port in range(40003, 40063):
    held.append(socket.socket()); held[-1].bind(("127.0.0.1", port)); held[-1].listen()
print("holds", flush=True)
time.sleep(3600)
END
setsid "$BASE_PYTHON" $SAVED/hold.py >$SAVED/out 2>&1 </dev/null &
until grep -q holds $SAVED/out; do sleep 0.05; done"""
WIDE = "ports.ephemeral-range-is-wide-enough"
NO_PORT_TO_SHARE = custom("one-port-less-than-ranks-need", f"echo 40000 40002 >{RANGE}")
ONE_PORT_EACH = custom("one-port-for-each-rank", f"echo 40000 40001 >{RANGE}")
PORTS_USED_UP = custom("ports-used-up", HELD.replace("RANGE", RANGE))
PORT_IN_RANGE = custom("master-port-in-range", f"echo 29451 29549 >{RANGE}", DefaultTarget.HEAD)
"""Calls get ports as odd or even as the first one while there are any, so none gets 29500 here."""
PORT_HANDED_OUT = custom(
    "master-port-handed-out",
    """cat >$SAVED/call.py <<'END'
import socket, sys, time
there = socket.create_server(("127.0.0.1", 0))
sock = socket.socket(); sock.bind(("", int(sys.argv[1]))); sock.connect(there.getsockname())
there.accept(), there.close(); print("calls", flush=True)
time.sleep(3600)
END
setsid "$BASE_PYTHON" $SAVED/call.py $MASTER_PORT >$SAVED/out 2>&1 </dev/null &
until grep -q calls $SAVED/out; do sleep 0.05; done""",
    DefaultTarget.HEAD,
)

DEAD_SERVER = custom(
    "dead-name-server",
    """cp /etc/hosts $SAVED/hosts
cat >$SAVED/dns.py <<'END'
import socket, sys
names = {w: l.split()[0] for l in open(sys.argv[1]) for w in l.split()[1:] if "." in l.split()[0]}
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); sock.bind(("127.0.0.8", 53))
print("serves", flush=True)
while True:
    query, peer = sock.recvfrom(512)
    end = query.index(bytes(1), 12) + 5
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode()); at += 1 + query[at]
    found = names.get(".".join(labels)) if query[end - 3] == 1 else None
    answer = bytes([192, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4]) + socket.inet_aton(found or "0.0.0.0")
    code = 128 if found or ".".join(labels) in names else 131
    counts = bytes([129, code, 0, 1, 0, 1 if found else 0, 0, 0, 0, 0])
    sock.sendto(query[:2] + counts + query[12:end] + (answer if found else b""), peer)
END
setsid "$BASE_PYTHON" $SAVED/dns.py $SAVED/hosts >$SAVED/out 2>&1 </dev/null &
until grep -q serves $SAVED/out; do sleep 0.05; done
nft 'add table inet dead; add chain inet dead in { type filter hook input priority 0; }'
nft 'add rule inet dead in ip daddr 127.0.0.9 drop'
printf 'nameserver 127.0.0.9\\nnameserver 127.0.0.8\\noptions timeout:2\\n' >$SAVED/resolv
mount --bind $SAVED/resolv /etc/resolv.conf
echo 'hosts: files dns' >$SAVED/nsswitch; mount --bind $SAVED/nsswitch /etc/nsswitch.conf
sed -i -E '/ (node1|node2)( |$)/d' /etc/hosts""",
)
LINK_LOCAL = custom(
    "own-name-link-local", "sed -i -E '/ node3( |$)/d' /etc/hosts; echo fe80::77 node3 >>/etc/hosts"
)

FULL = "network.full-size-packets-arrive"
EACH: Subjects = tuple((name,) for name in ALL)
CASES = [
    case(NARROW_PORT, FULL, NODE3, "vanish", fixable=False),
    case(NARROW_ALL, FULL, EACH, "vanish", on=ALL),
    case(NARROW_WAY, FULL, NODE3, "vanish", fixable=False),
    case(NARROW_FOR_LOGINS, FULL, NODE3, "vanish", fixable=False, leaves=UNFINISHED),
    case(LARGE_DROPPED, FULL, NODE3, "vanish"),
    case(LARGE_DROPPED_BY_ALL, FULL, EACH, "vanish", on=ALL),
    case(LARGE_OF_ONE_DROPPED, FULL, NODE3, "vanish"),
    case(LARGE_OF_NODES_DROPPED, FULL, NODE3, "vanish", leaves=UNFINISHED),
    case(NARROW_FOR_US, REACH, NODE3, "stalls", fixable=False, leaves=UNFINISHED),
    warned(
        ADDRESS_TWICE, "network.addresses-are-unique", ((),), "address-twice", on=("node2", "node3")
    ),
    warned(NETMASK, "network.netmask-is-equal", NODE3, "netmask-differs"),
    warned(
        DETOUR,
        "network.calls-leave-by-training-interface",
        NODE3,
        "other-way",
        shape=TWO_NETWORKS,
        job=OVER_SECOND,
    ),
    Case(
        STRICT_DETOUR,
        blocks=((EPHEMERAL, (("node1", "node3"),), "reverse-path"),),
        warns=(("network.calls-leave-by-training-interface", NODE3, "other-way"),),
        shape=TWO_NETWORKS,
        job=OVER_SECOND,
    ),
    case(SECOND_DROPPED, EPHEMERAL, TO_3, "dropped", shape=TWO_NETWORKS, job=OVER_BOTH),
    warned(HALF_DUPLEX, "network.speed-is-equal", NODE3, "half-duplex", fixable=False),
    warned(SLOW_LINK, "network.speed-is-equal", NODE3, "slow-link", fixable=False),
    warned(
        ERRORS_GROW,
        "network.packets-are-not-lost",
        NODE3,
        "errors-grow",
        fixable=False,
        leaves=("sleep",),
    ),
    warned(FLAPPED, "network.carrier-is-steady", NODE3, "flapped", fixable=False),
    warned(MEMBER_DOWN, "network.bond-is-whole", NODE3, "member-down", first=((BONDED, ALL),)),
    warned(
        BOND_MODE,
        "network.bond-is-whole",
        NODE3,
        "mode-differs",
        first=((BONDED, ALL),),
        fixable=False,
    ),
    warned(TABLE_FULL, "ports.connection-table-has-room", NODE3, "table-full"),
    warned(PORTS_USED_UP, WIDE, NODE3, "used-up"),
    case(NO_PORT_TO_SHARE, WIDE, NODE3, "too-narrow", shape=OF_TWO),
    case(ONE_PORT_EACH, WIDE, NODE3, "too-narrow", shape=OF_TWO),
    warned(PORT_IN_RANGE, "ports.master-port-is-not-handed-out", HEAD, "not-reserved"),
    warned(DEAD_SERVER, "names.resolution-is-quick", NODE3, "slow"),
    case(LINK_LOCAL, "names.own-name-is-not-loopback", NODE3, "own-name-link-local"),
    case(PORT_HANDED_OUT, "ports.master-port-is-free", HEAD, "handed-out", fixable=False),
]
