"""What people type for a training elsewhere is turned into what is typed here."""

from __future__ import annotations

import shlex

import pytest

from checks.errors import UsageError
from checks.job.launch_file import parse_launch_file
from checks.job.training_words import other_command


@pytest.mark.parametrize(
    "typed",
    [
        "train.py",
        "train.py --steps 5",
        "-m pkg.train x",
        "./train",
        "sub/pythonic.py",
        "deep.py deepspeed",
    ],
)
def test_a_command_as_it_should_be_is_left_alone(typed):
    assert other_command(shlex.split(typed)) is None


@pytest.mark.parametrize(
    ("typed", "options", "command"),
    [
        ("python train.py --x 1", "", "train.py --x 1"),
        ("python3.11 -u -X dev train.py", "", "train.py"),
        ("/data/venv/bin/python -m pkg x", "--python /data/venv/bin/python", "-m pkg x"),
        ("torchrun train.py", "--with torchrun", "train.py"),
        ("torchrun --master-port=12 t.py -m", "--with torchrun --master-port 12", "t.py -m"),
        ("torchrun --master_addr n2 -m pkg x", "--with torchrun --head n2", "-m pkg x"),
        ("python -m torch.distributed.run --nproc_per_node 8 t.py", "--with torchrun", "t.py"),
        ("deepspeed --hostfile=h t.py -d d.json", "--with deepspeed --hosts h", "t.py -d d.json"),
        ("deepspeed --no_local_rank t.py", "--with deepspeed --no-local-rank", "t.py"),
        ("torchrun --nnodes 2 --node_rank=1 --rdzv-endpoint a:1 t.py", "--with torchrun", "t.py"),
        ("accelerate launch --multi_gpu --num_machines 2 t.py", "--with accelerate", "t.py"),
        ("deepspeed -i n1:0 t.py", "--with deepspeed --include n1:0", "t.py"),
        ("deepspeed --launcher openmpi t.py", "--with deepspeed --backend openmpi", "t.py"),
        (
            "accelerate launch --config_file a.yml -m pkg",
            "--with accelerate --accelerate-config a.yml",
            "-m pkg",
        ),
        ("accelerate launch --module pkg x", "--with accelerate", "-m pkg x"),
        ("mpirun -np 8 python t.py", "--backend openmpi", "t.py"),
        ("srun -N 2 torchrun t.py x", "--with torchrun --backend slurm", "t.py x"),
        ("uv run train.py", "", "train.py"),
        ("poetry run python -m pkg", "", "-m pkg"),
        ("NCCL_DEBUG=INFO python t.py", "", "t.py"),
        ("bash run.sh", "", ""),
        ("./run.sh 2", "", ""),
        ("launch.toml", "--launch-file launch.toml", ""),
        ("conf/ds.json", "--deepspeed-config conf/ds.json", ""),
        ("accelerate.yaml --x", "--accelerate-config accelerate.yaml", ""),
        ("torchrun", "--with torchrun", ""),
    ],
)  # fmt: skip
def test_other_commands_are_read(typed, options, command):
    found = other_command(shlex.split(typed))
    assert found is not None
    words = [word for option in found.options for word in option]
    assert (shlex.join(words), shlex.join(found.command)) == (options, command)
    assert found.remark
    assert "left out, since" not in found.remark


@pytest.mark.parametrize(
    ("typed", "lost"),
    [
        ("deepspeed --num_gpus 8 --elastic_training t.py", "--elastic_training"),
        ("accelerate launch --mixed_precision bf16 t.py", "--mixed_precision bf16"),
        ("accelerate launch --use_fsdp --fsdp_version=2 t.py", "--use_fsdp, --fsdp_version=2"),
        ("torchrun --nnodes=2 --max-restarts 3 --rdzv_id=7 t.py", "--max-restarts 3"),
    ],
)
def test_what_nothing_here_says_is_named(typed, lost):
    found = other_command(shlex.split(typed))
    assert found is not None
    assert found.remark.endswith(f"left out, since start has no option for it: {lost}")


def test_a_whole_command_in_quotes_is_taken_apart():
    found = other_command(["train.py --steps 5"])
    assert found is not None
    assert found.command == ("train.py", "--steps", "5")


@pytest.mark.parametrize("key", ["command = {}", "before = [{}]"])
def test_launch_toml_says_what_to_write_instead(key):
    text = "[start]\n" + key.format('["python", "t.py", "--x"]')
    with pytest.raises(UsageError, match=r'l\.toml:2: .*write \["t.py", "--x"\]'):
        parse_launch_file(text, "l.toml")
