"""What is first run in each rank's Python: it answers our signal, and changes nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from launcher.agent import rank_stack as stack
from launcher.agent.worker_server import hook_groups

HOOK = Path(stack.__file__).with_name("hook.py")
TELLS = """
import json, os, sys
found = sys.modules.get("sitecustomize")
print(json.dumps([getattr(found, "__file__", None), sys.path, os.environ.get("PYTHONPATH")]))
"""
RESTS = """
import time
def waits_here():
    print("up", flush=True)
    time.sleep(600)
waits_here()
"""


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    (folder / "hook").mkdir(parents=True)
    text = HOOK.read_text(encoding="utf-8")
    (folder / "hook" / "sitecustomize.py").write_text(text, encoding="utf-8")
    return folder


def environment(home, *more):
    path = os.pathsep.join(map(str, [*([home / "hook"] if home else []), *more]))
    return {**os.environ, "PYTHONPATH": path} if path else dict(os.environ)


def shown(home, *more):
    env = environment(home, *more)
    return subprocess.run([sys.executable, "-c", TELLS], env=env, capture_output=True, text=True)


@pytest.fixture
def rank(home):
    """Starts a program as a rank; it is up when it has printed something."""
    started = []

    def start(text, *options):
        argv = [sys.executable, *options, "-c", text]
        started.append(subprocess.Popen(argv, env=environment(home), stdout=subprocess.PIPE))
        assert started[-1].stdout.readline()
        return started[-1]

    yield start
    for process in started:
        assert process.poll() is None, "whoever is asked goes on"
        process.kill()
        process.communicate()


@pytest.mark.parametrize("others", ["", "empty", "with-its-own", "two"])
def test_the_program_sees_what_it_would_see_without(home, tmp_path, others):
    own = tmp_path / "own"
    own.mkdir()
    if others == "with-its-own":
        (own / "sitecustomize.py").write_text("import sys; sys.path.append('/put/there')")
    more = {"": [], "two": [own, tmp_path]}.get(others, [own])
    hooked, plain = shown(home, *more), shown(None, *more)
    assert (hooked.stdout, hooked.stderr) == (plain.stdout, plain.stderr)
    if others == "with-its-own":
        file, path, _ = json.loads(hooked.stdout)
        assert file == str(own / "sitecustomize.py")
        assert "/put/there" in path


STARTS = f"""
import multiprocessing
for way in ("spawn", "forkserver", "fork"):
    child = multiprocessing.get_context(way).Process(target=exec, args=({TELLS!r},))
    child.start()
    child.join()
    print(way, child.exitcode, flush=True)
"""


def test_children_of_the_program_see_what_they_would_see_without(home, tmp_path):
    def run(env):
        argv = [sys.executable, "-c", STARTS]
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=True)

    hooked, plain = run(environment(home, tmp_path)), run(environment(None, tmp_path))
    assert (hooked.stdout, hooked.stderr) == (plain.stdout, plain.stderr)
    assert [line for line in hooked.stdout.splitlines() if line.endswith(" 0")] == [
        "spawn 0",
        "forkserver 0",
        "fork 0",
    ]


def test_what_the_programs_own_sitecustomize_raises_is_told_as_ever(home, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("raise RuntimeError('mine')")
    hooked, plain = shown(home, tmp_path), shown(None, tmp_path)
    assert plain.stderr.splitlines()[-1] == hooked.stderr.splitlines()[-1]
    assert "RuntimeError: mine" in hooked.stderr
    assert hooked.returncode == 0


def test_the_main_threads_calls_are_had_by_the_signal_again_and_again(rank, home):
    one = rank(RESTS)
    for _ in range(2):
        frames, _ = stack.request_stack(str(home), one.pid)
        assert [(called, file) for called, file, _ in frames] == [
            ("waits_here", "<string>"),
            ("<module>", "<string>"),
        ]


def test_a_call_into_the_kernel_goes_on(rank, home, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    one = rank(
        f"import time; print('up', flush=True); open('{tmp_path}/fifo').read()\n"
        "print('on', flush=True); time.sleep(600)"
    )
    time.sleep(0.5)
    assert stack.request_stack(str(home), one.pid)[0]
    (tmp_path / "fifo").write_text("read on")
    assert one.stdout.readline() == b"on\n"


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (RESTS, ("-S",)),
        (RESTS, ("-E",)),
        (RESTS, ("-I",)),
        ("import os, time; os.closerange(3, 99); print('up', flush=True); time.sleep(600)", ()),
        ("import os; os.execlp('sh', 'sh', '-c', 'echo up; exec sleep 600')", ()),
        (
            "import os, signal, time; signal.signal(64, signal.SIG_DFL);"
            "print('up', flush=True); time.sleep(600)",
            (),
        ),
    ],
    ids=["no site", "no environment", "isolated", "closed", "another program", "not expected"],
)
def test_no_signal_where_it_is_not_expected(rank, home, text, options):
    one = rank(text, *options)
    assert stack.request_stack(str(home), one.pid) == ([], "its Python has no hook of ours")


def test_one_that_does_not_answer_is_told_so(rank, home):
    one = rank(RESTS)
    os.kill(one.pid, 19)
    try:
        assert stack.request_stack(str(home), one.pid) == ([], "it did not answer")
    finally:
        os.kill(one.pid, 18)


def test_a_rank_that_calls_is_left_alone(rank, home):
    one = rank(RESTS)
    spied = ([], "py-spy is not installed there")
    why = f"{spied[1]}; faulthandler: a signal would end its call"
    assert stack.main_thread_stack(str(home), one.pid, spied, True) == {"stack": [], "why": why}
    assert stack.main_thread_stack(str(home), one.pid, spied, False)["stack"][0][0] == "waits_here"


def test_what_py_spy_saw_comes_first(home):
    seen = ([["main", "train.py", 3]], "")
    assert stack.main_thread_stack(str(home), 0, seen, False) == {"stack": seen[0], "why": ""}


MEETS = """
import os, subprocess, sys
import torch.distributed as dist
from accelerate import Accelerator
def join():
    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
join()
dist.destroy_process_group()
if os.fork() == 0:
    dist.distributed_c10d._update_default_pg(None)
    os._exit(0)
os.wait()
subprocess.run([sys.executable, "-c", "import torch.distributed"], check=True)
join()
Accelerator(cpu=True).free_memory()
Accelerator(cpu=True)
dist.destroy_process_group()
loader = sys.modules["torch.distributed.distributed_c10d"].__loader__
print("as it was", "exec_module" not in vars(loader))
"""
FAILS = "import sys; sys.path.insert(0, '.'); import torch.distributed.distributed_c10d"


def reported(home, text, **options):
    """What a program's Python reported, and how it ended."""
    os.mkfifo(home / "records")
    reader = os.open(home / "records", os.O_RDONLY | os.O_NONBLOCK)
    env = {**environment(home), "RANK": "3"}
    argv = [sys.executable, "-c", text]
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False, **options)
    lines = os.read(reader, 65536).splitlines()
    os.close(reader)
    return [json.loads(line) for line in lines], done


def test_each_world_of_the_rank_is_reported_and_none_of_its_children(home):
    records, done = reported(home, MEETS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("as it was True\n")
    assert {(record["kind"], record["rank"]) for record in records} == {("rank-world", 3)}
    assert [
        (record["seen_by"], record["size"], record["place"], record["backend"])
        for record in records
    ] == [
        ("torch.distributed", 0, 0, ""),
        ("torch.distributed", 1, 0, "gloo"),
        ("torch.distributed", 0, 0, ""),
        ("torch.distributed", 1, 0, "gloo"),
        ("accelerate", 1, 0, ""),
        ("torch.distributed", 0, 0, ""),
    ]


LEAVES_OUT = """
import os, sys
os.environ.update(ACCELERATE_USE_DEEPSPEED="true", WITH_CPU)
class Plugin:
    def set_mixed_precision(self, _): pass
    def select(self, _from_accelerator_state): pass
from accelerate import state
from accelerate.utils import DynamoBackend, TorchDynamoPlugin
state.AcceleratorState(
    dynamo_plugin=TorchDynamoPlugin(backend=DynamoBackend.NO),
    deepspeed_plugin=Plugin(), _from_accelerator=True, **({"cpu": True} if AS_ARGUMENT else {})
)
state.AcceleratorState()
"""


@pytest.mark.parametrize(
    ("variables", "as_argument", "left_out"),
    [("", False, False), ("ACCELERATE_USE_CPU='true'", False, True), ("", True, True)],
)
def test_deepspeed_that_accelerate_leaves_out_is_reported(home, variables, as_argument, left_out):
    text = LEAVES_OUT.replace("WITH_CPU", variables).replace("AS_ARGUMENT", str(as_argument))
    records, done = reported(home, text)
    assert done.returncode == 0, done.stderr
    seen = [(each["size"], each["backend"]) for each in records if each["seen_by"] == "deepspeed"]
    assert seen == [(0, "accelerate")] * left_out


ENGINE = """
import torch.distributed as dist
dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
from deepspeed.runtime import engine
class Piped(engine.DeepSpeedEngine): pass
Piped(2)
"""
STAND_IN = """
class DeepSpeedEngine:
    def __init__(self, stage): self.stage = stage
    def zero_optimization_stage(self): return self.stage
"""


def test_an_engine_of_deepspeed_is_reported_with_its_world(home, tmp_path):
    package = tmp_path / "deepspeed" / "runtime"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "engine.py").write_text(STAND_IN)
    records, done = reported(home, ENGINE, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [each for each in records if each["seen_by"] == "deepspeed"] == [
        {**records[-1], "rank": 3, "size": 1, "place": 0, "backend": "ZeRO-2"}
    ]


def test_a_program_without_torch_reports_nothing(home):
    records, done = reported(home, "import json, logging, subprocess; print('done')")
    assert (records, done.stdout, done.stderr) == ([], "done\n", "")


@pytest.mark.parametrize(
    ("content", "error"),
    [("", ""), ("raise ImportError('broken')", "broken\n")],
    ids=["another torch", "broken"],
)
def test_a_torch_that_is_not_as_expected_is_imported_as_ever(home, tmp_path, content, error):
    package = tmp_path / "torch" / "distributed"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "distributed_c10d.py").write_text(content)
    records, done = reported(home, FAILS, cwd=tmp_path)
    assert records == []
    assert done.stderr.endswith(f"ImportError: {error}" if error else "")
    assert bool(done.stderr) == bool(error)


def test_a_program_goes_on_where_no_supervisor_reads(home):
    os.mkfifo(home / "records")
    one = "import torch.distributed as d; d.init_process_group('gloo', store=d.HashStore(), "
    argv = [sys.executable, "-c", f"{one}rank=0, world_size=1); print(d.get_world_size())"]
    done = subprocess.run(argv, env=environment(home), capture_output=True, text=True, check=False)
    assert done.stdout == "1\n", done.stderr


def test_a_torch_that_has_only_its_public_names_is_watched_too(home, tmp_path):
    package = tmp_path / "torch" / "distributed"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    public = {"is_initialized": True, "get_world_size": 4, "get_rank": 2, "get_backend": "mpi"}
    functions = [f"def {name}(): return {answer!r}" for name, answer in public.items()]
    text = "\n".join([*functions, "def init_process_group(): pass"])
    (package / "distributed_c10d.py").write_text(text)
    records, done = reported(home, f"{FAILS} as d; d.init_process_group()", cwd=tmp_path)
    assert done.stderr == ""
    assert [(record["size"], record["place"], record["backend"]) for record in records] == [
        (0, 0, ""),
        (4, 2, "mpi"),
    ]


@pytest.mark.parametrize(
    ("version", "own", "size"),
    [
        ("2.5.1+cu124", {}, "2000"),
        ("2.6.0", {"TORCH_NCCL_TRACE_BUFFER_SIZE": "0"}, "0"),
        ("2.6.0", {"TORCH_FR_BUFFER_SIZE": "9"}, "None"),
        ("2.7.0a0+git", {}, "None"),
        ("2.13.0", {}, "None"),
        ("odd", {}, "None"),
    ],
)
def test_an_old_torch_is_asked_to_record_collectives(home, tmp_path, version, own, size):
    package = tmp_path / "torch" / "distributed"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text(f"__version__ = {version!r}")
    (package / "__init__.py").touch()
    (package / "distributed_c10d.py").touch()
    ends = "import os; print(os.environ.get('TORCH_NCCL_TRACE_BUFFER_SIZE'))"
    argv = [sys.executable, "-c", f"{FAILS}; {ends}"]
    env = {**environment(home), **own}
    done = subprocess.run(argv, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == f"{size}\n", done.stderr


GROUPS = """
import os
import torch.distributed as dist
dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
group = dist.new_group([0])
assert dist.get_process_group_ranks(group) == [0]
print(os.getpid())
dist.destroy_process_group()
assert not dist.distributed_c10d._world.pg_group_ranks
"""


def test_the_ranks_of_each_process_group_are_written_down(home):
    _, done = reported(home, GROUPS)
    assert done.returncode == 0, done.stderr
    written = str(home / f"groups-{done.stdout.strip()}")
    assert hook_groups(written) == {"0": [0], "1": [0]}
    assert hook_groups(written + "-not-there") == {}
