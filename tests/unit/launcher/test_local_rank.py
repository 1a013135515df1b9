"""Which scripts are known to end on `--local_rank=N`, and what each does when it is given it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from launcher.plan.local_rank import refuses_local_rank

PLAIN = "import argparse\np = argparse.ArgumentParser('x', description='y')\n"
FROM = "from argparse import ArgumentParser\np = ArgumentParser()\n"
REFUSE = {
    "nothing-added": PLAIN + "p.parse_args()",
    "from-import": FROM + "p.add_argument('--steps', type=int)\na = p.parse_args()",
    "environment": PLAIN + "import os\nlocal_rank = os.environ.get('LOCAL_RANK')\np.parse_args()",
    "in-a-function": FROM + "def main():\n  q = ArgumentParser()\n  return q.parse_args()\nmain()",
    "group": PLAIN + "g = p.add_argument_group('g')\ng.add_argument('-x')\np.parse_args()",
    "rest": PLAIN + "p.add_argument('rest', nargs=argparse.REMAINDER)\np.parse_args()",
    "rest-as-dots": PLAIN + "p.add_argument('rest', nargs='...')\np.parse_args()",
}  # fmt: skip
ACCEPT = {
    "option": PLAIN + "p.add_argument('--local_rank', type=int)\np.parse_args()",
    "longer-option": PLAIN + "p.add_argument('--local_rank_of_node')\np.parse_args()",
    "known-args": PLAIN + "p.parse_known_args()",
    "known-args-later": PLAIN + "f = p.parse_known_args\nf()",
    "handed-on": PLAIN + "def add(q):\n  q.add_argument('--local' + '_rank')\n"
                 "add(p)\np.parse_args()",
    "dynamic": PLAIN + "for n in ['local', 'x']:\n  p.add_argument(f'--{n}_rank')\np.parse_args()",
    "parents": "import argparse\nq = argparse.ArgumentParser(add_help=False)\n"
               "for n in ['_rank']:\n  q.add_argument('--local' + n)\n"
               "p = argparse.ArgumentParser(parents=[q])\np.parse_args()",
    "given-list": PLAIN + "p.parse_args([])",
    "own-class": "import argparse\nclass P(argparse.ArgumentParser):\n"
                 "  def error(self, m): pass\np = P()\np.parse_args()",
    "own-error": PLAIN + "p.error = print\np.parse_args()",
    "returned": PLAIN + "def make():\n  return p\nmake().parse_known_args()",
    "no-parser": "import sys\nprint(sys.argv)",
    "no-parse": PLAIN,
    "prefix": "import argparse\np = argparse.ArgumentParser(prefix_chars='+')\n"
              "p.add_argument('x')\np.parse_args()",
}  # fmt: skip


def status_of(source):
    done = subprocess.run(
        [sys.executable, "-S", "-c", source, "--local_rank=0"], capture_output=True, check=False
    )
    return done.returncode


@pytest.mark.parametrize("name", REFUSE)
def test_a_plain_parser_refuses_it(name):
    assert status_of(REFUSE[name]) == 2
    assert refuses_local_rank(REFUSE[name])


@pytest.mark.parametrize("name", ACCEPT)
def test_what_may_take_it_is_left_alone(name):
    assert status_of(ACCEPT[name]) == 0
    assert not refuses_local_rank(ACCEPT[name])


@pytest.mark.parametrize("source", ["def", "\0", "x = " + "(" * 5000])
def test_what_cannot_be_read_says_nothing(source):
    assert not refuses_local_rank(source)


def test_the_examples_of_this_project_are_read(request):
    found = {path.parent.name: refuses_local_rank(path.read_text())
             for path in request.config.rootpath.glob("examples/*/train.py")}  # fmt: skip
    assert found
    assert not found.get("hf_trainer")
