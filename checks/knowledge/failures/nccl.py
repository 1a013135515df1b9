"""What NCCL says of its sockets, versions and peers."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

_ROUTED = (
    r"NET/(?:Socket|IB) ?: Using .*?\](?P<ifname>(?!docker|br-|veth|virbr|cni|flannel|cali|"
    r"tailscale|lo\b)\w[\w.-]*):(?P<own>(?!172\.1[78]\.|169\.254\.|192\.168\.122\.|127\.)\d[\d.]+)<"
)
"""What NCCL says of an interface that other nodes may reach."""

FAILURES = read_entries(
    r"""
OPEN_PORTS_FIX = open net.ipv4.ip_local_port_range between the nodes, and set NCCL_SOCKET_IFNAME to
   the interface
BLOCKED_CAUSE = NCCL cannot connect to {address} ({why}): a firewall opens only the master port, or
   the address belongs to a container's or virtual network
root nccl-no-socket-if
  says    interface found
  pattern NCCL WARN (?:Bootstrap : no socket interface found|NET/Socket : [Nn]o (?:usable listening
          |socket )?interface found|NET/IB : No IP interface found|NET/Socket : No usable listening
          interface found)
  cause   NCCL finds no interface of this node that it may use: NCCL_SOCKET_IFNAME, which a launcher
          may pass on from the head, names none here (or there is none besides lo)
  fix     use a prefix that all nodes have, an exclusion such as ^docker,lo, or a value for each
          node
  checks  nccl.socket-interface-exists
root nccl-address-family
  shows   with family {family:\d+} is neither AF_INET
  cause   a rank sent NCCL an address that is none: NCCL_SOCKET_IFNAME names an interface that one
          node does not have, or that has no address there
  fix     set NCCL_SOCKET_IFNAME to a prefix that all nodes have, an exclusion such as ^docker,lo,
          or a value for each node; `ip -br addr` on each node shows their names
  checks  nccl.socket-interface-exists, network.one-network
root nccl-gpu-memory-full
  says    NCCL WARN Cuda failure
  says    "NCCL WARN Failed to CUDA "
  pattern NCCL WARN Cuda failure (?:\d+ )?'out of memory'|NCCL WARN Failed to CUDA (?:calloc|malloc|
          host alloc)
  cause   the memory of a GPU was full when NCCL wanted its own buffers there
  fix     leave it 1 or 2 GiB: a smaller micro batch, a lower gpu_memory_utilization of vLLM, no
          other process on that GPU (`nvidia-smi`)
  checks  gpu.gpus-are-idle, gpu.driver-answers
root nccl-connect-failed, peer
  says    "onnect to "
  pattern NCCL WARN .*?[Cc]onnect to (?P<address>[^<\s]+)<(?P<port>\d+)> (?:failed ?: ?|returned
          )(?:\d+\()?(?P<why>[A-Z][A-Za-z ]+)(?!.*exceeded error retry)
  cause   {BLOCKED_CAUSE}
  fix     {OPEN_PORTS_FIX}
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, collective.ranks-meet
root nccl-connect-retries, peer
  shows   connect to {address:(?!169\.254\.|fe80:|127\.|172\.17\.)[^<\s]+}<{port:\d+}> returned
          {why:[^,]+}, exceeded error retry count after {n:\d+} attempts
  cause   {BLOCKED_CAUSE}; it tried for about a minute
  fix     {OPEN_PORTS_FIX}
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, collective.ranks-meet
root nccl-virtual-if-used, survivable
  says    "NET/Socket : Using "
  pattern NET/Socket : Using .*\](?P<name>(?:docker|br-|veth|virbr|cni|flannel|cali|tailscale)\S*?):
  unless  \bnNodes 1\b
  cause   NCCL uses {name}, a virtual interface: where several nodes take part the others cannot
          reach it; by default it excludes only docker*, lo and virbr*
  fix     set NCCL_SOCKET_IFNAME to the real interface, in .deepspeed_env or [env]
  checks  nccl.socket-interface-exists, network.one-network
silent nccl-no-ib, survivable
  says    NET/IB : No device found
  cause   NCCL finds no InfiniBand or RoCE device and uses TCP, which is many times slower; without
          such adapters that is right, in a container /dev/infiniband may be missing
  fix     use `docker run --device=/dev/infiniband --ulimit memlock=-1`, libibverbs in the image,
          and no NCCL_IB_DISABLE=1
  checks  nccl.infiniband-ports-are-active, nccl.infiniband-is-not-disabled
symptom nccl-peer-closed
  says    "onnection closed by remote peer "
  pattern [Cc]onnection closed by remote peer (?P<peer>[^\s<]+)
  cause   the rank at {peer} died or left
  fix     find the rank that failed first
symptom nccl-service-thread-closed, survivable
  shows   [Service thread] Connection closed by localRank {local:\d+}
  cause   local rank {local} of this node ended
  fix     read the earlier output of that rank
root nccl-version-mismatch
  shows   Mismatched NCCL version detected : rank {rank:\d+} version {mine:\d+} rank {other:\d+}
          version {theirs:\d+}
  cause   rank {rank} has NCCL {mine}, rank {other} has {theirs}
  fix     install the same image or wheels on every node
  checks  software.versions-are-equal, collective.ranks-meet
root nccl-message-truncated
  says    "Message truncated : received "
  pattern Message truncated : received (?P<got>\d+)(?:,\d+)? bytes instead of (?P<wanted>\d+)
  cause   ranks disagree about what they send ({got} bytes, {wanted} expected): another NCCL or
          another NCCL_* variable on one node, or different collectives
  fix     use the same NCCL and the same NCCL_* variables on every node; check ~/.nccl.conf and
          /etc/nccl.conf
  checks  nccl.conf-file-is-read-as-meant, nccl.variables-are-equal, software.versions-are-equal
symptom nccl-unhandled-system
  says    ncclSystemError: System call
  says    "NCCL error in: "
  says    unhandled system error (run with
  says    "NCCL Error 2: unhandled"
  pattern ncclSystemError: System call|NCCL error in: .*unhandled system error|
          unhandled system error \(run with|NCCL Error 2: unhandled
  cause   a system call of NCCL failed; only NCCL_DEBUG=WARN shows which one
  fix     start again with NCCL_DEBUG=WARN in [env], and read the first NCCL WARN line
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, limits.memlock-is-unlimited,
          collective.ranks-meet
  follows nccl-socket-call-failed, nccl-peer-closed, nccl-proxy-connect-failed
symptom nccl-proxy-connect-failed
  says    Error encountered progressing operation=
  pattern Error encountered progressing operation=(?P<operation>Connect|Setup), res=(?P<result>\d+)
  cause   NCCL's service thread could not open a connection to a peer ({operation}, result
          {result}): the interfaces or adapters chosen do not reach each other, their memory may not
          be locked or registered, or the peer has ended
  fix     NCCL_DEBUG=INFO in [env] on all nodes: the NCCL WARN of this rank before names the call,
          and NET/ lines the interface; one network on all (NCCL_SOCKET_IFNAME, NCCL_IB_HCA), open
          ports between the nodes, `--ulimit memlock=-1`
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, limits.memlock-is-unlimited,
          collective.ranks-meet
symptom nccl-remote-error
  says    ncclRemoteError: A call failed possibly due to a network error
  cause   a peer ended early, or the network failed
  fix     find the rank that failed first; if there is none, suspect the network
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists
root nccl-internal-check, peer
  says    "ncclInternalError: Internal check failed."
  unless  ^Last error:\s*\S
  cause   NCCL found its own state broken: ranks use different NCCL releases or NCCL_* settings, its
          network plugin failed, or a peer ended in the middle
  fix     read NCCL's WARN lines of that rank (NCCL_DEBUG=WARN in [env]); the same NCCL and
          variables on every node; NCCL_NET=Socket, NCCL_CUMEM_ENABLE=0 or NCCL_NVLS_ENABLE=0 in
          turn show which part it is
  checks  nccl.variables-are-equal, software.versions-are-equal
root nccl-over-link-local
  says    onnect to 169.254.
  says    onnect to fe80:
  pattern NCCL WARN .*?[Cc]onnect to (?P<address>169\.254\.[\d.]+|fe80:[^<\s]+)<
  cause   NCCL was given {address} for a peer, an address that is valid on one link alone: the
          peer's NCCL chose an interface without a routed address (the metadata service's, a USB or
          BMC network, a port without DHCP)
  fix     NCCL_SOCKET_IFNAME=eth0, the interface between the nodes, on every node; `ip -br addr`
          shows which one has {address}
  checks  nccl.socket-interface-exists, network.one-network, collective.ranks-meet
root nccl-over-container-bridge-beside
  says    onnect to 172.17.
  says    onnect to 192.168.122.
  pattern NCCL WARN .*?[Cc]onnect to (?P<address>(?:172\.17|192\.168\.122)\.[\d.]+)<
  near    {ROUTED}
  cause   NCCL was given {address} for a peer, an address of docker0 or virbr0, which every node has
          and no other node reaches; this node's own network is {ifname} ({own})
  fix     NCCL_SOCKET_IFNAME={ifname} and GLOO_SOCKET_IFNAME={ifname} in [env] on every node (where
          nodes name it otherwise, NCCL_SOCKET_IFNAME=^docker,br-,virbr,veth,lo)
  checks  nccl.socket-interface-exists, network.one-network, collective.ranks-meet
root nccl-over-link-local-beside
  says    onnect to 169.254.
  says    onnect to fe80:
  pattern NCCL WARN .*?[Cc]onnect to (?P<address>169\.254\.[\d.]+|fe80:[^<\s]+)<
  near    {ROUTED}
  cause   NCCL was given {address} for a peer, an address that is valid on one link alone: the
          peer's NCCL chose an interface without a routed address; this node's own network is
          {ifname} ({own})
  fix     NCCL_SOCKET_IFNAME={ifname} and GLOO_SOCKET_IFNAME={ifname} in [env] on every node, or the
          name that `ip -br addr` shows there for the same network
  checks  nccl.socket-interface-exists, network.one-network, collective.ranks-meet
root nccl-over-container-bridge
  says    onnect to 172.17.
  says    onnect to 192.168.122.
  pattern NCCL WARN .*?[Cc]onnect to (?P<address>(?:172\.17|192\.168\.122)\.[\d.]+)<
  cause   NCCL was given {address} for a peer, an address of docker0 or virbr0, which every node has
          and no other node reaches
  fix     NCCL_SOCKET_IFNAME=eth0, the interface between the nodes, or ^docker,br-,virbr,veth,lo, on
          every node
  checks  nccl.socket-interface-exists, network.one-network, collective.ranks-meet
root nccl-network-id-unknown
  shows   Could not find {what:NET with id|net id} {id:[0-9a-fx]+}
  cause   NCCL's own picture of the adapters is inconsistent: it looks for network {id}, which it
          does not have; NCCL 2.25 and 2.26 do so by themselves where they find no path for a tree
          (NVIDIA/nccl#1748), else ranks see different adapters or a NCCL_TOPO_FILE of another
          machine
  fix     NCCL 2.27 or newer on every node (the wheel nvidia-nccl-cu12, or a newer container); unset
          NCCL_TOPO_FILE and NCCL_GRAPH_FILE
  checks  software.releases-work-together, nccl.named-files-are-there,
          nccl.all-nodes-agree-on-transport
root nccl-remote-version
  shows   NCCL version mismatch with remote peer {peer} (local: {mine:[^,]+}, remote {theirs:[^)]+})
  cause   this rank has NCCL {mine}, the one at {peer} has {theirs}
  fix     install the same image or wheels on every node
  checks  software.versions-are-equal, collective.ranks-meet
root nccl-driver-older-than-minimum
  shows   CUDA Driver version found is {found:\d+}. Minimum requirement is {wanted:\d+}
  cause   NCCL needs a driver for CUDA {wanted} (as 12020 for 12.2), and this node's is for {found}
  fix     a newer driver on this node, or a NCCL for its CUDA
  checks  gpu.drivers-are-equal, software.torch-fits-the-gpus
symptom nccl-unhandled-cuda
  says    "ncclUnhandledCudaError: Call to CUDA function failed."
  says    NCCL Error 1: unhandled cuda error
  says    unhandled cuda error (run with
  cause   CUDA refused something that NCCL asked for; its own words stand below `Last error:` or in
          the NCCL WARN line before
  fix     where there are none, start again with NCCL_DEBUG=WARN in [env]; look for an earlier CUDA
          error of that rank, and `dmesg | grep -i xid`
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault, gpu.drivers-are-equal
symptom nccl-invalid-usage
  says    ncclInvalidUsage: This usually reflects invalid usage of NCCL library
  cause   NCCL was called in a way that it does not allow; most often two ranks have one GPU, or the
          ranks disagree about a call
  fix     NCCL's own words stand below `Last error:`; one GPU for each rank:
          torch.cuda.set_device(LOCAL_RANK) before the first collective
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
symptom nccl-socket-call-failed
  says    "NCCL WARN Net : Call to "
  says    "NCCL WARN Call to recv"
  says    "NCCL WARN Call to send"
  says    "ocketProgressOpt: Call to "
  pattern (?:NCCL WARN (?:Net : )?|ocketProgressOpt: )Call to (?P<what>recv|send)\S*(?: from|
          to)? ?(?P<peer>[^\s<]*)\S* failed : (?P<why>.+)
  cause   the connection to {peer} broke ({why}): the rank there ended, or the network between the
          nodes went away
  fix     find the rank that failed first; without one look at the network: `dmesg` and `ip -s link`
          on both nodes, firewalls that forget idle connections
  checks  network.packets-are-not-lost, limits.links-stay-up
root nccl-connect-refused, peer
  says    Connection refused
  pattern NCCL WARN .*?[Cc]onnect to
          (?P<address>(?!169\.254\.|fe80:|127\.|172\.17\.|192\.168\.122\.)[^<\s]+)<(?P<port>\d+)>
          (?:failed ?: ?|returned )(?:\d+\()?Connection refused
  near    .
  cause   nobody listens at {address}, port {port}: the peer's process ended before, or that address
          is not the peer's (a virtual network, which each node has)
  fix     read the output of the rank at {address}, and find the one that failed first; where none
          did, NCCL_SOCKET_IFNAME with the interface between the nodes on every node; a firewall
          that rejects looks the same
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, collective.ranks-meet
root nccl-collectives-mismatch
  says    Mismatched collective detected, please check your collective calls
  cause   ranks called different collectives, as NCCL found: a branch depends on the rank, or one
          rank had fewer batches
  fix     make every rank take the same path around collectives; the same number of batches for
          each; TORCH_DISTRIBUTED_DEBUG=DETAIL names what each called
noise nccl-no-ring-noise
  shows   Could not find a path for pattern {n:\d+}, falling back to simple order
  cause   NCCL found no better way through this machine than the plain order, as in virtual machines
  fix     nothing; a topology file of the cloud may be faster
symptom nccl-peer-lost
  says    ncclRemoteError: A call failed possibly due to a network error
  says    remote process exited or there was a network error
  near    ^Last error:\s*\n?.*?(?:from|with|peer) (?P<peer>\d+\.\d+\.\d+\.\d+)<
  cause   the connection to {peer} broke: a rank there ended early, or the network between failed
  fix     read first what the ranks on {peer} printed; where none of them failed, the network:
          `ibstat`, `dmesg` and the error counters of the ports there, nccl-tests between pairs of
          nodes, and leave the node out with which they fail
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists,
          nccl.infiniband-ports-are-active
root nccl-connect-retries-unnamed, peer
  shows   PollConnect: connect returned {why:[^,]+}, exceeded error retry count ({n:\d+})
  cause   this rank called another one and got {why}, {n} times in about a minute: the other had
          already ended or closed its port, or a firewall refuses the calls
  fix     where another rank shows an error, that is the cause; else open all TCP ports between the
          nodes and name the interface between them in NCCL_SOCKET_IFNAME; NCCL_DEBUG=INFO in [env]
          shows whom it called
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, collective.ranks-meet
root nccl-fabric-memory-import
  says    Cuda failure 101 'invalid device ordinal
  says    Cuda failure 400 'invalid resource handle
  near    via P2P/MNNVL(?:.*\n)+?.*\btransport/p2p\.cc:\d+ NCCL WARN Cuda failure
  cause   these GPUs of several nodes take the way over NVLink (MNNVL), and importing the memory of
          the other node's GPU failed: no IMEX channel that both share, as in
          containers that were not given one, or an IMEX service that does not know the other node
  fix     `nvidia-imex-ctl -N` and `ls /dev/nvidia-caps-imex-channels` on both nodes; in Kubernetes
          one ComputeDomain for both pods (NVIDIA's DRA driver), in docker --device of the channel;
          NCCL_MNNVL_ENABLE=0 in [env] goes without it
  checks  gpu.fabric-is-ready
root nccl-fabric-memory-refused
  says    "Cuda failure 800 'operation not permitted'"
  says    "CUDA failure 800 'operation not permitted'"
  pattern Cuda failure 800 'operation not permitted'|CUDA failure 800 'operation not permitted'
  near    \bMNNVL\b|fabric UUID|cuMemExportToShareableHandle|CU_MEM_HANDLE_TYPE_FABRIC|NET/MNNVL
  cause   the GPUs of these nodes are joined by NVLink (MNNVL, as GB200), and the driver does not
          let this process share memory over it: the IMEX service does not run or has no channel
          here (/dev/nvidia-caps-imex-channels), as in a container that was not given one
  fix     `nvidia-imex-ctl -N` and `ls /dev/nvidia-caps-imex-channels` on that node; in Kubernetes a
          ComputeDomain (NVIDIA's DRA driver), in docker --device of the channel;
          NCCL_MNNVL_ENABLE=0 in [env] goes without it
  checks  gpu.fabric-is-ready
""",
    ROUTED=_ROUTED,
)
