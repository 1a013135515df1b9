"""The samples of known failures as logs, and what stands around them in logs of whole runs."""

from __future__ import annotations

from checks.knowledge.failures import FAILURES, FailureKind
from tests.support.paths import RECORDED

LINE_END = " ⏎ "


def sample_logs():
    """By id, the first sample of each failure, as the lines of a log."""
    logs = {}
    for path in sorted((RECORDED / "failures").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, sample = line.split("\t", 1)
            if name[0] != "!":
                logs.setdefault(name, sample.replace(LINE_END, "\n") + "\n")
    return logs


def root_logs():
    """Those that say where a run began to fail, whatever else is in its log."""
    return {
        name: log
        for name, log in sample_logs().items()
        if FAILURES[name].kind is FailureKind.ROOT and not FAILURES[name].survivable
    }


def prefixed(prefix, log):
    """The log with this before each line."""
    return "".join(f"{prefix}{line}\n" for line in log.splitlines())


def training_steps(count):
    """Lines of a trainer for so many steps."""
    return "".join(f"{{'loss': 2.{at:02d}, 'epoch': 0.{at:02d}}}\n" for at in range(1, count + 1))


ALARMS = """\
[W1121 08:20:12.000000000 socket.cpp:759] [c10d] The client socket has failed to connect to \
[node1]:29500 (errno: 97 - Address family not supported by protocol).
node1:796:840 [0] NCCL INFO NET/IB : No device found.
libibverbs: Warning: couldn't load driver 'libbnxt_re-rdmav34.so'
 [WARNING]  async_io requires the dev libaio .so object and headers but these were not found.
wandb: WARNING Network error (ConnectionError), entering retry loop.
"""
"""What healthy runs print too."""

OWN_ERROR = """\
Traceback (most recent call last):
  File "/data/train.py", line 120, in <module>
    main()
  File "/data/rows.py", line 31, in build_rows
    raise RowsError(f"row {n} has {len(row)} cells")
rows.RowsError: row 17 has 6 cells
"""
OWN_NAME = "rows.RowsError: row # has # cells"

TORCHRUN_END = """\
W1121 08:26:12.000000 18580 torch/distributed/elastic/multiprocessing/api.py:897] Sending process \
18585 closing signal SIGTERM
E1121 08:26:12.500000 18580 torch/distributed/elastic/multiprocessing/api.py:869] failed \
(exitcode: 1) local_rank: 3 (pid: 18586) of binary: /data/venv/bin/python
Traceback (most recent call last):
  File "/data/venv/bin/torchrun", line 8, in <module>
    sys.exit(main())
torch.distributed.elastic.multiprocessing.errors.ChildFailedError:
============================================================
train.py FAILED
------------------------------------------------------------
Root Cause (first observed failure):
[0]:
  time      : 2026-11-21_08:26:12
  host      : node1
  rank      : 3 (local_rank: 3)
  exitcode  : 1 (pid: 18586)
============================================================
"""
SHUTDOWN = """\
[rank0]:[W1121 08:26:20.000000000 ProcessGroupNCCL.cpp:1496] Warning: WARNING: \
destroy_process_group() was not called before program exit, which can leak resources.
Exception ignored in: <function _ConnectionBase.__del__ at 0x7f>
Traceback (most recent call last):
  File "/usr/lib/python3.11/multiprocessing/connection.py", line 133, in __del__
    self._close()
OSError: [Errno 9] Bad file descriptor
srun: error: node1: task 3: Exited with exit code 1
slurmstepd: error: *** STEP 8123.0 ON node1 CANCELLED AT 2026-11-21T08:27:00 ***
"""
PEERS_GONE = """\
[rank5]: Traceback (most recent call last):
[rank5]:   File "/data/train.py", line 80, in <module>
[rank5]:     dist.all_reduce(x)
[rank5]: torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:2090, remote \
process exited or there was a network error, NCCL version 2.21.5
[rank5]: ncclRemoteError: A call failed possibly due to a network error or a remote process exiting
[rank5]: Last error:
[rank5]: socketPollConnect: connect to 10.0.0.2<43211> returned Connection refused, exceeded error \
retry count
[rank6]:[E1121 08:36:12.000000000 ProcessGroupNCCL.cpp:616] [Rank 6] Watchdog caught collective \
operation timeout: WorkNCCL(SeqNum=37, OpType=ALLREDUCE, Timeout(ms)=600000) ran for 600015 \
milliseconds before timing out.
terminate called after throwing an instance of 'c10::DistBackendError'
"""
"""What the other ranks print of one that ended."""
