"""What Ray says of its nodes, workers and memory."""

from __future__ import annotations

from checks.knowledge.failures.known import root, stall, symptom

FAILURES = (
    root(
        "ray-out-of-memory",
        (
            "Task was killed due to the node running low on memory",
            "Workers (tasks / actors) killed due to memory pressure (OOM)",
            "exceeds the memory usage threshold of",
        ),
        cause="Ray killed a worker because a node's memory was almost full",
        fix="fewer workers or smaller batches on that node, more memory for the container; "
        "RAY_memory_usage_threshold=0.98 in the environment of `ray start` raises the limit",
        checks=(
            "limits.memory-is-free",
            "limits.group-allows-enough-memory",
        ),
        survivable=True,
    ),
    symptom(
        "ray-actor-died",
        (
            "The actor died unexpectedly before finishing this task",
            "The actor is dead because its",
            "A worker died or was killed while executing a task by an unexpected system error",
        ),
        cause="a worker process of Ray ended: killed for memory, crashed in native code, or its "
        "node went away",
        fix="the lines below say how it ended; read that worker's own output "
        "(/tmp/ray/session_latest/logs/worker-*) and `dmesg | tail` on its node",
        checks=(
            "limits.memory-is-free",
            "limits.kernel-kills-no-rank",
        ),
        survivable=True,
    ),
    symptom(
        "ray-node-died",
        (
            "The actor died because its node has died",
            "The node with node id: ",
        ),
        r"(?:The actor died because its node has died|The node with node id: (?P<id>\w+) and "
        r"address: (?P<node>[\w.:-]+) .*has been marked dead)",
        cause="Ray lost a node: it went down, its raylet was killed, or the network between it "
        "and the head broke",
        fix="`dmesg | tail` and /tmp/ray/session_latest/logs/raylet.err on that node; the ports "
        "of Ray must be open between all nodes",
        checks=(
            "limits.kernel-kills-no-rank",
            "ports.ephemeral-ports-are-open",
        ),
        survivable=True,
    ),
    root(
        "ray-version-mismatch",
        "Version mismatch: The cluster was started with:",
        cause="the driver's Ray or Python is another than the cluster's",
        fix="the same Python and Ray on every node: start Ray from the run's own environment",
        checks=("software.versions-are-equal",),
    ),
    root(
        "ray-cannot-connect",
        (
            "Could not find any running Ray instance",
            "to connect to GCS",
        ),
        r"(?:Could not find any running Ray instance|(?:Failed|Unable) to connect to GCS(?: at "
        r"address (?P<address>\S+))?)",
        cause="no Ray head answers at the address that was given: it is not running, listens "
        "elsewhere, or a firewall drops the calls",
        fix="`ray start --head --node-ip-address=ADDRESS --port=6379` on the head, `ray status` "
        "there, and port 6379 from the other nodes",
        checks=("ports.master-port-is-reachable",),
    ),
    root(
        "ray-object-store-full",
        (
            "ObjectStoreFullError",
            "The object store is full",
        ),
        r"(?:ObjectStoreFullError|The object store is full)",
        cause="Ray's object store is full: large objects are held, or /dev/shm is small",
        fix="a larger --object-store-memory at `ray start`, more /dev/shm (docker --shm-size), "
        "and references dropped (del) after use",
        checks=("limits.shm-is-large-enough",),
        survivable=True,
    ),
    stall(
        "ray-pending-resources",
        (
            "The following resource request cannot be scheduled right now",
            "No available node types can fulfill resource request",
        ),
        r"(?:The following resource request cannot be scheduled right now: (?P<request>\{[^}]*\})|"
        r"No available node types can fulfill resource request (?P<request2>\{[^}]*\}))",
        cause="Ray waits for resources that the cluster does not have free: {request}",
        fix="`ray status` on the head: nodes that did not join, GPUs that another job holds, or "
        "more asked for than there are",
        checks=("gpu.slots-have-gpus",),
    ),
    root(
        "ray-runtime-env",
        (
            "RuntimeEnvSetupError",
            "Failed to set up runtime environment",
        ),
        cause="Ray could not prepare the environment of a worker (a working_dir too large, a pip "
        "install that failed); the lines below say why",
        fix="a shared working directory instead of working_dir, `excludes` for large files, and "
        "packages installed on the nodes",
    ),
    symptom(
        "ray-train-failed",
        ("TrainingFailedError: ", "WorkerGroupError: "),
        cause="Ray Train ends the run because one of its workers failed",
        fix="read the first error of a RayTrainWorker above, or what Ray says of its nodes",
    ),
)
