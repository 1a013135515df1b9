"""What Apptainer and Singularity say, the containers of clusters without docker."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root apptainer-image-missing
  says    "could not open image "
  says    while checking image
  pattern FATAL: +(?:while checking image: )?could not open image (?P<path>\S+?): .*(?P<why>no such
          file or directory|permission denied)
  cause   the image {path} cannot be read on this node: {why}
  fix     put it on a file system that every node mounts, readable for the account
  checks  files.needed-files-exist, files.network-mounts-answer
root apptainer-image-not-mounted
  says    "container creation failed: "
  pattern container creation failed: .*(?P<what>squashfuse|bad superblock|squashfs)
  cause   the container's image cannot be mounted on this node ({what}): the file is damaged or
          incomplete, the network file system is slow, or the kernel or FUSE does not permit it
  fix     compare `sha256sum` of the image on the nodes, copy it to the node's own disk; `apptainer
          exec IMAGE true` there proves it
  checks  files.same-files-are-equal, limits.systems-are-alike
root apptainer-mount-source-missing
  says    "container creation failed: "
  pattern container creation failed: .*mount source (?P<path>\S+) doesn't exist
  cause   {path}, which --bind names, does not exist on this node
  fix     create it, or mount its file system, on every node
  checks  files.shared-folders-are-shared-everywhere, files.needed-files-exist
root apptainer-user-namespace
  says    Failed to create user namespace
  says    Unable to create user namespace
  pattern (?:Failed|Unable) to create user namespace
  cause   this node does not let users create namespaces, which an Apptainer without setuid needs
  fix     raise user.max_user_namespaces; on Ubuntu 24.04 set
          kernel.apparmor_restrict_unprivileged_userns=0; or install apptainer-suid
  checks  limits.systems-are-alike
root apptainer-extraction-failed
  says    root filesystem extraction failed
  cause   the image could not be unpacked on this node: its temporary folder is full, or may not run
          unsquashfs
  fix     APPTAINER_TMPDIR (SINGULARITY_TMPDIR) on a disk with room that is not mounted noexec or
          nodev
  checks  files.temporary-folder-is-usable
root apptainer-no-driver-files, survivable, warns
  says    WARNING: Could not find any nv files on this host!
  cause   --nv found no libraries of the NVIDIA driver on this node, so that the container sees no
          GPU
  fix     `nvidia-smi` and `ldconfig -p | grep libcuda` on that node; ldconfig in the PATH; the
          driver installed there
  checks  gpu.driver-answers, gpu.driver-libraries-are-whole
"""
)
