"""A node of a lab whose own torch does something else, as a broken one would."""

from __future__ import annotations

import textwrap

from launcher.lab.cluster import Lab

SITECUSTOMIZE = """\
import importlib.util, sys, time

def spoil(torch):
{how}

class Spoiler:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != "torch":
            return None
        sys.meta_path.remove(Spoiler)
        spec = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def load_spoilt(torch):
            load(torch)
            spoil(torch)

        spec.loader.exec_module = load_spoilt
        return spec

sys.meta_path.insert(0, Spoiler)
"""


def spoil(lab: Lab, name: str, how: str) -> None:
    """Run `how` right after each import of `torch` there: it lies in the working directory."""
    text = SITECUSTOMIZE.format(how=textwrap.indent(how, "    "))
    lab.node(name).run(f"cat > /root/sitecustomize.py <<'END'\n{text}\nEND", check=True)
