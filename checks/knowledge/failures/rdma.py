"""What NCCL says of InfiniBand and RoCE."""

from __future__ import annotations

from checks.knowledge.container_limits import MEMLOCK_IN_CONTAINER
from checks.knowledge.failures.entries import read_entries

MEMLOCK_FIX = (
    "set memlock to unlimited for logins over ssh (limits.d and sshd's LimitMEMLOCK); in a "
    "container: " + MEMLOCK_IN_CONTAINER
)

FAILURES = read_entries(
    r"""
UNANSWERED_CAUSE = packets to the peer's adapter are not acknowledged: another fabric or partition,
   a wrong RoCE address or VLAN, UDP 4791 closed, a port down, or the peer's node or process ended
   before; in docker also too little lockable memory
FABRIC_FIX = compare `ibv_devinfo` and `show_gids` of both nodes; set NCCL_IB_HCA to ports that
   reach each other, NCCL_IB_GID_INDEX only before NCCL 2.21; NCCL_IB_DISABLE=1 confirms it
root ib-retry-exceeded-12, peer
  says    "Got completion "
  pattern Got completion (?:from peer (?P<peer>[^\s<]+)\S* )with (?:error 12\b|status=12\b|
          status=(?!IBV_)\w*\(12\))(?!.*\blocalGid fe80:)
  cause   {UNANSWERED_CAUSE}
  fix     {FABRIC_FIX}
  checks  nccl.gid-index-is-valid, nccl.infiniband-is-usable, nccl.infiniband-ports-are-active,
          limits.memlock-is-unlimited, collective.ranks-meet
  follows ib-adapter-failed, ib-async-event
root ib-retry-exceeded-12-new, peer
  says    status=IBV_WC_RETRY_EXC_ERR(12)
  cause   {UNANSWERED_CAUSE}
  fix     {FABRIC_FIX}
  checks  nccl.gid-index-is-valid, nccl.infiniband-is-usable, nccl.infiniband-ports-are-active,
          limits.memlock-is-unlimited, collective.ranks-meet
  follows ib-adapter-failed, ib-async-event
root ib-wizardlm-12, peer
  shows   NET/IB : Got completion with error 12, opcode
  cause   {UNANSWERED_CAUSE}
  fix     {MEMLOCK_FIX}; then {FABRIC_FIX}
  checks  nccl.infiniband-is-usable, nccl.infiniband-ports-are-active, limits.memlock-is-unlimited
symptom ib-flushed
  says    "Got completion "
  pattern Got completion (?:from peer (?P<peer>[^\s<]+)\S* )?with (?:error 5\b|status=5\b|
          status=\w*\(5\))
  cause   messages were dropped because their connection had failed before, here or at the peer
  fix     read the first completion with another status, and find the rank that failed first
root ib-receiver-not-ready, peer
  says    "Got completion "
  pattern Got completion (?:from peer (?P<peer>[^\s<]+)\S* )?with (?:error 13\b|status=13\b|
          status=\w*\(13\))
  cause   the peer's adapter was not ready to receive: its process hangs or ended, or the fabric
          drops packets (no flow control on RoCE)
  fix     find the rank that failed first; on RoCE turn PFC or ECN on at adapters and switches
  checks  nccl.infiniband-is-usable, nccl.infiniband-ports-are-active, limits.memlock-is-unlimited
root ib-remote-access, peer
  says    "Got completion "
  pattern Got completion (?:from peer (?P<peer>[^\s<]+)\S* )?with (?:error (?:9|10|11)\b|
          status=(?:9|10|11)\b|status=\w*\((?:9|10|11)\))
  cause   the peer's adapter refused the request: the memory it names is not, or no longer,
          registered there, as after a crash of its process or with different NCCL settings
  fix     find the rank that failed first; the same NCCL and NCCL_* variables on every node;
          NCCL_NET_GDR_LEVEL=0 in [env] proves whether GPU memory is at fault
  checks  nccl.variables-are-equal, software.versions-are-equal
root ib-local-protection-4
  says    "Got completion "
  pattern Got completion from peer \S+ with (?:error|status=)\s?(?:IBV_WC_LOC_PROT_ERR\()?4\b
  cause   the adapter cannot access the GPU's memory: PCI access control (ACS) is on, or
          nvidia_peermem is not loaded
  fix     turn ACS off in the BIOS, or run `modprobe nvidia_peermem`; NCCL_NET_GDR_LEVEL=0 confirms
          it
  checks  limits.acs-is-off, nccl.infiniband-is-usable
root ib-reg-mr
  says    Call to ibv_reg_
  pattern Call to (?P<call>ibv_reg_\w*mr\w*) failed
  cause   the rank cannot lock the memory that the adapter needs: the limit of its login is too low
  fix     {MEMLOCK_FIX}
  checks  limits.memlock-is-unlimited, nccl.infiniband-is-usable, collective.ranks-meet
root ib-create-qp
  says    Call to ibv_create_
  pattern Call to ibv_create_(?:qp|cq) failed
  cause   too little memory can be locked, or the adapter has no free queue
  fix     {MEMLOCK_FIX}
  checks  limits.memlock-is-unlimited, nccl.infiniband-is-usable
root ib-modify-qp
  says    "Call to ibv_modify_qp failed with "
  pattern Call to ibv_modify_qp failed with (?:error )?(?:\d+ )?(?P<why>[A-Z][\w ]+)
  cause   the adapters cannot be connected ({why}): a stale RoCE address index, InfiniBand against
          Ethernet, or no route between them
  fix     unset NCCL_IB_GID_INDEX from NCCL 2.21 on, and name ports of one network in NCCL_IB_HCA;
          where each rail has a network of its own NCCL_CROSS_NIC=0; `ibv_devinfo` and `show_gids`
          on both nodes
  checks  nccl.gid-index-is-valid, nccl.variables-are-equal, nccl.infiniband-ports-are-active,
          collective.ranks-meet
root ib-incompatible-link
  says    incompatible devices
  pattern Attempted to (?:connect|merge) incompatible devices
  cause   one rank uses an InfiniBand port, another an Ethernet one
  fix     name ports of one kind in NCCL_IB_HCA, on every node
  checks  nccl.every-adapter-named-is-there, nccl.all-nodes-agree-on-transport,
          nccl.infiniband-ports-are-active, collective.ranks-meet
root ib-async-event, survivable
  says    Got async event
  says    async fatal event
  says    Got non-fatal async event
  pattern NET/IB : (?:(?P<device>\S+?):\d+ )?(?:Got async event|async fatal event|Got non-fatal
          async event) ?: (?P<what>port error|port active|path migration request failed|
          path migrated|LID change|P_Key change|SM change)
  cause   the adapter's link went down or came back during the run, or its switch did ({what})
  fix     check cable and switch; look at `perfquery` and the port's error counters on that node
  checks  nccl.port-errors-do-not-grow, limits.links-stay-up, nccl.infiniband-ports-are-active
root nccl-mixed-nic-count, survivable
  says    Detected mixed local Net device counts across ranks
  pattern Detected mixed local Net device counts across ranks(?!.*Ignoring)
  cause   a node has fewer working adapters than the others
  fix     repair the adapter, or name those that all nodes have in NCCL_IB_HCA
  checks  nccl.every-adapter-named-is-there, nccl.infiniband-ports-are-active,
          nccl.all-nodes-agree-on-transport
root mtu-loc-len
  says    IBV_WC_LOC_LEN_ERR
  says    "Got completion from peer "
  pattern IBV_WC_LOC_LEN_ERR|Got completion from peer \S+ with (?:error|status=)\s?1\b
  cause   a message was larger than its receiver allows: the adapters have different MTUs
  fix     set the same MTU on adapters and switch ports; `ibv_devinfo | grep active_mtu` shows it on
          each node
  checks  nccl.roce-mtu-is-equal, network.mtu-is-equal, nccl.infiniband-is-usable
root ib-adapter-failed
  says    local catastrophic error
  pattern (?:Got async event ?:|async fatal event:) local catastrophic error
  cause   the InfiniBand adapter itself reported a fatal error (IBV_EVENT_DEVICE_FATAL): its
          firmware or hardware failed, no cable or switch
  fix     take the node out; `dmesg | grep -i mlx5` and `mlxfwreset` or a power cycle there, newer
          firmware, another adapter if it comes back
  checks  nccl.infiniband-ports-are-active, limits.kernel-reports-no-hang
symptom ib-queue-failed
  says    work queue catastrophic error
  says    access violation work queue error
  says    invalid request local work queue error
  says    CQ error
  says    SRQ catastrophic error
  pattern (?:Got async event|async fatal event\b.*?) ?: (?P<what>(?:local )?work queue catastrophic
          error|(?:local )?access violation work queue error|invalid request local work queue error|
          CQ error|SRQ catastrophic error)
  cause   the adapter gave up a connection ({what}): memory that it used was released or is not
          registered, or the peer broke the rules; a process that ended on one side does that too
  fix     find the rank that failed first; without one NCCL_NET_GDR_LEVEL=LOC shows whether
          GPUDirect is at fault (nvidia_peermem, ACS)
  checks  gpu.gpus-reach-adapters
root ib-addresses-changed, survivable
  says    GID table changed
  says    GID table change
  says    LID change
  says    client reregistration
  pattern NET/IB : (?:(?P<device>\S+?):\d+ )?(?:Got async event ?: )?(?P<what>GID table changed?|LID
          change|client reregistration)
  cause   the addresses of an adapter changed during the run ({what}): an interface was restarted
          (DHCP, NetworkManager, a container's network), or the subnet manager came back
  fix     `journalctl -u NetworkManager -u systemd-networkd` and the subnet manager's log at that
          time; a fixed address for the RoCE interface
  checks  limits.links-stay-up, nccl.infiniband-ports-are-active
root ib-reg-mr-gpu-memory
  says    Call to ibv_reg_
  pattern Call to (?P<call>ibv_reg_\w*mr\w*) failed with (?:error )?(?:\d+ )?(?P<why>Bad
          address|Invalid argument|Operation not supported|Unsupported operation|Function not
          implemented)
  near    .
  cause   the adapter cannot register memory ({call}: {why}), most often a GPU's: nvidia_peermem is
          not loaded, or dma-buf does not work with this kernel and driver
  fix     `modprobe nvidia_peermem` on that node, of the driver that runs; NCCL_DMABUF_ENABLE=0 or
          NCCL_NET_GDR_LEVEL=LOC in [env] shows which of the two it is
  checks  nccl.infiniband-is-usable, collective.ranks-meet
root ib-roce-link-local-gid, peer
  says    "Got completion "
  pattern Got completion .*\blocalGid (?P<gid>fe80:\S+)
  cause   RoCE runs with the link-local GID {gid} (index 0), which nothing between the nodes passes
          on: packets to the peer's adapter are not acknowledged
  fix     NCCL_IB_GID_INDEX=3 in [env], the index that `show_gids` gives on every node for v2 with
          the IPv4 address; NCCL 2.21 and newer finds it itself where that variable is not set and
          the adapter's interface has an IPv4 address (`ip -br addr`)
  checks  nccl.gid-index-is-valid, nccl.infiniband-is-usable, nccl.infiniband-ports-are-active
root ib-peers-in-other-subnets
  says    "Call to ibv_modify_qp failed with "
  pattern Call to ibv_modify_qp failed with (?:error )?(?:\d+ )?(?:Network is unreachable|
          No route to host|Connection timed out).*?, on dev (?P<device>\S+?),.*local GID
          ::ffff:(?P<local>[\d.]+), remote GID ::ffff:(?P<remote>[\d.]+)
  near    ibv_modify_qp failed .*, remote GID ::ffff:
  cause   the RoCE port {device} has the address {local} and is to reach {remote}, to which it has
          no way: the two ports are in different networks without a route between them, as where
          each rail has a network of its own
  fix     `ip route get {remote} from {local}` shows it: a route between the networks, or one
          network for all these ports; else keep each rail to itself: NCCL_CROSS_NIC=0 and
          NCCL_IB_HCA with the same ports in the same order on every node; `ib_write_bw -d` between
          the two proves it
  checks  nccl.gid-index-is-valid, nccl.infiniband-ports-are-active, collective.ranks-meet
""",
    MEMLOCK_FIX=MEMLOCK_FIX,
)
