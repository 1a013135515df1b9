"""What the C library, the C++ runtime and OpenMP print as a process dies."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root heap-corrupted
  says    "free(): "
  says    double free or corruption
  says    "malloc(): "
  says    munmap_chunk(): invalid pointer
  says    corrupted size vs. prev_size
  pattern (?:^|: )(?:free\(\): (?:invalid (?:pointer|size|next size)|double free detected)|double
          free or corruption \((?:out|!prev|fasttop|top)\)|malloc\(\): (?:corrupted |invalid |
          unaligned |unsorted )|free\(\): corrupted unsorted chunks|
          munmap_chunk\(\): invalid pointer|corrupted size vs\. prev_size)
  cause   native code damaged the process's memory: as a rule two builds of one library, or an
          extension built for another torch
  fix     build extensions once more (`rm -rf ~/.cache/torch_extensions`), make versions equal;
          PYTHONFAULTHANDLER=1 in [env] shows where it ended
  checks  software.versions-are-equal, software.packages-are-the-environments-own
root bad-alloc
  says    terminate called after throwing an instance of 'std::bad_alloc'
  cause   native code was refused memory: the node, the job or the container is full
  fix     let fewer ranks load at once, or offload less; `free -g` on that node
  checks  limits.memory-is-free, limits.group-allows-enough-memory
root openmp-twice
  shows   OMP: Error #15: Initializing {one}, but found {other} already initialized
  cause   two OpenMP libraries are in one process, {one} and {other}: packages of conda and pip are
          mixed
  fix     install numpy, MKL and torch from one source; KMP_DUPLICATE_LIB_OK=TRUE only hides it
  checks  software.packages-are-the-environments-own
root openmp-threads-refused
  says    libgomp: Thread creation failed
  cause   the account or its container may start no more threads
  fix     OMP_NUM_THREADS=4 in [env]; raise nproc, or the container's pids limit
  checks  limits.nproc-is-enough, limits.group-allows-enough-processes
root library-not-executable
  shows   {library}: failed to map segment from shared object
  cause   {library} may not be loaded: its file system is mounted noexec, or the process's memory is
          limited
  fix     TORCH_EXTENSIONS_DIR and TMPDIR on a file system without noexec; `ulimit -v unlimited`
  checks  files.temporary-folder-is-usable, software.build-folders-are-usable
root library-executable-stack
  shows   {library}: cannot enable executable stack as shared object requires
  cause   the system's newer C library refuses {library}, which asks for an executable stack
  fix     update the package, or `patchelf --clear-execstack` on the file
  checks  limits.systems-are-alike
noise locale-missing
  says    cannot change locale
  pattern warning: setlocale: LC_\w+: cannot change locale
  cause   the node does not have the language that the login passes on
  fix     nothing; `SendEnv` in ssh's config is what passes it
root client-cut-off-from-storage
  says    Cannot send after transport endpoint shutdown
  pattern \[Errno 108\] Cannot send after transport endpoint shutdown(?:: '(?P<path>[^']+)')?
  cause   the storage's server cut this node off, as Lustre does with a client that did not answer
          in time
  fix     `dmesg | grep -i evict` on that node; check its network, and mount again
  checks  files.network-mounts-answer, limits.links-stay-up
root stack-smashed
  says    *** stack smashing detected ***
  says    *** buffer overflow detected ***
  cause   native code wrote beyond a buffer and was ended: a faulty extension, or one built for
          other headers than the library that is loaded (CUDA, NCCL, a plugin)
  fix     PYTHONFAULTHANDLER=1 in [env] shows where; build the extension again in this environment;
          unset LD_PRELOAD and NCCL plugins to find it
  checks  software.versions-are-equal
symptom c10-error-thrown
  says    terminate called after throwing an instance of 'c10::Error'
  cause   a thread of torch's C++ code met an error that nobody caught; the line `what():` below
          says which
  fix     read `what():`; of a watchdog it is the end of a collective that another rank missed
symptom cxx-exception-uncaught
  shows   terminate called after throwing an instance of '{kind:std::(?:runtime_error|logic_error|
          system_error|out_of_range|length_error|invalid_argument)}'
  cause   native code ended the process with a C++ exception that nobody caught; what() in the next
          line is its message
  fix     read the `what():` line and what stands before it; PYTHONFAULTHANDLER=1 in [env] shows the
          Python line
symptom cxx-terminate-at-exit
  says    terminate called without an active exception
  cause   a thread of native code still ran as the process ended: after another error, or one of
          gloo's at the end of a script that leaves its process group as it is
  fix     read the error before it; where there is none, end the script with
          torch.distributed.destroy_process_group()
root glibc-kernel-too-old
  says    FATAL: kernel too old
  cause   the C library of the image needs a newer kernel than this node has
  fix     an older image, or a newer kernel on that node
symptom gloo-enforce-failed
  says    terminate called after throwing an instance of 'gloo::
  cause   a thread of gloo met an error that nobody caught, as when its peer ended
  fix     read the `what():` line below; the output of the rank that failed first
symptom c10d-error-thrown
  says    terminate called after throwing an instance of 'c10::DistBackendError'
  pattern terminate called after throwing an instance of 'c10::DistBackendError'\s*$
  cause   a watchdog of torch ended this rank: a collective failed or timed out, here or as another
          rank ended
  fix     read the `what():` line below and the first time-out or NCCL WARN above
symptom native-library-gave-up
  says    "[Fatal]"
  says    "[FATAL]"
  says    "FATAL: "
  says    "FATAL ERROR"
  says    "fatal error: "
  pattern \[F(?:atal|ATAL)\]|\bFATAL(?: ERROR)?: |\bfatal error: .
  near    (?:\[F(?:atal|ATAL)\]|\bFATAL(?: ERROR)?: |\bfatal error: ).*\n(?:.*\n){0,2}?.*(?:Fatal
          Python error: Aborted|Aborted \(core dumped\)|Signal: Aborted)
  cause   a native library met what it cannot go on after, says so in this line, and aborted the
          process
  fix     do as that line asks; its first words name the library and the place in it
root native-assertion
  says    ": Assertion `"
  pattern (?P<file>[^\s:]+):(?P<line>\d+): (?P<function>\S.*): Assertion `(?P<what>.+)' failed\.
  cause   native code found what must not be and aborted its process (SIGABRT, exit code -6 or 134):
          {what} does not hold in {file}:{line}
  fix     {function} names the library: look there for what it got (a file cut off, sizes that do
          not fit, a full disk); libraries of one release on every node; PYTHONFAULTHANDLER=1 in
          [env] shows which Python line called it
  checks  software.versions-are-equal
"""
)
