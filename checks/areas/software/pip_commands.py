"""pip's command lines, and what packages are called."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

PACKAGE_NAMES = {
    "yaml": "pyyaml",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "flash_attn": "flash-attn",
}
"""Packages that are called otherwise than their module."""


def package_of_module(module: str) -> str:
    """The package that most likely brings a module: `yaml.nodes` is of pyyaml."""
    top = module.partition(".")[0]
    return PACKAGE_NAMES.get(top, top.replace("_", "-"))


def install_command(python: str, wanted: Mapping[str, str], *options: str) -> str:
    """The command that installs {package: version}, "" for any version.

    A version such as 2.5.1+cu121 comes from PyTorch's index of that build.
    """
    pins = [f"{name}=={version}" if version else name for name, version in wanted.items()]
    command = shlex.join([python, "-m", "pip", "install", *options, *pins])
    build = wanted.get("torch", "").partition("+")[2]
    index = f" --extra-index-url https://download.pytorch.org/whl/{build}" if build else ""
    return command + index


def upgrade_command(python: str, requirements: tuple[str, ...]) -> str:
    """The command that installs what satisfies requirements such as `deepspeed>=0.16`."""
    return shlex.join([python, "-m", "pip", "install", "-U", *requirements])
