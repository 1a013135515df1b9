"""What docker, the NVIDIA container toolkit and NVIDIA's images say at their start."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root docker-no-gpu-runtime
  says    "could not select device driver "
  says    unknown or invalid runtime name: nvidia
  says    Unknown runtime specified nvidia
  pattern could not select device driver \\?\"(?:nvidia)?\\?\" with capabilities: \[\[[^]]*gpu|
          unknown or invalid runtime name: nvidia|Unknown runtime specified nvidia
  cause   docker knows no way to give GPUs to a container on this node: the NVIDIA container toolkit
          is not installed or not configured
  fix     on every node `apt install nvidia-container-toolkit` (NVIDIA's repository), `nvidia-ctk
          runtime configure --runtime=docker`, `systemctl restart docker`; proof: `docker run --rm
          --gpus all ubuntu nvidia-smi`
root container-needs-newer-driver
  shows   requirement error: unsatisfied condition: cuda>={wanted:[\d.]+}
  cause   the image needs a driver for CUDA {wanted}; this node's is older
  fix     update the driver on that node, or use an image of an older CUDA
  checks  gpu.drivers-are-equal
root container-driver-not-loaded
  says    nvml error: driver not loaded
  pattern nvidia-container-cli\S*: .*nvml error: driver not loaded
  cause   the NVIDIA driver is not loaded on this node
  fix     `nvidia-smi` there; after a kernel update rebuild the driver's module (`dkms status`) and
          reboot
  checks  gpu.driver-answers
root container-driver-library-missing
  says    load library failed: libnvidia-ml.so.1
  pattern nvidia-container-cli\S*: .*load library failed: libnvidia-ml\.so\.1
  cause   the driver's libraries are not found on this node, outside the container
  fix     install the driver there, libraries included, and run ldconfig
  checks  gpu.driver-libraries-are-whole
root container-unknown-gpu
  says    : unknown device
  pattern nvidia-container-cli\S*: device error: (?!no-gpu-has-)(?P<device>[^\s:]+): unknown device
  cause   the container asks for GPU {device}, which this node does not have
  fix     correct --gpus, NVIDIA_VISIBLE_DEVICES or the compose file for this node; `nvidia-smi -L`
          lists its GPUs
  checks  gpu.slots-have-gpus
root container-cgroup-devices
  says    mount error: failed to add device rules
  pattern nvidia-container-cli\S*: mount error: failed to add device rules: (?P<why>.+)
  cause   the container toolkit cannot give this container the right to GPU devices ({why}): docker
          itself runs inside an unprivileged container, or the toolkit is older than the node's
          control groups
  fix     update nvidia-container-toolkit on that node; inside an unprivileged container set
          no-cgroups = true in /etc/nvidia-container-runtime/config.toml
  checks  limits.systems-are-alike
silent container-shm-default, survivable
  says    The SHMEM allocation limit is set to the default of 64MB
  cause   the container was started with 64 MB of /dev/shm, too little for data loaders and NCCL
  fix     docker run --ipc=host, or --shm-size=16g
  checks  limits.shm-is-large-enough
silent container-no-driver, survivable
  says    The NVIDIA Driver was not detected
  cause   the container was started without GPUs
  fix     start it with --gpus all (docker) or a GPU request (Slurm, Kubernetes)
  checks  gpu.driver-answers, gpu.slots-have-gpus
silent container-built-for-newer-driver, survivable
  shows   This container was built for NVIDIA Driver Release {wanted:[\d.]+}
  near    version (?P<found>[\d.]+) was detected and compatibility mode is UNAVAILABLE
  cause   the image wants driver {wanted}, this node has {found}, and the image's compatibility
          libraries do not help
  fix     update the driver on that node, or use an older image
  checks  gpu.drivers-are-equal
root container-cdi-device-missing
  shows   unresolvable CDI devices {device}
  cause   the node has no description of {device} for containers (CDI): it was never written, or is
          older than a change of driver or GPUs
  fix     `nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml` on that node, again after each
          update of the driver; `nvidia-ctk cdi list` shows the names
  checks  gpu.devices-may-be-opened
root image-of-another-architecture
  says    "no matching manifest for "
  says    does not match the specified platform
  pattern no matching manifest for (?P<platform>\S+) in the manifest list|does not match the
          specified platform: wanted (?P<wanted>[^,\s]+)
  cause   the image has no build for this node's processor
  fix     an image for it (`docker buildx build --platform linux/arm64,linux/amd64`); `uname -m` on
          that node
  checks  limits.systems-are-alike
root docker-socket-not-permitted
  says    "permission denied while trying to connect to the "
  pattern permission denied while trying to connect to the [Dd]ocker (?:daemon socket|API)
  cause   this account may not use docker on that node
  fix     add it to the group docker there and log in again
root docker-daemon-down
  says    Cannot connect to the Docker daemon
  pattern Cannot connect to the Docker daemon(?: at (?P<address>\S+?))?\. Is the docker daemon
  cause   docker does not run on this node, or DOCKER_HOST names another
  fix     `systemctl status docker` there; unset DOCKER_HOST
root container-program-missing
  says    executable file not found in $PATH
  pattern exec: \\?\"(?P<program>[^\"\\]+)\\?\": executable file not found in \$PATH
  cause   the image has no program {program} in its PATH
  fix     use an image that has {program}, or name it with its whole path
root image-pull-limit
  says    "toomanyrequests: "
  pattern toomanyrequests: .*(?:rate ?limit|Too Many Requests)
  cause   the registry limits downloads, and many nodes pull the image at once
  fix     `docker login`, or pull it once into a registry or file of your own
root image-not-there
  says    "pull access denied for "
  says    : manifest unknown
  pattern pull access denied for (?P<image>[^\s,]+),|manifest for (?P<tagged>\S+) not found:
          manifest unknown
  cause   the registry has no such image or tag, or the node is not logged in to it
  fix     check the image's name and tag; `docker login` on every node, or an imagePullSecret
root program-of-another-architecture
  says    exec format error
  says    Exec format error
  pattern \[Errno 8\] Exec format error|: exec format error|: cannot execute binary file: Exec
          format error
  cause   a program was built for another CPU architecture than this node's (x86-64, arm64), or a
          script lacks `#!` in its first line
  fix     use an image or environment for this node's architecture (`uname -m`)
  checks  limits.systems-are-alike
root container-shared-gpu-full
  shows   device error: no-gpu-has-{size:\S+?}-to-run
  cause   no GPU of this node has {size} left for a container that shares one (gpushare): other
          containers hold it, or the scheduler and its device plugin count differently
  fix     `kubectl inspect gpushare` shows who holds what; end those, ask for less, or restart the
          device plugin
  checks  gpu.gpus-are-idle
root docker-name-taken
  shows   Conflict. The container name "{name:[^"]+}" is already in use
  cause   a container of an earlier run is still there under that name
  fix     `docker rm -f` it on that node if it is over; --rm at the next start
root docker-disk-full
  says    no space left on device
  pattern failed to register layer: .*no space left on device|no space left on device: unknown
  cause   the disk under the container runtime's folder is full on this node
  fix     `docker system df`, `docker system prune`, or move data-root to a larger disk
  checks  files.home-and-caches-have-room
root docker-port-taken
  shows   Bind for {address} failed: port is already allocated
  cause   another container or process of this node has the port {address}
  fix     `docker ps` shows which; end it, or publish another port (-p), or --network=host without
          -p
root docker-mount-source
  shows   error while creating mount source path '{path:[^']+}': {why:.+}
  cause   docker cannot make {path} on the node, which is to be mounted ({why}): the file system is
          read-only or not mounted there, or docker is a snap
  fix     create or mount it on that node first; docker of the distribution or of docker.com in
          place of the snap
root docker-network-missing, survivable
  shows   Error response from daemon: network {name} not found
  cause   docker has no network {name} on this node: an overlay or compose network that was removed
  fix     `docker network ls`; `docker compose down && docker compose up`, or create it;
          --network=host for training
root compose-stopped-by-another-end
  says    Aborting on container exit
  near    ^(?P<name>[\w.-]+) exited with code 0\s*\nAborting on container exit
  cause   docker compose ended all containers when {name} was over, which did its work: it was
          started with --abort-on-container-exit (or --exit-code-from), and another one still
          trained
  fix     `docker compose up --abort-on-container-failure`, which leaves those that end well alone;
          what has to be done before is waited for by depends_on with condition:
          service_completed_successfully
root container-hook-called-directly
  says    invoking the NVIDIA Container Runtime Hook directly
  cause   the NVIDIA container runtime of this node is set to CDI, in which docker's --gpus, which
          calls its hook directly, is refused
  fix     --runtime=nvidia with -e NVIDIA_VISIBLE_DEVICES=all (compose: runtime: nvidia), or
          --device nvidia.com/gpu=all; or mode = "auto" in /etc/nvidia-container-runtime/config.toml
"""
)
