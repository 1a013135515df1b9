"""How ranks fail to meet: the store of rank 0, its port, torchrun's rendezvous."""

from __future__ import annotations

from checks.knowledge.failures.known import noise, root, symptom

REACHABLE_CHECKS = ("ports.master-port-is-reachable",)
FREE_CHECKS = ("ports.master-port-is-free",)
PORT_HELD_CAUSE = (
    "port {port} of the head is held by an earlier run or another job; only rank 0 says so"
)
FREE_PORT_FIX = (
    "`ss -ltnp 'sport = :{port}'` on the head shows by whom; end it or take another port"
)

FAILURES = (
    symptom(
        "tcpstore-client-timeout",
        "client socket has timed out after ",
        r"client socket has timed out after (?P<t>\d+)\s?m?s while trying to connect to "
        r"\(?(?!None)(?P<host>[^,:\s)]+)[,:] ?(?P<port>\d+)",
        cause="this rank reached nobody at {host}:{port}: rank 0 died or never started, the "
        "address or name is wrong, or a firewall drops",
        fix="read what rank 0 said first; then test {host}:{port} from this node",
        checks=(
            "software.proxy-spares-the-nodes",
            *REACHABLE_CHECKS,
            "names.every-node-resolves-every-node",
            "collective.ranks-meet",
        ),
    ),
    root(
        "tcpstore-connect-errno",
        "client socket has failed to connect to ",
        r"client socket has failed to connect to (?P<address>\S+) "
        r"\(errno: (?P<number>\d+) - (?P<why>[^)]+)\)",
        cause="this rank cannot connect to {address}: {why} (111: nobody listens; 113: no route, "
        "or a firewall rejects; 110: it drops)",
        fix="mend the route or the firewall to {address}, or give the address that this node "
        "reaches",
        checks=REACHABLE_CHECKS,
        survivable=True,
    ),
    symptom(
        "tcpstore-clients-missing",
        "waiting for clients. ",
        r"Timed out after (?P<s>\d+) seconds waiting for clients\. "
        r"(?P<have>\d+)/(?P<want>\d+) clients joined",
        cause="rank 0 waited {s} s; only {have} of {want} ranks came",
        fix="look at the nodes whose ranks said nothing: down, import failed, wrong rank or world "
        "size, or still pulling an image",
        checks=(
            *REACHABLE_CHECKS,
            "training.smoke-trains",
            "collective.ranks-meet",
        ),
    ),
    root(
        "eaddrinuse",
        "EADDRINUSE",
        r"failed to listen on any local network address\. port: (?P<port>\d+),.*EADDRINUSE",
        cause=PORT_HELD_CAUSE,
        fix=FREE_PORT_FIX,
        checks=("ports.master-port-is-not-handed-out", *FREE_CHECKS),
    ),
    root(
        "eaddrinuse-legacy",
        "errno: 98 - Address already in use",
        r"failed to (?:bind|listen).*? (?:\S*:)?(?P<port>\d+) \(errno: 98 - Address already in use",
        cause=PORT_HELD_CAUSE,
        fix=FREE_PORT_FIX,
        checks=("ports.master-port-is-not-handed-out", *FREE_CHECKS),
        survivable=True,
    ),
    symptom(
        "c10d-store-failed",
        "RendezvousConnectionError: The connection to the C10d store has failed",
        cause="no node took itself for the rendezvous host, or its agent is gone: the endpoint is "
        "not what the head's own name resolves to, or a firewall stands before it",
        fix="use the static rendezvous (--node_rank, --master_addr), or --rdzv-conf is_host=1 on "
        "the head alone",
        checks=(*REACHABLE_CHECKS, "names.own-name-is-not-loopback"),
    ),
    symptom(
        "rdzv-timeout",
        "RendezvousTimeoutError",
        cause="fewer nodes than asked for joined in time",
        fix="start the nodes that are missing, with the same --rdzv-id and endpoint everywhere",
        checks=REACHABLE_CHECKS,
    ),
    noise(
        "reverse-dns-noise",
        "The hostname of the client socket cannot be retrieved",
        cause="an address has no name; torch wanted it for this message only",
        fix="nothing; lines in /etc/hosts make it go away",
    ),
    symptom(
        "store-peer-gone",
        "recvValue failed on SocketImpl(",
        r"recvValue failed on SocketImpl\(.*remote=\[?(?P<host>[^\],\s]+?)\]?:\d+\)",
        cause="rank 0 on {host}, which keeps the store, ended before this rank",
        fix="read what rank 0 said before",
        survivable=True,
    ),
    symptom(
        "store-should-dump",
        'Failed to check the "should dump" flag on TCPStore',
        cause="rank 0, which keeps the store, ended before this rank",
        fix="read what rank 0 said before",
        survivable=True,
    ),
    symptom(
        "nccl-uniqueid-store",
        "is setting up NCCL communicator and ",
        r"\[(?P<rank>\d+)\] is setting up NCCL communicator and retr(?:ie|ei)ving ncclUniqueId "
        r"from \[0\].*got error: (?P<why>.+)",
        cause="rank 0 did not come to its first collective in time ({why}): it still prepares "
        "data, has crashed, or could open no socket",
        fix="read what rank 0 said; prepare the data before the start, or raise the time-out "
        "(ddp_timeout, DEEPSPEED_TIMEOUT in minutes)",
        checks=(
            "ports.ephemeral-ports-are-open",
            "collective.ranks-meet",
        ),
    ),
)
