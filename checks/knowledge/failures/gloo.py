"""What gloo says: the CPU backend, which DeepSpeed and torch use beside NCCL too."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root gloo-loopback, peer
  says    "Gloo connectFullMesh failed with "
  says    "] connect [127."
  pattern (?:Gloo connectFullMesh failed with .*remote=|gloo/transport/tcp/.*\] connect
          )\[(?P<ip>127\.\d+\.\d+\.\d+)\]
  cause   the peer's address is {ip}, a loopback: its node's own name resolves to it, as Debian's
          installer sets it up; on a single machine the peer's process ended
  fix     several nodes: remove the node's name from the 127.0.1.1 line of /etc/hosts, or set
          GLOO_SOCKET_IFNAME on each node (deepspeed does not pass it on: use .deepspeed_env or
          [env]); one machine: read the output of the rank that failed first
  checks  names.own-name-is-not-loopback
root gloo-connect-timeout, peer
  says    "Gloo connectFullMesh failed with "
  pattern Gloo connectFullMesh failed with (?!.*remote=\[127\.).*(?:Connect timeout|no error|timed
          out connecting)
  cause   the ranks found each other at the store, but cannot connect: a firewall opens only the
          master port, the interface is the wrong one, or the peer's process hangs or ended
  fix     open net.ipv4.ip_local_port_range between the nodes, and set GLOO_SOCKET_IFNAME to the
          right interface; where ranks of one node fail too, read the output of the rank that failed
          first
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists, collective.ranks-meet
root gloo-no-port
  says    "gloo/transport/tcp/"
  pattern gloo/transport/tcp/.*\. bind: Address already in use
  cause   gloo listens on any free port, and net.ipv4.ip_local_port_range, less what
          net.ipv4.ip_local_reserved_ports takes of it, has none left on this node
  fix     `printf 'net.ipv4.ip_local_port_range=32768 60999\n' >/etc/sysctl.d/99-ports.conf &&
          sysctl -p /etc/sysctl.d/99-ports.conf` on that node; `grep -rnE
          'ip_local_(port_range|reserved_ports)' /etc/sysctl*` names the file that narrowed it, or
          reserves it: reserve only ports on which a program listens; with more than 28000 sockets
          open, a range from 1024 on, with the master port in net.ipv4.ip_local_reserved_ports
  checks  ports.ephemeral-range-is-wide-enough
root gloo-ifname
  shows   Unable to find address for: {name}
  cause   GLOO_SOCKET_IFNAME names {name}, which this node does not have
  fix     name an interface that every node has, or set it for each node
  checks  nccl.socket-interface-exists
root gloo-sizes-differ
  shows   op.preamble.length <= op.nbytes. {got:\d+} vs {expected:\d+}
  cause   ranks met in a collective with different tensors, or in different collectives: {got} bytes
          came where {expected} were expected
  fix     make all ranks call the same collectives in the same order, with the same sizes and
          dtypes; TORCH_DISTRIBUTED_DEBUG=DETAIL names what each rank called
symptom gloo-peer-closed
  says    Connection closed by peer [
  says    Read error [
  pattern (?:Connection closed by peer|Read error) \[(?P<ip>[^\]]+)\]:\d+
  cause   the rank at {ip} died
  fix     find the rank that failed first
symptom gloo-op-timeout
  shows   Timed out waiting {ms:\d+}ms for {op:send|recv} operation to complete
  cause   another rank is alive, but did not reach this collective within {ms} ms: it prepares data,
          writes a checkpoint or hangs
  fix     run `py-spy dump --pid PID` for the rank that prints nothing
"""
)
