"""What the NVIDIA driver, nvidia-smi, MPS and AMD's driver say."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

NO_GPU_SINCE = (
    "cuda-802-fabric, cuda-driver-too-old, cuda-driver-insufficient, cuda-driver-combination, "
    "cuda-forward-compatibility, cuda-unknown-environment, cuda-no-device, no-nvidia-driver, "
    "cuda-initialization-error, cuda-initialization-failed, cuda-count-memory, "
    "cuda-no-gpus-available, fabric-manager-version, nvml-mismatch, nvml-lost-in-container, "
    "gpu-not-initialised, gpu-xid, gpu-lost, cuda-init-warning"
)
"""Why a process finds no GPU: what libraries say of none that they found follows from these."""

FAILURES = read_entries(
    r"""
root smi-no-driver
  says    NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver
  cause   the NVIDIA driver is not loaded on this node
  fix     `dkms status` and `modprobe nvidia` there: after a kernel update its module must be built
          for the new kernel
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
root smi-gpu-unreachable
  says    Unable to determine the device handle for GPU
  pattern Unable to determine the device handle for GPU ?(?P<gpu>[\w:.]+)
  cause   GPU {gpu} no longer answers the driver: it fell off the bus or hangs
  fix     `dmesg | grep -i xid` on that node; power it off and on, and replace the GPU if it comes
          back
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
root nvml-lost-in-container
  says    Failed to initialize NVML: Unknown Error
  cause   the container lost its right to the GPUs, as after `systemctl daemon-reload` on the host
  fix     make the container anew; to prevent it, set docker's native.cgroupdriver=cgroupfs, pass
          the /dev/nvidia* devices with --device or CDI, take a newer container toolkit, and switch
          off unattended upgrades, which reload systemd
  checks  gpu.devices-may-be-opened, gpu.driver-answers
root gpu-lost
  says    GPU is lost
  says    "NVRM: GPU "
  pattern (?:NVML|nvml|Error|handle for GPU).*\bGPU is lost\b|NVRM: GPU (?!.*Xid).*has fallen off
          the bus
  cause   a GPU fell off the PCI bus
  fix     power the node off and on; check power, seating and temperature; replace the GPU if it
          comes back
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
root fabric-manager-version
  says    "fabric manager NVIDIA GPU driver interface version "
  pattern fabric manager NVIDIA GPU driver interface version (?P<mine>[\d.]+) (?:don't|doesn't)
          match with driver version (?P<driver>[\d.]+)
  cause   the fabric manager is of version {mine}, the driver of {driver}: it does not start, and
          CUDA fails with error 802
  fix     install nvidia-fabricmanager of exactly the driver's version and restart it
  checks  gpu.fabric-is-ready, gpu.drivers-are-equal
root driver-api-mismatch
  says    "NVRM: API mismatch: "
  near    client has the version (?P<client>[\d.]+)[\s\S]*?module has the version
          (?P<module>[\d.]*\d)
  cause   the driver's libraries are of version {client}, its loaded module of {module}: the driver
          was updated without a reboot
  fix     reboot the node; in a container remove its own copy of libcuda and libnvidia-ml
  checks  gpu.driver-libraries-are-whole, gpu.drivers-are-equal
root gpu-not-initialised
  shows   NVRM: GPU {pci}: RmInitAdapter failed!
  cause   the driver cannot start the GPU at {pci}
  fix     power the node off and on; another driver, or another GPU if it comes back
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
root driver-module-refused
  says    Key was rejected by service
  pattern could not insert '?(?P<module>nvidia\w*)'?: Key was rejected by service
  cause   secure boot refuses the module {module}, which is not signed with a known key
  fix     enrol the key (`mokutil --import`), or turn secure boot off in the BIOS
  checks  gpu.driver-answers
root cuda-driver-combination
  says    unsupported display driver / cuda driver combination
  cause   libcuda does not fit the loaded driver: a compatibility library of an image
          (/usr/local/cuda/compat) is used with a driver that does not allow it
  fix     remove the compat folder from LD_LIBRARY_PATH, or update the driver; reboot after an
          update
  checks  gpu.driver-libraries-are-whole, gpu.drivers-are-equal
root cuda-call-needs-newer-driver
  says    API call is not supported in the installed CUDA driver
  cause   a library was built for a newer CUDA than the node's driver has
  fix     update the driver, or install wheels of an older CUDA
  checks  gpu.drivers-are-equal, software.torch-fits-the-gpus
root cuda-no-device
  says    no CUDA-capable device is detected
  pattern (?:CUDA error|Error 100|Cuda failure(?: \d+)?): ?'?no CUDA-capable device is detected|Cuda
          failure (?:\d+ )?'no CUDA-capable device is detected
  cause   CUDA sees no GPU: CUDA_VISIBLE_DEVICES is empty or names none of this node, or the
          container or job was given none
  fix     `nvidia-smi -L` and `echo $CUDA_VISIBLE_DEVICES` where the rank runs
  checks  gpu.shell-hides-no-gpu, gpu.driver-answers
root cuda-mps-unreachable
  says    MPS client failed to connect to the MPS control daemon
  cause   CUDA_MPS_PIPE_DIRECTORY points to a daemon that does not run, or that belongs to another
          account
  fix     `unset CUDA_MPS_PIPE_DIRECTORY`, remove /tmp/nvidia-mps that was left, or start
          nvidia-cuda-mps-control as this account
  checks  gpu.compute-mode-allows-ranks
root cuda-launch-time-limit
  shows   CUDA error: the launch timed out and was terminated
  cause   a display uses this GPU, and the driver ends kernels that run for seconds
  fix     a GPU without a display, or stop the display server there (`systemctl isolate
          multi-user.target`)
  checks  gpu.gpus-are-idle
root rocm-memory-fault
  shows   Memory access fault by GPU node-{gpu:\d+}
  cause   a kernel on GPU node {gpu} read or wrote memory that is not its own: a defect of that
          kernel (attention kernels first), or of driver, firmware or the GPU; which, this log does
          not tell
  fix     AMD_SERIALIZE_KERNEL=3 and HIP_LAUNCH_BLOCKING=1 show which kernel; another attention
          (sdpa; Transformer Engine: NVTE_CK_USES_BWD_V3=0, NVTE_FUSED_ATTN_CK=0); wheels and driver
          of one ROCm release; `dmesg | grep amdgpu`, and another node, tell a broken GPU
  checks  software.versions-are-equal
root rocm-device-not-permitted
  shows   Unable to open /dev/kfd read-write: {why:.+}
  cause   this account or container may not open AMD's GPUs ({why})
  fix     add it to the groups video and render; in a container --device=/dev/kfd --device=/dev/dri
  checks  gpu.devices-may-be-opened
root rocm-gpu-hang
  says    HW Exception by GPU node-
  pattern HW Exception by GPU node-(?P<gpu>\d+).*GPU Hang
  cause   GPU node {gpu} hung, and the driver ended what ran on it: a fault of driver, firmware or
          the GPU itself, or a kernel that never ends; which, this log does not tell
  fix     `dmesg | grep amdgpu` on that node (ring timeouts, RAS); update ROCm, driver and firmware;
          go on from the last checkpoint without that GPU or node where it comes back
  checks  gpu.driver-answers, gpu.kernel-reports-no-gpu-fault
silent rccl-iommu-translates, survivable
  says    Missing "iommu=pt" from kernel command line
  cause   the IOMMU translates the GPUs' traffic, with which RCCL is slow or hangs
  fix     add iommu=pt to the kernel's command line and reboot, on every node
  checks  limits.iommu-passes-through
silent rccl-numa-balancing, survivable
  says    NUMA auto balancing enabled which can lead to variability
  cause   the kernel moves memory between sockets while RCCL uses it
  fix     `sysctl kernel.numa_balancing=0` on every node
  checks  limits.numa-balancing-is-off
root rocblas-no-kernels
  says    rocBLAS error: Cannot read
  pattern rocBLAS error: Cannot read (?P<path>\S+): (?P<why>.+)
  cause   rocBLAS has no kernels for this GPU ({path}): torch was built for others
  fix     a torch wheel of the ROCm release that supports this GPU (`rocminfo | grep gfx`); for a
          near relative HSA_OVERRIDE_GFX_VERSION
  checks  software.versions-are-equal
root amdgpu-hardware-error
  says    uncorrectable hardware error
  pattern amdgpu (?P<pci>[\da-f:.]+): .*uncorrectable hardware error
  cause   the AMD GPU at {pci} reports an uncorrectable hardware error
  fix     take the node out of service and reset or replace that GPU; go on from the last checkpoint
          elsewhere; `amd-smi metric --ecc`
  checks  gpu.kernel-reports-no-gpu-fault
root hsa-out-of-resources
  says    HSA_STATUS_ERROR_OUT_OF_RESOURCES
  cause   an AMD GPU could not give a kernel what it needs: its memory or its scratch memory is
          full, or another process holds it
  fix     `rocm-smi --showpids --showmeminfo vram` on that node; end earlier runs; a smaller micro
          batch
  checks  gpu.gpus-are-idle, gpu.driver-answers
root hsa-aperture-violation
  says    HSA_STATUS_ERROR_MEMORY_APERTURE_VIOLATION
  says    HSA_STATUS_ERROR_EXCEPTION: An HSAIL operation resulted in a hardware exception
  cause   a kernel on an AMD GPU touched memory outside of its own: a faulty kernel or extension, an
          index out of range, or a GPU fault
  fix     AMD_SERIALIZE_KERNEL=3 in [env] shows which one; `dmesg | grep amdgpu` shows faults of the
          GPU; extensions built for this ROCm
  checks  gpu.kernel-reports-no-gpu-fault, software.torch-fits-the-gpus
root hipcc-missing
  shows   {path:\S*/?hipcc}: No such file or directory
  cause   an extension is compiled at the start, and ROCm's compiler {path} is not on this node
  fix     install ROCm's development packages, ROCM_HOME to where they are, or an image with them
  checks  software.operators-can-be-built
root miopen-cache-failed, survivable
  says    RuntimeError: miopenStatus
  says    Internal error while accessing SQLite database
  says    "boost::filesystem::"
  near    (?:Internal error while accessing SQLite database|open memvfs): (?P<why>[^\n]+)|
          (?P<what>boost::filesystem::\w+: [^\n]*miopen\S*)
  cause   MIOpen could not use its database of kernels: the folder lies on NFS or Lustre, which do
          not lock as SQLite wants, many ranks write it at once, or it cannot be written
  fix     MIOPEN_USER_DB_PATH and MIOPEN_CUSTOM_CACHE_DIR in [env] in a local folder of each node,
          or better of each rank (/tmp/miopen-$USER-$SLURM_LOCALID); remove ~/.config/miopen and
          ~/.cache/miopen where the database is malformed
  checks  files.caches-can-be-written
root miopen-build-failed, survivable
  says    RuntimeError: miopenStatus
  says    MIOpen(HIP): Error [Compile]
  says    "Code object build failed. Source: "
  near    MIOpen\(HIP\): Error \[(?:Compile|Build\w*)\]|Code object build failed
  cause   MIOpen could not build a kernel for this GPU: the compiler of this ROCm does not know its
          architecture, or ROCm's own files or the folder for temporary ones are not there
  fix     `rocminfo | grep gfx` against the architectures of that ROCm and torch; a wheel of torch
          for the installed ROCm; TMPDIR on a local disk with space
  checks  software.operators-can-be-built
symptom miopen-refused, survivable
  says    RuntimeError: miopenStatus
  pattern RuntimeError: (?P<status>miopenStatus\w+)
  unless  accessing SQLite database|open memvfs|MIOpen\(HIP\): Error \[(?:Comp|Buil)|
          Code object build
  cause   MIOpen could not run a convolution ({status})
  fix     its own line `MIOpen Error:` or `MIOpen(HIP): Error` above says why; MIOPEN_LOG_LEVEL=5 in
          [env] shows more
root no-nvidia-driver
  says    Found no NVIDIA driver on your system
  pattern ^(?!.*CUDA initialization: ).*Found no NVIDIA driver on your system
  cause   torch finds no driver of NVIDIA: the node has no GPU or no driver, or the container was
          started without its GPUs
  fix     `nvidia-smi` on that node: where it works, start the container with --gpus all (docker),
          --nv (Apptainer), nvidia.com/gpu (Kubernetes); else install the driver, or leave that node
          out
root cuda-initialization-error
  says    Error 3: initialization error
  says    CUDA error: initialization error
  pattern ^(?!.*CUDA initialization: ).*(?:Error 3: initialization error|CUDA error: initialization
          error)
  cause   CUDA could not be initialised in this process: it was forked after another had used CUDA
          (a data loader's worker, a server that preloads), or the driver does not answer
  fix     start workers by spawn in place of fork, no CUDA calls before the fork; `nvidia-smi` and
          `dmesg | grep -i nvrm` on that node
root cuda-count-memory
  says    Error 2: out of memory
  pattern ^(?!.*CUDA initialization: ).*cudaGetDeviceCount.*Error 2: out of memory
  cause   CUDA cannot even be set up, as it says, for memory: a GPU is full, or `ulimit -v` or the
          container bounds the address space
  fix     `nvidia-smi` for processes of earlier runs; `ulimit -v unlimited`; MIG or exclusive modes
          of another job
root cuda-initialization-failed
  says    CUDA driver initialization failed, you might not have a CUDA gpu
  pattern ^(?!.*CUDA initialization: ).*CUDA driver initialization failed, you might not have a CUDA
          gpu
  cause   the driver is there and found no GPU that this process may use
  fix     `nvidia-smi -L` in the same shell; CUDA_VISIBLE_DEVICES; the /dev/nvidia* files in the
          container
root accelerator-none
  says    Cannot access accelerator device when none is available
  cause   the program asks for a GPU and torch finds none on this node: a build for CPUs, no driver
          in the container, or an empty CUDA_VISIBLE_DEVICES
  fix     `nvidia-smi -L` and `python -c 'import torch; print(torch.version.cuda)'` with the
          training interpreter there
root hip-no-device
  says    no ROCm-capable device is detected
  says    hipErrorNoDevice
  cause   ROCm sees no GPU for this process: HIP_VISIBLE_DEVICES or ROCR_VISIBLE_DEVICES hides it,
          or the container lacks /dev/kfd and /dev/dri
  fix     `rocminfo | grep gfx` where the rank runs; --device=/dev/kfd --device=/dev/dri; the groups
          video and render
root hip-shared-object
  says    HIP error: shared object initialization failed
  cause   kernels of this program cannot be loaded for this GPU: a build for another architecture or
          ROCm
  fix     torch and extensions of the driver's ROCm (`cat /opt/rocm/.info/version`), built with
          PYTORCH_ROCM_ARCH of this GPU
root xpu-out-of-memory
  says    UR_RESULT_ERROR_OUT_OF_DEVICE_MEMORY
  cause   an Intel GPU's memory is full
  fix     a smaller micro batch, activation checkpointing; `xpu-smi ps` for other processes
root xpu-device-lost
  says    UR_RESULT_ERROR_DEVICE_LOST
  cause   an Intel GPU was reset or lost during the run: a kernel that hung, or the device failed
  fix     `dmesg | grep -i -E "xe|i915"` on that node; `xpu-smi diag`; reset it
root rocm-memory-fault-of-copy
  shows   Memory access fault by GPU node-{gpu:\d+}
  near    Faulty UTCL2 client ID: SDMA|\d+/\d+ \[\d+:\d+:\d+<|[Rr]ead-only page
  cause   GPU node {gpu} met a page that is not mapped or not writable, after steps that went well
          or in its copy engine (SDMA): then it is the driver, ROCm or the GPU more often than a
          kernel
  fix     start again from the last checkpoint with HSA_ENABLE_SDMA=0 in [env]; the newest ROCm and
          amdgpu with its firmware; leave the node out where it is always that GPU; where it comes
          at the same step each time, AMD_SERIALIZE_KERNEL=3 shows which kernel
  checks  software.versions-are-equal
root fabric-manager-finds-no-switch, survivable
  says    NV_WARN_NOTHING_TO_DO
  cause   the fabric manager found no NVSwitch and ended, so that CUDA does not start on this node
          where its GPUs hang on one: from B200 on the switches are managed over InfiniBand (NVLSM),
          and its kernel modules or the package are missing; a node without NVSwitch needs no fabric
          manager
  fix     on B200 and newer `modprobe mlx5_ib ib_umad` (linux-modules-extra-$(uname -r)), install
          nvlsm beside nvidia-fabricmanager of the driver's version and start it again; `nvidia-smi
          -q | grep -A2 Fabric` must say Completed; elsewhere disable the service
  checks  gpu.fabric-is-ready, gpu.driver-answers
root xpu-out-of-resources
  says    UR_RESULT_ERROR_OUT_OF_RESOURCES
  cause   the driver of an Intel GPU (Level Zero) had no memory or other resource left for a kernel
          or an allocation, which it reports only here
  fix     `xpu-smi stats -d 0` for memory in use; a smaller micro batch, a higher ZeRO stage; fewer
          GPUs of this node in one job shows whether it is sharing between them; a newer driver
          (compute-runtime) and oneCCL
root hip-kernel-image-invalid
  says    hipErrorInvalidImage
  says    HIP error: device kernel image is invalid
  cause   a kernel of this wheel or extension cannot be loaded on this AMD GPU: it was built for
          other GPUs (gfx) or for another ROCm than the one installed
  fix     `rocminfo | grep gfx` and a torch of the same ROCm that names it
          (torch.cuda.get_arch_list()); build extensions again with PYTORCH_ROCM_ARCH of that name
  checks  software.torch-fits-the-gpus, training.smoke-trains
"""
)
