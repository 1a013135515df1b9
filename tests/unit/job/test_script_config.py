"""The DeepSpeed config that a script or a file among its arguments names."""

from __future__ import annotations

import pytest

from checks.job.build import build_job
from checks.job.script_config import find_config

HEAD = "import json, os, deepspeed, argparse\n"


def path_found(words, folder):
    """The config that this command is seen to name."""
    found = find_config(words, ["/nowhere", str(folder)])
    return found.path if found else None


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
        ('T(deepspeed="elsewhere.json")', None),
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
    assert path_found(["train.py"], tmp_path) == found
    for other in (["--deepspeed", "other.json"], ["--ds-config={}"], ["--deepspeed"]):
        assert path_found(["train.py", *other], tmp_path) is None


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
        assert path_found(words, tmp_path) == found
    (tmp_path / name).unlink()
    assert path_found(["train.py", name], tmp_path) is None


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ('TrainingArguments("o", deepspeed="zer02.json")', "zer02.json"),
        ('SFTConfig(deepspeed="configs/zer02.json")', "configs/zer02.json"),
        ('deepspeed.initialize(model=m, config="zer02.json")', "zer02.json"),
        ('from deepspeed import initialize as start\nstart(config="zer02.json")', "zer02.json"),
        ('import deepspeed as ds\nds.initialize(config="zer02.json")', "zer02.json"),
        ('DeepSpeedPlugin(hf_ds_config="zer02.json")', "zer02.json"),
        ('DeepSpeedPlugin("zer02.json")', "zer02.json"),
        ('pl.Trainer(strategy=DeepSpeedStrategy(config="zer02.json"))', "zer02.json"),
        ('Trainer(args=TrainingArguments("o", deepspeed="zer02.json"))', "zer02.json"),
        ('DS = "zer02.json"\nTrainingArguments(deepspeed=DS)', "zer02.json"),
        ('DS: str = "zer02.json"\nTrainingArguments(deepspeed=DS)', "zer02.json"),
        ('ds_config = "zer02.json"\nTrainingArguments(deepspeed=ds_config)', "zer02.json"),
        ('p.add_argument("--deepspeed_config", default="zer02.json")', "zer02.json"),
        ('deepspeed.initialize(config=json.load(open("zer02.json")))', "zer02.json"),
        (
            'with open("zer02.json", "r") as f:\n    c = json.load(f)\n'
            "deepspeed.initialize(config=c)",
            "zer02.json",
        ),
        ('TrainingArguments(deepspeed=os.path.join("conf", "zer02.json"))', "conf/zer02.json"),
        (
            "HERE = os.path.dirname(os.path.abspath(__file__))\n"
            'TrainingArguments(deepspeed=os.path.join(HERE, "conf", "zer02.json"))',
            "src/conf/zer02.json",
        ),
        (
            'TrainingArguments(deepspeed=str(Path(__file__).resolve().parent / "zer02.json"))',
            "src/zer02.json",
        ),
        ('deepspeed.initialize(config=json.loads(Path("a.json").read_text()))', "a.json"),
        # made by the script, looked for, found elsewhere, chosen, or the script's own function
        ('json.dump(c, open("z.json", "w"))\nTrainingArguments(deepspeed="z.json")', None),
        ('Path("z.json").write_text(c)\nTrainingArguments(deepspeed="z.json")', None),
        ('write(c, to="z.json")\nTrainingArguments(deepspeed="z.json")', None),
        ('if os.path.exists("z.json"):\n    TrainingArguments(deepspeed="z.json")', None),
        ('os.chdir("/data")\nTrainingArguments(deepspeed="z.json")', None),
        ('def f(p):\n    TrainingArguments(deepspeed=p)\np = "z.json"', None),
        ('p = "z.json"\np = other()\nTrainingArguments(deepspeed=p)', None),
        ('for p in all: pass\np = "z.json"\nTrainingArguments(deepspeed=p)', None),
        ('TrainingArguments(deepspeed="y.json" if a else "z.json")', None),
        ('TrainingArguments(deepspeed="y.json")\nTrainingArguments(deepspeed="z.json")', None),
        ('TrainingArguments(deepspeed=os.path.join(root, "z.json"))', None),
        ('train(deepspeed="z.json")', None),
        ('ds_config = "z.json"', None),
    ],
)
def test_a_config_that_is_nowhere_is_asked_for_where_it_alone_can_be_meant(
    tmp_path, script, missing
):
    (tmp_path / "src").mkdir()
    (tmp_path / "src/train.py").write_text(HEAD + script)
    assert path_found(["src/train.py"], tmp_path) == missing


@pytest.mark.parametrize("launcher", ["deepspeed", "torchrun", "accelerate"])
@pytest.mark.parametrize("file", ["ds.json", "missing.json"])
def test_the_job_has_it_with_a_note_and_accelerate_is_not_started_with_it(tmp_path, launcher, file):
    (tmp_path / "train.py").write_text(f'TrainingArguments(deepspeed="{file}")')
    (tmp_path / "ds.json").write_text("{}")
    typed = {"hosts": "node1,node2", "command": ["train.py"], "with_": launcher}
    job = build_job(typed, cwd=tmp_path, environ={})
    assert (job.deepspeed_config, job.accelerate_deepspeed) == (file, None)
    assert job.found_config == (file, "train.py")
    assert any(f"names {file}" in note for note in job.notes)
