"""What a node's own limits do to a rank: memory, shared memory, files, clocks."""

from __future__ import annotations

from checks.knowledge.container_limits import REMOUNT_SHM, SHM_IN_CONTAINER
from checks.knowledge.failures.entries import read_entries

SHM_FIX = f"`{REMOUNT_SHM}`; in a container: {SHM_IN_CONTAINER}"

FAILURES = read_entries(
    r"""
root torchrun-sigkill
  says    ) received by PID
  pattern Signal (?P<signal>\d+) \((?P<name>SIG(?!TERM|INT|HUP|ABRT|SEGV|ILL|FPE|BUS)\w+)\)
          received by PID
  cause   a rank was ended by {name} (SIGKILL: most often the kernel, out of memory)
  fix     run `dmesg | tail` on that node
  checks  limits.group-allows-enough-memory, limits.memory-is-free
root rank-bus-error
  says    Fatal Python error: Bus error
  says    "failed (exitcode: -7) local_rank: "
  says    Signal 7 (SIGBUS) received by PID
  says    exits with return code = -
  says    ": Bus error"
  says    "Signal: Bus error ("
  says    "Caught signal 7 (Bus error"
  pattern Fatal Python error: Bus error|failed \(exitcode: -7\) local_rank: (?P<local>\d+)|
          Signal 7 \(SIGBUS\) received by PID|exits with return code = -7\b|
          srun: error: (?P<node>[^\s:]+): tasks? [\d,-]+: Bus error|Signal: Bus error \(\d+\)|
          Caught signal 7 \(Bus error
  cause   a rank crashed with a bus error (SIGBUS): almost always /dev/shm is too small or full,
          through which data loader workers, dataset.map with num_proc and NCCL hand on their data;
          else a file that is mapped into memory was cut short, or its file system failed
  fix     {SHM_FIX}; `df -h /dev/shm` while it runs; fewer workers (num_workers,
          preprocessing_num_workers); where /dev/shm stays half empty, delete the cached file that
          the stack names, and keep caches on a local disk
  checks  limits.shm-is-large-enough, limits.shm-is-writable, limits.memory-is-free
root dataloader-worker-killed
  shows   DataLoader worker (pid {pid:[\d, ]+}) is killed by signal: Killed
  cause   a data loader worker was killed (SIGKILL): as a rule by the kernel because the memory of
          the
          node, or of the job's or container's limit, was full
  fix     fewer workers or a smaller prefetch_factor, data that is read lazily, a higher --mem (pod
          limit); `dmesg -T | grep -i oom` on that node, `sacct -o MaxRSS`
  checks  limits.memory-is-free
  follows kernel-oom, kernel-group-oom
root dataloader-bus-error
  says    "is killed by signal: "
  pattern DataLoader worker \(pid\(?s?\)? ?(?P<pid>[\d, ]+)\) is killed by signal:
          (?P<name>(?!Killed|Terminated|Interrupt|Hangup)[A-Za-z ]+)
  cause   a data loader worker died ({name}): of a bus error /dev/shm is too small or the memory
          full; of a segmentation fault native code that it calls is broken (an image or audio
          library, a tokenizer, threads of OpenCV or OpenMP in a fork)
  fix     {SHM_FIX}; num_workers=0 proves it, and shows native code that crashes
          (PYTHONFAULTHANDLER=1 in [env])
  checks  limits.memory-is-free, limits.shm-is-large-enough, limits.shm-is-writable
root shm-open
  shows   unable to open shared memory object <{name:[^>]+}> in read-write mode: {why:.+}
  cause   data loader workers ran out of open files or of /dev/shm ({why})
  fix     `ulimit -n 65536` for logins over ssh;
          torch.multiprocessing.set_sharing_strategy('file_system')
  checks  limits.nofile-is-enough, limits.shm-is-large-enough, limits.shm-is-writable
root nccl-shm-extend
  says    failed to extend /dev/shm/
  pattern failed to extend (?P<path>/dev/shm/\S+) to (?P<n>\d+) bytes
  cause   /dev/shm is too small or full
  fix     {SHM_FIX}; delete /dev/shm/nccl-* of runs that are over
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root nccl-shm-unlink, survivable
  says    unlink shared memory /dev/shm/nccl-
  pattern unlink shared memory (?P<path>/dev/shm/nccl-\S+) failed, error: No such file
  cause   systemd removed the account's shared memory when its last login ended (RemoveIPC)
  fix     set RemoveIPC=no in /etc/systemd/logind.conf, or run `loginctl enable-linger USER`
root too-many-open-files
  says    Too many open files
  pattern \[Errno 24\] Too many open files|(?<!read-write mode): Too many open files
  cause   the limit of open files is too low for the login that started the rank
  fix     set nofile to 65536 or more for logins over ssh: limits.d, and sshd's LimitNOFILE
  checks  limits.nofile-is-enough
root no-more-processes
  says    can't start new thread
  says    Resource temporarily unavailable
  says    failed to create new OS thread
  says    unable to create native thread
  pattern can't start new thread|fork: (?:retry: )?Resource temporarily unavailable|pthread_create
          failed.*Resource temporarily unavailable|what\(\):\s+Resource temporarily unavailable|
          failed to create new OS thread .*errno=11|unable to create native thread
  cause   the account has reached its limit of processes or threads
  fix     `ps -eLf | wc -l` there shows how many there are: end those left over, start fewer data
          loader workers and pipes; set nproc to unlimited for logins over ssh; in a container raise
          its pids limit
  checks  limits.group-allows-enough-processes, limits.nproc-is-enough
root kernel-oom
  says    Out of memory: Killed process
  pattern Out of memory: Killed process (?P<pid>\d+) \((?P<name>[^)]+)\)
  cause   the kernel killed {name}, process {pid}, because the machine's memory was full
  fix     let fewer ranks load at once, load under zero.Init, or offload less
  checks  limits.kernel-kills-no-rank, limits.group-allows-enough-memory, limits.memory-is-free
root memory-refused
  says    MemoryError
  says    t allocate memory
  says    Cannot allocate memory
  pattern (?<!OutOf)\bMemoryError\b|can't allocate memory: you tried to allocate (?P<n>\d+) bytes|
          \[Errno 12\] Cannot allocate memory
  cause   the machine, or a limit of the login or its control group, refused to give more memory
  fix     let fewer ranks load at once, load under zero.Init, or offload less; `free -g` and `ulimit
          -v` on that node
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.no-limit-cuts-a-rank-off
root stale-nfs
  says    Stale file handle
  pattern ^(?!.*(?:\.triton|torchinductor|triton_cache|InductorError)).*(?:\[Errno 116\] Stale file
          handle|: Stale file handle\s*$)
  cause   a file on a network file system was replaced or removed while it was read or written, or
          its export was made again on the server
  fix     start again where another rank or run had replaced it, and let one rank write what others
          read (caches on a local disk of each node); where `stat` of it still fails mount it again
          on that node
  checks  files.network-mounts-answer, files.needed-files-exist
silent clock-skew, survivable
  says    Clock skew detected
  says    "has modification time "
  pattern Clock skew detected|has modification time [\d.e+]+ s in the future
  cause   a node's clock is wrong: ops are rebuilt again and again, certificates and tokens are not
          valid yet, and logs cannot be ordered
  fix     run `timedatectl set-ntp true`, or chrony, on every node
  checks  time.clocks-agree, time.clock-is-synchronised
root rank-crashed-in-native-code
  says    ) received by PID
  pattern Signal (?P<signal>\d+) \((?P<name>SIG(?:SEGV|ILL|FPE))\) received by PID
  cause   a rank crashed in native code ({name}): an extension or library that was built for another
          torch, CUDA or processor, or, at the very end, one that is taken down in the wrong order
  fix     PYTHONFAULTHANDLER=1 in [env] shows the stack; `dmesg | tail` the library; build or
          install that extension again in this environment
  checks  software.versions-are-equal
  follows kernel-unknown-instruction
root shm-full-of-batches
  says    [Errno 28] No space left on device
  near    \b_share_fd_cpu_\b|\b_share_filename_cpu_\b|\b_new_using_fd_cpu\b
  cause   /dev/shm is full: data loader workers hand their batches over in it, and a container has
          64 MB of it unless it is started with more
  fix     {SHM_FIX}; fewer workers or smaller batches need less of it
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root inotify-limit, survivable
  says    inotify watch limit reached
  cause   the kernel gives this account no more watches of files (inotify), though the disk has room
  fix     `sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024`; switch the
          watcher off (a notebook, streamlit, tensorboard)
root bus-error-in-nccl
  says    "Signal: Bus error ("
  says    "Caught signal 7 (Bus error"
  pattern Signal: Bus error \(\d+\)|Caught signal 7 \(Bus error
  near    \b(?:libnccl|librccl)\S*\.so|\bnccl(?:Shm|Atomic)\w+|\bshm(?:Send|Recv)\w+\(
  unless  \bdlopen\b
  cause   NCCL crashed as it touched memory that ranks of one node share: /dev/shm is full or too
          small for it (docker gives a container 64 MB)
  fix     {SHM_FIX}; delete /dev/shm/nccl-* of runs that are over; NCCL_SHM_DISABLE=1 in [env]
          proves it; `df -h /dev/shm` on that node
  checks  limits.shm-is-large-enough, limits.shm-is-writable
root memory-refused-to-reader
  says    Cannot allocate memory
  says    MemoryError
  pattern \bMemoryError\b.*|\[Errno 12\] Cannot allocate memory
  near    (?P<reader>torchvision/io(?!/\w+\.py:\d+:)|VideoReader|\bdecord\b|torchcodec|\bav/|
          \bav\.error|imageio|cv2)
  unless  os\.fork\(\)|_posixsubprocess|_fork_exec\(
  cause   memory was refused to a reader of videos or images ({reader}): each data loader worker
          keeps its own decoders, open files and maps, against the node's memory, the container's
          limit or vm.max_map_count
  fix     fewer data loader workers and a smaller prefetch_factor; another reader (--video-backend
          torchcodec or decord), closed after each use; `free -g`, `cat
          /sys/fs/cgroup/memory.max`, `sysctl vm.max_map_count` and `ulimit -v` on that node
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.no-limit-cuts-a-rank-off
root memory-refused-to-loader-worker
  says    Cannot allocate memory
  says    MemoryError
  pattern (?<!OutOf)\bMemoryError\b|\[Errno 12\] Cannot allocate memory
  near    in _worker_loop\b|DataLoader worker process \d+
  unless  torchvision/io(?!/\w+\.py:\d+:)|VideoReader|\bdecord\b|torchcodec|\bav/|\bav\.error|
          imageio|cv2|os\.fork\(\)|_posixsubprocess|_fork_exec\(
  cause   memory was refused to a data loader worker: each holds its own copy of what the data set
          keeps in memory, against the node's memory, the container's limit or ulimit -v
  fix     fewer workers (num_workers) and a smaller prefetch_factor; data that is read lazily or
          mapped (Arrow, numpy) in place of lists of Python objects; `free -g` and `ulimit -v`
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.no-limit-cuts-a-rank-off
root rust-out-of-memory
  says    "memory allocation of "
  pattern (?:^|: |of )memory allocation of (?P<size>\d+) bytes failed(?: bytes failed)*\s*$
  cause   code in Rust (tokenizers, safetensors, datasets' readers) asked for {size} bytes and got
          none, and ended its process: the machine's or container's memory is full, or `ulimit -v`
          is set
  fix     `free -g`, `ulimit -v` and `dmesg | tail` on that node; fewer processes that load at once
          (num_proc, data loader workers), RAYON_NUM_THREADS=4 in [env]
  checks  limits.memory-is-free, limits.group-allows-enough-memory
root memory-refused-to-fork
  says    "[Errno 12] Cannot allocate memory"
  near    os\.fork\(\)|popen_fork\.py|_posixsubprocess|_fork_exec\(|in _execute_child
  cause   the kernel refused to copy this process (fork) for a data loader worker or a command; it
          does so with gigabytes free where huge pages are used up, of which libfabric's EFA
          provider keeps its buffers (each fork copies them), or where vm.overcommit_memory=2 or the
          container's limit counts the copy
  fix     `grep Huge /proc/meminfo` and `free -g` on that node: HugePages_Free 0: with EFA
          FI_EFA_USE_HUGE_PAGE=0 in [env], or a higher vm.nr_hugepages; CommitLimit reached:
          vm.overcommit_memory=0; else fewer workers, persistent_workers=True, or
          multiprocessing_context="forkserver", which copies a small process
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.no-limit-cuts-a-rank-off
root dataloader-worker-bus-error
  says    Unexpected bus error encountered in worker
  cause   a data loader's worker died of a bus error as it wrote into /dev/shm: that is too small
          for the batches of all workers (a container has 64 MB unless it is started with more), or
          full
  fix     {SHM_FIX}; fewer workers, a smaller prefetch_factor or batch need less of it
  checks  limits.shm-is-large-enough, limits.memory-is-free, limits.shm-is-writable
""",
    SHM_FIX=SHM_FIX,
)
