"""What PBS and LSF say of jobs that they end."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root batch-time-limit
  says    "=>> PBS: job killed: walltime "
  says    TERM_RUNLIMIT: job killed
  cause   the job reached its time limit
  fix     ask for more (PBS -l walltime, LSF -W), or save checkpoints more often and resume
root batch-memory-limit
  says    "=>> PBS: job killed: "
  says    TERM_MEMLIMIT: job killed
  pattern =>> PBS: job killed: (?:v|p|pv)?mem |TERM_MEMLIMIT: job killed
  cause   the job used more memory than the batch system gave it
  fix     ask for more (PBS -l mem, LSF -M), fewer data loader workers, less offload to the CPU, or
          let fewer ranks load at once
  checks  limits.group-allows-enough-memory, limits.memory-is-free
root batch-killed
  says    TERM_OWNER: job killed
  says    TERM_ADMIN: job killed
  says    TERM_PREEMPT: job killed
  pattern (?P<code>TERM_(?:OWNER|ADMIN|PREEMPT)): job killed
  cause   the job was ended from outside: by its owner, an administrator, or a job with more
          priority
  fix     `bhist -l JOB` shows who; start again and resume
root cloud-preempted, survivable
  says    preempted
  says    nterruption notice
  says    nterruption warning
  says    "Preempt"
  pattern instance/preempted: TRUE|compute\.instances\.preempted|\b(?:EC2 )?[Ss]pot (?:[Ii]nstance
          )?[Ii]nterruption (?:notice|warning)|"EventType": ?"Preempt"|\b(?:cluster|instance|VM)
          (?:\S+ )?(?:has been|was|got) preempted|Instance is being
          preempted|The cluster is preempted or failed \(
  cause   the cloud took this machine back: it was a spot (preemptible) one
  fix     start it again and go on from the last checkpoint: a managed job that does so by itself, a
          checkpoint when the notice comes, or machines on demand
root node-powered-off, survivable
  says    Powering off...
  says    System is powering down
  says    System is rebooting
  says    The system is going down for
  says    The system will reboot now!
  says    The system will power off now!
  pattern Powering off\.\.\.|System is powering down\b|System is rebooting\b|The system is going
          down for (?:poweroff|power-off|reboot|halt|maintenance)|The system will reboot now!|The
          system will power off now!
  cause   the node was shut down or restarted under the run
  fix     `last -x` and `journalctl -b -1 -e` there say by whom: the provider, a power key, updates
          that restart by themselves; go on from the last checkpoint
  follows cloud-preempted
root grid-engine-limit
  says    qmaster enforced h_rt
  says    cgroups enforced memory limit
  pattern ^failed +\d+ *: *(?P<why>(?:qmaster enforced h_rt|cgroups enforced memory limit).*)
  cause   Grid Engine ended the job at a limit of it: {why}
  fix     ask for more (`qsub -l h_rt=24:00:00`, `-l h_vmem=…` or mem_free per slot), or save
          checkpoints more often and resume
symptom launcher-rank-died-of-signal
  says    " died from signal "
  pattern ^(?P<node>[\w.-]+): rank (?P<rank>\d+) died from signal (?P<signal>(?!15\b)\d+)
  cause   a rank on {node} was ended by signal {signal} (9: most often a full memory; 11: a crash in
          native code; 6: it aborted itself)
  fix     the rank's own output above; `dmesg | tail` on {node}
"""
)
