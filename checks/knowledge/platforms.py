"""Which accelerator and which installation a log is of, and remedies in the words of these.

Remedies are written for NVIDIA's GPUs and for an environment of uv. What an AMD GPU or an NPU has
another command or variable for is said with that; a package of a conda environment, or of the
interpreter of an image, is installed with that interpreter's own pip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from checks.quick_dataclass import dataclass


@dataclass(frozen=True)
class Platform:
    """A kind of accelerator: what a log says of it, and its words for NVIDIA's."""

    name: str
    says: tuple[str, ...]
    words: Mapping[str, str]


PLATFORMS = (
    Platform(
        "rocm",
        (
            "HIP error",
            "HIP out of memory",
            "hipError",
            "TORCH_USE_HIP_DSA",
            "RCCL version",
            "+rocm5.",
            "+rocm6.",
            "+rocm7.",
            "/opt/rocm",
            "detected platform rocm",
        ),
        {
            "nvidia-smi -L | wc -l": "rocminfo | grep -c 'Device Type: *GPU'",
            "nvidia-smi": "rocm-smi",
            "CUDA_VISIBLE_DEVICES": "HIP_VISIBLE_DEVICES",
            "torch.version.cuda": "torch.version.hip",
            "--gpus all": "--device /dev/kfd --device /dev/dri --group-add video",
            "nvidia.com/gpu": "amd.com/gpu",
            "TORCH_CUDA_ARCH_LIST": "PYTORCH_ROCM_ARCH",
            "compute capability": "gfx architecture",
            "grep -i xid": "grep -i amdgpu",
        },
    ),
    Platform(
        "npu",
        ("torch_npu", "ds_accelerator to npu", "detected platform ascend", "NPU out of memory"),
        {
            "nvidia-smi -L | wc -l": "npu-smi info -l",
            "nvidia-smi": "npu-smi info",
            "CUDA_VISIBLE_DEVICES": "ASCEND_RT_VISIBLE_DEVICES",
            "torch.version.cuda": "torch.npu.is_available()",
            "torch.cuda.": "torch.npu.",
            "CUDA_LAUNCH_BLOCKING": "ASCEND_LAUNCH_BLOCKING",
            "grep -i xid": "grep -i -E 'davinci|npu'",
        },
    ),
    Platform(
        "xpu",
        ("ds_accelerator to xpu", "detected platform xpu", "XPU out of memory"),
        {
            "nvidia-smi -L | wc -l": "xpu-smi discovery",
            "nvidia-smi": "xpu-smi discovery",
            "CUDA_VISIBLE_DEVICES": "ZE_AFFINITY_MASK",
            "torch.version.cuda": "torch.version.xpu",
            "grep -i xid": "grep -i -E 'xe|i915'",
            "torch.cuda.": "torch.xpu.",
        },
    ),
    Platform(
        "hpu",
        ("ds_accelerator to hpu", "habana_frameworks"),
        {
            "nvidia-smi -L | wc -l": "hl-smi -L",
            "nvidia-smi": "hl-smi",
            "CUDA_VISIBLE_DEVICES": "HABANA_VISIBLE_DEVICES",
            "torch.version.cuda": "torch.hpu.is_available()",
            "torch.cuda.": "torch.hpu.",
        },
    ),
)
PLATFORM_WORDS = tuple(words for platform in PLATFORMS for words in platform.says)
"""What a line contains that names an accelerator other than NVIDIA's."""
_OPTIONS = r"(?: (?:-L|pmon|--[\w=.,-]+|-[a-z] \w+(?!-)))*"
_PREFIX = re.compile(
    r"(?P<conda>/\S*?/[\w.-]*(?:conda|mamba|miniforge)[\w.-]*(?:/envs/[^/]+)?|/\S*?/envs/[^/]+)"
    r"/lib/python3"
    r"|(?P<image>/usr(?:/local)?)/lib/python3[\d.]*/(?:dist|site)-packages/"
)
_UV_COMMAND = re.compile(r"`uv pip (?P<words>(?:install|uninstall|list|show)\b[^`]*)`")
_PIP_OPTIONS = {"--reinstall": "--force-reinstall", "--no-cache": "--no-cache-dir"}


def platform_in(text: str) -> Platform | None:
    """The accelerator that a line names, if it is none of NVIDIA's."""
    return next((each for each in PLATFORMS if any(says in text for says in each.says)), None)


def in_words_of(platform: Platform | None, remedy: str) -> str:
    """The remedy with that platform's commands and variables."""
    for word, own in platform.words.items() if platform else ():
        options = _OPTIONS if word == "nvidia-smi" else ""
        remedy = re.sub(re.escape(word) + options, own, remedy)
    return remedy


def with_pip_of(paths: Iterable[str], remedy: str) -> str:
    """The remedy, its uv commands as pip of the interpreter that files of the log are of.

    They stay where the files are of several interpreters, or where uv alone has such an option.
    """
    found = {match["conda"] or "" for path in paths if (match := _PREFIX.match(path))}
    if len(found) != 1:
        return remedy
    prefix = found.pop()
    python = f"{prefix}/bin/python" if prefix else "python3"

    def as_pip(command: re.Match[str]) -> str:
        words = command["words"].split(" ")
        if any(word.startswith("--torch-backend") for word in words):
            return command[0]
        return f"`{python} -m pip {' '.join(_PIP_OPTIONS.get(word, word) for word in words)}`"

    return _UV_COMMAND.sub(as_pip, remedy)
