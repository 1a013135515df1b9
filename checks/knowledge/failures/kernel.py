"""What the kernel's log says of memory, storage, links and processes."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root kernel-group-oom
  says    Memory cgroup out of memory: Killed process
  pattern Memory cgroup out of memory: Killed process (?P<pid>\d+) \((?P<name>[^)]+)\)
  cause   the kernel killed {name}, process {pid}, because its job or container reached its limit of
          memory
  fix     raise that limit (Slurm --mem, docker --memory, Kubernetes resources: limits), or let
          fewer ranks load at once
  checks  limits.group-allows-enough-memory, limits.kernel-kills-no-rank
symptom kernel-hung-task, survivable
  shows   INFO: task {name}:{pid:\d+} blocked for more than {s:\d+} seconds
  cause   {name}, process {pid}, has waited in the kernel for {s} s, for storage or a driver that
          does not answer
  fix     the call trace below names what it waits for: nfs, lustre, nvidia, mlx5
  checks  limits.kernel-reports-no-hang, limits.no-process-is-stuck
root kernel-nfs-silent, survivable
  says    " not responding, "
  pattern nfs: server (?P<server>\S+) not responding, (?:still trying|timed out)
  cause   the NFS server {server} does not answer this node
  fix     check the server and the way to it; `nfsstat -c` shows retries
  checks  files.network-mounts-answer
root kernel-disk-error, survivable
  says    "I/O error, dev "
  says    "Buffer I/O error on dev "
  says    "critical medium error, dev "
  pattern (?:I/O error, dev |Buffer I/O error on dev |critical medium error, dev
          )(?P<device>(?!fd\d|sr\d|loop|nbd|zram)[\w-]+)
  cause   the disk {device} fails to read or write
  fix     `smartctl -a` or `nvme smart-log` of it; replace it
  checks  limits.disks-report-no-error
root kernel-soft-lockup, survivable
  shows   BUG: soft lockup - CPU#{cpu:\d+} stuck for {s:\d+}s! [{name:[^:\]]+}
  cause   CPU {cpu} of the node was stuck in the kernel for {s} s, in {name}
  fix     update kernel and drivers of that node; on a virtual machine its host is overloaded
  checks  limits.kernel-reports-no-hang
root kernel-connections-full, survivable
  says    nf_conntrack: table full, dropping packet
  cause   the node drops packets: its table of connections is full
  fix     raise net.netfilter.nf_conntrack_max on that node
  checks  ports.connection-table-has-room
root kernel-neighbours-full, survivable
  says    neighbor table overflow!
  cause   the node cannot remember more neighbours, and packets to some are lost
  fix     raise net.ipv4.neigh.default.gc_thresh3 (and 1, 2) on every node
  checks  ports.neighbour-table-is-large-enough
root kernel-adapter-stuck, survivable
  says    "NETDEV WATCHDOG: "
  pattern NETDEV WATCHDOG: (?:CPU: \d+|\w+ \([^)]+\)): transmit queue \d+ timed out
  cause   a network adapter of this node stopped sending: it or its driver hangs
  fix     update firmware and driver; replace the adapter if it comes back
  checks  limits.links-stay-up, network.carrier-is-steady
root kernel-adapter-unhealthy
  says    device's health compromised
  pattern mlx5_core (?P<pci>[\w:.]+): .*device's health compromised
  cause   the firmware of the adapter at {pci} no longer answers
  fix     reset it (`mlxfwreset`) or power the node off and on; update its firmware
  checks  nccl.infiniband-ports-are-active, limits.links-stay-up
symptom kernel-segfault
  says    "]: segfault at "
  pattern (?P<name>\S+)\[(?P<pid>\d+)\]: segfault at .* in (?P<library>[^\s\[,]+)\[
  cause   {name}, process {pid}, crashed in {library}
  fix     PYTHONFAULTHANDLER=1 in [env] shows where; compare the version of that library with a node
          where it works
  checks  software.versions-are-equal
root kernel-unknown-instruction
  says    "trap invalid opcode "
  pattern traps: (?P<name>\S+)\[(?P<pid>\d+)\] trap invalid opcode .* in (?P<library>[^\s\[]+)\[
  cause   {library} uses an instruction that this node's CPU does not have
  fix     rebuild it on that node, or remove builds of other nodes from the shared cache
          (~/.cache/torch_extensions)
  checks  limits.systems-are-alike
root kernel-processes-refused
  says    "cgroup: fork rejected by pids controller in "
  cause   the job or container may start no more processes
  fix     raise its limit: TasksMax of systemd, docker --pids-limit, Kubernetes podPidsLimit
  checks  limits.group-allows-enough-processes
silent kernel-syn-flood, survivable
  says    "Possible SYN flooding on port "
  pattern Possible SYN flooding on port (?:\S*:)?(?P<port>\d+)\.
  cause   more ranks connect to port {port} at once than its queue takes, and some wait
  fix     raise net.core.somaxconn and net.ipv4.tcp_max_syn_backlog on that node
root kernel-adapter-error-state, survivable
  says    device is in error state
  pattern mlx5\S* .*device is in error state
  cause   the kernel says that an adapter of this node has failed: firmware or hardware
  fix     `mlxfwreset` or a power cycle of the node; newer firmware; another adapter if it comes
          back
  checks  nccl.infiniband-ports-are-active, limits.kernel-reports-no-hang
root kernel-lustre-evicted
  shows   This client was evicted by {target:[\w.-]+}; in progress operations using this service
          will fail
  cause   the Lustre server {target} put this node out: the node did not answer it in time (load,
          memory, network), and what was being read or written there fails with an input/output
          error
  fix     `lfs check servers` and `dmesg | grep -i lustre` on that node, `lnetctl net show -v` for
          drops; it joins again by itself: go on from the last whole checkpoint; ask the storage's
          team where it comes again
  checks  files.network-mounts-answer
"""
)
