"""The DeepSpeed config that a script or a file among its arguments names."""

from __future__ import annotations

import pytest

from checks.job.build import build_job
from checks.job.script_config import find_config

HEAD = "import json, os, deepspeed, argparse\n"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('TrainingArguments(output_dir="o", deepspeed="ds.json")', "ds.json"),
        ('deepspeed.initialize(model=m, config="ds.json")', "ds.json"),
        ('deepspeed.initialize(model=m, config_params="ds.json")', "ds.json"),
        ('DS = "ds.json"\nTrainingArguments(deepspeed=DS)', "ds.json"),
        ('deepspeed_config = "ds.json"', "ds.json"),
        ('DeepSpeedPlugin(hf_ds_config="ds.json")', "ds.json"),
        ('config = json.load(open("ds.json"))\ndeepspeed.initialize(config=config)', "ds.json"),
        (
            'with open("ds.json") as f:\n    c = json.load(f)\ndeepspeed.initialize(config=c)',
            "ds.json",
        ),
        ('p.add_argument("--deepspeed_config", default="ds.json")', "ds.json"),
        ('T(deepspeed=os.path.join(os.path.dirname(__file__), "ds.json"))', "ds.json"),
        ('T(deepspeed="ds.json")\nT(deepspeed="ds.json")', "ds.json"),
        ('T(deepspeed="ds.json")\nT(deepspeed="other.json")', None),
        ('T(deepspeed="made-later.json")', None),
        ('T(deepspeed={"zero_optimization": {}})', None),
        ("T(deepspeed=True)", None),
        ('json.load(open("ds.json"))', None),
        ('Model.initialize(config="ds.json")', None),
        ("deepspeed = deepspeed\nT(deepspeed=deepspeed)", None),
        ("def broken(:", None),
    ],
)
def test_a_literal_path_is_found_where_the_file_is_and_it_is_the_only_one(tmp_path, script, found):
    (tmp_path / "train.py").write_text(HEAD + script)
    for name in ("ds.json", "other.json"):
        (tmp_path / name).write_text("{}")
    assert find_config(["train.py"], ["/nowhere", str(tmp_path)]) == found
    for other in (["--deepspeed", "other.json"], ["--ds-config={}"], ["--deepspeed"]):
        assert find_config(["train.py", *other], [str(tmp_path)]) is None


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("args.json", '{"deepspeed": "ds.json", "output_dir": "o"}', "ds.json"),
        ("args.json", '{"train_batch_size": 8}', "args.json"),
        ("args.json", '{"deepspeed": {"stage": 2}}', None),
        ("args.json", '{"output_dir": "o"}', None),
        ("args.json", "no JSON", None),
        ("args.json", "[1]", None),
        ("cfg.yml", "model: x\ndeepspeed: ds.json  # zero\n", "ds.json"),
        ("cfg.yaml", "deepspeed: 'ds.json'\n", "ds.json"),
        ("cfg.yaml", "# deepspeed: ds.json\n", None),
        ("cfg.yaml", "deepspeed: absent.json\n", None),
    ],
)
def test_a_file_among_the_arguments_names_it_or_is_it(tmp_path, name, text, found):
    (tmp_path / "ds.json").write_text("{}")
    (tmp_path / name).write_text(text)
    for words in (["train.py", name], ["-m", "llm.train", f"--settings={name}"]):
        assert find_config(words, [str(tmp_path)]) == found
    (tmp_path / name).unlink()
    assert find_config(["train.py", name], [str(tmp_path)]) is None


@pytest.mark.parametrize("launcher", ["deepspeed", "torchrun", "accelerate"])
def test_the_job_has_it_with_a_note_but_where_it_would_change_the_start(tmp_path, launcher):
    (tmp_path / "train.py").write_text('T(deepspeed="ds.json")')
    (tmp_path / "ds.json").write_text("{}")
    typed = {"hosts": "node1,node2", "command": ["train.py"], "with_": launcher}
    job = build_job(typed, cwd=tmp_path, environ={})
    expected = None if launcher == "accelerate" else "ds.json"
    assert job.deepspeed_config == expected
    assert any("names ds.json" in note for note in job.notes) == bool(expected)
