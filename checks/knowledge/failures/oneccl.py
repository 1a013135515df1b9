"""What oneCCL says, the collectives of Intel's GPUs and CPUs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root ccl-no-provider
  says    can't find suitable provider
  says    failed to initialize ATL
  cause   oneCCL finds no libfabric provider that it can use: FI_PROVIDER names one that is not
          there, oneAPI's variables are not set on this node, or the adapter refuses
  fix     source oneAPI's setvars.sh on every node and unset FI_PROVIDER (`fi_info -l` lists what is
          there); CCL_ATL_TRANSPORT=mpi where mpirun starts the ranks
  checks  nccl.network-named-is-there, software.variables-are-equal
root ccl-worker-not-started
  says    error while creating worker thread #
  says    "failed to start worker # "
  cause   oneCCL cannot start its worker thread on the core that it chose: the core is not among
          those that the container or Slurm gave this rank
  fix     CCL_WORKER_AFFINITY with cores of this rank (`taskset -p $$`), CCL_WORKER_COUNT=1, or more
          CPUs for each rank
  checks  limits.group-allows-a-cpu-for-each-rank
root ccl-no-local-rank
  says    to get local_idx/count from ATL, set CCL_ZE_IPC_EXCHANGE=sockets explicitly
  cause   oneCCL does not know the rank's place on its node, as no mpirun started it
  fix     CCL_ZE_IPC_EXCHANGE=sockets in [env], or CCL_PROCESS_LAUNCHER=none with CCL_LOCAL_RANK and
          CCL_LOCAL_SIZE
root ccl-kvs-unreachable
  says    ", CCL_KVS_CONNECTION_TIMEOUT = "
  pattern kvs_init: .*, CCL_KVS_CONNECTION_TIMEOUT = .*can't connect to (?P<address>\S+)
  cause   oneCCL's first rank, at {address}, did not answer this one: it has not started or has
          ended, a firewall drops that port, or the name of its node leads to an address that this
          node does not reach
  fix     `nc -zv` with {address} on this node while the first rank runs; CCL_KVS_IFACE=INTERFACE in
          [env] for the network that all nodes share; CCL_KVS_CONNECTION_TIMEOUT for ranks that
          start late
  checks  ports.ephemeral-ports-are-open, nccl.socket-interface-exists
"""
)
