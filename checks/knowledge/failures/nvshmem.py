"""What NVSHMEM says, which exchanges tokens between experts (DeepEP) over InfiniBand and RoCE."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root nvshmem-device-not-permitted, survivable
  says    NULL value cannot allocate mlx5dv_devx_uar
  says    "NULL value Unable to create ah"
  says    create DCT share err
  pattern (?P<what>NULL value cannot allocate mlx5dv_devx_uar|NULL value Unable to create ah|
          create DCT share err)
  cause   NVSHMEM lets the GPU drive the adapter itself (IBGDA), and the adapter's driver refused
          that ({what}): a container without the rights, or driver settings that do not allow it
  fix     the container with --privileged (or IPC_LOCK and SYS_RAWIO, --device=/dev/infiniband,
          /dev/gdrdrv), the host's nvidia module with NVreg_EnableStreamMemOPs=1
          NVreg_RegistryDwords="PeerMappingOverride=1;"; NVSHMEM and DOCA/OFED of a release that
          knows the adapter; NVSHMEM_IB_ENABLE_IBGDA=0 shows whether it is this
root nvshmem-no-peer-memory, survivable
  says    "neither nv_peer_mem, or nvidia_peermem detected"
  cause   NVSHMEM leaves InfiniBand out, since the kernel module through which an adapter reaches
          the GPU's memory is not loaded on this node
  fix     `modprobe nvidia_peermem` on every node (in /etc/modules-load.d for the next boot); a
          driver and an OFED that fit each other
symptom nvshmem-start-failed
  says    nvshmem initialization failed, exiting
  says    "Unable to initialize any transports. returning error."
  says    nvshmem detect topo failed
  says    aborting due to error in nvshmemi_init_thread
  cause   NVSHMEM (DeepEP's part for several nodes) could not be started on this rank
  fix     the lines of nvshmem above say why; NVSHMEM_DEBUG=INFO in [env] says more;
          NVSHMEM_HCA_PE_MAPPING names adapters, NVSHMEM_BOOTSTRAP_UID_SOCK_IFNAME the interface;
          `nvshmem-info -a` the release
  follows nvshmem-device-not-permitted, nvshmem-no-peer-memory
"""
)
