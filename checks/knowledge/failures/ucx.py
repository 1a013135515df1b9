"""What UCX says of adapters, shared memory and peers."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root ucx-memlock, survivable
  says    Please set max locked memory (ulimit -l) to 'unlimited'
  says    "UCX  ERROR ibv_"
  pattern Please set max locked memory \(ulimit -l\) to 'unlimited'|UCX  ERROR
          ibv_\w+\(.*\) failed: Cannot allocate memory
  cause   the login may lock too little memory for the adapter's queues
  fix     set memlock to unlimited for logins over ssh (limits.d and sshd's LimitMEMLOCK); in a
          container --ulimit memlock=-1
  checks  limits.memlock-is-unlimited, nccl.infiniband-is-usable
root ucx-retry-exceeded, peer
  shows   Transport retry count exceeded on {device}
  cause   a peer does not acknowledge what {device} sends: another fabric, VLAN or partition, a port
          or cable that fails, or the peer's process died
  fix     if no rank failed before, compare `ibv_devinfo` of both nodes and set UCX_NET_DEVICES to
          ports that reach each other
  checks  nccl.infiniband-ports-are-active, nccl.port-errors-do-not-grow
root ucx-shared-memory-apart
  says    failed to connect to remote FIFO id
  cause   the ranks of a node do not see each other's shared memory: separate containers or process
          namespaces
  fix     start all ranks of a node in one container, or with --ipc=host --pid=host;
          UCX_POSIX_USE_PROC_LINK=n may be enough
  checks  limits.shm-is-writable
root ucx-no-transport
  says    no active messages transport
  pattern UCX +ERROR +no active messages transport
  follows ucx-device-unknown
  cause   UCX_TLS or UCX_NET_DEVICES leaves no way to a peer, or the adapter they name is not here
  fix     unset UCX_TLS and UCX_NET_DEVICES; else add self,sm and tcp or rc to UCX_TLS
  checks  software.variables-are-equal
silent ucx-device-unknown, survivable
  says    is not available, please use one or more of
  pattern UCX +WARN +(?P<what>network device|transport) '(?P<name>[^']+)' is not available, please
          use one or more of: (?P<others>.+)
  cause   UCX_NET_DEVICES or UCX_TLS names {name}, which this node does not have: it has {others}
  fix     unset the variable, or name one of these, which `ucx_info -d` shows on every node
  checks  software.variables-are-equal
root ucx-queue-refused
  says    mlx5dv_devx_obj_create(
  pattern UCX +ERROR +.*mlx5dv_devx_obj_create\((?P<what>\w+)\) failed.*Cannot allocate memory
  cause   the adapter has no room for another {what}: too many ranks on the node connect to too many
          peers, or too little memory may be locked
  fix     UCX_TLS=self,sm,dc_x or ud_x, which need fewer queues; memlock unlimited
  checks  limits.memlock-is-unlimited
root ucx-gpudirect-refused
  says    Couldn't enable GPUDirect RDMA. Please make sure
  cause   UCX is asked for GPUDirect RDMA, and the kernel module for it is not loaded on this node
  fix     `modprobe nvidia-peermem`, in the container no more is needed; UCX_IB_GPU_DIRECT_RDMA=n
          goes without
  checks  nccl.infiniband-is-usable
root ucx-threads-unsupported
  shows   {transport:\S+(?: memory)?} transport{s:s?} do{es:(?:es)?} not support multi-threaded
          worker
  cause   MPI or UCX was started for several threads, which this transport of UCX does not allow
  fix     a UCX built with --enable-mt, or MPI_Init instead of MPI_Init_thread (in Python
          mpi4py.rc.threads = False before the import)
root ucx-transport-list-empty
  says    The TLs list is empty. Please specify the transports you
  cause   UCX_TLS is set to an empty or wholly excluded list
  fix     unset UCX_TLS on every node
root ucx-gid-and-subnet
  says    both GID_INDEX and ROCE_SUBNET_LIST are specified, please
  cause   UCX_IB_GID_INDEX and UCX_IB_ROCE_SUBNET_LIST exclude each other
  fix     unset one of them on every node
root ucx-address-handle, peer
  shows   {device:\w+}: ibv_create_ah({what:[^)]*}) failed: {why:.+}
  cause   {device} finds no way to a peer ({why}): the peer's address does not answer in this
          network (another subnet, VLAN or GID), or the subnet manager does not know it
  fix     `ping` the peer over the address of that adapter; UCX_NET_DEVICES with adapters of one
          network, UCX_IB_GID_INDEX for RoCE
  checks  nccl.gid-index-is-valid, nccl.infiniband-is-usable, network.one-network
root ucx-caught-crash
  shows   Caught signal {signal:4|8|11} ({how:Segmentation fault|Illegal instruction|Floating point
          exception}
  cause   a rank crashed in native code ({how}): a library that does not fit; the backtrace below
          names it
  fix     look at the first frame below that is no part of libc or libucs;
          PYTHONFAULTHANDLER=1 in [env] shows the Python line
  checks  software.versions-are-equal, training.smoke-trains
"""
)
