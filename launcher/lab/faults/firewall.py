"""Firewalls in the way, and cables pulled."""

from __future__ import annotations

from launcher.lab.faults.model import DefaultTarget, Fault

DELETE_TABLE = "nft delete table inet fault"


def firewall_fault(
    name: str, title: str, rule: str, on: DefaultTarget = DefaultTarget.LAST
) -> Fault:
    """A fault that is one rule for what comes in."""
    table = f"""nft -f - <<END
table inet fault {{
  chain input {{
    type filter hook input priority 0; policy accept;
    {rule}
  }}
}}
END"""
    return Fault(name, title, table, DELETE_TABLE, on)


FAULTS = (
    firewall_fault(
        "master-port-dropped",
        "a firewall drops the master port",
        "tcp dport $MASTER_PORT drop",
        DefaultTarget.HEAD,
    ),
    firewall_fault(
        "master-port-rejected",
        "a firewall rejects the master port by ICMP",
        "tcp dport $MASTER_PORT reject with icmpx admin-prohibited",
        DefaultTarget.HEAD,
    ),
    firewall_fault(
        "master-port-reset",
        "a firewall answers on the master port with a reset",
        "tcp dport $MASTER_PORT reject with tcp reset",
        DefaultTarget.HEAD,
    ),
    firewall_fault(
        "ephemeral-ports-dropped",
        "a firewall drops the ports that ranks talk on",
        "iifname != lo tcp dport 32768-60999 ct state new drop",
    ),
    firewall_fault(
        "peer-dropped", "a firewall drops all from one peer", "ip saddr $PEER_ADDRESS drop"
    ),
    firewall_fault("ssh-dropped", "a firewall drops ssh", "tcp dport $SSH_PORT drop"),
    Fault(
        "unreachable",
        "the node's cable is out",
        "ip link set eth0 down",
        "ip link set eth0 up && ip route replace default via ${ADDRESS%.*}.254",
    ),
    Fault(
        "mtu-1400",
        "another MTU than its peers",
        "ip link set eth0 mtu 1400",
        "ip link set eth0 mtu 1500",
    ),
    Fault(
        "interface-renamed",
        "its interface is called ens9, not eth0",
        "ip link set eth0 down; ip link set eth0 name ens9; ip link set ens9 up\n"
        "ip route replace default via ${ADDRESS%.*}.254",
        "ip link set ens9 down; ip link set ens9 name eth0; ip link set eth0 up\n"
        "ip route replace default via ${ADDRESS%.*}.254",
    ),
    Fault(
        "master-port-taken",
        "another program listens on the master port",
        """cat >$SAVED/listen.py <<'END'
import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1]))); s.listen(5); print("listens", flush=True)
while True: time.sleep(3600)
END
setsid "$BASE_PYTHON" $SAVED/listen.py $MASTER_PORT >$SAVED/out 2>&1 </dev/null &
echo $! >$SAVED/pid
until [ -s $SAVED/out ]; do kill -0 $(cat $SAVED/pid); sleep 0.02; done
grep -q listens $SAVED/out""",
        "kill $(cat $SAVED/pid)",
        DefaultTarget.HEAD,
    ),
)
