"""DeepSpeed's config as this node would read it, and what the training script shows of itself."""

import json
import os
import re

from checks.node.probe.core import OUTPUT_LIMIT, decode_text, section

WORDS = (
    "deepspeed.initialize",
    "TrainingArguments",
    "HfArgumentParser",
    "Trainer",
    "Accelerator",
    "accelerate",
    "axolotl",
    "llamafactory",
    "lmflow",
    "import trl",
    "from trl",
    '"auto"',
    "'auto'",
    "json.load",
    "batch_size",
    "mpu=",
    "megatron",
    "mesh_",
    "PipelineModule",
    "parallel_size",
    "tp_size",
)
"""What tells who reads the config and whether one model spans several ranks."""
SECRET = re.compile(
    r'("[^"]*(?:key|token|password|secret)"\s*:\s*")(?:[^"\\]|\\.)*"', re.IGNORECASE
)


def read_config_file(path):
    """Text of the file at `path` as far as 256 KiB, or why there is none."""
    seen = {"absolute": path, "text": "", "bytes": 0, "detail": ""}
    try:
        seen["bytes"] = os.stat(path).st_size
        if not os.path.isfile(path):  # a pipe would be waited for
            return dict(seen, state="error", detail="not a file")
        with open(path, "rb") as file:
            return dict(seen, state="there", text=decode_text(file.read(OUTPUT_LIMIT)))
    except (FileNotFoundError, NotADirectoryError):
        return dict(seen, state="missing")
    except PermissionError:
        return dict(seen, state="denied")
    except OSError as error:
        return dict(seen, state="error", detail=error.strerror or str(error))


def script_words(command, workdir):
    """Which of WORDS stand in the training script; None where the command names no .py file."""
    if not command or not command[0].endswith(".py"):
        return None
    seen = read_config_file(os.path.normpath(os.path.join(workdir, command[0])))
    if seen["state"] != "there":
        return None
    return {"path": command[0], "words": [word for word in WORDS if word in seen["text"]]}


def nvme_paths(config):
    """The folders to which the config offloads; none where it cannot be read."""
    try:
        zero = json.loads(config)["zero_optimization"]
        parts = [zero.get(name) or {} for name in ("offload_param", "offload_optimizer")]
        paths = [part.get("nvme_path") for part in parts if part.get("device") == "nvme"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return sorted({path for path in paths if isinstance(path, str) and path})


def folder_access(path):
    """Whether `path` can be written or made, found without writing."""
    nearest = path
    while nearest != "/" and not os.path.lexists(nearest):
        nearest = os.path.dirname(nearest)
    return {
        "absolute": path,
        "nearest": nearest,
        "directory": os.path.isdir(nearest),
        "writable": os.access(nearest, os.W_OK | os.X_OK),
    }


@section("deepspeed_config")
def deepspeed_config(args):
    """The config's text, the words of the script, and the folders for offload on this node."""
    if not args.get("deepspeed_config"):
        return {"config": None}
    workdir = args.get("workdir") or "/"
    config = read_config_file(os.path.normpath(os.path.join(workdir, args["deepspeed_config"])))
    config["text"] = SECRET.sub(r'\1***"', config["text"])  # a logger's api_key
    paths = nvme_paths(config["text"])
    return {
        "config": config,
        "script": script_words(args.get("command"), workdir),
        "nvme": {
            path: folder_access(os.path.normpath(os.path.join(workdir, path))) for path in paths
        },
    }
