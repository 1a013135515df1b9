"""What Slurm answers where it refuses a job or a step, in the words of its own list of errors."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
BY_SLURM = \b(?:sbatch|srun|salloc|sattach|scontrol|slurmstepd|slurmd):
root slurm-nodes-outside-partition
  says    Requested nodes not in this partition
  pattern {BY_SLURM} .*Requested nodes not in this partition
  cause   the nodes of --nodelist are not in the partition of this job
  fix     `sinfo -o '%P %N'` shows which nodes each has; another -p or --nodelist
root slurm-node-count-invalid
  says    Node count specification invalid
  pattern {BY_SLURM} .*Node count specification invalid
  cause   --nodes asks for none, or for more nodes than the partition or the job has (within a job a
          step cannot have more than the job)
  fix     `scontrol show partition NAME` shows MaxNodes; within a job `echo $SLURM_JOB_NUM_NODES`
root slurm-task-count-invalid
  says    Task count specification invalid
  pattern {BY_SLURM} .*Task count specification invalid
  cause   --ntasks does not fit --nodes, --ntasks-per-node or what the job was given
  fix     --ntasks = nodes × --ntasks-per-node, or only one of the two; within a job the variables
          SLURM_NTASKS… of sbatch hold too
root slurm-distribution-invalid
  says    Task distribution specification invalid
  pattern {BY_SLURM} .*Task distribution specification invalid
  cause   --distribution, or SLURM_DISTRIBUTION of an outer job, asks for a placement that this step
          cannot have
  fix     leave -m away or `unset SLURM_DISTRIBUTION`; with arbitrary, --nodelist must name one host
          for each task
root slurm-cpu-count-invalid
  says    CPU count specification invalid
  pattern {BY_SLURM} .*CPU count specification invalid
  cause   --cpus-per-task asks for more processors than a node of the partition has
  fix     `sinfo -o '%P %c'` shows how many they have; a smaller --cpus-per-task
root slurm-feature-invalid
  says    Invalid feature specification
  pattern {BY_SLURM} .*Invalid feature specification
  cause   --constraint names a feature that no node has
  fix     `sinfo -o '%N %f'` lists them
root slurm-access-denied
  says    Access/permission denied
  pattern {BY_SLURM} .*Access/permission denied
  cause   Slurm does not allow this to the account: a partition, a reservation, another user's job,
          or a command for operators
  fix     `scontrol show partition NAME` shows AllowGroups and AllowAccounts; -A with an account
          that may
root slurm-nodes-busy
  says    Requested nodes are busy
  pattern {BY_SLURM} (?!.*disabled, retrying).*Requested nodes are busy
  cause   the nodes are taken by other jobs or by another step of this job, and the command does not
          wait (--immediate, --exclusive)
  fix     wait, without --immediate; within a job --overlap for a step beside another
root slurm-step-resources-lacking
  says    Required nodes lack available resources
  pattern {BY_SLURM} .*Required nodes lack available resources
  cause   the step asks for more than is left of the job on these nodes: another step holds it, or
          memory and GPUs were not asked for
  fix     --overlap for a step beside another, --mem=0 and --gres as the job has them
root slurm-partition-down
  says    Partition in DOWN state
  pattern {BY_SLURM} .*Partition in DOWN state
  cause   the partition is switched off
  fix     another -p; `sinfo -p NAME -R` says why
root slurm-partition-not-now
  says    Requested partition configuration not available now
  pattern {BY_SLURM} .*Requested partition configuration not available now
  cause   the partition cannot run this now: too few of its nodes are up, or the job asks for more
          than its limits
  fix     `sinfo -p NAME`, `scontrol show partition NAME`; fewer nodes or less time
root slurm-submissions-off
  says    System submissions disabled
  pattern {BY_SLURM} .*System submissions disabled
  cause   the administrators let nobody submit at present, as before a maintenance
  fix     wait for them
root slurm-too-many-jobs
  says    MaxJobCount limit reached
  pattern {BY_SLURM} .*MaxJobCount limit reached
  cause   the controller holds as many jobs as it may
  fix     wait; few large job arrays in place of many jobs
root slurm-size-missing
  says    Job size specification needs to be provided
  pattern {BY_SLURM} .*Job size specification needs to be provided
  cause   this cluster wants a job to say how large it is
  fix     --nodes or --ntasks, and --gpus-per-node
root slurm-time-missing
  says    Time limit specification required, but not provided
  pattern {BY_SLURM} .*Time limit specification required, but not provided
  cause   this cluster wants a time limit
  fix     `#SBATCH --time=HH:MM:SS`
root slurm-gres-twice
  says    Duplicate generic resource (gres) specification
  pattern {BY_SLURM} .*Duplicate generic resource \(gres\) specification
  cause   GPUs are asked for in two ways at once, as by --gres and --gpus-per-node
  fix     keep one of them in the script and on the command line (SBATCH_GRES and the like count
          too)
root slurm-gres-option-unsupported
  says    Requested GRES option unsupported by configured SelectType plugin
  pattern {BY_SLURM} .*Requested GRES option unsupported by configured SelectType plugin
  cause   --gpus, --gpus-per-node and the like need select/cons_tres, which this cluster does not
          have
  fix     --gres=gpu:N in place of them
root slurm-dependency-problem
  says    Job dependency problem
  pattern {BY_SLURM} .*Job dependency problem
  cause   --dependency names a job that is not there or can never end as asked
  fix     `squeue -j ID`; afterany in place of afterok; no dependency on jobs that are long gone
root slurm-license-invalid
  says    Invalid license specification
  pattern {BY_SLURM} .*Invalid license specification
  cause   --licenses asks for one that the cluster does not have, or for more than there are
  fix     `scontrol show licenses`
root slurm-user-unknown
  says    Invalid user id
  pattern {BY_SLURM} .*Invalid user id
  cause   the account has no name or number on the controller or on the compute nodes
  fix     the same accounts (LDAP, sssd) on the controller and on each node; `id USER` there
root slurm-mpi-plugin-unknown
  says    Invalid MPI plugin name
  pattern {BY_SLURM} .*Invalid MPI plugin name
  cause   --mpi names a plugin that this Slurm was built without
  fix     `srun --mpi=list`; pmix where it is there, or mpirun
root slurm-mpi-setup-failed
  says    MPI plugin's pre-launch setup failed
  pattern {BY_SLURM} .*MPI plugin's pre\-launch setup failed
  cause   Slurm's MPI plugin cannot prepare the ranks: its temporary folder, or a PMIx that does not
          fit
  fix     --mpi=none for ranks that torchrun or this launcher joins; slurmd's log on the node; a
          TMPDIR that is there
root slurm-versions-incompatible
  says    Incompatible versions of client and server code
  pattern {BY_SLURM} .*Incompatible versions of client and server code
  cause   this command's Slurm is more than two releases from the controller's or the node's
  fix     the same Slurm in the container or on this machine as in the cluster
root slurm-authentication-failed
  says    Protocol authentication error
  pattern {BY_SLURM} .*Protocol authentication error
  cause   munge does not accept the message: another key, a clock that is wrong, or munged that does
          not run
  fix     `munge -n | ssh NODE unmunge`; the same /etc/munge/munge.key, synchronised clocks
root slurm-nothing-received, survivable
  says    Zero Bytes were transmitted or received
  pattern {BY_SLURM} .*Zero Bytes were transmitted or received
  cause   the other side closed the connection at once: a daemon with another key, version or clock,
          or one that was just ending
  fix     `munge -n | ssh NODE unmunge`, slurmd's log on the node; the same Slurm release everywhere
root slurm-controller-slow, survivable
  says    Socket timed out on send/recv operation
  pattern {BY_SLURM} (?!.*(?:Task launch|receive_msgs)).*Socket timed out on send/recv operation
  cause   the controller or a slurmd did not answer in time: it is overloaded, often by squeue in
          loops or very many jobs, or unreachable
  fix     try once more; `sdiag`; no `watch squeue`; a larger MessageTimeout
root slurm-controller-standby, survivable
  says    Slurm backup controller in standby mode
  pattern {BY_SLURM} .*Slurm backup controller in standby mode
  cause   the command reached the backup controller, which does not act while the first one is
          thought to run
  fix     slurmctld on the first controller; `scontrol ping`
root slurm-connection-failure, survivable
  says    Communication connection failure
  pattern {BY_SLURM} .*Communication connection failure
  cause   slurmd or the controller on another machine cannot be reached: down, or its port (6817,
          6818, SrunPortRange) is closed
  fix     `scontrol ping`, `sinfo -R`; the ports open between all nodes, those of SrunPortRange
          towards the login node
root slurm-batch-folder-failed
  says    Slurmd could not create a batch directory or file
  pattern {BY_SLURM} .*Slurmd could not create a batch directory or file
  cause   slurmd's spool folder on the first node is full or broken
  fix     `df -h /var/spool/slurmd` on that node; the node out of use until it is repaired
root slurm-io-not-connected
  says    Slurmd could not connect IO
  pattern {BY_SLURM} .*Slurmd could not connect IO
  cause   the node cannot connect back to srun: a firewall on the login node, or its name has the
          wrong address there
  fix     SrunPortRange in slurm.conf, open towards the machine where srun runs; start srun from
          within a batch job
root slurm-credential-invalid
  says    Invalid job credential
  pattern {BY_SLURM} .*Invalid job credential
  cause   a node does not accept the job's credential: its clock is wrong, its key is another, or
          the job has ended meanwhile
  fix     `date` on all nodes (chrony), the same slurm.key or munge.key
root slurm-kill-task-failed, survivable
  says    Kill task failed
  pattern {BY_SLURM} .*Kill task failed
  cause   a process of the job could not be ended, most often as it hangs in a file system or a
          driver; the node is drained
  fix     look at processes in state D on that node; reboot it, then `scontrol update nodename=NODE
          state=resume`
root slurm-too-many-steps
  says    Step limit reached for this job
  pattern {BY_SLURM} .*Step limit reached for this job
  cause   the job started as many steps as it may (MaxStepCount), as a loop of srun does
  fix     fewer, longer steps; work within one step
root slurm-node-name-invalid
  says    Invalid node name specified
  pattern {BY_SLURM} .*Invalid node name specified
  cause   --nodelist or --exclude names a node that the cluster does not have
  fix     `sinfo -N -o %N` lists them
root slurm-immediate-impossible
  says    Immediate execution impossible
  pattern {BY_SLURM} .*Immediate execution impossible
  cause   the job cannot start at once, and --immediate forbids it to wait
  fix     leave --immediate (-I) away
root slurm-job-ended-already, survivable
  says    Job/step already completing or completed
  pattern {BY_SLURM} .*Job/step already completing or completed
  cause   the job or step has ended, or is being ended, when this command wanted something of it
  fix     `sacct -j ID -o State,ExitCode` shows how it ended
root slurm-tres-invalid
  says    Invalid Trackable RESource (TRES) specification
  cause   Slurm does not know a resource that is asked for (a GPU type, --tres-per-task), or the
          step asks for more of it than the job has
  fix     `sacctmgr show tres` and `sinfo -o "%P %G"` list them; the same --gpus options in sbatch
          and srun, unset SLURM_TRES_PER_TASK
symptom slurm-step-not-ended
  says    Timed out waiting for job step to complete
  cause   tasks of the step did not end after they were told to: they hang in a driver or file
          system, or a child holds the output open
  fix     read the output of the task that failed first; processes in state D on those nodes (`ps
          -eo state,pid,cmd | grep ^D`)
"""
)
