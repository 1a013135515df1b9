"""What the CUDA and HIP runtime, cuBLAS and cuDNN report through torch."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.gpu import GPU_FAULT, XID_MEANINGS

FAILURES = read_entries(
    r"""
IMAGE_MODEL = ultralytics|yolo|YOLO|mmdet|mmseg|detectron|bbox|box_loss|torchvision/models/[ds]e
NO_KNOWN_CHECK = (?!!isnan\(|srcIndex <|t >= 0 && t < n_cl|probability tensor|input_val >=|ind
   >=0 &&|(?:index >= )?-sizes\[i\]|totalElements <=)
root cuda-assert-index
  says    Assertion `srcIndex < srcSelectDimSize` failed
  says    Assertion `index >= -sizes[i] && index < sizes[i] && "index out of bounds"` failed
  says    Assertion `-sizes[i] <= index && index < sizes[i] && "index out of bounds"` failed
  says    Assertion `ind >=0 && ind < ind_dim_size && "vectorized gather kernel index out of
          bounds"` failed
  unless  {IMAGE_MODEL}
  cause   an index is outside of its table on the GPU: in a model of text most often a token id that
          is not smaller than the embedding's rows (the tokenizer has more tokens than the model),
          or a position beyond the model's longest sequence; else a class or label
  fix     model.resize_token_embeddings(len(tokenizer)) after adding tokens, a maximum length within
          the model's, and the tokenizer of this very model; CUDA_LAUNCH_BLOCKING=1 in [env] shows
          the line
root cuda-assert-class
  says    && index < sizes[i] && "index out of bounds"` failed
  says    <= index && index < sizes[i] && "index out of bounds"` failed
  near    {IMAGE_MODEL}
  cause   an index is outside of its table on the GPU, in a model of images: most often a label has
          a class that the data set's description does not have (classes count from 0)
  fix     compare the highest class in the labels with the number of names (nc of data.yaml,
          num_classes): correct the labels or the number, and delete cached labels;
          CUDA_LAUNCH_BLOCKING=1 in [env] shows the line
root cuda-assert-label
  says    Assertion `t >= 0 && t < n_classes` failed
  cause   a label is not one of the model's classes: num_labels is too small, labels start at 1, or
          padding was not set to -100
  fix     set num_labels to the largest label + 1, count labels from 0, and -100 where no loss is
          meant
root cuda-assert-probability
  says    Assertion `probability tensor contains either `inf`, `nan` or element < 0` failed
  says    probability tensor contains either `inf`, `nan` or element < 0
  cause   sampling got probabilities that are NaN or infinite: the model's output is broken, by fp16
          overflow, a training that diverged, or weights that were loaded empty or mixed up
  fix     generate in bf16 or fp32, check the loss before, and that the weights were loaded whole
          (warnings of from_pretrained)
root cuda-assert-bce
  says    Assertion `input_val >= zero && input_val <= one` failed
  says    all elements of input should be between 0 and 1
  cause   a binary cross entropy got values outside of 0 to 1, or NaN: logits were given instead of
          probabilities, or the model's output is NaN
  fix     use binary_cross_entropy_with_logits; if the values are NaN, lower the learning rate or
          train in bf16
root cuda-assert-masked-scatter
  says    Assertion `totalElements <= srcSize` failed
  cause   more places were marked than there are values to put in: of a multimodal model, the text
          has more image, video or audio tokens than the encoder made features (the text was cut or
          padded apart from its media, the processor's sizes are other ones than the model's, or a
          file was skipped)
  fix     a longer cutoff_len / max_length so that no row is cut within its media, or smaller images
          (max_pixels); the processor of the same checkpoint and release as the model; find the row
          with CUDA_LAUNCH_BLOCKING=1 in [env] and print its number of media tokens
root gpu-kernel-assert
  says    "` failed"
  says    "Device-side assertion `"
  pattern (?P<file>[^\s:/]+\.\w+):\d+: (?P<kernel>.{1,200}?):
          (?:block: \[[\d,]+\], thread: \[[\d,]+\] Assertion `{NO_KNOWN_CHECK}.+` failed|
          Device-side assertion `.+' failed)
  cause   a check in the GPU kernel {kernel} ({file}) failed, so that every later call of this
          process on the GPU reports an error: most often an index, a label or a size is out of
          range
  fix     the words of the check say what must hold; CUDA_LAUNCH_BLOCKING=1 (HIP:
          AMD_SERIALIZE_KERNEL=3) in [env] shows the call that gave it what does not
root compute-sanitizer-report
  says    ========= Invalid __
  says    ========= Uninitialized __
  pattern ========= (?P<what>Invalid __\w+__ (?:read|write|atomic) of size \d+ bytes|Uninitialized
          __\w+__ memory read of size \d+ bytes)
  cause   compute-sanitizer watched the GPU and saw it go wrong here: {what}; errors of later calls
          are its consequence
  fix     the line `at KERNEL` below names the kernel, and the host's frames who called it: a tensor
          of another size or type than it expects, an index out of range, or a defect of the
          extension (build it again for this torch)
root cuda-device-side-assert
  says    CUDA error: device-side assert triggered
  says    HIP error: device-side assert triggered
  pattern (?:CUDA|HIP) error: device-side assert triggered
  cause   a check in a GPU kernel failed, most often an index or a label out of range; its own line
          with `Assertion` is not in this log
  fix     start again with CUDA_LAUNCH_BLOCKING=1 in [env]: the traceback then shows the operation;
          look for token ids above the vocabulary and labels above num_labels
  follows cuda-assert-index, cuda-assert-class, cuda-assert-label, cuda-assert-probability,
          cuda-assert-bce, cuda-assert-masked-scatter, gpu-kernel-assert
root cuda-devices-busy
  says    all CUDA-capable devices are busy or unavailable
  says    CUDA-capable device(s) is/are busy or unavailable
  cause   a GPU lets no further process in: its compute mode is exclusive and another process (an
          earlier run, a monitor, a second rank) holds it, or the driver lost it
  fix     `nvidia-smi --query-gpu=compute_mode --format=csv` and `nvidia-smi` on that node; end what
          holds the GPU, or `sudo nvidia-smi -c DEFAULT`
  checks  gpu.compute-mode-allows-ranks, gpu.gpus-are-idle, gpu.driver-answers
root cuda-context-memory
  says    CUDA error: out of memory
  pattern (?<!Cuda failure )CUDA error: out of memory
  cause   a GPU had no memory left when CUDA itself asked for some (a context, a library's
          workspace), or the machine had none left to pin: other processes hold it, several ranks
          use this GPU, or the run itself fills it
  fix     `nvidia-smi` on that node for processes of earlier runs and of other ranks
          (torch.cuda.set_device(LOCAL_RANK)); a smaller micro batch; `ulimit -l` and `free -g`
          where pin_memory stands in the traceback
  checks  gpu.gpus-are-idle, limits.memlock-is-unlimited
root cuda-invalid-device-function
  says    CUDA error: invalid device function
  says    CUDA error: no kernel image is available
  pattern CUDA error: (?:invalid device function|no kernel image is available)(?! for execution on
          the device)
  cause   a compiled extension holds no kernel for this GPU model, or was built for another CUDA
          than torch's
  fix     build it again on this node: TORCH_CUDA_ARCH_LIST with the GPU's capability (`python -c
          'import torch; print(torch.cuda.get_device_capability())'`), `uv pip install --reinstall
          --no-cache --no-build-isolation PACKAGE`
  checks  software.torch-fits-the-gpus, gpu.models-are-equal, training.smoke-trains
  follows cuda-capability-warning
root hip-integrated-gpu
  says    HIP error: invalid device function
  says    hipErrorNoBinaryForGpu
  near    AMD Radeon (?:RX )?Vega \d+ Graphics|AMD Radeon(?:\(TM\))? (?:\d\d0M )?Graphics\b|
          gfx90[29c]\b|
          gfx103[56]\b|gfx1103\b
  unless  gfx1151
  cause   this rank uses the GPU within the processor, for which torch has no kernels
  fix     hide it: HIP_VISIBLE_DEVICES=0 (or ROCR_VISIBLE_DEVICES) with the numbers of the real GPUs
          that `rocminfo | grep -E 'Name|gfx'` lists, and as many ranks as these
  checks  gpu.slots-have-gpus
root hip-invalid-device-function
  says    HIP error: invalid device function
  says    hipErrorNoBinaryForGpu
  says    HIP error: no kernel image is available
  says    Unable to find code object for all current devices
  cause   torch or an extension holds no kernel for this AMD GPU
  fix     install the ROCm build of torch that names the GPU's gfx architecture (`rocminfo | grep
          gfx`); build extensions with PYTORCH_ROCM_ARCH=gfxNNN; consumer cards may run with
          HSA_OVERRIDE_GFX_VERSION of the nearest supported one
  checks  software.torch-fits-the-gpus, training.smoke-trains
root cuda-ptx-toolchain
  says    the provided PTX was compiled with an unsupported toolchain
  cause   code was compiled at the start for a newer CUDA than this node's driver knows
  fix     install a newer driver, or torch and the extension for the CUDA that `nvidia-smi` shows
  checks  software.torch-fits-the-gpus, gpu.drivers-are-equal
root cuda-driver-insufficient
  says    CUDA driver version is insufficient for CUDA runtime version
  cause   the program needs a newer CUDA than the driver of this node supports
  fix     install a newer driver (CUDA 13 needs 580, CUDA 12 needs 525), or an older torch: `uv pip
          install --reinstall --torch-backend=auto torch` on that node chooses the build for its
          driver
  checks  software.torch-fits-the-gpus, gpu.drivers-are-equal
root cuda-forward-compatibility
  says    forward compatibility was attempted on non supported HW
  cause   CUDA's forward compatibility library (in the container, or cuda-compat on the node) was
          loaded on a GPU that it is not for
  fix     remove /usr/local/cuda/compat from LD_LIBRARY_PATH and /etc/ld.so.conf.d, or install a
          driver that is new enough
  checks  software.torch-fits-the-gpus
root cuda-unknown-environment
  says    CUDA unknown error - this may be due to an incorrectly set up environment
  says    Error 999: unknown error
  says    CUDA error: unknown error
  cause   the driver did not answer this process: its kernel modules or device files are not there
          (nvidia_uvm after a sleep or an upgrade), the container lacks them, or a GPU failed
  fix     `sudo nvidia-modprobe -u -c=0`, `nvidia-smi` and `dmesg | grep -i xid` on that node;
          restart the container; reboot the node if that does not help
  checks  gpu.driver-answers, gpu.devices-may-be-opened
  follows gpu-xid, gpu-lost, nvml-lost-in-container
root cuda-no-gpus-available
  says    No CUDA GPUs are available
  cause   torch was built for GPUs and sees none: CUDA_VISIBLE_DEVICES is empty or names none that
          exist, or the container, the Slurm step or Ray's actor got none
  fix     `echo $CUDA_VISIBLE_DEVICES; nvidia-smi -L` in the rank's environment; docker `--gpus
          all`, Slurm `--gpus-per-node`, Ray num_gpus=1
  checks  gpu.shell-hides-no-gpu, gpu.slots-have-gpus, gpu.devices-may-be-opened
root hip-no-gpus-available
  says    No HIP GPUs are available
  cause   torch was built for ROCm and sees no AMD GPU: this user may not open /dev/kfd and
          /dev/dri, the container did not get them, the driver (amdgpu) is not loaded, or
          HIP_VISIBLE_DEVICES or ROCR_VISIBLE_DEVICES names none that exist
  fix     `rocminfo | grep gfx; ls -l /dev/kfd /dev/dri; env | grep VISIBLE` as that user; groups
          video and render; docker `--device /dev/kfd --device /dev/dri --group-add video`
  checks  gpu.slots-have-gpus, gpu.devices-may-be-opened
root cuda-not-compiled
  says    Torch not compiled with CUDA enabled
  says    PyTorch was compiled without CUDA support
  cause   this interpreter's torch is a build for CPUs
  fix     `uv pip install --reinstall --torch-backend=auto torch` on that node chooses the build for
          its driver; the same in the environment of every node
  checks  software.torch-fits-the-gpus, software.versions-are-equal
root cuda-fork
  says    Cannot re-initialize CUDA in forked subprocess
  cause   a worker process that was forked used the GPU after its parent had: a function of a data
          loader or of dataset.map that moves tensors to CUDA, or a library that forks its workers
          (vLLM, a pool of processes)
  fix     keep the GPU out of workers (move batches in the training loop), or start them by spawn:
          multiprocessing_context="spawn", set_start_method("spawn"), for vLLM
          VLLM_WORKER_MULTIPROCESSING_METHOD=spawn in [env]
root cuda-launch-failure
  says    unspecified launch failure
  says    "CUDA error: misaligned address"
  says    'misaligned address
  says    an illegal instruction was encountered
  says    hardware stack error
  pattern (?:CUDA error: |Cuda failure (?:\d+ )?')(?P<what>unspecified
          launch failure|misaligned address|an illegal instruction was encountered|
          hardware stack error)
  unless  {GPU_FAULT}
  cause   a kernel crashed on the GPU ({what}): the GPU failed where the kernel's log has an Xid
          such as 79; else a bug in an extension or a build that does not fit
  fix     `dmesg | grep -i xid` on that node: an Xid 48, 79, 94 or 95 means the GPU; else start with
          CUDA_LAUNCH_BLOCKING=1 in [env], and without fused kernels (attention "sdpa", torch's
          optimizer)
  checks  gpu.kernel-reports-no-gpu-fault
  follows gpu-xid, gpu-lost, deepep-timeout
symptom cuda-error-of-a-faulty-gpu
  says    unspecified launch failure
  says    "r: misaligned address"
  says    an illegal instruction was encountered
  says    hardware stack error
  near    {GPU_FAULT}
  cause   the driver had reported a fault of a GPU (Xid {xid}), which ends the programs on it
  fix     drain the node and reset or replace that GPU
  checks  gpu.kernel-reports-no-gpu-fault
root cuda-nvlink-error
  says    uncorrectable NVLink error detected
  says    Invalid access of peer GPU memory over nvlink
  cause   an NVLink of this node failed
  fix     `nvidia-smi nvlink -e` and `dmesg | grep -i xid` on that node; reset the GPUs or drain the
          node
  checks  gpu.nvlinks-are-active, gpu.kernel-reports-no-gpu-fault
root cuda-peer-access
  says    peer access is not supported between these two devices
  says    peer mapping resources exhausted
  cause   two GPUs of this node cannot reach each other's memory (another PCIe root, an IOMMU, or
          more than eight peers)
  fix     NCCL_P2P_DISABLE=1 in [env] lets NCCL go through the node's memory: for consumer GPUs,
          which have no such access, that is the answer; on a server turn ACS and the IOMMU's
          translation off
  checks  limits.acs-is-off, limits.iommu-passes-through
silent cuda-init-warning, survivable
  says    "CUDA initialization: "
  pattern CUDA initialization: (?!The NVIDIA driver on your system is too old)(?P<why>.{10,200})
  cause   torch could not use the GPUs of this node: {why}
  fix     `nvidia-smi` on that node first, then `python -c 'import torch; torch.cuda.init()'` with
          the training interpreter
  checks  gpu.driver-answers, gpu.devices-may-be-opened
root cuda-memory-fragmented
  says    reserved by PyTorch but unallocated
  pattern (?P<size>\d{2,}\.\d+ GiB) is reserved by PyTorch but unallocated
  near    CUDA out of memory|OutOfMemoryError
  cause   a GPU's memory is full of pieces: {size} are reserved and in no piece large enough
  fix     PYTORCH_ALLOC_CONF=expandable_segments:True in [env] (PYTORCH_CUDA_ALLOC_CONF before torch
          2.9); else a smaller micro batch
root cuda-capability-warning, survivable
  shows   with CUDA capability {capability:sm_\d+\w?} is not compatible with the current PyTorch
          installation
  cause   this GPU ({capability}) is newer or older than all that this torch was built for
  fix     Blackwell (sm_100, sm_120) needs torch 2.7 or newer of CUDA 12.8 (cu128) or newer: `uv pip
          install --reinstall --torch-backend=auto torch` on that node chooses the build for its
          driver; Pascal and Volta need a torch of CUDA 12.6 (--torch-backend=cu126), which newer
          releases no longer have
  checks  software.torch-fits-the-gpus
root cuda-image-invalid
  says    CUDA error: device kernel image is invalid
  cause   a kernel was built by a newer CUDA than this node's driver reads, or for another GPU
  fix     update the driver, or an extension and torch of the CUDA that `nvidia-smi` shows; rm -r
          ~/.triton/cache
  checks  software.torch-fits-the-gpus, gpu.drivers-are-equal
root cuda-operation-not-supported
  says    CUDA error: operation not supported
  says    CUDA driver error: operation not supported
  says    Cuda failure 801
  cause   the driver or a virtual GPU does not support an operation (peer memory, virtual memory of
          expandable segments, multicast)
  fix     leave out PYTORCH_ALLOC_CONF=expandable_segments:True; NCCL_CUMEM_ENABLE=0 and
          NCCL_NVLS_ENABLE=0 in [env] prove it; update the driver
  checks  gpu.drivers-are-equal
root cuda-driver-memory
  says    CUDA driver error: out of memory
  cause   the driver had no memory for a mapping on the GPU: it is full, or other processes hold it
  fix     `nvidia-smi` on that node for processes of earlier runs; a smaller micro batch
  checks  gpu.gpus-are-idle
root hip-out-of-memory
  says    HIP out of memory
  says    NPU out of memory
  says    XPU out of memory
  pattern (?P<kind>HIP|NPU|XPU) out of memory\. Tried to allocate (?P<size>[\d.]+ \w+)
  cause   an accelerator's memory is full: the batch or the model is too large for it, or an earlier
          run still holds memory
  fix     look for processes of earlier runs (rocm-smi, npu-smi); a smaller micro batch, activation
          checkpointing, a higher ZeRO stage or offload
  checks  gpu.gpus-are-idle
root cuda-graph-capture
  says    operation not permitted when stream is capturing
  cause   something ran on the GPU that a CUDA graph cannot record while one was being captured: a
          synchronisation, an allocation, another thread (data loader, NCCL watchdog, logger)
  fix     no capture where other threads use the GPU (thread_local capture mode); torch.compile
          mode="default" in place of reduce-overhead; vLLM enforce_eager=True
root cuda-invalid-argument
  says    Cuda failure 1 'invalid argument'
  says    Cuda failure 'invalid argument'
  says    CUDA error: invalid argument
  unless  transport/(?:nvls|shm)\.cc
  cause   CUDA refused a call as it was made: memory that is not of this GPU or already freed
          (expandable segments with older NCCL or IPC), more than a GPU has, or a driver that is
          older than the library
  fix     leave out PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True; NCCL_CUMEM_ENABLE=0 and
          NCCL_P2P_DISABLE=1 in turn show which part it is; CUDA_LAUNCH_BLOCKING=1 in [env] shows
          the operation
root cuda-invalid-handle
  says    Cuda failure 400 'invalid resource handle'
  says    CUDA error: invalid resource handle
  cause   a stream, event or memory handle is used in another process, on another GPU, or after its
          group was destroyed: the rank's device changed after it was made
  fix     torch.cuda.set_device(LOCAL_RANK) once, before anything on the GPU; no CUDA objects over a
          fork or from an earlier process group
root cuda-device-visible-string
  says    CUDA error: invalid device symbol
  cause   a kernel refers to data that its build for this GPU does not have: an extension built for
          another GPU or CUDA
  fix     build the extension again on this node with TORCH_CUDA_ARCH_LIST of its GPU
root cuda-allocator-asserted
  says    INTERNAL ASSERT FAILED at "../c10/cuda/CUDACachingAllocator.cpp":
  cause   torch's allocator of GPU memory met what it does not expect: as it was about to report
          that the GPU is full it could not ask the driver (NVML_SUCCESS: no nvidia-smi library in
          the container, MIG), or another library freed its memory
  fix     take it for an out-of-memory error first: a smaller micro batch, `nvidia-smi`;
          NVIDIA_DRIVER_CAPABILITIES=compute,utility in the container
symptom cuda-context-destroyed
  says    CUDA error: context is destroyed
  cause   the GPU context of this process was taken down while it was in use: another part of it
          ended, or the GPU was reset
  fix     read the first error of this rank; `dmesg | grep -i xid` on that node
root xpu-none-available
  says    No XPU devices are available
  cause   torch was built for Intel GPUs and sees none: ZE_AFFINITY_MASK or ONEAPI_DEVICE_SELECTOR
          names none that exist, this user may not open /dev/dri, the container did not get it, or
          the driver (level-zero) is missing
  fix     `xpu-smi discovery`, `ls -l /dev/dri` and `env | grep -E 'ZE_|ONEAPI'` as the rank;
          groups video and render; docker `--device /dev/dri`
  checks  gpu.slots-have-gpus
root cuda-asked-of-other-accelerator
  says    Torch not compiled with CUDA enabled
  platforms npu, xpu, hpu
  cause   the code asks for CUDA ("cuda" as a device, torch.cuda), and this node's accelerator is
          none of NVIDIA's
  fix     the accelerator's own name for the device ("npu", "xpu", "hpu") in the script or option
          that the traceback names; NPUs: `from torch_npu.contrib import transfer_to_npu` first
          thing; a release of the trainer for this accelerator
root rocm-torch-without-gpu
  says    Torch not compiled with CUDA enabled
  platforms rocm
  cause   this interpreter's torch is a build for CPUs, though the log names ROCm: another package's
          installation replaced the ROCm build, or it is another environment
  fix     `python -c 'import torch; print(torch.__version__, torch.version.hip)'` with the training
          interpreter; install torch's ROCm build again, last
root rocm-kernel-not-built
  says    "CUDA error: no kernel image is available for execution on the device"
  says    "CUDA error: invalid device function"
  platforms rocm
  cause   torch or an extension holds no kernel for this AMD GPU
  fix     the ROCm build of torch that names the GPU's gfx architecture (`rocminfo | grep gfx`);
          build extensions with PYTORCH_ROCM_ARCH=gfx…; HSA_OVERRIDE_GFX_VERSION only for a close
          relative
""",
    meanings={"cuda-error-of-a-faulty-gpu": XID_MEANINGS},
    GPU_FAULT=GPU_FAULT,
)
