"""What DeepSpeed says of its operators, where they are loaded or built."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root ds-version-of-compiled-ops
  shows   {what:PyTorch|CUDA|HIP} version mismatch! DeepSpeed ops were compiled and installed with a
          different version
  cause   DeepSpeed's operators were built for another {what} than the one that runs
  fix     build them again, with the DS_BUILD_* variables of the first build: `uv pip install
          --reinstall --no-cache --no-build-isolation deepspeed`
  checks  software.operators-can-be-built, software.versions-are-equal
root ds-op-incompatible
  says    op due to it not being compatible due to hardware/software issue
  pattern Unable to JIT load the (?P<name>\w+) op due to it not being compatible due to
          hardware/software issue\. ?(?P<why>.*)
  cause   DeepSpeed's operator {name} cannot be used on this node ({why})
  fix     `ds_report` on that node names what is missing: for async_io install libaio-dev, else the
          CUDA toolkit that torch was built with, or turn the feature off in the config
  checks  software.operators-can-be-built
root ds-op-no-nvcc
  says    unable to compile CUDA op(s)
  pattern Unable to run \[?'?(?P<nvcc>[^\s',\]]+).*unable to compile CUDA op\(s\)
  cause   {nvcc} cannot be run on this node, so DeepSpeed cannot build an operator
  fix     set CUDA_HOME to a toolkit of the CUDA that torch was built with (`python -c 'import
          torch; print(torch.version.cuda)'`)
  checks  software.operators-can-be-built
root ds-op-no-architecture
  shows   Unable to load {name:\w+} op due to no compute capabilities remaining after filtering
  cause   the operator {name} supports none of the GPU architectures that it should be built for
  fix     set TORCH_CUDA_ARCH_LIST to this GPU's capability, with a CUDA toolkit that knows it; else
          turn the feature off
  checks  software.operators-can-be-built
root ds-cpu-adam-not-loaded
  shows   {optimizer:DeepSpeedCPU\w+} requires the {name:\w+} op, which failed to build/load
  cause   {optimizer} needs the operator {name}, which was not built on this node
  fix     the compiler's message stands above: install g++ and ninja, or build once with
          DS_BUILD_CPU_ADAM=1; else set "torch_adam": true in the optimizer's params
  checks  software.operators-can-be-built, training.smoke-trains
root ds-cpu-adam-on-gpu
  shows   {name:CPU\w+} param is on {device} and must be 'cpu', make sure you enabled
  cause   the optimizer works on the CPU, and a parameter is on {device}: the optimizer is not
          offloaded
  fix     set "device": "cpu" under offload_optimizer in zero_optimization, or use FusedAdam/torch
          AdamW
  checks  deepspeed.offload-takes-effect
noise ds-async-io-missing
  says    async_io requires the dev libaio .so object and headers but these were not found
  cause   offload to NVMe needs libaio's headers to build async_io, and this node lacks them;
          without NVMe offload it is harmless
  fix     apt install libaio-dev (yum: libaio-devel) on every node
  checks  software.operators-can-be-built
"""
)
