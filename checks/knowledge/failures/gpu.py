"""What CUDA, NVML and the driver say of GPUs."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.xids import XIDS, XidSeverity

XID_MEANINGS = {str(code): xid.meaning for code, xid in XIDS.items()}
PROGRAM_XIDS = "|".join(
    str(code) for code, xid in XIDS.items() if xid.weight is XidSeverity.PROGRAM
)
GPU_FAULT = rf"NVRM: Xid \([^)]*\): (?!(?:{PROGRAM_XIDS})\b)(?P<xid>\d+)"
"""How the kernel's log names a GPU that is not to be trusted."""

FAILURES = read_entries(
    r"""
SHARED_GPU_CAUSE = two ranks use one GPU: a machine has two names in the hostfile, both nodes were
   started on one machine, or the script does not set the device of LOCAL_RANK
SHARED_GPU_FIX = use one name for each machine, slots= up to its GPUs,
   torch.cuda.set_device(LOCAL_RANK)
root nccl-dup-gpu-legacy
  shows   Duplicate GPU detected : rank {rank:\d+} and rank {other:\d+} both on CUDA device
          {device:\w+}
  cause   {SHARED_GPU_CAUSE}
  fix     {SHARED_GPU_FIX}
  checks  names.machines-are-distinct, gpu.slots-have-gpus
root nccl-dup-gpu
  says    Multiple Ranks are using the same GPU/Partition
  cause   {SHARED_GPU_CAUSE}
  fix     {SHARED_GPU_FIX}; leave NCCL_MULTI_RANK_GPU_ENABLE alone
  checks  names.machines-are-distinct, gpu.slots-have-gpus
root nccl-dup-gpu-ray
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    ray::|RayTaskError|ray\.exceptions|ray/_private|\(\w+ pid=\d+(?:, ip=[^)]*)?\)
  unless  vllm_client\.py|init_communicator|PyNcclCommunicator
  cause   two of Ray's workers use one GPU: Ray gives an actor its GPU by CUDA_VISIBLE_DEVICES, and
          these do not go by it (RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES is set, the actor asks
          for a part of a GPU, or the trainer expects another way than this Ray has)
  fix     the Ray that the trainer's release asks for (verl: ray>=2.40); unset
          RAY_EXPERIMENTAL_NOSET_CUDA_VISIBLE_DEVICES; one whole GPU for each worker, and cuda:0 in
          each that sees one
  checks  software.versions-are-equal, gpu.slots-have-gpus
root cuda-invalid-ordinal
  says    invalid device ordinal
  cause   this node has more ranks than GPUs visible to them: slots= or --num_gpus is too high, or
          CUDA_VISIBLE_DEVICES was inherited
  fix     set slots= to at most `nvidia-smi -L | wc -l`; unset CUDA_VISIBLE_DEVICES
  checks  gpu.shell-hides-no-gpu, gpu.slots-have-gpus
root cuda-802-fabric
  says    "Error 802: system not yet initialized"
  says    'system not yet initialized'
  says    "CUDA error: system not yet initialized"
  pattern Error 802: system not yet initialized|'system not yet initialized'|CUDA error: system
          not yet initialized
  cause   the GPUs of this node are connected by NVSwitch, and nvidia-fabricmanager is not running
          or its version is not the driver's
  fix     install nvidia-fabricmanager in the driver's version and run `systemctl enable --now
          nvidia-fabricmanager`
  checks  gpu.fabric-is-ready, gpu.driver-answers, training.smoke-trains
root gpu-xid
  says    NVRM: Xid (
  pattern NVRM: Xid \((?:PCI:)?(?P<pci>[^)]+)\): (?!(?:{PROGRAM_XIDS}|63|92)\b)(?P<xid>\d+)
  cause   the driver reported Xid {xid} for the GPU at {pci}
  fix     drain the node and reset or replace the GPU; `nvidia-smi -q -d ECC,ROW_REMAPPER`
  checks  gpu.kernel-reports-no-gpu-fault, gpu.driver-answers
symptom gpu-xid-of-a-program, survivable
  says    NVRM: Xid (
  pattern NVRM: Xid \((?:PCI:)?(?P<pci>[^)]+)\): (?P<xid>{PROGRAM_XIDS})\b
  cause   the driver reported Xid {xid} for the GPU at {pci}
  fix     read the error of the rank that used this GPU
root nvml-mismatch
  says    Failed to initialize NVML: Driver/library version mismatch
  says    nvml error: driver/library version mismatch
  cause   the driver's packages were upgraded, but the old kernel module is still loaded
  fix     reboot the node; exclude the nvidia packages from unattended upgrades
  checks  gpu.driver-libraries-are-whole, gpu.driver-answers
root cuda-oom
  says    OutOfMemoryError
  says    CUDA out of memory
  pattern torch\.(?:cuda\.)?OutOfMemoryError|CUDA out of memory
  cause   a GPU's memory is full: the batch or the model is too large for it, or an earlier run
          still holds memory
  fix     `nvidia-smi` on that node shows processes of earlier runs; else use a smaller micro batch,
          activation checkpointing, a higher ZeRO stage or offload
  checks  gpu.gpus-are-idle, gpu.driver-answers
root no-gpus-nccl
  says    no GPUs found
  says    no GPU resources available
  pattern ProcessGroupNCCL is only supported with GPUs, no GPUs found|Unable to proceed, no GPU
          resources available
  cause   torch finds no GPU on this node: a CPU build, the wrong interpreter, no driver in the
          container, or an empty CUDA_VISIBLE_DEVICES
  fix     run `nvidia-smi -L` and `python -c 'import torch; print(torch.version.cuda)'` on the node;
          in docker use `docker run --gpus all`
  checks  software.torch-fits-the-gpus, gpu.shell-hides-no-gpu, gpu.devices-may-be-opened,
          gpu.slots-have-gpus, gpu.driver-answers, software.versions-are-equal
root cuda-driver-too-old, survivable
  says    The NVIDIA driver on your system is too old
  cause   torch was built for a newer CUDA than the driver of this node supports
  fix     a newer driver, or an older torch: `uv pip install --reinstall --torch-backend=auto torch`
          on that node chooses the build for its driver
  checks  software.torch-fits-the-gpus, gpu.drivers-are-equal, gpu.models-are-equal,
          training.smoke-trains
root cuda-no-kernel
  says    no kernel image is available for execution on the device
  cause   torch or an extension was not built for this GPU model
  fix     install a build for its compute capability, or build with TORCH_CUDA_ARCH_LIST
  checks  software.torch-fits-the-gpus, gpu.models-are-equal, training.smoke-trains
root cuda-illegal-access
  says    an illegal memory access was encountered
  cause   a kernel accessed memory outside its bounds: usually a bug in the model or an extension,
          seldom the GPU
  fix     start again with CUDA_LAUNCH_BLOCKING=1 in [env] to see where
root cuda-ecc
  says    uncorrectable ECC error encountered
  cause   the memory of a GPU is damaged
  fix     reset the GPU; drain the node if the error returns
  checks  gpu.memory-has-no-errors, gpu.kernel-reports-no-gpu-fault, gpu.driver-answers
root nccl-dup-gpu-vllm-server
  says    Duplicate GPU detected
  says    Multiple Ranks are using the same GPU/Partition
  near    vllm_client\.py|init_communicator|PyNcclCommunicator
  cause   the vLLM server and a rank of the training use one GPU, which NCCL refuses between them
  fix     give them different CUDA_VISIBLE_DEVICES, or let the trainer run vLLM itself
          (vllm_mode="colocate")
silent gpu-xid-repaired, survivable
  says    NVRM: Xid (
  pattern NVRM: Xid \((?:PCI:)?(?P<pci>[^)]+)\): (?P<xid>63|92)\b
  cause   the GPU at {pci} repaired errors of its memory (Xid {xid}), which takes effect at its next
          reset
  fix     reset the GPU when the run is over; `nvidia-smi -q -d ECC,ROW_REMAPPER`; replace it if
          more come
  checks  gpu.memory-has-no-errors, gpu.kernel-reports-no-gpu-fault
""",
    meanings={"gpu-xid": XID_MEANINGS, "gpu-xid-of-a-program": XID_MEANINGS},
    PROGRAM_XIDS=PROGRAM_XIDS,
)
