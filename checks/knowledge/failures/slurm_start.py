"""What sbatch, srun and slurmstepd say of a job that does not start, or is taken away."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root slurm-launch-unspecified
  shows   error: task {task:[\d,-]+} launch failed: Unspecified error
  cause   Slurm could not start the step on a node, before the program ran: a plugin of --mpi (pmix)
          that is missing or does not fit, a prolog, or the container's plugin; srun does not know
          which
  fix     `srun --mpi=list`, then --mpi=none (or pmi2) for programs that torchrun starts; slurmd's
          log on that node says why
root slurm-no-such-nodes
  says    Requested node configuration is not available
  cause   no node of the partition has what the job asks for: GPUs, CPUs or memory for each node
  fix     compare with `sinfo -p PARTITION -o '%n %G %c %m'`; the GPU's type is part of --gres
root slurm-account-invalid
  says    Invalid account or account/partition combination specified
  cause   the account may not use this partition, or does not exist
  fix     `sacctmgr show assoc user=$USER format=account,partition,qos`, and name one of them with
          -A and -p
root slurm-limit-of-account
  says    Job violates accounting/QOS policy
  cause   the job exceeds a limit of the account or QOS: jobs, GPUs, nodes, time, or its budget
  fix     `sacctmgr show qos` and `sacctmgr show assoc user=$USER` show the limits
root slurm-cpus-per-task-conflict
  says    cpus-per-task set by two different environment variables
  cause   variables of an outer job reach srun, or --cpus-per-task differs between sbatch and srun
  fix     `unset SLURM_CPUS_PER_TASK SLURM_TRES_PER_TASK` before srun, or submit from outside a job
root slurm-cpu-bind
  says    Unable to satisfy cpu bind request
  says    Unable to layout tasks on given cpus
  cause   srun asks for CPUs that the step does not have, most often because SLURM_CPU_BIND of an
          outer job is still set
  fix     `unset SLURM_CPU_BIND SLURM_CPU_BIND_LIST SLURM_CPU_BIND_TYPE` before srun, or
          --cpu-bind=none; --cpus-per-task for srun as for the job
root slurm-node-unresolvable
  says    Can't find an address, check slurm.conf
  cause   a node's name, as the line has it, has no address here
  fix     add it to DNS or /etc/hosts on every node, or NodeAddr in slurm.conf
  checks  names.every-node-resolves-every-node
root slurm-node-not-reached
  shows   Task launch for StepId={step} failed on node {node:[^\s:]+}: {why:Communication connection
          failure|Socket timed out on send/recv operation}
  cause   slurmd on {node} does not answer ({why}): it is down or overloaded, or a firewall stands
          between
  fix     `scontrol show node {node}`, slurmd's log there; exclude the node with -x
  checks  network.one-network
root slurm-time-limit
  says    DUE TO TIME LIMIT
  pattern (?:STEP|JOB) (?P<job>\S+) ON (?P<node>\S+) CANCELLED AT \S+ DUE TO TIME LIMIT
  cause   {job} reached its time limit
  fix     ask for more --time, or save checkpoints more often and resume (--requeue,
          --signal=B:USR1@300)
  follows build-lock-wait, horovod-tensors-differ
root slurm-preempted
  says    DUE TO PREEMPTION
  pattern (?:STEP|JOB) (?P<job>\S+) ON (?P<node>\S+) CANCELLED AT \S+ DUE TO PREEMPTION
  cause   a job with more priority took the nodes of {job}
  fix     save checkpoints often and use --requeue, or a partition or QOS without preemption
root slurm-node-failed
  says    DUE TO NODE FAILURE
  says    ": error: Node failure on "
  pattern CANCELLED AT \S+ DUE TO NODE FAILURE|: error: Node failure on (?P<node>\S+)
  cause   a node of the job no longer answers Slurm: it rebooted, lost its network, or hangs
  fix     `sacct -j JOB -o NodeList,State` and `scontrol show node` name it; look at its kernel's
          log before it is used again
  checks  limits.kernel-reports-no-hang, limits.links-stay-up
root slurm-step-memory
  says    Memory required by task is not available
  cause   the step asks for more memory than the job has left on its nodes; each srun takes all of
          it by default
  fix     --mem=0 for srun, or --overlap and a smaller --mem where steps run at the same time
root slurm-job-unknown
  shows   srun: error: Unable to confirm allocation for job {job:\d+}: {why:.+}
  cause   job {job}, which SLURM_JOB_ID names, is over or of another cluster ({why})
  fix     `unset SLURM_JOB_ID`, or run it within a new allocation
root slurm-munge
  says    Munge encode failed
  says    Munge decode failed
  pattern Munge (?:encode|decode) failed: (?P<why>(?!.*\(retrying).+)
  cause   Slurm's authentication fails on this node ({why})
  fix     start munged there with the cluster's munge.key; clocks may differ by five minutes at most
  checks  time.clocks-agree
root pyxis-not-loaded
  shows   SPANK plugin "pyxis" option "{option}" not found
  cause   this node's slurmd knows no pyxis: it is not installed there, plugstack.conf does not name
          it, or slurmd was not started again since; the job ran outside of the container
  fix     on that node: spank_pyxis.so and its line in plugstack.conf, as on the login node; then
          `systemctl restart slurmd`
root slurm-program-missing
  shows   error: execve(): {path}: {why:No such file or directory|Permission denied|Exec format
          error}
  cause   Slurm cannot run {path} on this node: {why}
  fix     name it with its whole path on a file system that every node mounts, executable and with
          `#!` in its first line; activate the environment before srun
  checks  software.python-is-there, files.paths-in-the-command-are-there
root slurm-folder-missing, survivable
  says    couldn't chdir to `
  pattern couldn't chdir to `(?P<path>[^']+)': (?P<why>.+?): going to /tmp instead
  cause   the job's folder {path} is not usable on this node ({why}), so that it runs in /tmp
  fix     submit from a folder that every node mounts, or name one with --chdir
  checks  files.workdir-is-there, files.network-mounts-answer
root slurm-output-unwritable
  says    "Could not open stdout file "
  pattern Could not open stdout file (?P<path>\S+): (?P<why>(?!.*[Rr]etrying).+)
  cause   the job's output file {path} cannot be written on the first node: {why}
  fix     create its folder before the start (Slurm does not), on a file system that the nodes mount
          and where the account may write
  checks  files.output-is-writable
root slurm-controller-unreachable
  says    Unable to contact slurm controller
  cause   slurmctld does not answer: it is down, busy, or not reachable from here
  fix     `scontrol ping`; try again where it was only busy
root slurm-too-many-tasks
  says    More processors requested than permitted
  cause   the step asks for more tasks or CPUs than the job has
  fix     let --ntasks times --cpus-per-task of srun fit within the job's
root slurm-gres-invalid
  says    Invalid generic resource (gres) specification
  cause   the partition, or for a step its job, has no GPUs of this name or number, or the cluster
          does not define them
  fix     `sinfo -o '%P %G'` shows how they are named, such as gpu:h100:8; a step gets no more than
          its job has: ask for them in sbatch or salloc too, and unset SLURM_GPUS* and SLURM_GRES of
          an outer job
root slurm-job-memory-exceeded
  says    exceeded memory limit (
  pattern (?:Job|Step) (?P<job>\S+) exceeded memory limit \((?P<used>\d+) > (?P<limit>\d+)\)
  cause   {job} used more memory than Slurm gave it ({used} of {limit})
  fix     ask for more with --mem, or let fewer ranks load at once
  checks  limits.group-allows-enough-memory, limits.memory-is-free
stall slurm-step-waits
  says    step creation temporarily disabled, retrying
  cause   another step of the same job holds the CPUs, GPUs or memory that this one waits for
  fix     --overlap for steps that run at the same time, or end the other step
root slurm-credential-expired
  says    Job credential expired
  cause   slurmd refused the step as too old: clocks differ, or the controller was busy
  fix     `chronyc tracking` on every node and the controller; start again where it was busy
  checks  time.clocks-agree
root slurm-gres-not-in-job
  says    Step requested GRES (
  pattern Step requested GRES \((?P<gres>[^)]*\)?)\) not found in the job
  cause   srun asks for {gres}, which the job does not have under that name: the job has typed GPUs
          (gpu:h100) or none
  fix     ask with the job's own words (`scontrol show job $SLURM_JOB_ID | grep -i tres`), or leave
          --gpus and --gres out of srun
root slurm-gres-typed-and-untyped
  says    Invalid GRES specification (with and without type identification)
  says    Insufficient GRES available in allocation
  cause   the GPUs of the step and of the job are named differently (with and without a type), or
          the step wants more than the job has
  fix     the same --gpus/--gres in sbatch and srun, or none for srun
root slurm-partition-invalid
  says    Invalid partition name specified
  says    No partition specified or system default partition
  says    User's group not permitted to use this partition
  says    Required partition not available (inactive or drain)
  pattern (?P<why>Invalid partition name specified|No partition specified or system default
          partition|User's group not permitted to use this partition|Required partition not
          available \(inactive or drain\))
  cause   Slurm does not take the job into this partition: {why}
  fix     `sinfo -o '%P %a %l'` lists partitions and limits; name one with -p
root slurm-qos-invalid
  says    Invalid qos specification
  cause   the account may not use this QOS, or it does not exist
  fix     `sacctmgr show assoc user=$USER format=account,partition,qos%40`, and --qos with one of
          them
root slurm-time-limit-invalid
  says    Requested time limit is invalid (missing or exceeds some limit)
  cause   --time is missing, or longer than the partition or QOS allows
  fix     `sinfo -p PARTITION -o %l` and `sacctmgr show qos format=name,maxwall`; a shorter --time,
          and resume from checkpoints
root slurm-node-unavailable
  says    Required node not available (down, drained or reserved)
  cause   a node that the job names is down, drained or reserved
  fix     `sinfo -R` says why; leave out -w, or -x that node
root slurm-prolog-failed
  says    Job prolog failed
  cause   the cluster's prolog failed on a node, which Slurm then drains
  fix     `sinfo -R` and slurmd's log of that node; start again with -x NODE
root slurm-reservation
  says    Access denied to requested reservation
  says    Requested reservation is invalid
  says    Requested reservation not usable now
  cause   the reservation that the job names does not exist, is over, not begun, or not this
          account's
  fix     `scontrol show res`; leave --reservation out
root slurm-memory-options-conflict
  says    are mutually exclusive
  pattern (?:srun|sbatch|salloc): (?:fatal|error): (?P<what>.*) are mutually exclusive
  cause   Slurm is given options that exclude each other ({what}): one of them comes from the
          environment of an outer job
  fix     unset those variables before srun (`unset SLURM_MEM_PER_CPU SLURM_MEM_PER_GPU
          SLURM_MEM_PER_NODE`), and use one of --mem, --mem-per-cpu and --mem-per-gpu throughout
root slurm-pmi-not-fitting
  says    PMK_KVS_Barrier duplicate request from task
  cause   srun speaks another PMI than the program was built for, or two programs of one task both
          called MPI_Init
  fix     `srun --mpi=list`; --mpi=pmix or pmi2 as the MPI of the program needs (`ompi_info | grep
          -i pmi`)
root slurm-cgroup-failed
  shows   slurmstepd: error: task/cgroup: unable to add task[pid={pid:\d+}] to {what:.+}
  cause   slurmd cannot put the task under its limits on this node: its cgroups are broken, as after
          an update of systemd or a change of cgroup version
  fix     `systemctl restart slurmd` there with no job on it, or reboot; cgroup.conf for the version
          that `stat -fc %T /sys/fs/cgroup` shows
symptom slurm-pmix-peer-failed
  says    pmixp_p2p_send:
  pattern mpi/pmix\S*: +(?:error: )?pmixp_p2p_send: .*failed
  cause   slurmstepd of this node could not send to that of another: it ended with its tasks, or its
          port is closed
  fix     find the task that failed first; without one open SrunPortRange and all TCP ports between
          the nodes
  checks  ports.ephemeral-ports-are-open
root slurm-commands-not-in-container, survivable
  says    : command not found
  pattern \b(?P<command>scontrol|squeue|sinfo|sbatch|srun|sacct): command not found
  cause   {command} is not there: inside a container (pyxis, enroot, Apptainer) the host's commands
          of Slurm are missing, and what the script read from it is empty
  fix     call {command} in the batch script, outside of the container, and hand its answer over, as
          MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
root slurm-script-unreadable
  shows   sbatch: error: Unable to open file {path}
  cause   sbatch does not find its script {path}
  fix     its right path, seen from the folder where sbatch is typed
root slurm-mpi-plugin-not-there
  shows   srun: error: Couldn't find the specified plugin name for mpi/{plugin:\w+}
  cause   --mpi (or SLURM_MPI_TYPE, MpiDefault) asks for {plugin}, and Slurm has no such plugin on
          the machine where srun ran: it was built without it, or its package is not installed there
  fix     `srun --mpi=list` shows what there is; --mpi=none for ranks that torchrun or this launcher
          joins, pmi2 or another pmix of the list for MPI programs; install Slurm's pmix package on
          every node
"""
)
