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
  follows mpi-include-and-exclude, mpi-interface-invalid, mpi-component-missing
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
  near    HNP daemon[^\n]* on node +(?P<head>\S+)[\s\S]{0,200}?on node +(?P<node>\S+)
  cause   {head} lost its connection to {node}: the node went down, or mpirun's daemon was killed
          there
  fix     look at the kernel's log of {node}
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
root mpi-option-twice
  says    an MCA parameter was listed more than once
  says    variable was set more than once
  near    (?:Param|Variable): *(?P<name>\S+)\s*\n[^\n]*?Value: *(?P<one>\S+)\s*\n[^\n]*?Value:
          *(?P<other>\S+)
  cause   {name} is given twice, as {one} and as {other}: DeepSpeed's OpenMPI launcher puts `--mca
          btl_tcp_if_include eth0` on mpirun's command line itself (before 0.15.3 also where
          launcher_args name it), or a file names it too
  fix     leave one of them: a newer DeepSpeed, whose own value gives way to --launcher_args; or
          OMPI_MCA_{name}={one} in the environment in place of the option
root mpi-include-and-exclude
  says    Two mutually-exclusive MCA variables were specified
  near    1st MCA variable: *(?P<one>\S+)[\s\S]{0,300}?2nd MCA variable: *(?P<other>\S+)
  cause   {one} and {other} are both set, which exclude each other: the component is dropped, and
          ranks then do not reach each other
  fix     unset one of them; `Source of value` above names where each is set: the command line,
          OMPI_MCA_… in the environment, or openmpi-mca-params.conf
root mpi-component-missing
  says    A requested component was not found, or was unable to be opened
  near    Host: +(?P<node>\S+)[\s\S]{0,80}?Framework: +(?P<framework>\S+)[\s\S]{0,80}?Component:
          +(?P<component>\S+)
  cause   {framework} {component}, which was asked for, is not part of the Open MPI of {node}, or a
          library that it needs is not there (ucx, libfabric, ibverbs)
  fix     `ompi_info | grep {framework}` on {node} shows what there is; take {component} out of
          OMPI_MCA_{framework} and of the command line, or install it there
  checks  software.versions-are-equal
root mpi-no-component
  says    No components were able to be opened in the
  near    were able to be opened in the (?P<framework>\w+) framework[\s\S]{0,700}?Host:
          +(?P<node>\S+)
  cause   on {node} nothing of Open MPI's {framework} can be loaded: MCA variables exclude all, or
          its installation there is another or not whole
  fix     unset OMPI_MCA_{framework} on {node}; `ompi_info` there; the same Open MPI on all nodes
  checks  software.versions-are-equal
  follows ucx-memlock, ucx-no-transport, ucx-queue-refused, ucx-transport-list-empty,
          mpi-component-missing, ucx-device-unknown
root mpi-value-invalid
  says    An invalid value was supplied for an
  near    Variable *: (?P<name>\S+)\s*\n[^\n]*?Value *: *(?P<value>\S+)
  cause   {name} has the value {value}, which this Open MPI does not accept
  fix     `ompi_info --param all all --level 9 | grep -A3 {name}` shows what it takes; correct
          OMPI_MCA_{name}, the option or openmpi-mca-params.conf
root mpi-interface-invalid, warns
  says    WARNING: An invalid value was given for btl_tcp_if_
  near    Local host: +(?P<node>\S+)[\s\S]{0,60}?Value: +(?P<value>\S+)[\s\S]{0,60}?Message:
          +(?P<why>[^\n]+)
  cause   {value}, which --mca btl_tcp_if_include or exclude names, is not on {node} ({why}); Open
          MPI ignores the value and uses any network
  fix     name a network of all nodes in place of an interface: `--mca btl_tcp_if_include
          10.0.0.0/16`
  checks  nccl.socket-interface-exists, network.one-network
root mpi-connect-failed, peer, warns
  says    Open MPI failed to TCP connect to a peer MPI process
  near    Local host: +(?P<node>\S+)[\s\S]{0,80}?Message: +(?P<what>[^\n]+?)\s*\n[^\n]*?Error:
          +(?P<why>[^\n]+)
  cause   {node} cannot connect to a peer ({what}: {why}): a firewall, or an interface that is not
          the nodes' common network
  fix     open all TCP ports between the nodes; `--mca btl_tcp_if_include 10.0.0.0/16 --mca
          oob_tcp_if_include 10.0.0.0/16` with their network
  checks  ports.ephemeral-ports-are-open, network.one-network
symptom mpi-peer-hung-up
  says    An MPI communication peer process has unexpectedly disconnected
  near    Local host: +(?P<node>\S+)[\s\S]{0,80}?Peer host: +(?P<peer>\S+)
  cause   {node} lost its peer on {peer}, which crashed or ended
  fix     find out why the rank on {peer} ended: its own output, and `dmesg` there
root mpi-no-allocated-resources
  says    There are no allocated resources for the application
  near    that match the requested mapping: *\n *(?P<what>\S[^\n]*)
  cause   the hosts asked for are not among those of the job or the hostfile ({what})
  fix     the names of --host and of the hostfile must be those that Slurm or the hostfile gives, in
          the same spelling; `srun hostname` shows them
  checks  names.every-node-resolves-every-node
root mpi-hostfile-unreadable
  says    Open RTE was unable to open the hostfile
  says    PRTE was unable to open the hostfile
  says    unable to open the hostfile:
  near    unable to open the hostfile:\s*\n? *(?P<path>/\S+)
  cause   the hostfile {path} is not there or may not be read
  fix     correct the path of --hostfile
  checks  files.paths-in-the-command-are-there
root mpi-tmp-unwritable
  says    A call to mkdir was unable to create the desired directory
  near    Directory: +(?P<path>\S+)[\s\S]{0,60}?Error: +(?P<why>[^\n]+)
  cause   mpirun cannot make its session folder {path} on a node ({why})
  fix     free or repair that file system, remove a folder there that belongs to another account;
          TMPDIR with a folder that may be written
  checks  files.temporary-folder-is-usable
root mpi-binding-unsupported
  says    A request was made to bind a process, but at least one node does NOT
  says    WARNING: a request was made to bind a process.
  cause   the node, most often a container, does not let mpirun bind ranks to CPUs
  fix     --bind-to none
root mpi-other-release
  says    Data unpack would read past end of buffer
  says    Data unpack had inadequate space
  pattern (?:ORTE_ERROR_LOG|PRTE ERROR|PMIX ERROR).*(?:Data unpack would read past end of buffer|
          Data unpack had inadequate space)
  cause   the daemons of Open MPI on two nodes, or a rank and its mpirun, are of different releases
          or builds
  fix     `mpirun --version` and `ompi_info | head` on each node, over `ssh NODE`; the same
          installation at the same path everywhere, and no second one (conda's mpi4py brings its
          own)
  checks  software.versions-are-equal
root mpi-pmix-unreachable
  says    "PMIX ERROR: UNREACHABLE "
  says    PMIX ERROR: ERR-UNREACH
  cause   a rank or daemon does not reach the PMIx server that started it: Slurm's PMIx and Open
          MPI's do not fit, or a firewall or an interface in between
  fix     `srun --mpi=list` and `ompi_info | grep -i pmix`: one release of PMIx; PMIX_MCA_gds=hash;
          mpirun within the job in place of srun
  checks  software.versions-are-equal, ports.ephemeral-ports-are-open
symptom mpi-start-refused
  says    mpirun was unable to start the specified application as it encountered an
  near    Error name: +(?P<why>[^\n]+)\n[^\n]*?Node: +(?P<node>\S+)
  cause   mpirun could not start the program on {node}: {why}
  fix     the program, its folder and the same Open MPI must be on {node} at the same path
  checks  files.paths-in-the-command-are-there, files.workdir-is-there
root mpi-rsh-agent-missing
  says    plm_rsh_agent" was set to a path
  near    Parameter value: +(?P<agent>\S+)|could not be found:\s*\n[^\n]*?plm_rsh_agent:
          (?P<path>\S+)
  cause   mpirun starts its daemons with ssh or rsh, and neither is in the PATH here, as in many
          containers
  fix     apt install openssh-client in the image, or OMPI_MCA_plm_rsh_agent with the path of what
          starts commands on other nodes (the MPI operator sets it)
  checks  ssh.every-node-logs-in-to-every-node
symptom mpi-daemon-failed-after-launch
  says    An ORTE daemon has unexpectedly failed after launch
  cause   mpirun's daemon started on a node and ended before it called back: a library is missing
          there, or it cannot connect back
  fix     read what stands above; the same Open MPI on all nodes, LD_LIBRARY_PATH for shells without
          login, and open TCP ports between the nodes (`--mca oob_tcp_if_include 10.0.0.0/16`)
  checks  ports.ephemeral-ports-are-open, software.versions-are-equal, network.one-network
root horovod-tensors-differ, survivable
  says    tensors were submitted to be reduced, gathered or broadcasted by subset of ranks
  cause   Horovod waits for tensors that only some of the ranks have submitted: ranks build other
          graphs or names, take another branch, or one of them is slow or gone
  fix     the lines below it name the ranks and tensors; build the same model with the same names in
          the same order on every rank, and have every rank take part in each reduction
root horovod-stalled
  shows   is stalled for longer than {limit:\d+} seconds. Will shutdown
  cause   the ranks marked with ! did not come to a reduction within {limit} s: they do something
          alone (evaluation, a checkpoint, a download), took another branch, or hang
  fix     have every rank take part (the evaluation shared out, the others wait at the same place),
          or a higher HOROVOD_STALL_SHUTDOWN_TIME_SECONDS; `py-spy dump` of the marked ranks
symptom horovod-shut-down
  says    Horovod has been shut down. This was caused by an exception on one of the ranks
  cause   another rank failed, or ended before the others
  fix     find the rank that failed or stalled first
symptom mpi-abort
  shows   MPI_ABORT was invoked on rank {rank:\d+}
  cause   rank {rank} ended the job itself (MPI_ABORT), after an error of its own
  fix     read the output of rank {rank} above
symptom mpi-init-failed
  says    It looks like MPI_INIT failed for some reason
  cause   a rank could not start MPI; the lines of the libraries above (UCX, OPAL, PMIx, libfabric)
          say why
  fix     read the first of these lines; `ompi_info` and `mpirun --version` in the rank's
          environment: one Open MPI; OMPI_MCA_pml=ob1 and OMPI_MCA_btl=self,vader,tcp in the
          environment show whether the adapter is at fault
symptom mpi-error-in-call
  shows   *** An error occurred in {call:MPI_\w+}
  cause   MPI ended the job as a call failed ({call}); the line with MPI_ERR_ below it names the
          kind
  fix     read the MPI_ERR_ line: truncated messages are ranks that disagree on sizes; others are a
          peer that ended or an adapter that failed
root mpi-message-truncated
  says    MPI_ERR_TRUNCATE: message truncated
  cause   a rank received more than it expected: ranks called different collectives, or with
          different sizes
  fix     make all ranks call the same collectives in the same order with the same sizes; a batch or
          tensor that differs from rank to rank
root mpi-rank-signal
  shows   Signal: {how:Segmentation fault|Illegal instruction|Floating point exception}
          ({signal:\d+})
  cause   a rank crashed in native code ({how}): a library that does not fit; the frames below name
          it
  fix     look at the first frame below that is no part of libc or MPI; PYTHONFAULTHANDLER=1 passed
          on with -x
root horovod-timeout-starting
  says    Timed out waiting for tasks to start
  cause   Horovod reached not all of its hosts in time: no login without a password, a firewall, or
          a network interface that the others do not reach
  fix     `ssh HOST true` from the head for each; --network-interface with the common one;
          --start-timeout
root horovod-not-initialised
  says    Horovod has not been initialized; use hvd.init()
  cause   Horovod was used before hvd.init(), or in a process that was forked after it
  fix     hvd.init() first thing in the program; spawn for workers
symptom horovod-collective-failed
  shows   HorovodInternalError: {call:\w+} failed: {why:.+}
  cause   a collective failed below Horovod ({call}: {why})
  fix     with NCCL_DEBUG=WARN the NCCL WARN lines say why; the rank that failed first
root mpi-init-without-launcher
  shows   *** An error occurred in {call:MPI_Init(?:_thread)?}
  near    on a NULL communicator
  unless  PMI|orte_init|ompi_mpi_init: |opal_init|There are not enough slots
  cause   a rank that torchrun, accelerate or deepspeed started called {call}, and MPI finds nobody
          who started it: a library of the rank uses MPI by itself (Transformer Engine's overlap of
          tensor-parallel communication, mpi4py, DeepSpeed's discovery by MPI)
  fix     Megatron and NeMo: --tp-comm-bootstrap-backend nccl (tp_comm_bootstrap_backend), or
          tp_comm_overlap off; else start the ranks by `mpirun`, or `srun --mpi=pmix` with an MPI
          that was built with Slurm's PMI
symptom horovod-process-ended
  says    Horovod detected that one or more processes exited with non-zero status
  near    Process name: (?P<process>\S+)\s+Exit code: +(?P<code>\d+)
  cause   {process} ended first, with {code} (137: killed, most often for want of memory; 134 and
          139: a crash in native code; 1: an error of its own), and horovodrun ended the others
  fix     read the output of {process}; for 137 `dmesg | grep -i 'killed process'` or `kubectl
          describe pod` on its node, and the limits of memory there
"""
)
