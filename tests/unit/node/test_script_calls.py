"""What a training script shows of how its ranks meet; and what accuses nobody."""

from __future__ import annotations

import glob
from pathlib import Path

import pytest

from checks.node.probe.script_calls import script_calls

ROOT = Path(__file__).parents[3]
ENGINE = "engine, *_ = deepspeed.initialize(model=m)\n"


def kinds(text):
    return [(call["kind"], call["line"]) for call in script_calls(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('dist.init_process_group("nccl", init_method="tcp://localhost:29500")', "own-method"),
        ("dist.init_process_group('gloo', 'tcp://127.0.0.1:1', rank=r)", "own-method"),
        ("m = 'tcp://[::1]:5'\ndeepspeed.init_distributed(init_method=m)", "own-method"),
        ("dist.init_process_group(init_method=f'tcp://localhost:{port}')", "own-method"),
        ("os.environ['MASTER_ADDR'] = 'localhost'", "own-address"),
        ("def setup():\n  os.environ['MASTER_ADDR'] = '127.0.0.1'\nsetup()", "own-address"),
        (
            "def main():\n  os.environ['MASTER_ADDR'] = 'localhost'\n"
            "if __name__ == '__main__':\n  main()",
            "own-address",
        ),
        (ENGINE + "if rank == 0:\n  engine.save_checkpoint('out')", "one-rank-saves"),
        (ENGINE + "if dist.get_rank() == 0:\n  engine.save_checkpoint('o')", "one-rank-saves"),
        (ENGINE + "for s in x:\n  if not rank:\n    engine.save_checkpoint(s)", "one-rank-saves"),
        (
            "model_engine, opt, _, _ = deepspeed.initialize()\nif args.rank == 0:\n"
            "  model_engine.save_16bit_model('o')",
            "one-rank-saves",
        ),
    ],
)
def test_what_cannot_be_on_several_nodes(text, found):
    assert [kind for kind, _ in kinds(text)] == [found]


@pytest.mark.parametrize(
    "text",
    [
        "dist.init_process_group('nccl')",
        "dist.init_process_group('nccl', init_method='env://')",
        "dist.init_process_group(init_method=args.dist_url)",
        "dist.init_process_group(init_method='tcp://10.0.0.1:29500')",
        "dist.init_process_group(init_method='tcp://localhost.cluster:29500')",
        "if args.debug:\n  dist.init_process_group(init_method='tcp://localhost:1')",
        "m = 'tcp://localhost:1'\nm = args.url\ndist.init_process_group(init_method=m)",
        "try:\n  dist.init_process_group(init_method='tcp://localhost:1')\nexcept E:\n  pass",
        "def debug():\n  dist.init_process_group(init_method='tcp://localhost:1')",
        "os.environ.setdefault('MASTER_ADDR', 'localhost')",
        "if 'MASTER_ADDR' not in os.environ:\n  os.environ['MASTER_ADDR'] = 'localhost'",
        "os.environ['MASTER_ADDR'] = os.environ.get('MASTER_ADDR', 'localhost')",
        "os.environ['MASTER_ADDR'] = args.master",
        "os.environ['MASTER_PORT'] = '29500'",
        ENGINE + "engine.save_checkpoint('out')",
        ENGINE + "if step % 10 == 0:\n  engine.save_checkpoint('out')",
        ENGINE + "if local_rank == 0:\n  engine.save_checkpoint('out')",
        ENGINE
        + "if rank == 0:\n  engine.save_checkpoint('a')\nelse:\n  engine.save_checkpoint('a')",
        ENGINE + "if rank == 0:\n  model.save_checkpoint('a')",
        ENGINE + "if rank == 0 and last:\n  engine.save_checkpoint('a')",
        ENGINE + "if rank == 0:\n  torch.save(engine.module.state_dict(), 'a')",
        "engine = Other()\n" + ENGINE + "if rank == 0:\n  engine.save_checkpoint('a')",
        "if rank == 0:\n  trainer.save_checkpoint('a')",
        "print('a'",
    ],
)
def test_what_is_right_or_uncertain_accuses_nobody(text):
    assert kinds(text) == []


def test_no_script_of_this_project_is_accused():
    paths = [*glob.glob(f"{ROOT}/examples/**/*.py", recursive=True)]
    paths += glob.glob(f"{ROOT}/tests/lab/**/*.py", recursive=True)
    accused = {path: kinds(Path(path).read_text()) for path in paths}
    assert paths and not {path: calls for path, calls in accused.items() if calls}
