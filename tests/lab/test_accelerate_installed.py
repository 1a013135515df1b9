"""What is said of accelerate holds for the accelerate that is installed."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

from checks.areas.accelerate.keys import TOP_KEYS
from checks.node.probe.software import accelerate_keys
from tests.support.accelerate_files import BESIDE, FSDP, STANDARD, finding_of, snapshot


def test_every_key_of_the_accelerate_that_is_installed_is_known():
    origin = importlib.util.find_spec("accelerate").origin
    source = Path(origin).parent / "commands/config/config_args.py"
    classes = {c.name: c for c in ast.parse(source.read_text()).body if isinstance(c, ast.ClassDef)}  # fmt: skip  # noqa: E501
    lines = [*classes["BaseConfig"].body, *classes["ClusterConfig"].body]
    fields = {line.target.id for line in lines if isinstance(line, ast.AnnAssign)}
    assert {"machine_rank", "distributed_type"} < fields
    assert fields <= TOP_KEYS
    assert set(accelerate_keys(origin)) == fields


def test_the_accelerate_that_is_installed_does_not_hear_its_file_on_the_rendezvous(tmp_path):
    from accelerate.commands.launch import _validate_launch_command, launch_command_parser

    path = tmp_path / "config.yaml"
    ddp = FSDP.replace("FSDP", "MULTI_GPU").replace("fsdp_config:\n", "")
    lines = [line for line in ddp.format(rank=1).splitlines() if not line.startswith(" ")]
    path.write_text("\n".join([*lines, "rdzv_backend: c10d", "same_network: true"]))
    argv = ["--config_file", str(path), "train.py"]
    args, *_ = _validate_launch_command(launch_command_parser().parse_args(argv))
    assert (args.machine_rank, args.main_process_ip) == (1, "node1")
    assert (args.rdzv_backend, args.same_network) == ("static", False)


@pytest.mark.parametrize(("edit", "refused"), BESIDE)
def test_keys_beside_deepspeeds_own_file_are_judged_as_accelerate_does(
    edit, refused, tmp_path, monkeypatch
):
    from accelerate.commands import launch
    from accelerate.utils import DeepSpeedPlugin

    text = STANDARD.format(rank=1).replace(*edit)
    (tmp_path / "config.yaml").write_text(text)
    started = []
    monkeypatch.setattr(launch, "deepspeed_launcher", started.append)
    argv = ["--config_file", str(tmp_path / "config.yaml"), "train.py"]
    launch.launch_command(launch.launch_command_parser().parse_args(argv))
    fields = started[0].deepspeed_fields_from_accelerate_config
    monkeypatch.setenv("ACCELERATE_CONFIG_DS_FIELDS", fields.lower())
    config = {"zero_optimization": {"stage": 2}, "train_micro_batch_size_per_gpu": 1}
    if started[0].deepspeed_config_file is None:
        assert not refused
    elif refused:
        with pytest.raises(ValueError, match="will be ignored"):
            DeepSpeedPlugin(hf_ds_config=config)
    else:
        DeepSpeedPlugin(hf_ds_config=config)
    found = finding_of("config-is-accepted", snapshot(STANDARD, text, STANDARD))
    assert (found.cause == "keys-beside-file", found.stops) == (refused, refused), found.message
