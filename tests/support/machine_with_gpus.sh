# Runs a command on this machine as if it had two GPUs, which only that command sees: their device
# nodes, a driver on a mount of its own and one of its files mounted alone.
# usage: unshare --mount bash machine_with_gpus.sh LIBRARY COMMAND...
set -e
library=$1
shift
own=$(mktemp -d)
mount -t tmpfs stand-in "$own"
mkdir "$own/dev" "$own/upper" "$own/work"
mount --rbind /dev "$own/dev"
mount -t tmpfs -o mode=755 dev /dev
cp -a "$own"/dev/{null,zero,full,random,urandom,tty} /dev/
ln -s /proc/self/fd /dev/fd
mkdir /dev/shm /dev/pts /dev/nvidia-caps
mount --bind "$own/dev/shm" /dev/shm
mount --bind "$own/dev/pts" /dev/pts
ln -s pts/ptmx /dev/ptmx
for name in nvidia0 nvidia1 nvidiactl nvidia-caps/nvidia-cap1; do
  mknod -m 666 "/dev/$name" c 1 3
done
mount -t overlay -o lowerdir=/usr/local,upperdir="$own/upper",workdir="$own/work" overlay /usr/local
mkdir /usr/local/nvidia
mount -t tmpfs driver /usr/local/nvidia
mkdir /usr/local/nvidia/bin /usr/local/nvidia/lib64
printf '#!/bin/sh\necho stand-in of a driver\n' >/usr/local/nvidia/bin/nvidia-smi
chmod 755 /usr/local/nvidia/bin/nvidia-smi
cp "$library" /usr/local/nvidia/lib64/libnvidia-ml.so.1
echo mounted alone >"$own/alone"
touch /usr/local/lib/libcuda.so.1
mount --bind "$own/alone" /usr/local/lib/libcuda.so.1
export PATH=$PATH:/usr/local/nvidia/bin LD_LIBRARY_PATH=/usr/local/nvidia/lib64
status=0
"$@" || status=$?
umount -R -l "$own"
rmdir "$own"
exit $status
