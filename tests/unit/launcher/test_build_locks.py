"""A run that ends takes the locks of torch's builds with it that its own processes held."""

import subprocess
import sys

import pytest

from launcher.agent.shutdown import held_build_locks, remove_build_locks

HOLD = """
import importlib.util, runpy, sys
torch = importlib.util.find_spec("torch").submodule_search_locations[0]
baton = runpy.run_path(torch + "/utils/file_baton.py")["FileBaton"](sys.argv[1])
baton.try_acquire() or sys.exit("taken")
print("held", flush=True)
sys.stdin.read()
"""
WRITE = "import sys; open(sys.argv[1], 'w').close(); f = open(sys.argv[1], 'a'); print(f); input()"


@pytest.fixture
def hold():
    """A process that has the lock, as torch takes it, or does what the other program says."""
    holders = []

    def start(path, program=HOLD):
        argv = [sys.executable, "-c", program, str(path)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        holders.append(subprocess.Popen(argv, **pipes))
        assert holders[-1].stdout.readline()
        return holders[-1]

    yield start
    for holder in holders:
        holder.kill()
        holder.communicate()


def test_the_lock_of_a_killed_holder_goes(tmp_path, hold):
    lock = tmp_path / "lock"
    holder = hold(lock)
    found = held_build_locks({holder.pid})
    assert [*found] == [str(lock)]
    remove_build_locks(found)
    assert lock.exists()  # still held
    holder.kill()
    holder.wait()
    remove_build_locks(found)
    assert not lock.exists()


def test_a_lock_that_another_has_taken_since_stays(tmp_path, hold):
    lock = tmp_path / "lock"
    holder = hold(lock)
    found = held_build_locks({holder.pid})
    holder.kill()
    holder.wait()
    lock.unlink()
    hold(lock)
    remove_build_locks(found)
    assert lock.exists()


@pytest.mark.parametrize("name", ["lock", "model.lock"])
def test_a_file_that_torch_did_not_create_is_no_such_lock(tmp_path, hold, name):
    holder = hold(tmp_path / name, WRITE)
    assert held_build_locks({holder.pid}) == {}
