"""What raises a container's limits and its shared memory: said by checks and by known failures."""

from __future__ import annotations

MOUNT_SHM = "mkdir -p /dev/shm && mount -t tmpfs -o mode=1777,size=50% shm /dev/shm"
REMOUNT_SHM = "mount -o remount,size=50% /dev/shm"
SHM_IN_CONTAINER = (
    "start the container again with `docker run --shm-size=16g …` or `--ipc=host`; in "
    "Kubernetes mount an emptyDir of medium Memory on /dev/shm"
)
MEMLOCK_IN_CONTAINER = "start the container again with `docker run --ulimit memlock=-1:-1 …`"
