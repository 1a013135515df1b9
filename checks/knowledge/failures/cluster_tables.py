"""Rows of tables in which a cluster's tools show a member that does not run.

A row of the job's own (a pod) is a failure by itself where no other is shown. A row of all that
there is (a node, a container) counts only where an error names that member: `noise`.
"""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
POD = ^(?:[a-z0-9][\w.-]* +)?(?P<node>[a-z0-9][\w.-]*) +\d+/\d+ *
root row-pod-image, survivable
  says    ImagePullBackOff
  says    ErrImagePull
  says    ErrImageNeverPull
  says    InvalidImageName
  pattern {POD} (?:Init:)?(?P<state>ImagePullBackOff|ErrImage(?:Never)?Pull|InvalidImageName)
          +\d
  cause   pod {node} does not run: its image is not there ({state}); what needs its name or its port
          fails with it
  fix     `kubectl describe pod {node}` names the image and why: its exact name and tag, an
          imagePullSecret for a private registry, the node's way to the registry
root row-pod-not-created, survivable
  says    CreateContainerConfigError
  says    CreateContainerError
  says    RunContainerError
  says    StartError
  says    ContainerCannotRun
  pattern {POD} (?:Init:)?(?P<state>CreateContainer(?:Config)?Error|RunContainerError|StartError|
          ContainerCannotRun) +\d
  cause   pod {node} does not run: its container cannot be started ({state}); what needs its name or
          its port fails with it
  fix     `kubectl describe pod {node}` says why: a Secret or ConfigMap that is not there, a command
          that the image lacks, a GPU runtime that the node lacks
root row-pod-waits, survivable
  says    " Pending "
  says    " ContainerCreating "
  says    " PodInitializing "
  says    " Init:0/"
  pattern {POD} (?P<state>Pending|ContainerCreating|PodInitializing|Init:0/\d+)  *\d+
          (?:\(.*?ago\))? *(?P<age>\d+[mhd]\w*)\b
  cause   pod {node} does not run after {age} ({state}); what needs its name or its port waits for
          it or fails
  fix     `kubectl describe pod {node}` says what it waits for: a node with free GPUs, a volume, a
          Secret, an init container (`kubectl logs {node} -c INIT`)
root row-pod-gone, survivable
  says    " Evicted "
  says    " NodeLost "
  says    " Unknown "
  says    " Terminating "
  says    " Preempted "
  says    " Preempting "
  says    " UnexpectedAdmissionError "
  pattern {POD} (?P<state>Evicted|NodeLost|Unknown|Terminating|Preempt(?:ed|ing)|
          UnexpectedAdmissionError)  *\d
  cause   pod {node} is gone or going ({state}): its node failed, ran short of something, or gave
          the place to another job; the others lose a peer with it
  fix     `kubectl describe pod {node}` and `kubectl get events --sort-by=.lastTimestamp` say why;
          `kubectl get nodes`; start the job again when the node is fit
symptom row-pod-failed, survivable
  says    " Error "
  says    Init:Error
  says    CrashLoopBackOff
  pattern {POD} (?:Init:)?(?P<state>Error|CrashLoopBackOff)  *\d
  cause   the container of pod {node} ended with an error ({state})
  fix     `kubectl logs --previous {node}` (or `kubectl logs {node}`) shows why
noise row-node-not-ready
  says    " NotReady"
  pattern ^(?P<node>[a-z0-9][\w.-]*) * NotReady\S* +\S
  cause   node {node} is not ready (NotReady): its kubelet does not answer
  fix     `kubectl describe node {node}`; reach it (ping, ssh), `systemctl status kubelet` there
noise row-slurm-node-down
  says    "  down"
  says    "  drain"
  says    "  drng"
  says    "  fail"
  says    "  maint"
  pattern ^ *\S+ +(?:up|down|drain|inact) +\S+ +\d+
          *  (?P<state>(?:down|drain\w*|drng|fail\w*|maint)[*~#!%$@^-]?) +(?P<node>\S+)$
  cause   node {node} does not take part, as `sinfo` in this log shows ({state})
  fix     `scontrol show node {node} | grep Reason` says why; repair it (`sudo scontrol update
          nodename={node} state=resume`), or start without it (--exclude={node})
noise row-container-exited
  shows   Exited ({code:[1-9]\d*}) {age:.*? ago} {ports: .*?}{node:[\w.-]+$}
  cause   container {node} ended with {code} {age}
  fix     `docker logs {node}` shows why; for 137 also `docker inspect -f '{{.State.OOMKilled}}'
          {node}`
noise row-service-exited
  pattern ^(?P<node>[\w.-]+) .*\bExited \((?P<code>[1-9]\d*)\) (?P<age>.*? ago)\s*$
  says    "Exited ("
  cause   container {node} ended with {code} {age}
  fix     `docker compose logs {node}` shows why
stall squeue-never-starts
  says    " PD   "
  pattern ^ *(?P<job>\d+)\S* .* PD    *0:00 +\d+ +\((?P<why>DependencyNeverSatisfied|launch failed
          requeued held|JobHeld(?:Admin|User)|BadConstraints|Partition(?:NodeLimit|TimeLimit|Down)|
          ReqNodeNotAvail.*|Nodes required for job are DOWN.*|Invalid(?:Account|QOS)|
          AccountNotAllowed)
  cause   job {job} waits for what does not come by itself: {why}
  fix     `scontrol show job {job}`; release it (`scontrol release {job}`), or submit it with a
          limit, account, node list or dependency that fits
root nvidia-smi-shows-errors, survivable
  says    ERR! / ERR!
  cause   nvidia-smi shows ERR! for a GPU in place of its values: it no longer answers the driver
  fix     `dmesg -T | grep -i xid` on that node; drain the node, reset the GPU or reboot
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
"""
)
