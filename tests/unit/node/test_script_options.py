"""Which options a script's own parser takes, by reading; and where that cannot be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.node.probe.script_options import OF_DEEPSPEED, options_of_script, script_options

ROOT = Path(__file__).parents[3]
HEAD = "import argparse\nimport deepspeed\np = argparse.ArgumentParser(description=__doc__)\n"
STEPS = "p.add_argument('--steps', type=int, default=5, help='many')\n"
ASK = "args = p.parse_args()\n"


def flags(text):
    parser = script_options(text)
    return parser and [flag for option in parser["options"] for flag in option["flags"]]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (HEAD + STEPS + ASK, ["--steps"]),
        (HEAD + ASK, []),
        (HEAD + "g = p.add_argument_group('x')\ng.add_argument('-a')\n" + ASK, ["-a"]),
        (HEAD + "p.add_argument_group('x').add_argument('data')\n" + ASK, ["data"]),
        (HEAD + STEPS + "args = vars(p.parse_args())", ["--steps"]),
        (HEAD + STEPS + ASK + "if args.steps < 0:\n  p.error('no')\n", ["--steps"]),
        (
            "from argparse import ArgumentParser\ndef get():\n  q = ArgumentParser()\n"
            "  q.add_argument('--lr', type=float)\n  return q.parse_args()\n"
            "def main():\n  args = get()\nif __name__ == '__main__':\n  main()\n",
            ["--lr"],
        ),
        (
            "import argparse as ap\nif __name__ == '__main__':\n  q = ap.ArgumentParser()\n"
            "  q.add_argument('--lr')\n  a = q.parse_args()\n",
            ["--lr"],
        ),
        (
            HEAD + STEPS + "p = deepspeed.add_config_arguments(p)\n" + ASK,
            ["--steps", *(flag for each in OF_DEEPSPEED for flag in each["flags"])],
        ),
    ],
)  # fmt: skip
def test_the_options_are_read(text, known):
    assert flags(text) == known


def test_what_an_option_takes_is_read():
    text = HEAD + (
        "KINDS = ['a', 'b']\n"
        "p.add_argument('--kind', choices=KINDS, required=True)\n"
        "p.add_argument('--sizes', nargs=argparse.ONE_OR_MORE, type=int)\n"
        "p.add_argument('--yes', type=lambda text: text == 'y', nargs=2)\n"
        "p.add_argument('--bf16', action=argparse.BooleanOptionalAction)\n"
        "p.add_argument('--need', required=is_needed())\n"
    )
    assert script_options(text + ASK)["options"] == [
        {"flags": ["--kind"], "choices": ["a", "b"], "required": True},
        {"flags": ["--sizes"], "nargs": "+", "type": "int"},
        {"flags": ["--yes"], "nargs": "2", "type": "any"},
        {"flags": ["--bf16"], "action": "boolean"},
        {"flags": ["--need"], "required": False},
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "print('no parser')",
        "import argparse\nargs = argparse.Namespace()",
        HEAD + STEPS,
        HEAD + STEPS + "args, rest = p.parse_known_args()",
        HEAD + STEPS + "args = p.parse_args(argv)",
        HEAD + STEPS + "args = p.parse_args(namespace=x)",
        HEAD + STEPS + "if x:\n  args = p.parse_args()",
        HEAD + STEPS + "try:\n  args = p.parse_args()\nexcept Exception:\n  pass",
        HEAD + STEPS + "add_more(p)\n" + ASK,
        HEAD + STEPS + "p = Trainer.add_argparse_args(p)\n" + ASK,
        HEAD + STEPS + "if x:\n  p.add_argument('--more')\n" + ASK,
        HEAD + "for name in NAMES:\n  p.add_argument(name)\n" + ASK,
        HEAD + "p.add_argument(f'--{name}')\n" + ASK,
        HEAD + "p.add_argument(*names)\n" + ASK,
        HEAD + "p.add_argument('--steps', **given)\n" + ASK,
        HEAD + "p.add_argument('--steps', action=Own)\n" + ASK,
        HEAD + "p.add_argument('--steps', nargs=count())\n" + ASK,
        HEAD + "s = p.add_subparsers()\n" + ASK,
        HEAD + "[p.add_argument(x) for x in names]\n" + ASK,
        HEAD + "x and p.add_argument('--y')\n" + ASK,
        HEAD + STEPS + "sys.argv.remove('--old')\n" + ASK,
        HEAD + STEPS + "from sys import argv\nargv.pop()\n" + ASK,
        HEAD + STEPS + "try:\n  main()\nexcept SystemExit:\n  pass\n" + ASK,
        HEAD + STEPS + ASK + "q = argparse.ArgumentParser()\n",
        HEAD + STEPS + "options = [p]\n" + ASK,
        HEAD.replace("description=__doc__", "parents=[base]") + STEPS + ASK,
        HEAD.replace("description=__doc__", "prefix_chars='+'") + STEPS + ASK,
        HEAD.replace("description=__doc__", "fromfile_prefix_chars='@'") + STEPS + ASK,
        HEAD.replace("description=__doc__", "**more") + STEPS + ASK,
        HEAD.replace("import argparse", "import jsonargparse as argparse") + STEPS + ASK,
        "try:\n  import configargparse as argparse\nexcept E:\n  pass\n" + HEAD + STEPS + ASK,
        "from jsonargparse import ArgumentParser\nq = ArgumentParser()\na = q.parse_args()",
        "from argparse import ArgumentParser\nclass P(ArgumentParser):\n  pass\nP().parse_args()",
        "import argparse\ndef unused():\n  q = argparse.ArgumentParser()\n  return q.parse_args()",
        "import argparse\ndef get():\n  if x:\n    return y\n  q = argparse.ArgumentParser()\n"
        "  return q.parse_args()\nget()",
        "import argparse\n@hydra.main()\ndef get():\n  q = argparse.ArgumentParser()\n"
        "  return q.parse_args()\nget()",
        "import argparse\ndef get():\n  q = argparse.ArgumentParser()\n  return q.parse_args()\n"
        "if sys.stdin.isatty():\n  get()",
        "import argparse\nclass A:\n  def get(self):\n    q = argparse.ArgumentParser()\n"
        "    return q.parse_args()\nA().get()",
        HEAD + STEPS + ASK + "((",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_not_said(text):
    assert script_options(text) is None


def test_the_examples_are_read():
    for name in ("tiny_gpt", "torch_ddp"):
        args = {"workdir": str(ROOT / "examples" / name), "command": ["train.py", "--steps", "2"]}
        args["python"] = "/usr/bin/python3"
        assert options_of_script(args)["parser"]["options"]
    assert options_of_script({"workdir": "/", "command": ["-m", "train"]}) == {"parser": None}


def test_a_script_that_is_read_in_part_says_nothing(tmp_path):
    (tmp_path / "train.py").write_text(HEAD + STEPS + ASK + "#" * 2**18)
    args = {"workdir": str(tmp_path), "command": ["train.py"], "python": "python"}
    assert options_of_script(args) == {"parser": None}
