"""How ranks fail to meet: the store of rank 0, its port, torchrun's rendezvous."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
PORT_HELD_CAUSE = port {port} of the head is in use by an earlier run, another job, or by this one
   where it was started twice there or each process takes itself for rank 0; only rank 0
   reports it
FREE_PORT_FIX = `ss -ltnp 'sport = :{port}'` on the head shows the process; end it or use another
   port
symptom tcpstore-client-timeout
  says    "client socket has timed out after "
  pattern client socket has timed out after (?P<t>\d+)\s?m?s while trying to connect to
          \(?(?!None)(?P<host>[^,:\s)]+)[,:] ?(?P<port>\d+)
  cause   this rank could not reach {host}:{port}: rank 0 died, never started or comes later than
          the others wait (it still installs, downloads or pulls its image), the address or name is
          wrong, or a firewall drops packets
  fix     read the output of rank 0 first; where it came late, put what it installs into the image,
          or let the others wait for it; then test {host}:{port} from this node
  follows c10d-store-failed
  checks  software.proxy-spares-the-nodes, ports.master-port-is-reachable,
          names.every-node-resolves-every-node, collective.ranks-meet
root tcpstore-bridge-address, survivable
  says    "client socket has timed out after "
  says    "client socket has failed to connect to "
  pattern client socket has (?:timed out after \d+\s?m?s while trying|failed) to connect to
          \[?\(?(?P<address>172\.17\.0\.\d+|10\.88\.0\.\d+|192\.168\.122\.\d+)\b
  cause   {address} is the address that a container or virtual machine has on its own host's bridge
          (docker0, podman, libvirt), which other nodes cannot reach: a process took it for its
          node's address
  fix     containers with --network=host; or give each process its node's address: `ray start
          --node-ip-address=ADDRESS`, VLLM_HOST_IP, MASTER_ADDR, NCCL_SOCKET_IFNAME and
          GLOO_SOCKET_IFNAME of the network of the nodes
  checks  network.one-network, ports.master-port-is-reachable
root tcpstore-connect-errno, survivable, peer
  says    "client socket has failed to connect to "
  pattern client socket has failed to connect to (?P<address>\S+) \(errno:
          (?P<number>(?!111|97\b|99\b|22\b)\d+) - (?P<why>[^)]+)\)
  cause   this rank cannot connect to {address}: {why} (113: no route, or a firewall rejects; 110: a
          firewall drops)
  fix     correct the route or the firewall to {address}, or use the address that this node can
          reach
  checks  ports.master-port-is-reachable
root tcpstore-refused, survivable, peer
  says    "client socket has failed to connect to "
  pattern client socket has failed to connect to (?P<address>\S+) \(errno: 111 -
  cause   nothing listened at {address} as long as this rank tried: the node of rank 0 started later
          (it still installed packages, pulled an image or loaded data), its rank 0 had failed, or
          the address or port is another's
  fix     read what rank 0 printed, and when; have all nodes ready before the start (packages in the
          image), wait for rank 0's port, or give the rendezvous more time
  checks  ports.master-port-is-reachable, collective.ranks-meet
  follows c10d-store-failed, c10d-store-unowned
symptom tcpstore-clients-missing
  shows   Timed out after {s:\d+} seconds waiting for clients. {have:\d+}/{want:\d+} clients joined
  cause   rank 0 waited {s} s; only {have} of {want} ranks joined: nodes did not start, cannot reach
          it, or two nodes were started with one node rank or another number of nodes
  fix     look at the nodes whose ranks printed nothing (down, an import failed, still pulling an
          image), and at the node ranks: --node_rank (NODE_RANK) 0, 1, … once each, with the same
          --nnodes on all
  checks  ports.master-port-is-reachable, training.smoke-trains, collective.ranks-meet
root eaddrinuse
  says    EADDRINUSE
  pattern failed to listen on any local network address\. port: (?P<port>\d+),.*EADDRINUSE
  cause   {PORT_HELD_CAUSE}
  fix     {FREE_PORT_FIX}
  checks  ports.master-port-is-not-handed-out, ports.master-port-is-free
root eaddrinuse-legacy, survivable
  says    errno: 98 - Address already in use
  pattern failed to (?:bind|listen).*? (?:\S*:)?(?P<port>\d+) \(errno: 98 - Address already in use
  cause   {PORT_HELD_CAUSE}
  fix     {FREE_PORT_FIX}
  checks  ports.master-port-is-not-handed-out, ports.master-port-is-free
root eaddrinuse-tasks
  says    EADDRINUSE
  pattern failed to listen on any local network address\. port: (?P<port>\d+),.*EADDRINUSE
  near    (?:bin/torchrun|distributed/run\.py|distributed/launch\.py|accelerate/commands|
          static_tcp_rendezvous)[\s\S]*^(?:srun: )?error: (?P<node>[^\s:]+): tasks
          (?P<tasks>\d+[,-][\d,-]*):
  cause   srun starts a launcher for each task: tasks {tasks} of {node} are torchruns (or accelerate
          launches) that all want to open port {port}, which only the first can
  fix     one task for each node when a launcher starts the ranks: `--ntasks-per-node=1`, with
          --node_rank (machine_rank) from SLURM_NODEID; or leave the launcher out, and let srun
          start each rank with RANK=$SLURM_PROCID, LOCAL_RANK=$SLURM_LOCALID; another port does not
          help
root rdzv-endpoint-left-out
  says    master_addr is only used for static rdzv_backend and when rdzv_endpoint is not specified
  near    (?:connect to \(|reach |server socket .*)(?:localhost|127\.0\.0\.1)\b
  cause   --rdzv_backend=c10d without --rdzv_endpoint: --master_addr and --master_port are ignored,
          so that each node looks for the store on itself (localhost:29400)
  fix     --rdzv_endpoint=MASTER_ADDR:MASTER_PORT on all nodes in their place, or leave out
          --rdzv_backend (the static one takes --node_rank, --master_addr and --master_port)
  checks  ports.master-port-is-reachable
root rdzv-endpoint-is-local
  says    RendezvousConnectionError: The connection to the C10d store has failed
  near    connect to \((?:localhost|127\.0\.0\.1), (?P<port>\d+)\)
  unless  num_nodes_waiting|_state_holder\.sync|failed to shutdown the rendezvous|master_addr is
          only used
  cause   the endpoint of the rendezvous is this node itself (localhost:{port}): --rdzv_endpoint was
          left out or names localhost, and nothing served it there
  fix     --rdzv_endpoint=HEAD:PORT on all nodes, with the head's name as the other nodes know it;
          on one node --standalone
  checks  ports.master-port-is-reachable
symptom c10d-store-failed
  says    RendezvousConnectionError: The connection to the C10d store has failed
  unless  num_nodes_waiting|_state_holder\.sync|failed to shutdown the rendezvous
  cause   no node took the endpoint for its own, so nobody serves it: its address is not what the
          head's own name resolves to (another interface, NAT, a loopback line in /etc/hosts); or
          the agent there is not started, or a firewall blocks it
  fix     --rdzv-endpoint with the head's name as `hostname -f` there prints it, or --rdzv-conf
          is_host=true on the head and is_host=false on the others; or the static rendezvous
          (--node-rank, --master-addr)
  checks  ports.master-port-is-reachable, names.own-name-is-not-loopback
root c10d-store-unowned
  says    RendezvousConnectionError: The connection to the C10d store has failed
  near    trying to connect to \(?(?P<host>[A-Za-z][\w-]*)\b[\w.]*[,:] ?\d+\)?[\s\S]*^(?:srun:
          )?error: (?P=host)(?:\.\S+)?: tasks? \d
  cause   {host} itself ran an agent, which ended like the others: it did not know the endpoint for
          its own, so nobody served it ({host} is not what its own name, its FQDN or its addresses
          say: another interface, a short name, a line in /etc/hosts)
  fix     --rdzv-endpoint with the address of {host}, or its name as `hostname -f` prints it there;
          or --rdzv-conf is_host=1 on {host} and is_host=0 on the others; or the static rendezvous
          (--node-rank, --master-addr); waiting longer does not help
  checks  names.own-name-is-not-loopback, names.every-node-resolves-every-node
symptom c10d-store-gone, survivable
  says    RuntimeError: Broken pipe
  says    RuntimeError: Connection reset by peer
  says    Connection was likely closed
  says    RendezvousConnectionError: The connection to the C10d store has failed
  near    num_nodes_waiting|_state_holder\.sync|failed to shutdown the rendezvous
  cause   the store of torchrun's rendezvous went away while this one ran: the torchrun that served
          it has ended, that of the head, or another job's on the same node, where both used the
          default port (29400)
  fix     on one node --standalone, else an --rdzv-endpoint with a port of its own for each job; if
          no other job was there, read the end of torchrun's output on the head
symptom rdzv-timeout
  says    RendezvousTimeoutError
  cause   fewer nodes joined in time than were asked for
  fix     start the missing nodes, with the same --rdzv-id and endpoint everywhere
  checks  ports.master-port-is-reachable
noise reverse-dns-noise
  says    The hostname of the client socket cannot be retrieved
  cause   an address has no name; torch needs it only for this message
  fix     nothing; entries in /etc/hosts silence it
symptom store-peer-gone, survivable
  says    recvValue failed on SocketImpl(
  pattern recvValue failed on SocketImpl\(.*remote=\[?(?P<host>[^\],\s]+?)\]?:\d+\)
  cause   rank 0 on {host}, which runs the store, ended before this rank
  fix     read the output of rank 0
symptom store-should-dump, survivable
  says    Failed to check the "should dump" flag on TCPStore
  cause   rank 0, which runs the store, ended before this rank
  fix     read the output of rank 0
symptom nccl-uniqueid-store
  says    "is setting up NCCL communicator and "
  pattern \[(?P<rank>\d+)\] is setting up NCCL communicator and retr(?:ie|ei)ving ncclUniqueId from
          \[0\].*got error: (?P<why>.+)
  cause   rank 0 did not reach its first collective in time ({why}): it still prepares data, has
          crashed, or could not open a socket
  fix     read the output of rank 0; prepare the data before the start, or raise the time-out
          (ddp_timeout, DEEPSPEED_TIMEOUT in minutes)
  checks  ports.ephemeral-ports-are-open, collective.ranks-meet
root master-unresolvable
  shows   ValueError: host not found: {why:.+}
  cause   MASTER_ADDR has no address on this node ({why}); in Kubernetes the first pod or its
          headless service was not there yet
  fix     a name that every node resolves, or an address, in MASTER_ADDR; in Kubernetes let the
          workers wait until `nslookup $MASTER_ADDR` succeeds, and restart them (OnFailure)
  checks  names.every-node-resolves-every-node, ports.master-port-is-reachable
root tcpstore-answered-by-another
  says    Ping failed, invalid nonce returned
  cause   another program answers at the store's port: one of Ray's workers, a proxy, or the store
          of another run
  fix     a MASTER_PORT that nothing else uses, outside of Ray's worker ports (10002 to 19999); `ss
          -ltnp` on that node shows who listens
  checks  ports.master-port-is-free
root tcpstore-each-rank-is-master
  says    RuntimeError: Address already in use
  says    EADDRINUSE, address already in use
  near    \[1,\d+\]<std|\bmpirun\b|\bprterun\b|\bsrun\b
  frame   torch/distributed/rendezvous.py
  cause   several processes of one node each opened the store's port: each takes itself for rank 0,
          as RANK and WORLD_SIZE were not set from MPI's or Slurm's variables; or an earlier run
          holds the port
  fix     set RANK, WORLD_SIZE and LOCAL_RANK of each process (from OMPI_COMM_WORLD_RANK and the
          like, or by deepspeed.init_distributed with mpi4py); `ss -ltnp` shows whether an earlier
          run holds it
  checks  ports.master-port-is-free
root c10d-head-name-unknown
  says    cannot be retrieved (gai error:
  pattern (?<!IPv6 )network addresses of \((?P<node>[^,]+), (?P<port>\d+)\) cannot be retrieved
          \(gai error: (?P<code>-?\d+) - (?P<why>[^)]+)\)
  cause   the name {node} of the head has no address on this node ({why})
  fix     add {node} to DNS or /etc/hosts of every node, or give the head's address as --master_addr
          or --rdzv-endpoint
  checks  names.every-node-resolves-every-node
symptom c10d-head-without-ipv6, survivable
  shows   The IPv6 network addresses of ({node:[^,]+}, {port:\d+}) cannot be retrieved (gai error:
          {code:-?\d+} - {why:[^)]+})
  cause   {node} has no IPv6 address on this node ({why}), which is harmless where it has an IPv4
          one; where that is missing too, the name is unknown here
  fix     `getent ahosts {node}` on this node: without an answer add {node} to DNS or /etc/hosts of
          every node, or give the head's address as --master_addr; with one, rank 0 is not up
          there, its headless service hides it until it is ready (publishNotReadyAddresses), or a
          network policy or service mesh closes the port
  checks  names.every-node-resolves-every-node
symptom c10d-client-not-connected
  shows   The client socket has failed to connect to any network address of ({node:[^,]+},
          {port:\d+})
  cause   this rank cannot connect to the store of rank 0 at {node}:{port}: rank 0 has not started
          or has ended, the address is another machine's, or a firewall is between
  fix     read what rank 0 printed; the [W socket.cpp] lines before say why (111 nobody listens, 110
          and 113 a firewall or route); `nc -zv {node} {port}` from this node while rank 0 runs
  checks  ports.master-port-is-reachable, names.every-node-resolves-every-node
root rendezvous-port-privileged
  says    The server socket has failed to
  pattern The server socket has failed to (?:bind|listen).* \(errno: 13 - Permission denied\)
  cause   the port for the rendezvous may not be opened by this account: it is below 1024
  fix     a --master_port (--rdzv_endpoint) of 1024 or more, the same for all nodes
root rendezvous-backend-differs
  shows   The rendezvous backend '{one:[^']+}' does not match the requested backend '{other:[^']+}'
  cause   torchrun was given two rendezvous backends: {other} and {one}
  fix     one --rdzv_backend on every node
noise c10d-address-family-noise
  says    "(errno: 97 - "
  says    "(errno: 99 - "
  pattern socket (?:has failed to connect|cannot be initialized).*(?:\(errno: 97 - |\(errno: 99 -
          )\w
  cause   one of the addresses of a name (IPv6, localhost) cannot be used here, and torch tries the
          next
  fix     nothing; where no other address follows, look at the lines after it
root rendezvous-at-any-address
  says    while trying to connect to (0.0.0.0,
  says    failed to connect to 0.0.0.0:
  says    failed to connect to host 0.0.0.0:
  pattern (?:while trying to connect to \(0\.0\.0\.0,|failed to connect to (?:host )?0\.0\.0\.0:)
          ?(?P<port>\d+)
  unless  init_communicator|vllm_client\.py|vllm_serve
  cause   0.0.0.0 is where a server listens and no address to connect to: each node looks for port
          {port} on itself, and only rank 0's has it; on one machine alone rank 0 did not open it
  fix     MASTER_ADDR (--master_addr, --rdzv-endpoint, main_process_ip) with the name or address of
          rank 0's node, the same on every node
  checks  ports.master-port-is-reachable, collective.ranks-meet
root eaddrinuse-launchers
  says    errno: 98 - Address already in use
  pattern failed to (?:bind|listen).*? (?:\S*:)?(?P<port>\d+) \(errno: 98 - Address already in use
  near    (?:\[launch\.py:\d+:|\[runner\.py:\d+:|torch/distributed/(?:run|launch)\.py|
          accelerate/commands)[\s\S]*^(?:srun: )?error: (?P<node>[^\s:]+): tasks
          (?P<tasks>\d+[,-][\d,-]*):
  cause   srun starts a launcher (deepspeed, torchrun) for each task: those of tasks {tasks} on
          {node} all want port {port}, which only the first can open
  fix     one task for each node when a launcher starts the ranks: `srun --ntasks-per-node=1`; or
          leave the launcher out, and let srun start each rank with RANK=$SLURM_PROCID,
          LOCAL_RANK=$SLURM_LOCALID; another port does not help
"""
)
