"""What NCCL says of its start: its library, NVLink, plugins, the ranks that check in."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
SAME_RANKS_FIX = start one launcher on each node, with the same number of nodes and a node rank of
   its own; end processes of an earlier run that use the same port
root nccl-nvls-multicast
  says    Failed to bind NVLink SHARP (NVLS) Multicast memory
  cause   NVLink SHARP cannot be set up: the fabric manager or an NVSwitch of this node is not
          healthy, or the container lacks the driver's fabric
  fix     restart nvidia-fabricmanager, of the driver's version, and reset the GPUs;
          NCCL_NVLS_ENABLE=0 avoids it
  checks  gpu.fabric-is-ready, gpu.nvlinks-are-active
root nccl-imex-not-working
  says    is available but not working on this system. Check the IMEX
  cause   the GPUs belong to an NVLink domain of several nodes, but the IMEX service or its channel
          is missing on this node or in this container
  fix     start nvidia-imex on every node with the same nodes_config.cfg (`nvidia-imex-ctl -N`),
          pass /dev/nvidia-caps-imex-channels on; NCCL_MNNVL_ENABLE=0 avoids it
  checks  gpu.fabric-is-ready
root nccl-nvlink-peers-disabled
  shows   P2P is disabled between NVLINK connected GPUs {one:\d+} and {two:\d+}
  cause   GPUs {one} and {two} are connected by NVLink, yet the driver allows no peer access: a
          faulty link or a fabric manager that does not run
  fix     `nvidia-smi topo -p2p r` and `nvidia-smi nvlink -s` on that node; restart
          nvidia-fabricmanager or reset the GPUs
  checks  gpu.nvlinks-are-active, gpu.fabric-is-ready
root nccl-library-older-than-built-for
  says    "This application was compiled with NCCL version "
  says    was compiled with too old version
  pattern NCCL library is (?:too old|not backwards compatible)\. This application was compiled with
          NCCL version |application was compiled with too old version of NCCL
  cause   another libnccl.so than the one that torch was built for is loaded, from LD_LIBRARY_PATH,
          LD_PRELOAD or the system
  fix     remove that path, or install the nvidia-nccl wheel that torch asks for
  checks  training.nccl-is-the-one-installed, software.versions-are-equal
root nccl-no-transport
  says    "No transport found for rank "
  pattern No transport found for rank (?P<rank>\d+)\[\w+\] -> rank (?P<other>\d+)
  cause   NCCL has no way from rank {rank} to rank {other}: peer access, shared memory and network
          are switched off or unusable between them
  fix     unset NCCL_P2P_DISABLE, NCCL_SHM_DISABLE and NCCL_NET, on every node alike
  checks  nccl.local-transports-are-left-on, nccl.network-named-is-there
root nccl-network-not-found
  says    Failed to initialize any NET plugin
  says    "NCCL WARN Error: network "
  pattern NCCL WARN (?:Failed to initialize any NET plugin|Error: network .*not found)
  cause   the network that NCCL_NET or NCCL_NET_PLUGIN names could not be started here: its plugin
          is missing, or it found no adapter
  fix     unset NCCL_NET, or install the plugin on this node and put it in LD_LIBRARY_PATH
  checks  nccl.network-named-is-there, nccl.plugins-are-there
root nccl-comm-id-invalid
  says    Invalid NCCL_COMM_ID, please use format
  cause   NCCL_COMM_ID is set to something that is no address with a port
  fix     unset NCCL_COMM_ID: torch passes the address on by itself
  checks  nccl.variable-values-are-valid
root nccl-socket-message-truncated
  says    " message truncated : receiving "
  pattern NET/Socket : peer (?P<peer>[^\s<]+)\S* message truncated : receiving (?P<got>\d+) bytes
          instead of (?P<wanted>\d+)
  cause   {peer} sends {got} bytes where {wanted} are expected: the ranks run different collectives,
          or have another NCCL_ALGO or NCCL_PROTO
  fix     use the same NCCL and the same NCCL_* variables on every node; compare what the ranks do
          in that step
  checks  nccl.variables-are-equal, software.versions-are-equal
root nccl-rank-checked-in-twice
  shows   Bootstrap Root : rank {rank:\d+} of {n:\d+} ranks has already checked in
  cause   two processes call themselves rank {rank}: two nodes were started with the same node rank,
          or an earlier run still joins
  fix     {SAME_RANKS_FIX}
  checks  accelerate.machine-ranks-are-whole, training.smoke-trains
root nccl-rank-counts-differ
  says    "Bootstrap Root : mismatch in "
  pattern Bootstrap Root : mismatch in (?:rank count|info) from procs
  cause   the processes disagree about how many ranks there are
  fix     {SAME_RANKS_FIX}
  checks  accelerate.machines-and-processes-fit
root nccl-no-algorithm
  says    "No algorithm/protocol available for function "
  pattern No algorithm/protocol available for function (?P<call>\w+) with datatype
          .*NCCL_(?P<variable>ALGO|PROTO) was set to (?P<value>[^ .]+)
  cause   NCCL_{variable}={value} leaves no way to do {call} on these GPUs and links
  fix     unset NCCL_{variable} on every node
  checks  nccl.variable-values-are-valid
root nccl-nvls-with-shared-gpu
  says    NCCL_NVLS_ENABLE has been set to "1" and communicator has multiple ranks
  cause   two ranks share a GPU, which NVLink SHARP does not allow, and NCCL_NVLS_ENABLE=1 insists
          on it
  fix     give each rank a GPU of its own: no more slots than GPUs, no CUDA_VISIBLE_DEVICES that
          repeats one
  checks  gpu.slots-have-gpus, gpu.mig-is-off
root nccl-named-file-unreadable, survivable
  says    "Could not open XML graph file "
  says    "Could not open XML topology file "
  pattern NCCL WARN Could not open XML (?P<what>graph|topology) file (?P<path>\S+)
  cause   the file {path}, which NCCL_{what}_FILE names, is missing or unreadable here
  fix     copy it to the same path on every node and in the container, or unset the variable
  checks  nccl.named-files-are-there
root nccl-shm-segment
  says    "NCCL WARN Error while "
  pattern NCCL WARN Error while (?P<what>creating|attaching to) shared memory segment (?P<path>\S+)
          \(size (?P<n>\d+)\)
  cause   {what} {path} failed: /dev/shm is full, or the ranks of this node run in containers that
          do not share it
  fix     `df -h /dev/shm` on that node; in containers: one for all ranks of a node, or --ipc=host;
          delete /dev/shm/nccl-* of runs that are over
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root nccl-nvml-missing
  says    NCCL WARN Failed to open libnvidia-ml.so.1
  cause   the driver's management library is not in the container
  fix     start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility (or all)
  checks  gpu.driver-libraries-are-whole
root nccl-thread-refused
  says    NCCL WARN Thread creation failed
  cause   the account or its container may start no more threads
  fix     set nproc to unlimited for logins over ssh; in a container raise its pids limit
  checks  limits.group-allows-enough-processes, limits.nproc-is-enough
silent nccl-collnet-not-used, survivable
  says    Cannot initialize CollNet, using point-to-point network instead
  cause   NCCL_COLLNET_ENABLE=1 asks for reduction in the switches (SHARP), which does not work here
  fix     unset NCCL_COLLNET_ENABLE, or install the SHARP plugin and its daemon on every node
  checks  nccl.plugins-are-there
silent nccl-gpu-direct-off, survivable
  shows   GPU Direct RDMA Disabled for HCA {n:\d+} '{name:[^']+}'
  cause   {name} does not read the GPUs' memory itself, so that each message takes a detour through
          the host: nvidia_peermem is not loaded and dma-buf not usable, or GPU and adapter are far
          apart
  fix     run `modprobe nvidia_peermem` on that node; `nvidia-smi topo -m` shows distances
  checks  gpu.gpus-reach-adapters, collective.ranks-use-the-fastest-transport
symptom nccl-ras-dead-processes
  says    " considered dead (unreachable via the RAS network)"
  pattern (?P<n>\d+) job process(?:es are| is) considered dead \(unreachable via the RAS network\)
  cause   {n} processes of the job no longer answer NCCL: they ended, or their node is gone
  fix     find the rank that failed first on the node that `ncclras -v` names
root nccl-nvls-failed
  says    transport/nvls.cc:
  pattern transport/nvls\.cc:\d+ NCCL WARN (?:Cuda failure \d+ |.*failed)
  cause   NVLink SHARP (NVLS) cannot be set up on this node: the fabric manager was started again
          without a reset of the GPUs, or an NVSwitch is not healthy
  fix     restart nvidia-fabricmanager, of the driver's version, and reset the GPUs or reboot;
          NCCL_NVLS_ENABLE=0 avoids it
  checks  gpu.fabric-is-ready, gpu.nvlinks-are-active
symptom nccl-error-through-vllm
  says    "RuntimeError: NCCL error: "
  frame   pynccl
  cause   NCCL refused what vLLM asked for; with NCCL_DEBUG=WARN it says why
  fix     read the NCCL WARN lines of this process and of its peers; start again with
          NCCL_DEBUG=WARN in [env] where there are none
root nccl-oob-interface
  says    verify NCCL_OOB_NET_IFNAME
  pattern no device found (?:matching|after excluding) (?P<value>.+), verify NCCL_OOB_NET_IFNAME
  cause   NCCL_OOB_NET_IFNAME ({value}) names no network device of this node
  fix     unset it, or name one that every node has
  checks  nccl.every-adapter-named-is-there, nccl.variables-are-equal
root nccl-collnet-counts, survivable
  says    Detected mixed local CollNet device counts across ranks
  pattern Detected mixed local CollNet device counts across ranks(?!.*Ignoring)
  cause   a node has fewer adapters for reductions in the switches (SHARP) than the others
  fix     repair the adapter, or unset NCCL_COLLNET_ENABLE
  checks  nccl.infiniband-ports-are-active
root nccl-comm-id-unresolved
  shows   Net : error encountered when getting address info : {why:.+}
  cause   the name in NCCL_COMM_ID has no address here ({why})
  fix     unset NCCL_COMM_ID: torch passes the address on by itself
  checks  nccl.variable-values-are-valid
root nccl-over-loopback, peer
  says    onnect to 127.
  pattern NCCL WARN .*?[Cc]onnect to (?P<address>127\.[\d.]+)<
  cause   NCCL was given {address}, its own machine's loopback, for a peer: NCCL_SOCKET_IFNAME is lo
          or unset where only lo was found; between ranks of one node the peer's process ended
  fix     NCCL_SOCKET_IFNAME=eth0, the interface between the nodes, on every node; on one node find
          the rank that failed first
  checks  nccl.socket-interface-exists, collective.ranks-meet
root nccl-without-tls
  says    NCCL was built without TLS support but a pre-shared key was configured
  says    ncclCrypt: TLS connection requested without TLS support
  cause   the program asks for encrypted sockets (ncclSetEncryption, NCCL 2.32), and this NCCL, as
          the wheels on PyPI, was built without OpenSSL
  fix     a NCCL built with TLS_BACKEND=OPENSSL3 on every node, or no key
  checks  software.versions-are-equal
root nccl-libcuda-missing
  says    Failed to find CUDA library libcuda.so
  cause   NCCL does not find the driver's libcuda.so: its folder is not among the loader's (WSL:
          /usr/lib/wsl/lib; a container that was started without the driver)
  fix     put the folder of libcuda.so in LD_LIBRARY_PATH (WSL: /usr/lib/wsl/lib) with a link
          libcuda.so to libcuda.so.1, or run ldconfig; in a container
          NVIDIA_DRIVER_CAPABILITIES=compute,utility
  checks  gpu.driver-libraries-are-whole
root nccl-shm-full
  says    Call to posix_fallocate failed
  says    Error while creating shared memory segment
  pattern NCCL WARN (?:Call to posix_fallocate failed : No space left on device|Error while creating
          shared memory segment \S+ \(size \d+\), error: No space left)
  cause   /dev/shm of this node or container is full or too small for NCCL's shared memory; docker
          gives 64 MB
  fix     `docker run --shm-size=16g` or --ipc=host (Kubernetes: an emptyDir of medium Memory at
          /dev/shm); delete /dev/shm/nccl-* of runs that are over
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root nccl-adapter-not-opened
  shows   NCCL WARN NET/IB : Unable to open device {device:\S+}
  cause   NCCL may not open {device}: its file /dev/infiniband/uverbs* is not passed into the
          container, or belongs to another group
  fix     `ls -l /dev/infiniband` and `ibv_devinfo -d {device}` in the rank's environment; `docker
          run --device=/dev/infiniband`; NCCL_IB_HCA without it
  checks  nccl.infiniband-is-usable, nccl.every-adapter-named-is-there
root nccl-cuda-not-initialised
  says    "NCCL WARN Cuda failure 3 "
  says    NCCL WARN Cuda failure 'initialization error'
  pattern NCCL WARN Cuda failure (?:3 )?'initialization error'
  cause   CUDA could not be initialised in this process: it was forked after another had used CUDA,
          or the driver of this node does not answer
  fix     start workers by spawn in place of fork; `nvidia-smi` on that node
  checks  gpu.driver-answers, gpu.devices-may-be-opened
root nccl-cuda-unknown-error
  says    NCCL WARN Cuda failure 999 'unknown error'
  says    NCCL WARN Cuda failure 'unknown error'
  pattern NCCL WARN Cuda failure (?:999 )?'unknown error'
  cause   the driver did not answer NCCL: a GPU hangs or fell off the bus, or device files of the
          driver are missing in the container
  fix     `nvidia-smi` and `dmesg | grep -i xid` on that node; restart the container, reboot the
          node
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
  follows gpu-xid, gpu-lost
root nccl-nvml-refused
  shows   NCCL WARN nvmlInit{version:\w*}() failed: {why:.+}
  cause   NCCL cannot use the driver's management library on this node: {why}
  fix     after `Driver/library version mismatch` reboot the node; in a container
          NVIDIA_DRIVER_CAPABILITIES=compute,utility
  checks  gpu.driver-answers, gpu.driver-libraries-are-whole
symptom nccl-proxy-call-failed
  says    "Proxy Call to rank "
  pattern NCCL WARN Proxy Call to rank (?P<other>\d+) failed \((?P<what>\w+)\)
  cause   the rank of this node that serves the network for others (rank {other}) did not do what it
          was asked for ({what}): it ended or met an error
  fix     read the NCCL WARN lines and the output of rank {other}
root nccl-two-releases
  says    Invalid config blocking attribute value -2147483648
  cause   torch passes NCCL settings of a newer release than the libnccl that is loaded: two
          releases
          are installed (nvidia-nccl-cu11 beside nvidia-nccl-cu12, or one in LD_LIBRARY_PATH)
  fix     `uv pip list | grep nccl` on every node: uninstall the one that torch does not name and
          reinstall torch's; take the folder of another libnccl.so.2 out of LD_LIBRARY_PATH
  checks  software.versions-are-equal
root nccl-topology-file-wrong
  says    NCCL WARN XML Topology has wrong version
  says    NCCL WARN XML Graph has wrong version
  cause   the file that NCCL_TOPO_FILE or NCCL_GRAPH_FILE names is of another NCCL's format
  fix     unset both on every node, or write the file again with this NCCL (NCCL_TOPO_DUMP_FILE)
root nccl-topology-attribute
  shows   Attribute {attribute} of node {node} not found
  cause   NCCL's picture of the machine lacks {attribute} of {node}: a topology file of another
          machine or release (NCCL_TOPO_FILE, as clouds' images set it), or a virtual machine that
          hides its PCI tree
  fix     unset NCCL_TOPO_FILE on every node; else the file of this very type of instance; a newer
          NCCL
symptom nccl-uds-socket, survivable
  says    "NCCL WARN UDS: "
  pattern NCCL WARN UDS: (?P<why>.+)
  cause   ranks of one node cannot hand memory to each other over a socket of that node ({why}):
          they run in containers or network namespaces of their own, or the peer ended
  fix     all ranks of a node in one container, or --network=host --ipc=host for each;
          NCCL_CUMEM_ENABLE=0 goes without; where a rank failed before, read its output
root nccl-bind-address
  says    Cannot assign requested address
  pattern NCCL WARN (?:Net ?: )?(?:Call to )?bind.* failed ?: Cannot assign requested address
  cause   NCCL should listen on an address that this node does not have: NCCL_SOCKET_IFNAME or
          NCCL_OOB_NET_IFNAME names an interface that lost its address, or one of another network
          namespace
  fix     `ip -br addr` in the rank's environment; NCCL_SOCKET_IFNAME with the interface between the
          nodes
root nccl-connections-too-many
  shows   [Proxy service] Too many connections ({max:\d+} max)
  cause   more ranks of this node asked NCCL's proxy for connections than it takes ({max}): two
          processes for one rank, or ranks of an earlier run
  fix     one process for each GPU; end earlier runs on that node (`nvidia-smi`)
symptom nccl-communicator-in-use, survivable
  says    Attempt to use communicator before the previous operation returned ncclSuccess
  cause   a communicator is used while it is still being made or after it failed: several threads
          use one group at once, or an error before was passed over
  fix     find the first NCCL WARN or error of this rank; no collectives of one group from two
          threads; TORCH_NCCL_BLOCKING_WAIT and nonblocking init off
root nccl-device-count-failed
  says    failed to peer with device
  unless  peer access is not supported
  cause   two GPUs of this node cannot open each other's memory: another process's GPU is hidden
          (CUDA_VISIBLE_DEVICES of one GPU in containers), ACS or the IOMMU, or a GPU that failed
  fix     NCCL_P2P_DISABLE=1 in [env] proves it; `nvidia-smi topo -p2p r`; ACS and the IOMMU off;
          one container for all ranks of a node
root nccl-cuda-newer-than-driver
  says    "NCCL WARN Cuda failure "
  pattern NCCL WARN Cuda failure (?:\d+ )?'(?P<what>invalid argument|operation not supported|unknown
          error|API call is not supported in the installed CUDA driver)'
  near    cudaDriverVersion (?P<driver>(?:120(?=00[\s\S]*\+cuda12\.[1-9])|
          120(?=10[\s\S]*\+cuda12\.[2-9])|120(?=20[\s\S]*\+cuda12\.[3-9])|
          120(?=30[\s\S]*\+cuda12\.[4-9])|120(?=40[\s\S]*\+cuda12\.[5-9])|
          120(?=50[\s\S]*\+cuda12\.[6-9])|120(?=60[\s\S]*\+cuda12\.[89])|
          120(?=\d0[\s\S]*\+cuda13\.)|110(?=\d0[\s\S]*\+cuda1[23]\.))\d0)\b[\s\S]*?NCCL version
          \S+\+cuda(?P<built>\d+\.\d+)
  cause   NCCL was built for CUDA {built}, and this node's driver is older (cudaDriverVersion
          {driver}: 12020 is CUDA 12.2): a call of NCCL's is refused ({what}), as of NVLS and cuMem,
          which the older driver does not know
  fix     NCCL_NVLS_ENABLE=0 and NCCL_CUMEM_ENABLE=0 in [env] go round it at once; to cure it a
          driver of CUDA {built} or newer on every node, or a torch that was built for the driver's
          CUDA; only where it goes on look at the fabric manager
  checks  software.versions-are-equal, gpu.fabric-is-ready
silent nccl-net-plugin-missing, survivable
  says    "NET/Plugin: Could not find: "
  pattern NET/Plugin: Could not find: (?P<plugin>lib[rn]ccl-net\S*?\.so)
  near    (?:Bootstrap|NET/Socket) ?: Using \[?\d*\]?(?P<interface>hsn\d|efa\w*|rdmap\w*)
  cause   NCCL finds no plugin ({plugin}) for the fast network behind {interface} and sends over TCP
          there, many times slower: a large collective may then take longer than its time limit; a
          small one that timed out has another cause
  fix     load or build aws-ofi-nccl (AMD: aws-ofi-rccl) and put its lib folder into LD_LIBRARY_PATH
          in [env] on every node, or bind it into the container; `NET/OFI` in NCCL_DEBUG=INFO shows
          that it is used; a longer time-out only hides this
  checks  nccl.all-nodes-agree-on-transport
root nccl-cumem-host-refused
  says    NCCL WARN Cuda failure
  says    peer access is not supported between these two devices
  pattern transport/shm\.cc:\d+ NCCL WARN Cuda failure (?:\d+ )?'(?P<what>[^']+)'|
          Cuda failure (?:\d+ )?'(?P<last>peer access is not supported between these two devices)'
  near    transport/shm\.cc:\d+ (?:NCCL WARN|->)
  cause   ranks of one node are joined through shared memory, and the part of NCCL (2.24 and newer)
          that takes it from CUDA (cuMem host memory) was refused by the driver, as GPUs without
          peer access (L4, T4, GeForce) and some containers do; it is not the size of /dev/shm
  fix     NCCL_CUMEM_HOST_ENABLE=0 in [env] of all ranks (Ray: runtime_env), so that NCCL takes
          /dev/shm, which then must be large enough (docker --shm-size=8g); or a newer NCCL and
          driver
  checks  limits.shm-is-large-enough
root nccl-without-this-gpus-kernels
  says    "NCCL WARN Cuda failure "
  pattern NCCL WARN Cuda failure (?:\d+ )?'(?P<what>named symbol not found|
          no kernel image is available for execution on the device|device kernel image is invalid|
          invalid device function)'
  near    NCCL WARN Cuda failure
  cause   the NCCL library that is loaded has no kernels for this GPU ({what}): it was built for
          other architectures than this one, as a site's own module or an older container's is
  fix     NCCL of this CUDA that knows the GPU (the nvidia-nccl-cu12 or -cu13 wheel, NVIDIA's
          packages), or build it with this GPU in NVCC_GENCODE
          ("-gencode=arch=compute_90,code=sm_90" for Hopper); `module list` and LD_LIBRARY_PATH show
          which is loaded
  checks  software.torch-fits-the-gpus, software.versions-are-equal
"""
)
