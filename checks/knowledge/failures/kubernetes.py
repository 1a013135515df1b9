"""What Kubernetes and its MPI operator say of pods."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

"""Events of a pod that got over what the events above them complain of."""

FAILURES = read_entries(
    r"""
SCHEDULED = "Successfully assigned "
STARTED = "\bStarted container "
stall pod-resources-missing
  says    "nodes are available: "
  pattern \d+/\d+ nodes are available: .*Insufficient (?P<resource>(?:nvidia|amd)\.com/[^\s,]+|
          rdma/[^\s,]+|vpc\.amazonaws\.com/efa|memory|cpu|ephemeral-storage)\b
  unless  {SCHEDULED}
  cause   no node has enough {resource} left for the pod
  fix     `kubectl describe nodes` shows what is taken; ask for less, end other jobs, or add nodes;
          where it shows 0, the device plugin of that node does not run
stall pod-nodes-excluded
  says    "nodes are available: "
  pattern \d+/\d+ nodes are available: (?!.*Insufficient).*?(?P<why>had untolerated taint \{[^}]*\}|
          didn't match Pod's node affinity/selector|had volume node affinity conflict|pod has
          unbound immediate PersistentVolumeClaims)
  unless  {SCHEDULED}
  cause   no node takes the pod: {why}
  fix     a toleration for that taint, a nodeSelector that nodes have (`kubectl get nodes
          --show-labels`), or a bound volume (`kubectl get pvc`)
root pod-out-of-memory
  says    OOMKilled
  pattern (?:[Rr]eason:?\"?[ :=]+\"?|^\S+ +\d+/\d+ +(?:Init:)?)OOMKilled
  cause   the container used more memory than its limit and was killed
  fix     raise the memory under resources: limits, which also counts an emptyDir of medium Memory
          at /dev/shm; let fewer ranks load at once
  checks  limits.group-allows-enough-memory, limits.memory-is-free
root pod-evicted
  shows   The node was low on resource: {resource:[\w-]+}
  cause   Kubernetes evicted the pod because its node ran out of {resource}
  fix     set requests that cover what it uses; write checkpoints and caches (HF_HOME) to a volume
          instead of the container's own disk
  checks  files.home-and-caches-have-room, limits.memory-is-free
root pod-storage-limit
  says    exceeded its local ephemeral storage limit
  says    Pod ephemeral local storage usage exceeds the total limit
  says    "Usage of EmptyDir volume "
  pattern (?P<what>Container \S+) exceeded its local ephemeral storage limit|Pod ephemeral local
          storage usage exceeds the total limit|Usage of EmptyDir volume \S+ exceeds the limit
  cause   Kubernetes evicted the pod because it wrote more to its own disk (container or emptyDir)
          than its limit
  fix     raise ephemeral-storage under resources: limits, or the emptyDir's sizeLimit; write
          checkpoints and caches (HF_HOME) to a volume
  checks  files.home-and-caches-have-room
symptom pod-restarts, survivable
  says    Back-off restarting failed container
  says    CrashLoopBackOff
  cause   the container ends again and again
  fix     `kubectl logs --previous POD` shows why
root pod-devices-gone
  shows   Allocate failed due to requested number of devices unavailable for
          {resource:[^\s.]+\.[^\s.]+}. Requested: {wanted:\d+}, Available: {found:\d+}
  cause   the pod was given {wanted} of {resource} on a node that has {found}: its device plugin
          restarted, or reports devices as unhealthy
  fix     look at the device plugin's log and at `nvidia-smi` on that node; delete the pod
  checks  gpu.kernel-reports-no-gpu-fault
root pod-volume-not-mounted, survivable
  says    "MountVolume.SetUp failed for volume "
  says    Unable to attach or mount volumes
  pattern MountVolume\.SetUp failed for volume (?!.*does not have storage\.)|Unable to attach or
          mount volumes
  unless  {STARTED}
  cause   a volume of the pod cannot be mounted on its node
  fix     `kubectl describe pod` and `kubectl get pvc` show which: its claim, secret, or the node's
          NFS or CSI client
  checks  files.network-mounts-answer
root pod-exec-forbidden
  says    "Error from server (Forbidden): "
  pattern Error from server \(Forbidden\): pods? \"(?P<pod>[^\"]+)\" is forbidden: User
          \"(?P<user>[^\"]+)\"
  cause   {user} may not run commands in pod {pod}
  fix     give its service account the verb create on pods/exec, or use the operator's own
root pod-exec-unreachable
  shows   error dialing backend: {why:.+}
  cause   the API server cannot reach the kubelet of the pod's node ({why})
  fix     `kubectl get nodes`; the node is down, or port 10250 is closed
  checks  network.one-network
symptom job-backoff-limit
  says    Job has reached the specified backoff limit
  cause   the pods failed as often as the job allows
  fix     `kubectl logs` of the pod that failed first shows why
root mpi-job-workers-unresolvable
  shows   ssh: Could not resolve hostname {worker:[\w.-]+-worker-\d+[\w.-]*}:
  near    ORTE|PRTE|PRRTE|mpirun|mpiexec
  cause   the launcher started before worker {worker} had an address, or its headless service is
          missing
  fix     set launcherCreationPolicy: WaitForWorkersReady, or let the launcher wait until each
          worker resolves; `kubectl get pods,svc` shows both
  checks  names.every-node-resolves-every-node
root pod-device-plugin-failed
  says    "Allocate failed due to device plugin "
  pattern Allocate failed due to device plugin \w+ rpc failed with err: (?:.*desc =
          )?(?P<why>.+?)(?:, which is unexpected)?$
  cause   the node's device plugin could not give the pod its devices: {why}
  fix     cordon the node; `nvidia-smi` there, then restart the device plugin and delete the pod
  checks  gpu.driver-answers
root pod-quota
  shows   is forbidden: exceeded quota: {quota:[^,]+}, requested: {wanted:[^,]+}, used:
          {used:[^,]+}, limited: {limit}
  cause   the namespace's quota {quota} does not allow the pod: {wanted} wanted, {used} used,
          {limit} allowed
  fix     end other jobs of the namespace, ask for less, or have the quota raised
stall pod-not-placed
  says    "nodes are available: "
  pattern \d+/\d+ nodes are available: (?P<why>\d+ .+?)(?:\. preemption:.*|\.?\s*)$
  unless  {SCHEDULED}
  cause   no node takes the pod: {why}
  fix     `kubectl describe pod` and the scheduler's quotas and plugins show what that is; ask for
          less, or wait
root pod-image-not-pulled
  shows   Failed to pull image "{image:[^"]+}": {why:.+}
  cause   the node cannot fetch the image {image}: {why}
  fix     the exact name and tag; imagePullSecrets for a private registry; a mirror or the proxy of
          that node
root pod-evicted-by-condition
  shows   The node had condition: [{condition:\w+}]
  cause   Kubernetes ended the pod to save its node ({condition}): memory, disk or process numbers
          ran out there
  fix     requests and limits for memory and ephemeral-storage that cover what the pod takes; caches
          and checkpoints on a volume
  checks  limits.group-allows-enough-memory, files.home-and-caches-have-room
root service-name-invalid
  says    "a DNS-1035 label must consist of"
  pattern Service \\*"(?P<name>[^"\\]+)\\*" is invalid: .*a DNS-1035 label must consist of
  cause   no Service can be called {name}, since such a name begins with a letter: the pods run, and
          none of them finds the others by name
  fix     name the job so that it begins with a letter and has small letters, digits and - only
  checks  names.every-node-resolves-every-node
symptom pod-liveness-failed
  shows   Container {name} failed liveness probe, will be restarted
  cause   the kubelet restarts {name}, as it did not answer its liveness probe in time: a training
          that loads a model or compiles answers nobody for minutes
  fix     no livenessProbe for a training, or a longer initialDelaySeconds and failureThreshold;
          what
          the container printed last shows what it was at
root job-deadline
  says    Job was active longer than specified deadline
  says    DeadlineExceeded
  pattern Job was active longer than specified deadline|reason: DeadlineExceeded
  cause   the job ran longer than its activeDeadlineSeconds allows, and Kubernetes ended its pods
  fix     a higher activeDeadlineSeconds (runPolicy of a PyTorchJob or MPIJob), and checkpoints from
          which the next job goes on
root pod-config-missing
  shows   {what:configmap|secret} "{name:[^"]+}" not found
  near    kubelet|CreateContainerConfigError|FailedMount|MountVolume
  cause   the pod names the {what} {name}, which is not in its namespace
  fix     `kubectl get {what} -n NAMESPACE`; create it there, or correct the name
root kubernetes-kind-unknown
  shows   no matches for kind "{kind:\w+}" in version "{version:[^"]+}"
  cause   this cluster does not know {kind} ({version}): the operator that defines it is not
          installed,
          or in another release
  fix     `kubectl api-resources | grep -i {kind}` shows what it has; install the operator (JobSet,
          Kubeflow Trainer, MPI operator, KubeRay), or write the version that it has
root kubernetes-forbidden
  shows   {what:[\w.]+} is forbidden: User "{user:[^"]+}" cannot {verb:\w+} resource
  cause   the account {user} may not {verb} {what} in this namespace
  fix     a role binding for it (`kubectl auth can-i {verb} {what} -n NAMESPACE` shows whether it
          holds), or the namespace that it may use
root pod-volume-elsewhere, survivable
  shows   Multi-Attach error for volume "{volume:[^"]+}"
  unless  \bStarted container |\bStarted +\d
  cause   the volume {volume} may be used by one node at a time (ReadWriteOnce) and is still
          attached to another: an old pod, or pods of this job on several nodes
  fix     end the other pod; a volume with ReadWriteMany (NFS, Lustre, CephFS) for jobs on several
          nodes
root pod-sandbox-failed, survivable
  shows   Failed to create pod sandbox: {why:.+}
  unless  \bStarted container |\bStarted +\d
  cause   the node cannot set up the pod ({why}): its network plugin (CNI), runtime class or
          container runtime is broken, or it has no addresses left
  fix     `kubectl describe node` and the CNI pods of that node (kube-system); cordon it and delete
          the pod; a RuntimeClass that the node has
root pod-service-account-missing
  shows   error looking up service account {account:\S+?}:
  cause   the pods should run as {account}, which is not in the namespace
  fix     `kubectl create serviceaccount`, or serviceAccountName of one that is there
root pod-security-refused
  shows   violates PodSecurity "{policy:[^"]+}": {why:.+}
  cause   the namespace ({policy}) does not permit what the pod asks for: {why}
  fix     leave hostNetwork, hostIPC, privileged, IPC_LOCK and hostPath out, or a namespace labelled
          pod-security.kubernetes.io/enforce=privileged (RDMA needs IPC_LOCK)
root kubernetes-webhook-refused
  shows   admission webhook "{hook:[^"]+}" denied the request: {why:.+}
  cause   a rule of the cluster ({hook}) refuses the job: {why}
  fix     change what it names in the manifest
silent kubernetes-already-exists, survivable
  shows   Error from server (AlreadyExists): {what:.+}
  cause   a job or object of that name is there already, of an earlier run
  fix     `kubectl delete` it, or another name (generateName)
silent kubernetes-not-found, survivable
  shows   Error from server (NotFound): {what:\S+ "[^"]+"} not found
  cause   {what} is not in this namespace: it ended and was removed (ttl, cleanPodPolicy), or the
          namespace or name is another
  fix     `kubectl get pods -A | grep NAME`; -n NAMESPACE; `kubectl get events` shows who removed it
symptom pod-image-back-off, survivable
  says    Back-off pulling image
  cause   the node could not fetch the image and waits before it tries again; the event `Failed`
          before it says why
  fix     `kubectl describe pod` shows the reason: name and tag, imagePullSecrets, the registry's
          limit, the node's disk
root pod-mount-device-failed, survivable
  shows   MountVolume.MountDevice failed for volume "{volume:[^"]+}"
  unless  \bStarted container |\bStarted +\d
  cause   the node cannot mount {volume}: its CSI driver is not there or broken, the file system is
          damaged, or the storage does not answer
  fix     `kubectl describe pod`, the CSI pods on that node, `dmesg | tail` there
stall volcano-gang-unschedulable
  says    " tasks in gang unschedulable: "
  pattern (?P<waiting>\d+)/(?P<all>\d+) tasks in gang unschedulable: (?P<why>[^\n]+)
  unless  Successfully assigned
  cause   Volcano starts the pods of this job only all together, and cannot place {waiting} of
          {all}: {why}
  fix     `kubectl describe podgroup` and `kubectl describe pod` of one that is Pending say what is
          short (GPUs, a taint, the queue's quota); ask for less, end other jobs, or lower
          minAvailable where the job may start with fewer
root pod-preempted
  says    "Preempted by "
  says    "Preempted to accommodate a workload"
  says    "TerminationByKubernetesPreemption"
  pattern \bPreempted by (?:pod )?[0-9a-f]{8}-[0-9a-f-]+|\bPreempted by (?:a )?(?:pod )?\S+/\S+|
          Preempted to accommodate a workload \(|TerminationByKubernetesPreemption:?
  cause   Kubernetes took the pod's place for one of a higher priority, and ended the job with it:
          nothing in the training failed
  fix     start it again, it goes on from its last checkpoint; a PriorityClass that is not
          preempted, or quota that others may not borrow; save often, and on SIGTERM
root pod-node-going-away
  says    "TaintManagerEviction"
  says    "NodeNotReady"
  says    "ScaleDown"
  pattern \bTaintManagerEviction\b.*Marking for deletion|\bNodeNotReady\b.*Node is not ready|
          \bScaleDown\b.*deleting pod for node scale down
  cause   Kubernetes took the pod from a node that went away: it was drained, scaled down, given
          back as a spot machine, or no longer answered
  fix     `kubectl describe node` and `kubectl get events` say which; start again from the last
          checkpoint; for a node pool that shrinks the annotation
          cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
symptom jobset-failed
  says    jobset failed due to
  cause   JobSet ended the job because one of its jobs failed, more often than its failurePolicy
          allows where it says so
  fix     `kubectl get pods -l jobset.sigs.k8s.io/jobset-name=NAME` and `kubectl logs --previous` of
          the pod that failed first
stall kueue-no-quota
  says    couldn't assign flavors to pod set
  pattern couldn't assign flavors to pod set (?P<set>\S+): (?P<why>[^\n]+)
  unless  Admitted by|QuotaReserved\b.*True|{SCHEDULED}
  cause   Kueue lets the job wait and starts no pod of {set}: {why}
  fix     `kubectl describe workload` and `kubectl describe clusterqueue` show quota and use: ask
          for less or for another flavor, end other jobs, or have the quota raised; where it names
          the topology, fewer pods together or one more level up (podset-preferred-topology)
"""
)
