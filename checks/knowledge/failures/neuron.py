"""What AWS Neuron (Trainium, Inferentia) says: its runtime, its collectives and its compiler.

The runtime's own page of errors: https://awsdocs-neuron.readthedocs-hosted.com, Neuron Runtime
Troubleshooting.
"""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
FREE_CORES = `neuron-ls` on that node shows who holds cores: end that (a run that ended may need
             seconds); as many ranks a node as free cores; NEURON_RT_VISIBLE_CORES gives each
             program its own
root neuron-cores-busy
  says    "Core(s) not available - Requested:"
  pattern Core\(s\) not available - Requested:\s?(?P<wanted>\S+) Available:\s?(?P<free>\d+)
  cause   this rank asks for NeuronCores ({wanted}) of which {free} are free: an earlier run or
          another program of the node holds them, or each rank takes all of them
  fix     {FREE_CORES}
root neuron-not-initialized
  says    Neuron runtime cannot be initialized; cannot determine the number of available NeuronCores
  says    The PyTorch Neuron Runtime could not be initialized
  cause   the Neuron runtime found no core that it may use: other processes hold them, the driver
          is not loaded, or the container was given no /dev/neuron devices
  fix     {FREE_CORES}; `ls /dev/neuron*` where the rank runs (`docker run --device=/dev/neuron0 …`)
  follows neuron-cores-busy, neuron-no-device, neuron-driver-missing, neuron-device-not-there
root neuron-no-device
  says    No neuron device available
  cause   no Neuron device is to be seen where this rank runs: the container was given none, or the
          driver is not loaded
  fix     `ls /dev/neuron*` there and on the host (`sudo modprobe neuron`); `docker run
          --device=/dev/neuron0 …` for each, or the Kubernetes resource aws.amazon.com/neuron
root neuron-device-not-there
  says    Could not open the nd
  pattern Could not open the nd(?P<device>\d+)
  cause   Neuron device {device} is not there: more cores are asked for than this instance (or the
          container) has, or the devices that it was given have gaps in their numbers
  fix     as many ranks a node as cores (`neuron-ls`; 32 of a trn1.32xlarge, 2 of a trn1.2xlarge);
          give a container devices with numbers one after another
root neuron-driver-missing
  says    Unable to determine Neuron Driver version
  says    This runtime requires Neuron Driver version
  cause   the Neuron driver is not installed on this node, is not loaded, or is older than the
          runtime needs
  fix     `modinfo neuron` on that node; install aws-neuronx-dkms of the runtime's release with the
          headers of the running kernel, then `sudo modprobe neuron`
root neuron-neff-version
  shows   NEFF version mismatch supported: {have:[\d.]+} received: {got:[\d.]+}
  cause   the model was compiled by a newer neuronx-cc (NEFF {got}) than this node's runtime reads
          ({have})
  fix     aws-neuronx-runtime-lib and neuronx-cc of one release of the SDK on every node, and an
          empty compile cache (/var/tmp/neuron-compile-cache)
root neuron-out-of-memory
  says    nrt_tensor_allocate status=4
  says    nrt_load status=4
  says    TDRV:log_dev_mem
  pattern nrt_(?:tensor_allocate|load) status=4\b|TDRV:log_dev_mem +Failed to allocate
  cause   a NeuronCore's memory is full: model, optimizer and activations of this rank are too large
          for it, or another model is still loaded
  fix     a smaller micro batch or sequence, a higher tensor or pipeline parallel size, ZeRO-1,
          checkpointing of activations; the table of sizes above says what takes it
root neuron-topology-unsupported
  says    Unsupported topology. Supported number of Neuron Cores is
  pattern Unsupported topology\. Supported number of Neuron Cores is (?P<counts>[^.]+)\.
  cause   collectives do not work over this number of NeuronCores; it may be {counts}
  fix     start as many ranks as one of these says (--nproc_per_node, tensor-parallel size)
root neuron-collectives-missing
  says    Error opening libnccom.so
  says    libnccom.so: cannot open shared object file
  cause   the library of Neuron's collectives is not on this node: aws-neuronx-collectives is not
          installed, or LD_LIBRARY_PATH of this rank lacks /opt/aws/neuron/lib
  fix     install aws-neuronx-collectives on every node; LD_LIBRARY_PATH with /opt/aws/neuron/lib in
          [env]
  checks  software.variables-are-equal
root neuron-efa-missing
  says    Unable to run multi-instance workload
  says    OFI plugin is not installed or EFA is not enabled
  cause   Neuron's collectives between nodes go over EFA only, and this node has no EFA, or not its
          libraries
  fix     `lspci | grep -c EFA` on every node; start the instances with EFA interfaces, run AWS's
          efa_installer.sh, and put /opt/amazon/efa/lib into LD_LIBRARY_PATH
root neuron-device-memory-broken
  says    Uncorrectable memory error is detected on Neuron device
  pattern Uncorrectable memory error is detected on Neuron device: (?P<device>\S+) .*Failing exec
  cause   the memory of Neuron device {device} fails: broken hardware
  fix     stop using that instance: start again from the last checkpoint on another one
silent neuron-memory-flipped
  says    Uncorrectable memory error is detected on Neuron device
  pattern Uncorrectable memory error is detected on Neuron device: (?P<device>\S+) .*might affect
  cause   a bit of the memory of Neuron device {device} flipped: what the run computes from it on
          may be wrong
  fix     if the loss jumps, start again from the checkpoint before it; change the instance where it
          comes again
root neuron-hardware-error
  says    NRT_EXEC_HW_ERR_
  says    NRT_EXEC_UNIT_UNRECOVERABLE
  says    nrt_execute status=120
  pattern (?P<why>NRT_EXEC_HW_ERR_\w+|NRT_EXEC_UNIT_UNRECOVERABLE|nrt_execute status=120[0-35])
  cause   a Neuron device reported an error of the hardware ({why})
  fix     `neuron-ls` and `sudo dmesg | grep -i neuron` on that node; reload the driver (`sudo rmmod
          neuron; sudo modprobe neuron`); start again without that instance if it comes again
symptom neuron-exec-timeout
  says    (FATAL-RT-UNDEFINED-STATE)
  says    NRT_TIMEOUT in nrt_
  says    nrt_execute status=5
  pattern \(FATAL-RT-UNDEFINED-STATE\).*timeout|(?:NRT_TIMEOUT in nrt_|nrt_execute
          status=5\b)
  cause   a program on a NeuronCore did not end in time: another rank failed, hangs or still
          compiles, or the core was left in a bad state by an earlier run
  fix     read the other ranks' output first; NEURON_RT_EXEC_TIMEOUT (seconds) in [env] where one is
          only late; leave NEURON_RT_RESET_CORES at 1
stall neuron-waits-for-rank
  says    Timeout waiting for RX (waited
  says    Timeout waiting for incoming connection (waited
  pattern Timeout waiting for (?:RX|incoming connection) \(waited (?P<waited>\d+ sec)\)
  cause   a rank has waited {waited} for another one, which still compiles its graph, hangs or has
          ended: Neuron waits without end
  fix     look whether a node still prints of neuronx-cc (compile before: `neuron_parallel_compile
          COMMAND`); where none does, find the rank that ended, and start again
root neuron-comm-id-invalid
  shows   Invalid NCCL_COMM_ID [{address:[^\]]+}], please use format
  cause   {address}, where the ranks are to meet, is no address and port, or a name that does not
          resolve here (of more than 63 letters it never does)
  fix     NEURON_RT_ROOT_COMM_ID=IP:PORT with the first node's address, the same on every node
root neuron-compiler-killed
  says    neuronx-cc was forcibly killed
  says    neuronx-cc failed with -9
  says    neuronx-cc terminated abnormally
  pattern neuronx-cc (?P<what>was forcibly killed|failed with -9|terminated abnormally)
  cause   neuronx-cc {what}: most often this machine's memory was full, as many graphs are compiled
          at once and each takes many gigabytes
  fix     `dmesg | grep -i 'killed process'`; compile fewer at once (`neuron_parallel_compile
          --num_parallel 1`), add swap, or compile on a larger instance and share the cache
          (NEURON_COMPILE_CACHE_URL)
  checks  limits.memory-is-free, limits.kernel-kills-no-rank
root neuron-compile-failure-cached
  says    There was a compilation error for this graph in the previous run
  says    Got a cached failed neff
  cause   this graph failed to compile in an earlier run, and the cache hands out that failure
          without a new try
  fix     once what failed is mended: NEURON_CC_FLAGS="--retry_failed_compilation" in [env], or an
          empty cache (/var/tmp/neuron-compile-cache); the first run's output says why it failed
root neuron-compile-failed
  says    "ERROR ||NEURON_CC_WRAPPER||: Failed compilation with "
  says    INTERNAL: neuronx-cc compilation failed
  says    neuronx-cc failed with
  pattern ERROR \|\|NEURON_CC_WRAPPER\|\|: Failed compilation with |
          INTERNAL: neuronx-cc compilation failed|neuronx-cc failed with
  unless  neuronx-cc (?:was forcibly killed|failed with -9)|compilation error for this graph in the
  cause   neuronx-cc could not compile the model's graph for the device; what it printed above says
          why (a shared library that is missing, an operation that it does not know, memory)
  fix     read its lines above, or log-neuron-cc.txt in the folder that the command names; the same
          release of neuronx-cc, torch-neuronx and libneuronxla; delete the cache's entry before the
          next try (NEURON_CC_FLAGS="--retry_failed_compilation")
"""
)
