"""Each slot is one rank on one GPU of its own, and all ranks use one collective library.

On a cluster without any GPU, slots are CPU ranks and this area is skipped. NVML describes NVIDIA's
GPUs, through the training interpreter's `pynvml`; without that `nvidia-smi -q -x`; without either
the kernel module's list, which has only names. The kernel describes AMD's GPUs: number, chip,
memory, driver and uncorrectable errors; `amd-smi`, where it is installed, adds what slows them
down. `rocm-smi` adds nothing to that and is not used. What a GPU does not report ("N/A") is
unknown: neither zero nor a finding.

Most values are compared with GPUs of the same name in the cluster, not with a table: what is right
for one machine is wrong for the next.

## Not checked

- VBIOS versions: they differ with the batch in which cards were bought, and no start fails because
  of it.
- Compute and bandwidth: the collective checks measure them.
"""
