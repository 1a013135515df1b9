"""Command lines of pip and of uv, and what packages are called."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from checks.facts.software import Software

TORCH_INDEX = "https://download.pytorch.org/whl/"
PIPS = ("pip", "ensurepip")
PACKAGE_NAMES = {
    "yaml": "pyyaml",
    "sklearn": "scikit-learn",
    "PIL": "pillow",
    "cv2": "opencv-python-headless",
    "bs4": "beautifulsoup4",
    "dotenv": "python-dotenv",
    "flash_attn": "flash-attn",
    "hydra": "hydra-core",
    "faiss": "faiss-cpu",
    "pynvml": "nvidia-ml-py",
}
"""Packages that are called otherwise than their module."""

_OWN_NAMES = """
accelerate albumentations axolotl bitsandbytes boto3 colossalai comet_ml datasets deepspeed
diffusers einops evaluate fairscale fsspec gradio h5py httpx huggingface_hub kornia lightning
liger_kernel lm_eval loguru loralib matplotlib mlflow monai mpi4py networkx nltk numba numpy
omegaconf onnx openai optimum pandas peft pyarrow pydantic pytorch_lightning ray regex requests
rich rouge_score safetensors scipy seaborn sentencepiece sentence_transformers soundfile spacy
tensorboard tensorboardX tensorflow tiktoken timm tokenizers torch torchaudio torchdata
torchmetrics torchvision tqdm transformer_engine transformers triton trl tyro vllm wandb
webdataset xformers
"""
PUBLISHED = frozenset(_OWN_NAMES.split())
"""Modules of training scripts whose package is known to have their name."""


def published_package(module: str) -> str:
    """The package of a module that is known to be published; empty for any other name."""
    top = module.partition(".")[0]
    return package_of_module(module) if top in PACKAGE_NAMES or top in PUBLISHED else ""


def package_of_module(module: str) -> str:
    """The package that most likely brings a module: `yaml.nodes` is of pyyaml."""
    top = module.partition(".")[0]
    return PACKAGE_NAMES.get(top, top.replace("_", "-"))


def install_command(software: Software, wanted: Mapping[str, str], *options: str) -> str:
    """The command that installs {package: version}, "" for any version.

    A version such as 2.5.1+cu121 comes from PyTorch's index of that build.
    """
    pins = [f"{name}=={version}" if version else name for name, version in wanted.items()]
    build = wanted.get("torch", "").partition("+")[2]
    index = ["--extra-index-url", TORCH_INDEX + build] if build else []
    return pip_command(software, "install", *options, *pins, *index)


def upgrade_command(software: Software, requirements: tuple[str, ...]) -> str:
    """The command that installs what satisfies requirements such as `deepspeed>=0.16`."""
    return pip_command(software, "install", "-U", *requirements)


def uninstall_command(software: Software, packages: Iterable[str]) -> str:
    """The command that removes packages and asks nothing."""
    if software.installer in PIPS:
        return pip_command(software, "uninstall", "-y", *packages)
    return pip_command(software, "uninstall", *packages)


def pip_command(software: Software, action: str, *words: str) -> str:
    """pip's action on that interpreter, or uv's in an environment of uv's, which has no pip."""
    python = software.path
    if software.installer in PIPS:
        first = shlex.join([python, "-m", "ensurepip"])
        command = shlex.join([python, "-m", "pip", action, *words])
        return command if software.installer == "pip" else f"{first} && {command}"
    return shlex.join([software.installer, "pip", action, "--python", python, *words])
