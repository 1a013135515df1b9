"""What aws-ofi-nccl and libfabric say of EFA and other fabrics."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
EFA_DEVICES_FIX = `fi_info -p efa` on that node; in a container pass /dev/infiniband/uverbs* on
   (Kubernetes: request vpc.amazonaws.com/efa) and use the EFA installer's libfabric
root ofi-no-protocol
  says    Unable to find a protocol that worked
  says    find any optimal provider
  pattern NET/OFI .*(?:Unable to find a protocol that worked|find any optimal provider)
  cause   the libfabric plugin of NCCL finds no fabric that it can use: no EFA adapter here or in
          this container, or another libfabric is loaded
  fix     {EFA_DEVICES_FIX}
  checks  nccl.network-named-is-there, nccl.plugins-are-there
silent ofi-efa-not-seen, survivable
  says    provider efa output empty list
  cause   libfabric sees no EFA adapter, so that NCCL fails or falls back to TCP
  fix     {EFA_DEVICES_FIX}
  checks  nccl.network-named-is-there, collective.ranks-use-the-fastest-transport
root ofi-peer-unreachable, peer
  says    completed with error
  pattern NET/OFI .*completed with error.*(?P<why>[Uu]nreachable remote|[Uu]nresponsive)
  cause   a peer's EFA adapter does not answer ({why}): the security group does not allow all
          traffic to and from itself, the nodes are in different subnets, or the peer died
  fix     allow all traffic within the security group, inbound and outbound; if no node fails alone,
          find the rank that failed first
  checks  collective.ranks-meet
root ofi-peer-not-inserted
  says    Unable to insert remote address into address vector
  cause   the address of a peer's EFA adapter cannot be used: EFA's traffic does not leave the
          instance, most often because the security group lacks an outbound rule to itself (one for
          0.0.0.0/0 does not cover EFA)
  fix     allow all traffic within the security group, inbound and outbound; all nodes in one subnet
  checks  collective.ranks-meet
root ofi-transfer-failed, peer
  says    "completed with error. RC: "
  says    rxr_cq_write_tx_error
  says    efa_rdm_txe_handle_error
  pattern NET/OFI .*completed with error\. RC: (?P<code>\d+)(?!.*(?:nreachable|nresponsive))|
          (?:rxr_cq_write_tx_error|efa_rdm_txe_handle_error)
  unless  \bcxip?[:_]|\bcxi\b
  cause   a transfer by EFA failed: the security group does not allow all traffic to and from
          itself, the nodes are in different subnets, or the peer's process ended
  fix     allow all traffic within the security group, inbound and outbound; if no rank failed
          before, `fi_pingpong -p efa` between the two nodes
  checks  collective.ranks-meet
root ofi-other-libfabric
  says    Disabling shared memory failed
  pattern NET/OFI .*Disabling shared memory failed
  cause   the plugin was built for another libfabric than the one that is loaded
  fix     put the EFA installer's /opt/amazon/efa/lib first in LD_LIBRARY_PATH, with its own
          aws-ofi-nccl
  checks  nccl.plugins-are-there, software.variables-are-equal
root ofi-memory-registration
  says    "Unable to register memory (type = "
  pattern NET/OFI .*Unable to register memory \(type = \d+\) for device (?P<device>\d+)\. RC: -?\d+,
          Error: (?P<why>.+)
  cause   adapter {device} cannot register memory ({why}): too little may be locked, or the GPU's
          memory cannot be shared with it
  fix     set memlock to unlimited (`--ulimit memlock=-1`), and load efa_nv_peermem or a kernel with
          dma-buf
  checks  limits.memlock-is-unlimited
root efa-fork-unsafe
  says    libfabric EFA provider is operating in
  cause   the program forked after EFA was started, which this libfabric does not allow
  fix     set FI_EFA_FORK_SAFE=1 and RDMAV_FORK_SAFE=1 in [env], or use a newer kernel and EFA
          installer
root ofi-libfabric-too-old
  shows   EFA provider requires at least libfabric version {version}
  cause   the libfabric that is loaded is older than {version}, which this aws-ofi-nccl needs for
          EFA
  fix     update the EFA installer in image and host alike, and put /opt/amazon/efa/lib first in
          LD_LIBRARY_PATH
  checks  nccl.plugins-are-there
root ofi-endpoint-not-created
  says    NET/OFI Couldn't
  pattern NET/OFI Couldn't (?P<what>(?:allocate|enable) endpoint|create (?:completion queue|domain|
          fabric)|open (?:AV|CQ|a fabric \w+.*?))\. RC: (?P<code>-?\d+), ERROR: (?P<why>.+)
  cause   the adapter refuses to {what}: {why}; too little memory may be locked, its devices are not
          passed into the container, or earlier runs hold its queues
  fix     memlock unlimited; pass /dev/infiniband on; end processes of earlier runs on that node,
          `fi_info -p efa` there
  checks  limits.memlock-is-unlimited
root ofi-early-completion-conflict
  says    Conflicted configuration of EARLY_COMPLETION and EAGER_MAX_SIZE
  cause   OFI_NCCL_EARLY_COMPLETION and OFI_NCCL_EAGER_MAX_SIZE exclude each other
  fix     unset both on every node
root ofi-plugin-exception
  shows   NET/OFI Caught exception in {where:[\w ]+}: {why:.+}
  cause   the libfabric plugin of NCCL could not set itself up ({where}): {why}
  fix     the plugin and libfabric of one EFA installer, in the container as on the host; `fi_info
          -p efa` on that node
  checks  nccl.plugins-are-there
root ofi-endpoint-failed
  says    NET/OFI Creating new endpoint for domain
  unless  found [1-9]\d* nics
  cause   the libfabric plugin of NCCL cannot open an endpoint: it sees no EFA adapter here or in
          this container, or another libfabric is loaded
  fix     {EFA_DEVICES_FIX}
  checks  nccl.network-named-is-there, nccl.plugins-are-there
root ofi-gdr-disabled
  shows   GDR disabled on GDR-supported instance type {type}
  cause   the libfabric plugin of NCCL found EFA, but may not use it: the GPUs' memory cannot be
          registered with the adapter (GPUDirect RDMA), which it demands on {type}: NVIDIA's peer
          memory module is not loaded, or EFA's driver or libfabric is too old or built without CUDA
  fix     `lsmod | grep -e efa -e peermem` on the host and `modprobe nvidia-peermem`; the newest EFA
          installer on the host, its libfabric and aws-ofi-nccl in the image; FI_EFA_USE_DEVICE_RDMA
          not 0; until then OFI_NCCL_DISABLE_GDR_REQUIRED_CHECK=1, or unset NCCL_NET, is slow
  checks  nccl.efa-software-is-equal, nccl.plugins-are-there
root ofi-endpoint-refused
  says    NET/OFI Creating new endpoint for domain
  pattern NET/OFI Creating new endpoint for domain \S+ failed: (?P<why>.+)
  near    Selected [Pp]rovider is (?P<fabric>\S+?),? .*found (?P<count>[1-9]\d*) nics
  cause   the libfabric plugin of NCCL sees {count} adapters of {fabric} and cannot open an endpoint
          there ({why}): an option that it demands is refused (GPUDirect RDMA, writes by the
          adapter), as plugin, libfabric and driver do not fit, or memory may not be locked
  fix     read the NET/OFI WARN line before it; `fi_pingpong -p {fabric}` on that node; EFA
          installer, plugin and driver of one release in host and image; `--ulimit memlock=-1`
  checks  nccl.efa-software-is-equal, nccl.plugins-are-there, limits.memlock-is-unlimited
root ofi-plugin-newer-than-libfabric
  says    "Couldn't set FI_OPT_"
  says    "Could not set FI_OPT_"
  pattern NET/OFI (?:Couldn't|Could not) set (?P<option>FI_OPT_\w+)\. RC: -?\d+, ERROR:
          (?P<why>Protocol not available|Operation not supported|Function not implemented|Unknown
          error.*)
  cause   the libfabric that is loaded does not know {option} ({why}): aws-ofi-nccl was built for a
          newer one (1.18 and more for the options of EFA) than this node or container has
  fix     the EFA installer whose libfabric the plugin was built with, in the image and first in
          LD_LIBRARY_PATH (/opt/amazon/efa/lib); `fi_info --version` shows which one is loaded
  checks  nccl.plugins-are-there, nccl.efa-software-is-equal
root ofi-registration-old-efa
  says    "Unable to register memory (type = "
  pattern NET/OFI .*Unable to register memory \(type = \d+\) for device \d+\. RC: -?\d+, Error:
          Invalid argument
  near    (?:Using )?Libfabric version (?P<libfabric>1\.(?:\d|1[0-8]))\b
  cause   NCCL from 2.19 on allocates the GPUs' memory in a way (cuMem) that libfabric {libfabric}
          cannot register: it came with an EFA installer before 1.29
  fix     the EFA installer 1.29 or newer in host and image; until then
          FI_EFA_SET_CUDA_SYNC_MEMOPS=0, or NCCL_CUMEM_ENABLE=0
  checks  nccl.efa-software-is-equal, nccl.plugins-are-there
root ofi-only-efa
  says    NET/OFI Only EFA provider is supported
  cause   aws-ofi-nccl was built for EFA alone and finds another fabric: this instance type has no
          EFA adapter, it is not attached, or its device is not passed into the container
  fix     `fi_info -p efa` on that node; an instance type and launch template with EFA,
          /dev/infiniband/uverbs* in the container; without EFA NCCL_NET=Socket
  checks  nccl.network-named-is-there, nccl.plugins-are-there
symptom ofi-init-failed, survivable
  says    aws-ofi-nccl initialization failed
  says    NET/OFI Failed to initialize rdma protocol
  says    NET/OFI Failed to initialize sendrecv protocol
  cause   the libfabric plugin of NCCL did not start, after which NCCL takes sockets or fails: no
          EFA adapter is visible, or plugin, libfabric and NCCL do not fit
  fix     read the NET/OFI WARN lines above, which say why; `fi_info -p efa` in the rank's
          environment; plugin and libfabric of one EFA installer
root ofi-transfer-failed-on-slingshot, peer
  says    "completed with error. RC: "
  pattern NET/OFI .*completed with error\. RC: (?P<code>\d+)
  near    \bcxip?[:_]|\bcxi\b
  cause   a transfer over Slingshot (libfabric's provider cxi) failed ({code}): the peer's process
          ended, a link went down, or the adapter had no resources left for this job
  fix     where another rank shows an error, that is the cause; else libfabric's warnings before it
          name what was short (FI_LOG_LEVEL=warn in [env]); FI_CXI_DEFAULT_CQ_SIZE=131072,
          FI_CXI_RX_MATCH_MODE=hybrid or software, FI_MR_CACHE_MONITOR=userfaultfd; fewer ranks for
          each adapter
  checks  collective.ranks-meet
root cxi-match-list-full
  shows   LE resources not recovered during flow control.
          FI_CXI_RX_MATCH_MODE=[{modes:[^]]+}] is required
  cause   the Slingshot adapter has no list entries left for messages that came before anyone waited
          for them, and in this mode (hardware) it cannot go on without: libfabric ends the rank
  fix     FI_CXI_RX_MATCH_MODE=software (or hybrid) in [env] of every rank ({modes}), with
          FI_CXI_DEFAULT_CQ_SIZE=131072; fewer operations in flight
root cxi-resources-used-up
  shows   Failed to allocate {what:[\w ]+}: -28 No space left on device
  near    \bcxip?[:_]|\bcxi\b
  cause   Slingshot's adapter has no {what} left for this job: the service of the job limits them,
          or another job or an ended process of this node holds them; no disk is full
  fix     `cxi_service list -v` on that node shows limits and use; fewer ranks or communicators for
          each adapter, SLURM_NETWORK or `srun --network=…` with more (def_eqs, def_cqs, def_txqs);
          end what an earlier job left
"""
)
