"""Which options a script has by transformers' data classes; and where nobody can say."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from checks.node.probe.script_options import options_of_script, script_options

ROOT = Path(__file__).parents[3]
LIBRARY = (
    "@dataclass\nclass TrainingArguments:\n  framework = 'pt'\n  output_dir: str = 'o'\n"
    "  bf16: bool = field(default=False, metadata={'help': 'x' 'y'})\n"
    "  _n_gpu: int = field(init=False, repr=False)\n"
)
IMPORT = (
    "import sys\nfrom dataclasses import dataclass, field\n"
    "from transformers import HfArgumentParser, TrainingArguments\n"
)
OWN = "@dataclass\nclass Own:\n  model_name: str = field(metadata={'help': 'm'})\n"
MADE = "p = HfArgumentParser((Own, TrainingArguments))\n"
ASK = "own, args = p.parse_args_into_dataclasses()\n"
ONE_FILE = (
    "if len(sys.argv) == 2 and sys.argv[1].endswith('.json'):\n"
    "  own, args = p.parse_json_file(sys.argv[1])\n"
    "elif len(sys.argv) == 2 and sys.argv[1].endswith('.yaml'):\n"
    "  own, args = p.parse_yaml_file(sys.argv[1])\n"
    "else:\n  " + ASK
)
NAMES = ["bf16", "model_name", "output_dir"]


@pytest.fixture
def python(tmp_path):
    """An environment whose transformers is LIBRARY."""
    folder = tmp_path / "lib/python3.11/site-packages/transformers"
    folder.mkdir(parents=True)
    (folder / "training_args.py").write_text(LIBRARY)
    (tmp_path / "lib64").symlink_to("lib")
    return str(tmp_path / "bin/python")


def names(text, python):
    parser = script_options(text, python)
    return parser and [option["flags"][0][2:] for option in parser["options"]]


@pytest.mark.parametrize(
    "text",
    [
        IMPORT + OWN + MADE + ASK,
        IMPORT + OWN + MADE + ONE_FILE,
        IMPORT + OWN + "own, args = HfArgumentParser((Own, TrainingArguments))"
        ".parse_args_into_dataclasses()\n",
        IMPORT + OWN + MADE + "if x:\n  p.set_defaults(bf16=True)\n" + ASK,
        IMPORT + OWN.replace("class Own", "class Own(TrainingArguments)")
        + "def main():\n  p = HfArgumentParser(Own)\n  (a,) = p.parse_args_into_dataclasses()\n"
        "if __name__ == '__main__':\n  main()\n",
    ],
)  # fmt: skip
def test_the_fields_are_options(text, python):
    assert names(text, python) == NAMES
    parser = script_options(text, python)
    assert parser["of_trainer"] and parser["options"][1]["flags"] == [
        *("--model_name", "--no_model_name", "--model-name", "--no-model-name")
    ]


@pytest.mark.parametrize(
    "text",
    [
        IMPORT + OWN + MADE,
        IMPORT + OWN + MADE + "p.add_argument('--more')\n" + ASK,
        IMPORT + OWN + MADE + "more(p)\n" + ASK,
        IMPORT + OWN + MADE + ASK.replace("()", "(return_remaining_strings=True)"),
        IMPORT + OWN + MADE + "if x:\n  " + ASK,
        IMPORT + OWN + MADE + "sys.argv.pop()\n" + ASK,
        IMPORT + OWN + MADE + "try:\n  " + ASK + "except SystemExit:\n  pass\n",
        IMPORT + OWN + MADE + ONE_FILE.replace("== 2", "> 1"),
        IMPORT + MADE + ASK,
        IMPORT + "from own import Own\n" + MADE + ASK,
        IMPORT + OWN.replace("class Own", "class Own(Other)") + MADE + ASK,
        IMPORT + OWN.replace("@dataclass\n", "") + MADE + ASK,
        IMPORT + OWN.replace("'help': 'm'", "'aliases': ['-m']") + MADE + ASK,
        IMPORT + OWN.replace("{'help': 'm'}", "help_of('m')") + MADE + ASK,
        IMPORT + OWN.replace("field(metadata={'help': 'm'})", "HfArg(aliases=['-m'])") + MADE + ASK,
        IMPORT.replace("transformers", "trl") + OWN + MADE + ASK,
        IMPORT + OWN + MADE.replace("HfArgumentParser", "TrlParser") + ASK,
        IMPORT + OWN + MADE.replace("(Own, TrainingArguments)", "classes") + ASK,
        IMPORT + OWN + OWN + MADE + ASK,
    ],
)
def test_what_is_not_certain_is_not_said(text, python):
    assert script_options(text, python) is None


def test_without_the_library_nothing_is_said(tmp_path):
    assert script_options(IMPORT + OWN + MADE + ASK, str(tmp_path / "bin/python")) is None


def test_the_options_are_those_of_the_installed_library():
    transformers = pytest.importorskip("transformers")
    python = os.path.join(sys.prefix, "bin/python")
    args = {"workdir": str(ROOT / "examples/hf_trainer"), "command": ["train.py"], "python": python}
    parser = options_of_script(args)["parser"]
    known = {flag for option in parser["options"] for flag in option["flags"]}
    real = transformers.HfArgumentParser(transformers.TrainingArguments)
    own = {flag for action in real._actions for flag in action.option_strings}
    assert own - known == {"-h", "--help"} and "--length" in known
