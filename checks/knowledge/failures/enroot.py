"""What pyxis and enroot say, Slurm's containers."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
READ_PYXIS_LOG = read the lines that pyxis prints below, indented: they are the container's own
root enroot-ldconfig-failed
  shows   nvidia-container-cli: ldcache error: process {program} {code:failed with error code:
          \d+|terminated with signal \d+}
  cause   the container was unpacked, but the driver's libraries could not be entered in it:
          {program} {code}; its own words are not in the log
  fix     on that node: `df -h` and `free` of enroot's data folder (ENROOT_DATA_PATH), a container
          of that name left half unpacked (`enroot remove NAME`), `nvidia-container-cli info`; start
          again with --exclude of the node
root enroot-user-namespace
  shows   enroot-nsenter: failed to create user namespace: {why:.+}
  cause   this node does not let users create namespaces ({why})
  fix     raise user.max_user_namespaces, set kernel.unprivileged_userns_clone=1 and, on Ubuntu
          24.04, kernel.apparmor_restrict_unprivileged_userns=0; `enroot start` on that node proves
          it
DOCKER_HUB = URL https://registry-1\.docker\.io/v2/
root enroot-image-not-on-docker-hub
  says    "URL https://registry-1.docker.io/v2/"
  pattern {DOCKER_HUB}(?!\w+\.)(?:library/)?(?P<image>(?!\S+\.sqsh/)\S+)/manifests/(?P<tag>\S+)
          returned error code: (?P<status>401|403|404)\b
  near    Authenticating with user: <anonymous>
  cause   {image}:{tag} names no registry, so Docker Hub was asked, which has no such public image
          (it answers {status} for what it does not have): it is an image of a node's own Docker, of
          another registry, or a private one
  fix     an image of a node's own Docker: `enroot import -o IMAGE.sqsh dockerd://{image}:{tag}`
          there, and --container-image=/PATH/IMAGE.sqsh on a shared disk; of another registry
          REGISTRY#{image}:{tag}; a private one: the login in ~/.config/enroot/.credentials
root enroot-registry-refused
  says    " returned error code: 4"
  pattern URL (?P<url>https?://(?!\S+\.sqsh/)\S+) returned error code: (?P<status>401|403|404|429)\b
  cause   the registry answered {status} for {url}: no or a wrong login (401, 403), no such image or
          tag (404), or too many downloads (429)
  fix     put the login into ~/.config/enroot/.credentials on the nodes, check the image's name
          (`REGISTRY#IMAGE:TAG`), or import it once to a .sqsh file and name that
root enroot-file-taken-for-image
  says    sqsh/manifests/
  pattern URL https?://\S+?/(?P<name>[^/\s]+\.sqsh)/manifests/\S+ returned error code: \d+
  cause   {name} was looked for in a registry: pyxis takes only what begins with / or ./ for an
          image file
  fix     --container-image=./{name}, or its whole path on a file system that every node mounts
  checks  files.needed-files-exist
symptom pyxis-import-failed
  says    pyxis: failed to import docker image
  cause   the image could not be downloaded or unpacked on this node; an image file needs a path
          that begins with / or ./
  fix     {READ_PYXIS_LOG}
symptom pyxis-start-failed
  says    pyxis: couldn't start container
  says    pyxis: container start failed with error code
  cause   the container could not be started on this node
  fix     {READ_PYXIS_LOG}
symptom pyxis-plugin-failed
  says    "required plugin spank_pyxis.so: "
  cause   Slurm ended the step because the container could not be prepared
  fix     read the lines of pyxis above
root pyxis-mount-source-missing
  shows   pyxis: --container-mounts: source path does not exist: {path}
  cause   {path}, named in --container-mounts, does not exist on this node
  fix     create it, or mount its file system, on every node
  checks  files.shared-folders-are-shared-everywhere, files.needed-files-exist
root enroot-mount-denied
  shows   enroot-mount: failed to mount: {path} at {target}: {why:Permission denied|Operation not
          permitted}
  cause   {path} is there, but the account that starts the container may not enter it ({why}): its
          or a folder's mode above it, or root on a network file system that squashes root
  fix     `sudo -u USER ls {path}` on that node for the account of the job; start it as the owner of
          the data, open the folders (`chmod o+rx`), or copy the data to where it may read
  checks  files.shared-folders-are-shared-everywhere
root enroot-mount-failed
  shows   enroot-mount: failed to mount: {path} at {target}: {why:(?!Permission|Operation not).+}
  cause   {path} cannot be mounted into the container: {why}
  fix     create it, or mount its file system, on every node; a device file needs its driver
  checks  files.shared-folders-are-shared-everywhere, files.network-mounts-answer
root enroot-nvidia-tool-missing
  says    Command not found: nvidia-container-cli
  cause   libnvidia-container is not installed on this node, so that the container gets no GPU
  fix     install libnvidia-container-tools on every node
root enroot-nvidia-hook-failed
  says    "98-nvidia.sh exited with return code "
  unless  nvidia-container-cli
  cause   enroot's hook for NVIDIA GPUs failed on this node
  fix     `nvidia-container-cli -k info` and `nvidia-smi` there
  checks  gpu.driver-answers, gpu.driver-libraries-are-whole
root enroot-folder-not-permitted
  says    "mkdir: cannot create directory "
  pattern mkdir: cannot create directory ['‘](?P<path>/(?:[^'’]*enroot|run/user/\d+|
          run/pyxis)[^'’]*)['’]: Permission denied
  cause   enroot may not create {path} on this node
  fix     set ENROOT_RUNTIME_PATH, ENROOT_DATA_PATH and ENROOT_CACHE_PATH in /etc/enroot/enroot.conf
          to folders of each user, and create them in Slurm's prolog
root enroot-program-missing
  shows   enroot-switchroot: failed to execute: {path}: {why:.+}
  cause   the container cannot run {path} ({why}): the image lacks it, or is of another CPU
          architecture
  fix     --no-container-entrypoint, an image with a shell, or one for this architecture
  checks  limits.systems-are-alike
root enroot-image-damaged
  shows   [ERROR] Checksum validation failed
  cause   a layer of the image was damaged while it was downloaded
  fix     empty enroot's cache folder (~/.cache/enroot) on that node, which may be full, and import
          again
  checks  files.home-and-caches-have-room
root pyxis-seccomp
  says    pyxis: seccomp filter failed
  cause   the node's kernel lacks the seccomp filter that pyxis needs
  fix     update the kernel, or pyxis, on that node
  checks  limits.systems-are-alike
root pyxis-image-missing
  shows   [ERROR] No such file or directory: {path:\S+\.sqsh}
  cause   the container image {path} is not on this node: the file system is not mounted, or it lies
          on one node alone
  fix     --container-image on a file system that all nodes mount; `srun -w NODE ls -l {path}`
  checks  files.shared-folders-are-shared-everywhere
root pyxis-mounts-format
  shows   pyxis: --container-mounts: invalid format: {value:.+}
  cause   --container-mounts has an entry that is no SRC:DST[:FLAGS]: {value}
  fix     `--container-mounts=/data:/data,/home/me:/home/me:ro`, without spaces; a path that
          contains a colon or comma cannot be mounted
root pyxis-option-twice
  shows   pyxis: --{option:[\w-]+} specified multiple times
  cause   --{option} is given twice with different values, on the command line and in #SBATCH or by
          PYXIS and SLURM variables
  fix     keep one of them
root pyxis-option-without-value
  shows   pyxis: --{option:[\w-]+}: argument required
  cause   --{option} has no value: most often a variable in the script that is empty on this node
  fix     `echo` the variable before srun; quote it
root pyxis-container-not-writable-workdir
  shows   pyxis: couldn't chdir to container cwd {path:\S+?}: {why:.+}
  cause   the working directory {path} is not there within the container ({why})
  fix     mount it (--container-mounts) or name another by --container-workdir
  checks  files.workdir-is-there
root pyxis-namespace
  shows   pyxis: couldn't join {kind:\w+} namespace: {why:.+}
  cause   a task of the step could not enter the container that another one started ({why}): that
          one ended meanwhile, or the kernel allows no user namespaces
  fix     read what the first task of that node printed; `sysctl user.max_user_namespaces
          kernel.unprivileged_userns_clone`
root pyxis-runtime-folder
  says    ": couldn't mkdir "
  pattern pyxis: (?:(?:slurmd|error): )?couldn't mkdir (?P<path>\S+?): (?P<why>.+)
  cause   pyxis cannot make {path} on the node ({why})
  fix     runtime_path in plugstack.conf on a local file system that root may write
symptom pyxis-other-task-failed
  says    pyxis: container was not started successfully by another task
  says    pyxis: a previous task terminated unexpectedly during container setup
  cause   another task of this node was to start the container and could not
  fix     read what that task printed before: enroot's [ERROR] lines name the reason
symptom pyxis-container-exited
  says    pyxis: container exited too soon
  cause   the container ended before the tasks could enter it
  fix     read the lines of enroot around it; --no-container-entrypoint where the image has an
          unusual entrypoint
symptom pyxis-filesystem-failed
  says    pyxis: failed to create container filesystem for image
  cause   enroot could not unpack the image on this node
  fix     the [ERROR] lines of enroot above name the reason; most often ENROOT_DATA_PATH is full or
          on a network file system: `df -h` there
  checks  files.home-and-caches-have-room
root enroot-file-exists
  shows   [ERROR] File already exists: {path:\S+}
  cause   {path} is left of an earlier import or start, or another task makes it at the same time
  fix     remove it (`enroot remove`, rm) and import the image once before the tasks start
root enroot-rootfs-lock
  says    [ERROR] Could not acquire rootfs lock
  cause   another process of this node holds the container's files
  fix     end enroot processes of earlier runs (`enroot list -f`), or another --container-name
root enroot-image-reference
  shows   [ERROR] Invalid image reference: {value:\S+}
  cause   {value} is not a way to name an image that enroot knows
  fix     docker://[USER@][REGISTRY#]IMAGE[:TAG] (the registry ends with #), or the path of a .sqsh
          file; with pyxis without docker://
root enroot-image-format
  shows   [ERROR] Invalid image format: {value:\S+}
  cause   {value} is no squashfs image: its download or import was cut off
  fix     remove it and import it again; `file` names what it is
root enroot-architecture
  shows   [ERROR] Unsupported architecture: {value:\S+}
  cause   the image is asked for in the architecture {value}, which enroot does not know
  fix     --arch amd64 or arm64
root enroot-no-space
  says    [ERROR] Not enough space left in
  cause   the folder where enroot imports or unpacks images is full
  fix     ENROOT_TEMP_PATH, ENROOT_CACHE_PATH and ENROOT_DATA_PATH on a file system with room (tens
          of GB for a training image)
  checks  files.temporary-folder-is-usable, files.home-and-caches-have-room
root pyxis-not-installed
  shows   {command:srun|sbatch|salloc}: unrecognized option '--container-{option:[\w-]+}
  cause   this Slurm does not know --container-{option}: its plugin pyxis is not installed on the
          machine where {command} ran, or is not loaded by plugstack.conf
  fix     have pyxis installed on login and compute nodes; without it `srun enroot start …` or
          apptainer in the script
root pyxis-container-missing
  shows   a container with name "{name:[^"]+}" does not exist, and --container-image is not set
  cause   pyxis starts the container {name} only where it was made before, on this very node, and it
          is not there: containers lie on each node's own disk, and pyxis keeps those it names
          pyxis_NAME
  fix     --container-image=IMAGE or /PATH/IMAGE.sqsh beside --container-name, which makes it where
          it is missing; `srun -w NODE enroot list` shows what a node has; --container-name takes
          the name without pyxis_
root enroot-registry-after-slash
  says    "URL https://registry-1.docker.io/v2/"
  pattern {DOCKER_HUB}(?P<registry>[\w-]+(?:\.[\w-]+)+)/(?P<image>\S+)/manifests/(?P<tag>\S+)
          returned error code: (?:401|403|404)\b
  cause   {registry} was taken for a part of the image's name, and Docker Hub was asked, which has
          no such image: enroot wants # between the registry and the image
  fix     --container-image='{registry}#{image}:{tag}'; where it wants a login, a line `machine
          {registry} login USER password TOKEN` in ~/.config/enroot/.credentials
root enroot-squashfs-no-room
  says    Write failed because No space left on device
  says    "FATAL ERROR: Failed to write to output filesystem"
  says    "FATAL ERROR: writer: failed to write data block"
  near    squashfs|pyxis|enroot
  cause   enroot unpacked the image and had no room to write it as a file (squashfs): the folder
          where it imports, or where the image is to lie, is full on this node
  fix     `df -h` of ENROOT_TEMP_PATH, ENROOT_CACHE_PATH and ENROOT_DATA_PATH (enroot.conf) on that
          node: a file system with room, tens of GB for a training image; or import once into a
          .sqsh on a shared disk and name its path
  checks  files.temporary-folder-is-usable, files.home-and-caches-have-room
"""
)
