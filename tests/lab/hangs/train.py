"""A training that hangs, or is slow, as its last argument says; line comments mark the places.

Rank 5 is late, unless the mode says otherwise. The others go on to the next step.
"""

import ctypes
import fcntl
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

MODE, RANK = sys.argv[-1], int(os.environ["RANK"])
LATE, BEFORE, LONG_S = 5, 3, 25


def sleep():
    time.sleep(600)  # sleep


def fifo():
    os.mkfifo("/tmp/train-fifo")
    with open("/tmp/train-fifo") as file:  # fifo
        file.read()


def flock():
    with open("/tmp/train-lock", "w") as held, open("/tmp/train-lock", "w") as wanted:
        fcntl.flock(held, fcntl.LOCK_EX)
        fcntl.flock(wanted, fcntl.LOCK_EX)  # flock


class StuckData(torch.utils.data.Dataset):
    def __len__(self):
        return 10

    def __getitem__(self, index):
        time.sleep(600)


def loader():
    next(iter(torch.utils.data.DataLoader(StuckData(), num_workers=1)))  # loader


def regex():
    re.fullmatch("(a+)+b", "a" * 60)  # regex


def pipe_save():
    os.mkfifo("/tmp/train-pipe")
    reader = os.open("/tmp/train-pipe", os.O_RDONLY | os.O_NONBLOCK)
    with open("/tmp/train-pipe", "wb") as file:
        torch.save(torch.ones(1_000_000), file)  # pipe_save
    os.close(reader)


def thread_queue():
    queue.Queue().get()  # thread_queue


def child():
    subprocess.run(["sleep", "600"], check=False)  # child


def web():
    with socket.create_server(("127.0.0.1", 0)) as server:
        urllib.request.urlopen(f"http://127.0.0.1:{server.getsockname()[1]}/")  # web


def stopped():
    os.kill(os.getpid(), signal.SIGSTOP)  # stopped


def killed():
    os.kill(os.getpid(), signal.SIGKILL)


def recv():
    dist.recv(torch.ones(3), src=4)  # recv


def fewer():
    dist.barrier()  # fewer
    sys.exit(0)


def ends():
    os._exit(0)


def tokenize_shard():
    time.sleep(600)  # tokenize_shard


def evaluate():
    while True:
        sum(range(100_000))  # evaluate


def reads_alone():
    with tempfile.TemporaryFile(dir="/var/tmp") as file:
        file.write(b"x" * (1 << 24))
        while True:
            os.pread(file.fileno(), 1 << 24, 0)  # reads_alone


def builds_alone():
    from torch.utils.cpp_extension import load

    Path("/tmp/train-op.cpp").touch()
    put_slow_compiler("c++")
    load("alone_op", ["/tmp/train-op.cpp"])  # builds_alone


def compiles_alone():
    put_slow_compiler("g++")
    torch._inductor.config.cpp.cxx = ("/tmp/train-bin/g++",)
    torch.compile(lambda row: row.sin() + 1)(torch.ones(7))  # compiles_alone


def put_slow_compiler(name):
    """From now on that compiler never ends on a source of ours."""
    os.makedirs("/tmp/train-bin", exist_ok=True)
    program = Path("/tmp/train-bin", name)
    case = "*train-op.cpp* | *torchinductor*) sleep 600 ;;"
    program.write_text(f'#!/bin/sh\ncase "$*" in {case} esac\nexec {shutil.which(name)} "$@"\n')
    program.chmod(0o755)
    os.environ["PATH"] = "/tmp/train-bin:" + os.environ["PATH"]


def debugger():
    import pdb

    os.mkfifo("/tmp/train-debugger")
    keys = os.open("/tmp/train-debugger", os.O_RDWR)
    pdb.Pdb(stdin=os.fdopen(keys), stdout=sys.stderr).set_trace()
    time.sleep(600)  # debugger


TRACES = """
import ctypes, sys, time
ctypes.CDLL(None).ptrace(16, int(sys.argv[1]), 0, 0)
time.sleep(600)
"""


def traced():
    subprocess.Popen([sys.executable, "-c", TRACES, str(os.getpid())])
    time.sleep(600)  # traced


def dead_mount():
    """A file server that answers nothing."""
    subprocess.run("mknod /dev/fuse c 10 229; mkdir /tmp/dead-mount", shell=True, check=True)
    server = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    assert ctypes.CDLL(None).mount(b"dead", b"/tmp/dead-mount", b"fuse", 0, options) == 0
    os.listdir("/tmp/dead-mount")  # dead_mount


LATE_MODES = (
    tokenize_shard, evaluate, reads_alone, builds_alone, compiles_alone, debugger, traced,
    dead_mount, sleep, fifo, flock, loader, regex, pipe_save, thread_queue, child, web, stopped,
    killed, recv, fewer, ends,
)  # fmt: skip


def order():
    if RANK == LATE:
        dist.all_gather([torch.ones(3) for _ in range(8)], torch.ones(3))  # order
    dist.all_reduce(torch.ones(3))


def size():
    dist.all_reduce(torch.ones(500_000 if RANK == LATE else 300_000))  # size


def own_size():
    dist.all_reduce(torch.ones(1 if RANK == LATE else 300_000))  # own_size


def dtype():
    dist.all_reduce(torch.ones(3, dtype=torch.float64 if RANK == LATE else torch.float32))  # dtype


def subgroup():
    group = dist.new_group([0, 2, 4, 6])
    if RANK in (0, 2, 6):
        dist.all_reduce(torch.ones(3), group=group)  # subgroup waits
    dist.barrier()  # subgroup


def subgroup_unused():
    """As `subgroup`, after the group's first collectives."""
    group = dist.new_group([0, 2, 4, 6])
    if RANK % 2 == 0:
        dist.all_reduce(torch.ones(3), group=group)
    if RANK in (0, 2, 6):
        dist.all_reduce(torch.ones(3), group=group)
    dist.barrier()  # subgroup_unused


def circle():
    """Ranks 4, 5 and 6 each wait for the next in a group that they share."""
    groups = {pair: dist.new_group(list(pair)) for pair in ((4, 5), (5, 6), (4, 6))}
    first = {4: (4, 5), 5: (5, 6), 6: (4, 6)}.get(RANK)
    if first:
        dist.all_reduce(torch.ones(3), group=groups[first])  # circle
    dist.barrier()


def saves_alone():
    """Rank 0 alone gathers what is to be saved."""
    if RANK == 0:
        dist.all_gather([torch.ones(3) for _ in range(8)], torch.ones(3))  # saves_alone
    dist.barrier()


def cut():
    """The test cuts the network meanwhile."""
    for _ in range(600):
        dist.all_reduce(torch.ones(100_000))  # cut


ALL_MODES = (
    order, size, own_size, dtype, subgroup, subgroup_unused, circle, saves_alone, cut,
)  # fmt: skip


def burn(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(100_000))


def evaluate_alone():
    if RANK == 0:
        burn(LONG_S)  # evaluate_alone
    dist.barrier()


def tokenise_alone():
    if RANK == 0:
        until = time.monotonic() + LONG_S
        while time.monotonic() < until:
            re.findall(r"\w+", "many words " * 10_000)
    dist.barrier()


def checkpoint_alone():
    if RANK == 0:
        until = time.monotonic() + LONG_S
        while time.monotonic() < until:
            torch.save(torch.ones(5_000_000), "/tmp/train-checkpoint")
            os.sync()
        os.unlink("/tmp/train-checkpoint")
    dist.barrier()


def compile_all():
    subprocess.run([sys.executable, "-c", f"import sys\n{BURNS}"], check=True)


BURNS = f"import time\nuntil = time.monotonic() + {LONG_S}\nwhile time.monotonic() < until: pass"


def slow_disk():
    """Each rank gets a few blocks a second."""
    with tempfile.TemporaryFile() as file:
        file.write(b"x" * 65536)
        until = time.monotonic() + LONG_S
        while time.monotonic() < until:
            os.pread(file.fileno(), 65536, 0)
            time.sleep(0.1)


def uneven():
    """Each rank takes longer than the one before it for each batch."""
    for _ in range(3):
        burn(1 + RANK)
        dist.all_reduce(torch.ones(3))


def local_steps():
    """Gradients are accumulated for long."""
    model = torch.nn.Linear(64, 64)
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        model(torch.ones(64, 64)).sum().backward()


def slow_loader():
    class SlowData(StuckData):
        def __getitem__(self, index):
            burn(4)
            return torch.ones(3)

    for _ in torch.utils.data.DataLoader(SlowData(), num_workers=1):
        pass


def many_collectives():
    """Small collectives without a line printed."""
    until = torch.tensor([time.time() + LONG_S], dtype=torch.float64)
    dist.broadcast(until, 0)
    for _ in range(LONG_S * 5):
        dist.all_reduce(torch.ones(3))
        time.sleep(0.2)


def paused_batches():
    """Each rank waits for a second for each batch, as for a remote store."""
    for _ in range(LONG_S // 2):
        time.sleep(2)
        dist.all_reduce(torch.ones(3))


def steps():
    """Many short steps, for which nobody needs longer than the others."""
    for _ in range(100_000):
        time.sleep(0.05)
        dist.all_reduce(torch.ones(3))


def late_steps():
    """Many steps, for which one rank always needs longer."""
    for _ in range(100_000):
        time.sleep(0.45 if RANK == LATE else 0.05)
        dist.all_reduce(torch.ones(3))


def busy_steps():
    """Many steps, for which one rank computes for longer."""
    for _ in range(100_000):
        time.sleep(0.05)
        if RANK == LATE:
            burn(0.4)
        dist.all_reduce(torch.ones(3))


def even_steps():
    """Many steps, for which each rank needs as much of a processor; one is limited by the test."""
    while RANK == LATE and not os.path.exists("/tmp/train-limited"):
        time.sleep(0.1)
    for _ in range(100_000):
        until = time.thread_time() + 0.02
        while time.thread_time() < until:
            sum(range(10_000))
        dist.all_reduce(torch.ones(3))


def data_steps():
    """Many steps, each of which exchanges a few megabytes."""
    for _ in range(100_000):
        time.sleep(0.05)
        dist.all_reduce(torch.ones(500_000))


def disk_steps():
    """Many steps, for which one rank always writes to its disk, and waits for that."""
    data = os.urandom(1 << 20) * 32
    with tempfile.TemporaryFile(dir="/var/tmp") as file:
        for _ in range(100_000):
            time.sleep(0.05)
            until = time.monotonic() + 0.4
            while RANK == LATE and time.monotonic() < until:
                os.pwrite(file.fileno(), data, 0)
                os.fsync(file.fileno())
            dist.all_reduce(torch.ones(3))


HEALTHY = (
    evaluate_alone, tokenise_alone, checkpoint_alone, compile_all, slow_disk, uneven, local_steps,
    slow_loader, many_collectives, paused_batches, steps, late_steps, busy_steps,
    disk_steps, even_steps, data_steps,
)  # fmt: skip
LATE_FUNCTIONS = {mode.__name__: mode for mode in LATE_MODES}
ALL_FUNCTIONS = {mode.__name__: mode for mode in (*ALL_MODES, *HEALTHY)}


def meet_late():
    if RANK == LATE:
        time.sleep(600)  # meet_late


def main():
    torch.set_num_threads(1)
    if MODE == "compiles_alone" and RANK == LATE:  # what the first one imports takes its time
        torch.compile(lambda row: row.cos() + 1)(torch.ones(5))
    if MODE == "meet_late":
        meet_late()
    if MODE == "first_load":
        burn(LONG_S if RANK == LATE else 1)
    expected = {"world_size": 9, "rank": RANK} if MODE == "meets_more" else {}
    dist.init_process_group("gloo", **expected)  # meets_more
    model = DistributedDataParallel(torch.nn.Linear(16, 16))
    optimiser = torch.optim.SGD(model.parameters(), 0.01)
    for step in range(BEFORE + 3):
        if step == BEFORE and MODE in ALL_FUNCTIONS:
            ALL_FUNCTIONS[MODE]()
        if step == BEFORE and RANK == LATE and MODE in LATE_FUNCTIONS:
            LATE_FUNCTIONS[MODE]()
        loss = model(torch.randn(4, 16)).square().mean()
        loss.backward()  # step
        optimiser.step()
        optimiser.zero_grad()
        if RANK == 0:
            print(f"step {step + 1} loss {loss.item():.3f}", flush=True)
    dist.barrier()
    dist.destroy_process_group()


main()
