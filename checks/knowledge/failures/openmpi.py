"""What Open MPI's mpirun says where its daemons do not find each other."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root mpi-without-pmi
  says    OMPI was not built with SLURM's PMI support
  says    OMPI was not built with SLURM support
  says    PMI2_Init failed to intialize
  cause   srun started the ranks, and their Open MPI cannot talk to Slurm: it was built without PMI,
          as in many containers
  fix     `srun --mpi=pmix` with an Open MPI that was built with PMIx (`ompi_info | grep -i pmi`,
          `srun --mpi=list`); or start with mpirun; uninstall mpi4py where nothing uses MPI
root mpi-daemon-no-tcp
  says    was unable to complete a TCP connection
  near    Local host: +(?P<node>\S+)[\s\S]{0,200}?Remote host: +(?P<remote>\S+)
  cause   mpirun's daemon on {node} cannot open a TCP connection to {remote}: a firewall there, or
          mpirun chose an address of {remote} that {node} cannot reach
  fix     open all TCP ports between the nodes, or choose the interface: `--mca oob_tcp_if_include
          eth0 --mca btl_tcp_if_include eth0`
  checks  ports.ephemeral-ports-are-open, network.one-network
symptom mpi-daemons-not-started
  says    was unable to reliably start one or more daemons
  says    failed to start a daemon
  cause   mpirun could not start its daemon on each node
  fix     read what stands above; the same Open MPI at the same path on every node, in the PATH of a
          non-interactive shell, and logins by ssh between all nodes
  checks  ssh.every-node-logs-in-to-every-node, ports.ephemeral-ports-are-open
root mpi-too-few-slots
  says    There are not enough slots available in the system
  says    All nodes which are allocated for this job are already filled
  cause   mpirun knows of fewer slots than ranks were asked for
  fix     write slots=N behind each node of the hostfile (--host node1:8,node2:8), or take a smaller
          -np; within Slurm ask for as many tasks
  checks  gpu.slots-have-gpus
root mpi-as-root
  says    " has detected an attempt to run as root."
  pattern (?:mpirun|mpiexec|prterun|prte|orterun|prun) has detected an attempt to run as root\.
  cause   mpirun refuses to run as root
  fix     --allow-run-as-root, or OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 in a
          container
root mpi-program-missing
  says    was unable to find the specified executable file
  says    was unable to launch the specified application as it could not
  near    (?:Executable|Working directory|Error): *(?P<what>\S+)
  cause   mpirun does not find or may not use {what} on a node
  fix     name it with its whole path, and pass PATH on with -x PATH
  checks  files.paths-in-the-command-are-there, software.python-is-there
root mpi-ranks-unreachable
  says    At least one pair of MPI processes are unable to reach each other
  cause   two ranks have no common network that MPI may use
  fix     unset --mca btl and pml, or name an interface that all nodes have with --mca
          btl_tcp_if_include
  checks  network.one-network, network.calls-leave-by-training-interface
root mpi-transports-differ
  says    " selected pml "
  pattern selected pml (?P<mine>\w+), but peer \S+ on (?P<node>\S+) selected pml (?P<theirs>\w+)
  cause   this rank talks by {mine}, the one on {node} by {theirs}: an adapter, UCX or its
          permissions are missing on one node
  fix     `ucx_info -d` on both nodes; --mca pml ob1 on all proves it
  checks  nccl.all-nodes-agree-on-transport, software.versions-are-equal
root mpi-too-few-cpus-to-bind
  shows   A request was made to bind to that would result in binding more
  cause   mpirun wants to bind more ranks than the node gives it CPUs
  fix     --bind-to none, or a job or container with more CPUs
  checks  limits.group-allows-a-cpu-for-each-rank
symptom mpi-daemon-lost
  says    has lost communication with a remote daemon
  near    HNP daemon[^\n]* on node +(?P<node>\S+)[\s\S]{0,200}?on node +(?P<remote>\S+)
  cause   {node} lost its connection to {remote}: the node went down, or mpirun's daemon was killed
          there
  fix     look at the kernel's log of {remote}
noise mpi-openfabrics-warning
  says    There was an error initializing an OpenFabrics device
  says    No preset parameters were found for the device that Open MPI
  cause   Open MPI's old InfiniBand module does not know the adapter, and another is used
  fix     --mca btl ^openib, to silence it
noise mpi-cross-memory-warning
  says    "Read -1, expected "
  pattern Read -1, expected \d+, errno = 1\b
  cause   the container forbids ranks to read each other's memory, and MPI copies instead
  fix     --cap-add=SYS_PTRACE, or OMPI_MCA_btl_vader_single_copy_mechanism=none
root mpi-other-interface
  says    received unexpected process identifier
  cause   two ranks connected over networks that are not the same: a node has several interfaces
          (docker0, virbr0, several adapters) and MPI uses each; the run then hangs
  fix     name the network: `--mca btl_tcp_if_include 10.0.0.0/16 --mca oob_tcp_if_include
          10.0.0.0/16`
  checks  network.one-network, network.calls-leave-by-training-interface
root mpi-orted-missing
  says    orted: command not found
  says    orted: No such file or directory
  says    prted: command not found
  cause   Open MPI starts its daemon on each node over ssh, where it is not in the path of a shell
          without login
  fix     the same Open MPI at the same path on every node; `mpirun --prefix DIR`, or PATH at the
          top of ~/.bashrc before it returns for shells that are not interactive
  checks  software.versions-are-equal
root mpi-unknown-option
  shows   mpirun: Error: unknown option "{option:[^"]+}"
  cause   this mpirun does not know {option}: it is of another MPI or release than the command was
          written for
  fix     `mpirun --version`; Open MPI's options for Open MPI, Hydra's (-hosts, -genv) for MPICH and
          Intel MPI
"""
)
