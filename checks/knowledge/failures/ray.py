"""What Ray says of its nodes, workers and memory."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
IDLE = 0\.0/(?P<cpus>\d+)\.0 CPU\n\s*0\.0/(?P<gpus>\d+)\.0 GPU
root ray-out-of-memory, survivable
  says    Task was killed due to the node running low on memory
  says    Workers (tasks / actors) killed due to memory pressure (OOM)
  says    exceeds the memory usage threshold of
  cause   Ray killed a worker because a node's memory was almost full
  fix     fewer workers or smaller batches on that node, more memory for the container;
          RAY_memory_usage_threshold=0.98 in the environment of `ray start` raises the limit
  checks  limits.memory-is-free, limits.group-allows-enough-memory
symptom ray-actor-died, survivable
  says    The actor died unexpectedly before finishing this task
  says    The actor is dead because its
  says    A worker died or was killed while executing a task by an unexpected system error
  cause   a worker process of Ray ended: killed for memory, crashed in native code, or its node went
          away
  fix     the lines below say how it ended; read that worker's own output
          (/tmp/ray/session_latest/logs/worker-*) and `dmesg | tail` on its node
  checks  limits.memory-is-free, limits.kernel-kills-no-rank
  follows ray-worker-gone
symptom ray-node-died, survivable
  says    The actor died because its node has died
  says    "The node with node id: "
  pattern (?:The actor died because its node has died|The node with node id: (?P<id>\w+) and
          address: (?P<node>[\w.:-]+) .*has been marked dead)
  cause   Ray lost a node: it went down, its raylet was killed, or the network between it and the
          head broke
  fix     `dmesg | tail` and /tmp/ray/session_latest/logs/raylet.err on that node; the ports of Ray
          must be open between all nodes
  checks  limits.kernel-kills-no-rank, ports.ephemeral-ports-are-open
root ray-version-mismatch
  says    Version mismatch: The cluster was started with:
  cause   the driver's Ray or Python is another than the cluster's
  fix     the same Python and Ray on every node: start Ray from the run's own environment
  checks  software.versions-are-equal
root ray-cannot-connect
  says    Could not find any running Ray instance
  says    to connect to GCS
  pattern (?:Could not find any running Ray instance|(?:Failed|Unable) to connect to GCS(?: at
          address (?P<address>\S+))?)
  cause   no Ray head answers at the address that was given: it is not running, listens elsewhere,
          or a firewall drops the calls
  fix     `ray start --head --node-ip-address=ADDRESS --port=6379` on the head, `ray status` there,
          and port 6379 from the other nodes
  checks  ports.master-port-is-reachable
root ray-object-store-full, survivable
  says    ObjectStoreFullError
  says    The object store is full
  pattern (?:ObjectStoreFullError|The object store is full)
  cause   Ray's object store is full: large objects are held, or /dev/shm is small
  fix     a larger --object-store-memory at `ray start`, more /dev/shm (docker --shm-size), and
          references dropped (del) after use
  checks  limits.shm-is-large-enough
stall ray-request-never-fits
  says    The following resource request cannot be scheduled right now
  says    No available node types can fulfill resource request
  pattern (?:The following resource request cannot be scheduled right now: |No available node types
          can fulfill resource request )(?:defaultdict\([^{]*)?(?P<request>\{[^}]*\})
  near    ^ *{IDLE}
  cause   nothing in the Ray cluster is in use, and it has {cpus} CPUs and {gpus} GPUs in all:
          {request} is more than that, or more than one node has of it, so that it is never
          scheduled
  fix     ask for fewer CPUs or GPUs (trainer.n_gpus_per_node, of each worker), or give Ray more:
          CUDA_VISIBLE_DEVICES and `--gpus all` where Ray was started, Slurm's --cpus-per-task, `ray
          start --num-cpus=N --num-gpus=N`, nodes that have not joined
  checks  gpu.slots-have-gpus
stall ray-pending-resources
  says    The following resource request cannot be scheduled right now
  says    No available node types can fulfill resource request
  pattern (?:The following resource request cannot be scheduled right now: |No available node types
          can fulfill resource request )(?:defaultdict\([^{]*)?(?P<request>\{[^}]*\})
  unless  ^ *{IDLE}
  cause   Ray waits for resources that the cluster does not have free, or that no node of it has in
          all: {request}; until then nothing starts
  fix     `ray status` on the head: nodes that did not join, GPUs that another job holds, or more
          asked for than there are (trainer.n_gpus_per_node and the like); where it has the GPUs
          and lacks CPUs: Slurm's --cpus-per-task, `ray start --num-cpus=N`, or fewer CPUs for each
          worker
  checks  gpu.slots-have-gpus
root ray-runtime-env
  says    RuntimeEnvSetupError
  says    Failed to set up runtime environment
  cause   Ray could not prepare the environment of a worker (a working_dir too large, a pip install
          that failed); the lines below say why
  fix     a shared working directory instead of working_dir, `excludes` for large files, and
          packages installed on the nodes
symptom ray-train-failed
  says    "TrainingFailedError: "
  says    "WorkerGroupError: "
  cause   Ray Train ends the run because one of its workers failed
  fix     read the first error of a RayTrainWorker above, or what Ray says of its nodes
NO_ADDRESS = 0\.0\.0\.0:6379|node IP: 0\.0\.0\.0|node.ip.address[= ]0\.0\.0\.0
root ray-no-job-agent
  says    No available agent to submit job
  unless  {NO_ADDRESS}
  cause   Ray's head has no agent that takes jobs: ray start has not finished, its port (52365) is
          held by an earlier Ray, or only `ray`, not `ray[default]`, is installed
  fix     `ray stop` on every node, `uv pip install 'ray[default]'`, start again; wait until `ray
          status` answers before `ray job submit`; dashboard_agent.log in
          /tmp/ray/session_latest/logs says why it ended
  checks  ports.master-port-is-free
root ray-head-without-address
  says    No available agent to submit job
  near    {NO_ADDRESS}
  cause   the head was started with 0.0.0.0 as its own address, at which its parts do not find its
          agent that takes jobs
  fix     `ray stop`, then `ray start --head --node-ip-address=ADDRESS` with the address that other
          nodes reach (--dashboard-host may be 0.0.0.0); dashboard_agent.log in
          /tmp/ray/session_latest/logs says what else failed
  checks  ports.master-port-is-free
root ray-driver-node-without-gpus
  says    Ray does not allocate any GPUs on the driver node
  cause   the process that drives vLLM was placed on a node on which its own placement group has no
          GPU: the group's bundles lie on another node, or are spread over nodes
  fix     a tensor-parallel size that one node's GPUs hold, its group with STRICT_PACK, and the
          driver's actor in bundle 0 of the group (newer releases of the trainer do that)
  checks  gpu.slots-have-gpus
root ray-raylet-gone
  says    Unable to register worker with raylet
  says    The current node timed out during startup
  says    raylet fate-shares with it
  cause   Ray's own process on this node (raylet) did not start or ended: too few threads or open
          files for the account, a full /tmp, or more CPUs counted than the job has
  fix     ray.init(num_cpus=…) with the job's CPUs, `ulimit -u` and `ulimit -n`,
          /tmp/ray/session_latest/logs/raylet.err; `ray stop --force` before
  checks  limits.nproc-is-enough, limits.nofile-is-enough, files.temporary-folder-is-usable
root ray-session-differs
  says    does not match persisted value
  says    Session name session_
  pattern Session name session_\S+ does not match persisted value
  cause   an earlier Ray of this node still runs or left its address behind
  fix     `ray stop --force` on every node, rm -r /tmp/ray, start the head first
root ray-init-twice
  says    Maybe you called ray.init twice by accident?
  cause   ray.init was called in a process that already had Ray
  fix     ray.init(ignore_reinit_error=True), or once
root ray-resources-of-existing
  says    When connecting to an existing cluster, num_cpus and num_gpus must not be provided
  cause   ray.init was given num_cpus or num_gpus, and connects to a cluster that RAY_ADDRESS or an
          earlier start names
  fix     leave them out, or `ray stop` (and unset RAY_ADDRESS) to start one for this run
root ray-gpu-ids-beyond
  says    Attempting to start raylet with
  pattern Attempting to start raylet with (?P<want>\d+) GPUs, but (?:CUDA_VISIBLE_DEVICES contains|
          .* contains) (?P<have>.+?)\.
  cause   `ray start` should use {want} GPUs, and this node shows {have}
  fix     --num-gpus at most what `nvidia-smi -L` shows; unset CUDA_VISIBLE_DEVICES before `ray
          start`
  checks  gpu.slots-have-gpus, gpu.shell-hides-no-gpu
root ray-placement-timeout
  says    Cannot schedule enough workers
  says    The worker group startup timed out after
  cause   Ray Train's workers could not all be placed: the cluster has fewer GPUs or CPUs free than
          ScalingConfig asks for
  fix     `ray status`: join every node before the run, end other jobs; num_workers and
          resources_per_worker that fit
  checks  gpu.slots-have-gpus
  follows ray-version-mismatch
root ray-driver-gone
  says    Exiting because this node's raylet
  says    the object's owner has exited
  cause   the program that started the tasks, or Ray's process of its node, ended: the others lost
          their owner
  fix     the driver's own log and `dmesg | grep -i oom` on its node; run the driver in the cluster
          by `ray job submit`
symptom ray-local-raylet-died
  says    LocalRayletDiedError
  cause   Ray's own process on this node (raylet) ended, and with it all of its workers: the memory
          was full, its folder in /tmp was removed or full, or the node was stopped
  fix     raylet.out and dashboard_agent.log in /tmp/ray/session_latest/logs on that node; `dmesg |
          grep -i killed`; --temp-dir on a disk with room
  checks  limits.memory-is-free, limits.kernel-kills-no-rank, files.temporary-folder-is-usable
symptom ray-get-timed-out
  says    GetTimeoutError: Get timed out: some object(s) not ready
  cause   what the program waited for was not done in the time given: the actors wait for free GPUs
          or processors, hang, or are slow to load
  fix     `ray status` (pending demands) and `ray list actors`; the output of the workers in
          /tmp/ray/session_latest/logs
root ray-workers-not-registered, survivable
  says    have not registered within the timeout
  cause   Ray started workers on this node that did not come up in time: Python or its packages load
          slowly from a network file system, the node has too few processors, or they crash as they
          start
  fix     the environment on a local disk; fewer actors on a node, num_cpus as many as there are;
          python-core-worker-*.log in /tmp/ray/session_latest/logs
  checks  limits.cpus-are-free, files.network-mounts-answer
symptom ray-actor-unavailable
  says    ray.exceptions.ActorUnavailableError
  cause   an actor's process or its node cannot be reached at the moment: it ended, or the network
          between the nodes broke
  fix     `ray list actors` and `ray list nodes`; the output of that worker; `dmesg` on its node
symptom ray-worker-crashed
  says    ray.exceptions.WorkerCrashedError
  cause   a worker process of Ray died without a Python error: it was killed (memory), or crashed in
          native code
  fix     worker-*.err and raylet.out in /tmp/ray/session_latest/logs on its node; `dmesg | tail`
          there
  checks  limits.memory-is-free, limits.kernel-kills-no-rank
root ray-shared-memory-signal
  says    (raylet) *** SIGBUS received
  cause   Ray's object store could not grow in /dev/shm, which is full or smaller than Ray was told
  fix     `docker run --shm-size` of at least --object-store-memory; `df -h /dev/shm`
  checks  limits.shm-is-large-enough
root ray-head-not-reached
  shows   Unable to connect to node at address {address:[\d.]+:\d+}
  cause   Ray's head does not answer at {address}: it is not started, its address is another, or its
          port is closed
  fix     `ray status --address {address}` from that node; `ray start --head --node-ip-address` with
          the address that all nodes reach; ports 6379 and 10002-19999 open
  checks  ports.ephemeral-ports-are-open, network.one-network
symptom ray-owner-died, survivable
  says    ray.exceptions.OwnerDiedError
  unless  owner has exited
  cause   the process that owned an object (the driver, or an actor) ended before another one read
          it
  fix     read the output of that process, and `dmesg | grep -i oom` on its node; the driver's log
          in /tmp/ray/session_latest/logs
symptom ray-object-lost, survivable
  says    ray.exceptions.ObjectLostError
  says    ray.exceptions.ReferenceCountingAssertionError
  cause   an object of Ray's is gone: the node that held it went down or was restarted, or it was
          evicted where it cannot be made again
  fix     `ray list nodes` and `dmesg | tail` of nodes that died; more --object-store-memory;
          objects of actors must be put again (ray.put) after a restart
root ray-session-name-missing
  says    Could not read 'session_name' from GCS
  cause   Ray's head did not come up (or is of another release): what asked for it found no session
  fix     `ray stop --force` on every node, remove /tmp/ray, start the head first and wait for `ray
          status`; /tmp/ray/session_latest/logs/gcs_server.err; one release of Ray everywhere
root ray-port-taken-twice
  shows   Ray component {component} is trying to use a port number {port:\d+} that is used by other
          components
  cause   two of Ray's settings name port {port} (for {component}): a fixed port lies within the
          range of the workers'
  fix     --min-worker-port and --max-worker-port apart from --port, --node-manager-port,
          --object-manager-port and --dashboard-agent-grpc-port
silent ray-disk-nearly-full, survivable
  shows   is over {share}% full, available space: {free}; capacity: {size}
  cause   the disk under Ray's folder is {share}% full ({free} left): Ray spills objects there and
          then refuses to make new ones
  fix     free it, or `ray start --temp-dir=/a/larger/disk`; RAY_local_fs_capacity_threshold=0.99
          raises the limit
root ray-gpu-actor-sees-none
  says    No CUDA GPUs are available
  near    ray::\w|\(\w+ pid=\d+(?:, ip=[^)]*)?\)|RayTaskError|ray/_private
  cause   a worker of Ray sees no GPU: Ray hides all of them from an actor, task or driver that asks
          for none (num_gpus), or its node has none (`ray status`)
  fix     num_gpus=1 in @ray.remote or ScalingConfig(use_gpu=True); no CUDA in the driver;
          RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO=0 keeps the variable where num_gpus is 0
  checks  gpu.devices-may-be-opened
symptom ray-worker-gone, survivable
  says    The actor died unexpectedly before finishing this task
  near    ^\s*pid: (?P<pid>\d+)[\s\S]{0,400}?^\s*ip: (?P<node>[\d.:a-f]+)[\s\S]{0,300}?(?:Worker
          exit type: (?P<type>\w+))
  cause   Ray's worker process {pid} on {node} ended without a Python error ({type}): killed, most
          often by the kernel for memory, or crashed in native code; this log does not show which
  fix     on {node}: `dmesg -T | grep -iE 'killed process|segfault'`, then `ls
          /tmp/ray/session_latest/logs/*{pid}*` (its .err shows a crash) and raylet.out; if it was
          memory, offload less, fewer workers or smaller batches there
  checks  limits.memory-is-free, limits.kernel-kills-no-rank
symptom ray-placement-group-exists
  says    "Failed to create placement group '"
  pattern Failed to create placement group '[^']*' because name (?P<name>.+?) already exists
  cause   the placement group {name} is there from before: as a rule the driver's task failed, Ray
          tried it again, and this is of the second time; else an earlier run left it
  fix     read the first error above, or of the task that ended
          (/tmp/ray/session_latest/logs/worker-*); `ray stop` on every node before the next start
root ray-agent-failed
  shows   The raylet exited immediately because one Ray agent failed, agent_name = {agent:\w+}
  cause   Ray's {agent} ended or could not start on a node, and its raylet, with all workers, ended
          with it: a grpcio that does not fit, a port that another Ray holds, or processes and files
          that the account may not have any more of
  fix     `tail -30 /tmp/ray/session_latest/logs/{agent}.log` on that node; grpcio as that Ray asks
          for (`pip show -v ray`); `ray stop --force` before a new start; `ulimit -n -u`
  checks  limits.nofile-is-enough, limits.nproc-is-enough
root ray-placement-timed-out
  says    Timed out waiting for placement groups to be ready
  cause   Ray could not place the workers: the cluster has fewer free GPUs or CPUs than were asked
          for, as where a node did not join, an earlier run still holds them, or a node has fewer
          CPUs than the bundle of its GPUs asks for
  fix     `ray status` on the head (total and pending demands); end earlier runs (`ray list
          actors`), let all nodes join before the start, Slurm's --cpus-per-task or `ray start
          --num-cpus=N`; start again where they joined meanwhile
symptom ray-actor-not-found
  shows   Failed to look up actor with name '{name:[^']+}'
  cause   the actor {name} is not there (any more): it ended before, was never started, or is of
          another namespace
  fix     read what that actor printed last (`ray list actors --filter state=DEAD`,
          /tmp/ray/session_latest/logs); what failed first is there or above
root ray-no-worker-ports
  says    No available ports. Please specify a wider port range using --min-worker-port
  cause   Ray found no free port for another worker on this node: the range that `ray start` was
          given is too small or taken, or Ray has no open files left to try ports with
  fix     a wider --min-worker-port … --max-worker-port at `ray start` (or leave both out), `ulimit
          -n 65536` before it, `ray stop --force` of an older Ray
  checks  limits.nofile-is-enough, ports.ephemeral-ports-are-open
root ray-temp-path-too-long
  shows   AF_UNIX path length cannot exceed {most:\d+} bytes
  cause   Ray puts its sockets below its temporary folder, and that path has more than the {most}
          bytes that a socket's name may have: TMPDIR, RAY_TMPDIR or --temp-dir is a long path
  fix     RAY_TMPDIR=/tmp/ray_$USER in [env] (or `ray start --temp-dir=/tmp/ray_$USER`, ray.init
          with _temp_dir): a short path on a local disk, the same on every node
  checks  files.temporary-folder-is-usable
root ray-package-too-large
  says    You can exclude large files using the 'excludes'
  cause   Ray packs the working_dir (or py_modules) of the runtime environment and sends it to every
          node, and it is larger than Ray sends: data, checkpoints or .git lie in it
  fix     excludes in the runtime environment (or a .rayignore) for them, working_dir of the code
          alone, or no working_dir where all nodes share the folder
"""
)
