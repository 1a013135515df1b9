"""What MPICH's Hydra and Intel MPI say of a start that fails."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
symptom hydra-rank-ended
  says    BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES
  near    PID (?P<pid>\d+) RUNNING AT (?P<node>\S+)
  cause   mpiexec ended the job because process {pid} on {node} ended
  fix     read the output of the rank that failed first; 9 is most often a full memory
root hydra-head-unreachable
  says    "unable to connect from "
  pattern \[proxy:\S+@(?P<node>[^\]]+)\].*unable to connect from \"\S+\" to \"(?P<remote>[^\"]+)\"
          \((?P<why>[^)]+)\)
  cause   {node} cannot connect back to mpiexec on {remote} ({why}): a firewall, or a name that
          leads elsewhere
  fix     open all TCP ports between the nodes, or choose the interface with -iface
  checks  ports.ephemeral-ports-are-open, names.own-name-is-not-loopback
root intel-mpi-proxy-not-started
  says    nable to run bstrap_proxy
  cause   Intel MPI could not start its helper on a node: no login without a password, or no Intel
          MPI at the same path
  fix     `ssh NODE true` from the head; -bootstrap slurm within Slurm; I_MPI_DEBUG=10
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root mpi-libfabric-no-provider
  says    OFI addrinfo() failed
  says    OFI fi_getinfo() failed
  pattern OFI (?:addrinfo|fi_getinfo)\(\) failed
  cause   MPI finds no fabric that it may use: FI_PROVIDER or I_MPI_OFI_PROVIDER names one that this
          node lacks
  fix     unset both, or FI_PROVIDER=tcp; `fi_info` lists what is there
  checks  software.variables-are-equal
root hydra-program-missing
  shows   execvp error on file {path:\S+} ({why:[^)]+})
  cause   {path} cannot be started on a node ({why})
  fix     its whole path, which must be there on every node, with `chmod +x` where the permission
          was denied; -genv PATH $PATH
  checks  files.paths-in-the-command-are-there, software.python-is-there
root mpi-init-ofi-failed
  says    MPIDI_OFI_mpi_init_hook
  near    Fatal error in (?:internal_|PMPI_|MPI_)Init
  cause   MPI could not open the fabric as it started: FI_PROVIDER or I_MPI_OFI_PROVIDER names one
          that this node lacks, the adapter is down, or locked memory is limited
  fix     FI_PROVIDER=tcp (I_MPI_OFI_PROVIDER=tcp) proves it; `fi_info` on every node; `ulimit -l
          unlimited`; I_MPI_DEBUG=10 or FI_LOG_LEVEL=warn shows more
  checks  software.variables-are-equal, limits.memlock-is-unlimited
symptom mvapich-rank-crashed
  says    ][error_sighandler] Caught error:
  pattern \[(?P<node>[\w.-]+):mpi_rank_(?P<rank>\d+)\]\[error_sighandler\] Caught error: (?P<why>.+)
  cause   rank {rank} on {node} crashed in native code: {why}
  fix     MV2_DEBUG_SHOW_BACKTRACE=1 shows where; torch and mpi4py built for this MVAPICH; with a
          GPU MV2_USE_CUDA=1
"""
)
