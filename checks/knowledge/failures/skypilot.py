"""What SkyPilot says where it gets no machines for a task."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root skypilot-several-nodes-unsupported
  says    Catalog does not contain any instances satisfying the request
  pattern Catalog does not contain any instances satisfying the request: ?\s*(?P<count>[2-9]|\d\d+)x
          (?P<cloud>RunPod|Vast|Fluidstack|Paperspace|Cudo)\(
  cause   the task asks for {count} nodes on {cloud}, on which this SkyPilot starts no cluster of
          several nodes
  fix     num_nodes: 1 with more GPUs on it, or another cloud (`infra: aws`, kubernetes, …); a newer
          SkyPilot may support it (`sky check {cloud}`)
root skypilot-not-in-catalog
  says    Catalog does not contain any instances satisfying the request
  cause   no enabled cloud offers what the task asks for: the GPU's name or count, or the region, is
          not in the catalog, or the cloud that has it is not enabled
  fix     `sky show-gpus GPU` lists who has it by that name, `sky check` which clouds are enabled;
          change accelerators, infra or region in the task
root skypilot-workers-not-provisioned
  says    Failed to acquire resources in all
  says    Failed to provision all possible launchable resources
  near    Timed out: waited for more than \d+ seconds for new workers|VcpuLimitExceeded|[Qq]uota
  cause   the head came up and the other nodes did not: the account's quota (vCPUs of this family of
          instances, GPUs) is less than all nodes together need
  fix     raise that quota in the region (AWS: Service Quotas, "Running On-Demand … instances"), use
          use_spot: true, which has a quota of its own, another region or cloud, or fewer nodes
root skypilot-no-capacity
  says    Failed to acquire resources in all
  says    Failed to provision all possible launchable resources
  cause   no region or zone that was tried had such machines free, or the account may not start them
          there; the lines above say which for each
  fix     `sky launch --retry-until-up`, fewer limits on region and zone, other accelerators or
          use_spot: true; where the lines speak of a quota, raise it
"""
)
